import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def probe(headers):
    requests.get(URL, params={"filter": "x"}, headers=headers)
    requests.options(URL)
    requests.request("GET", URL, json={"filter": {}})
    return requests.head(URL)
