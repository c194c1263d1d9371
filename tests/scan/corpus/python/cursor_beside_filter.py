import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def approved(headers):
    body = {"search": {"filter": {"status": "APPROVED"}, "cursorPaging": {"limit": 100}}}
    found = []
    while True:
        data = requests.post(URL, headers=headers, json=body).json()
        found += data["orders"]
        following = data["metadata"]["cursors"].get("next")
        if following is None:
            return found
        body["search"]["cursorPaging"]["cursor"] = following
