import json

import requests

URL = "https://www.wixapis.com/stores/v2/orders/query"


def query_orders(headers):
    body = {"query": {"filter": json.dumps({"paymentStatus": "PAID"}), "paging": {"limit": 50}}}
    return requests.post(URL, headers=headers, json=body).json()["orders"]


def query_since(headers, since):
    body = {"query": {"sort": '[{"dateCreated": "desc"}]', "paging": {"limit": 100, "offset": 0}}}
    return requests.post(URL, headers=headers, json=body).json()["orders"]
