import time

import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def patient(headers):
    for attempt in range(3):
        response = requests.post(URL, headers=headers, json={"search": {"filter": {"number": "10001"}}})
        if response.ok:
            return response.json()["orders"]
        time.sleep(2**attempt)
    return []
