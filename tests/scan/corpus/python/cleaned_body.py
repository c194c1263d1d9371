import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def orders(headers, **filters):
    wanted = {key: value for key, value in filters.items() if value is not None}
    body = {"search": {"filter": {**wanted, "archived": False}, "cursorpaging": {"limit": 10}}}
    headers = {"Content-Type": "application/json", **headers}
    try:
        response = requests.post(URL, json=body, headers=headers, timeout=(3, 30))
    except requests.RequestException:
        return []
    return response.json().get("orders") or []
