import requests

HOST = "www.wixapis.com"


def first(headers):
    return requests.post("https://%s/ecom/v1/orders/search" % HOST, headers=headers, json={"search": {"limit": 10}})


def second(headers):
    url = "https://{}/ecom/{}/orders/search".format(HOST, "v1")
    return requests.post(url, headers=headers, json={"search": {"cursorPaging": {"limit": "10"}}})
