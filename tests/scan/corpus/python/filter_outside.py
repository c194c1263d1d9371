import requests

API = "https://www.wixapis.com/ecom/v1/orders/search"


def unpaid(headers):
    body = {
        "filter": {"paymentStatus": {"$in": ["NOT_PAID", "PENDING"]}},
        "sort": [{"fieldName": "createdDate", "order": "DESC"}],
        "paging": {"limit": 100},
    }
    return requests.post(API, headers=headers, json=body).json()["orders"]
