import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def orders(headers, paid, since=None):
    body = {"search": {"cursorPaging": {"limit": 100}}}
    if since:
        body["search"]["filter"] = {"createdDate": {"$gt": since}}
    elif paid:
        body["search"]["filter"] = {"paymentStatus": "PAID"}
    else:
        body["search"].update(filter={"paymentstatus": "NOT_PAID"})
    return requests.post(URL, headers=headers, json=body)
