import http.client
import json


def orders(token):
    connection = http.client.HTTPSConnection("www.wixapis.com")
    payload = json.dumps({"search": {"filter": {"$or": [{"status": "APPROVED"}, {"status": "CANCELLED"}]}}})
    connection.request("POST", "/ecom/v1/orders/search", payload, {"Authorization": token})
    return json.loads(connection.getresponse().read())
