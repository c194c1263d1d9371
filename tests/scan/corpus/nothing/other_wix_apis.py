"""Other services of Wix, with requests of the same form."""
import requests

API = "https://www.wixapis.com"


def products(headers):
    return requests.post(f"{API}/stores/v1/products/query", headers=headers, json={"query": {"filter": "{}"}})


def carts(headers):
    return requests.post(f"{API}/ecom/v1/checkouts/search", headers=headers, json={"filter": {"a": 1}})


def one(headers, order_id):
    return requests.get(f"{API}/ecom/v1/orders/{order_id}", headers=headers).json()["order"]
