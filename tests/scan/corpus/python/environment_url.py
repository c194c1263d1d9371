import os
from urllib.parse import urljoin

import requests

WIX_API = os.environ.get("WIX_API", "https://www.wixapis.com")


def search(headers):
    url = urljoin(WIX_API, "/ecom/v1/orders/search")
    return requests.post(url, headers=headers, json={"search": {"filter": {"buyerInfo": {"email": "a@example.com"}}}})
