import requests

from .audit import amend

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def orders(headers):
    body = {"search": {"filter": {"archived": False}}}
    amend(body)
    return requests.post(URL, json=body, headers=headers)
