import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"
OPEN = ["NOT_FULFILLED", "PARTIALLY_FULFILLED"]


def open_orders(headers, more):
    first = {"search": {"filter": {"fulfillmentStatus": {"$in": OPEN}}}}
    second = {"search": {"filter": {"fulfillmentStatus": {"$in": [*OPEN, *more]}}}}
    third = {"search": {"filter": {"paymentStatus": {"$in": "PAID"}}}}
    return [requests.post(URL, headers=headers, json=body) for body in (first, second)] + [
        requests.post(URL, headers=headers, json=third)
    ]
