import requests


def send(token):
    options = {
        "headers": {"Authorization": token},
        "json": {"search": {"filter": {"status": {"$eq": "APPROVED"}}, "sort": "createdDate"}},
    }
    return requests.post(url="https://www.wixapis.com/ecom/v1/orders/search", **options)
