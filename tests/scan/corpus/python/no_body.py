import requests


def latest(headers):
    return requests.post("https://www.wixapis.com/ecom/v1/orders/search", headers=headers).json()["orders"]
