import json
import urllib.request

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def fetch(token):
    body = json.dumps({"search": {"filter": {"fulfillmentStatus": "UNFULFILLED"}}}).encode("utf-8")
    request = urllib.request.Request(URL, data=body, headers={"Authorization": token}, method="POST")
    with urllib.request.urlopen(request) as response:
        return json.load(response)["orders"]
