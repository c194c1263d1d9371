import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def walk(headers):
    has_next = True
    while has_next:
        data = requests.post(URL, headers=headers, json={"search": {"cursorPaging": {"limit": 100}}}).json()
        for order in data["orders"]:
            yield order["id"]
        has_next = data["metadata"]["hasNext"]
