import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def build_body(status, cursor=None):
    if cursor:
        return {"search": {"cursorPaging": {"cursor": cursor}}}
    return {"search": {"filter": {"fulfillmentStatus": {"$eq": status}}, "cursorPaging": {"limit": 20}}}


def fulfilled(headers):
    return requests.post(URL, headers=headers, json=build_body("FULFILED")).json()


def following(headers, cursor):
    return requests.post(URL, headers=headers, json=build_body("FULFILLED", cursor)).json()
