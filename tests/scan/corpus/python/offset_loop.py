import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def all_orders(headers):
    offset, found = 0, []
    while True:
        body = {"search": {"paging": {"limit": 100, "offset": offset}}}
        batch = requests.post(URL, headers=headers, json=body).json()["orders"]
        if not batch:
            break
        found.extend(batch)
        offset += 100
    return found
