import os

import requests

BASE = os.environ["SHOP_API"]


def search(query, limit):
    return requests.post(f"{BASE}/orders/search", json={"query": query, "paging": {"limit": limit, "offset": 0}})
