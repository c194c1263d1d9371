import requests

ORDERS = "https://www.wixapis.com/ecom/v1/orders"


def archive(headers, order_id):
    requests.patch(f"{ORDERS}/{order_id}", headers=headers, json={"order": {"archived": True}})
    requests.post(f"{ORDERS}/{order_id}/cancel", headers=headers, json={"sendOrderCanceledEmail": False})
    return requests.post(ORDERS, headers=headers, json={"order": {"filter": 1}})
