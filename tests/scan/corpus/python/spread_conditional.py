import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def page(headers, cursor=None, status=None):
    search = {
        "cursorPaging": {"limit": 100, **({"cursor": cursor} if cursor else {})},
        **({"filter": {"status": status}} if status else {}),
        **(None or {}),
    }
    return requests.post(URL, headers=headers, json={"search": search})
