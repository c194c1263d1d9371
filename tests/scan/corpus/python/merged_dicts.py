import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"
BASE = {"cursorPaging": {"limit": 50}}


def by_email(headers, email):
    search = {**BASE, "filter": {"buyerInfo.email": email}}
    return requests.post(URL, headers=headers, json={"search": search}).json()


def by_number(headers, number):
    search = BASE | {"filter": {"number": {"$eq": number}}}
    return requests.post(URL, headers=headers, json={"search": search}).json()


def with_extra(headers, extra):
    return requests.post(URL, headers=headers, json={"search": {**BASE, **extra, "fieldsets": ["FULL"]}}).json()
