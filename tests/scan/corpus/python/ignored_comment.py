import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def private_field(headers):
    # orderquery: ignore[unknown-field] our test server has this field
    return requests.post(URL, headers=headers, json={"search": {"filter": {"extra.flag": True}}})


def other_field(headers):
    body = {"search": {"filter": {"extra.flag": True}}}  # orderquery: ignore[unknown-field] as above
    return requests.post(URL, headers=headers, json=body)
