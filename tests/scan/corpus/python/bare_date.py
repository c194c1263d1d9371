import requests

SEARCH = "https://www.wixapis.com/ecom/v1/orders/search"

body = {
    "search": {
        "filter": {"createdDate": {"$gte": "2024-01-01"}},
        "sort": [{"fieldName": "createdDate", "order": "asc"}],
    }
}
orders = requests.request("POST", SEARCH, json=body).json().get("orders", [])
print(len(orders))
