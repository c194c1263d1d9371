import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def summary(headers):
    response = requests.post(URL, headers=headers, json={"search": {"filter": {"status": "APPROVED"}}})
    data = response.json()
    print(data["totalCount"], data["metadata"]["total"], data.get("pagingMetadata"))
    return [(order["_id"], order["number"], order.get("dateCreated")) for order in data["orders"]]
