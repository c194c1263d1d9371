import json
import logging

import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def export(path, headers):
    try:
        search = {"filter": {"lineItems.productId": {"$hasSome": ["a"]}}}
    except KeyError:
        search = {}
    with open(path, "w") as file:
        response = requests.post(URL, headers=headers, json={"search": search})
        logging.info("status %s", response.status_code)
        json.dump(response.json()["orders"], file)
