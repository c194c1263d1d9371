import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def walk(headers):
    cursor = ""
    while True:
        paging = {"limit": 100, "cursor": cursor} if cursor else {"limit": 100}
        data = requests.post(URL, headers=headers, json={"search": {"cursorPaging": paging}}).json()
        orders = data["orders"]
        yield from orders
        cursor = data["metadata"]["cursors"]["next"]
        if len(orders) < 100:
            break
