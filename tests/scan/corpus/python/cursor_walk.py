import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def every_order(headers):
    cursor = None
    while True:
        search = {"cursorPaging": {"limit": 100}}
        if cursor:
            search["cursorPaging"]["cursor"] = cursor
        data = requests.post(URL, headers=headers, json={"search": search}).json()
        yield from data["orders"]
        cursor = data["metadata"]["cursors"].get("next")
        if not cursor:
            return
