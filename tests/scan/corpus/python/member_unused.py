import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def my_orders(member_id, headers):
    return requests.post(URL, headers=headers, json={"search": {"filter": {"status": "APPROVED"}}}).json()["orders"]


def my_orders_afterwards(member_id, headers):
    found = requests.post(URL, headers=headers, json={"search": {"filter": {"status": "APPROVED"}}}).json()["orders"]
    return [order for order in found if order["buyerInfo"]["memberId"] == member_id]
