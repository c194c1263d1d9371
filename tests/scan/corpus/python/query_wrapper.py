import json
import requests

BASE_URL = "https://www.wixapis.com"
ORDERS_PATH = "/ecom/v1/orders/search"


def new_orders(headers, since):
    payload = {"query": {"filter": {"createdDate": {"$gte": since.isoformat()}}}}
    return requests.post(BASE_URL + ORDERS_PATH, data=json.dumps(payload), headers=headers)
