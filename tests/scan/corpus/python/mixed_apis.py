import requests

API = "https://www.wixapis.com"


def contacts(headers):
    return requests.post(f"{API}/contacts/v4/contacts/query", headers=headers, json={"query": {"filter": {"x": 1}}})


def orders(headers):
    return requests.post(f"{API}/ecom/v1/orders/search", headers=headers, json={"search": {"filter": {"$not": {"status": "CANCELED"}}}})


def one_order(headers, order_id):
    return requests.get(f"{API}/ecom/v1/orders/{order_id}", headers=headers)
