import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def by_field(headers, field, value):
    return requests.post(URL, headers=headers, json={"search": {"filter": {field: {"$eq": value}}}})


def by_path(headers, name):
    filters = {}
    filters[f"buyerInfo.{name}"] = "x"
    return requests.post(URL, headers=headers, json={"search": {"filter": filters, "sort": [{"fieldName": name}]}})
