import requests

from .bodies import make_body

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def send(headers, kind):
    return requests.post(URL, headers=headers, json=make_body(kind))


def send_part(headers, search):
    return requests.post(URL, headers=headers, json={"search": search, "fieldsets": ["ALL"]})
