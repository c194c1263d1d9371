import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def orders_of_member(member_id, headers):
    payload = {"filter": {"buyerInfo.memberId": member_id}}
    return requests.post(URL, headers=headers, json=payload).json()["orders"]


def orders_of_contact(contact_id, headers):
    payload = {"search": {"filter": {"buyerInfo.contactId": contact_id}}}
    return requests.post(URL, headers=headers, json=payload).json()["orders"]
