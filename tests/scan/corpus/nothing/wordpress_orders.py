import requests

BASE = "https://shop.example.com/wp-json/wc/v3"


def searchOrders(query):
    return requests.post(f"{BASE}/orders/search", json={"search": {"filter": query}, "paging": {"offset": 0}})
