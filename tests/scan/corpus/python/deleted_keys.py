import copy

import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"
TEMPLATE = {"search": {"filter": {"status": "APPROVED"}, "sort": [{"fieldName": "createdDate", "order": "DESC"}]}}


def next_page(headers, cursor):
    body = copy.deepcopy(TEMPLATE)
    del body["search"]["filter"]
    body["search"].pop("sort")
    body["search"]["cursorPaging"] = {"cursor": cursor, "limit": 100}
    return requests.post(URL, headers=headers, json=body)


def first_page(headers):
    return requests.post(URL, headers=headers, json=TEMPLATE)
