import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def sorted_orders(headers, newest_first):
    sort = []
    sort.append({"fieldName": "createdDate", "order": "DESC" if newest_first else "ASC"})
    sort.append({"fieldName": "buyerInfo.contactId", "order": "ASC"})
    return requests.post(URL, headers=headers, json={"search": {"sort": sort}})
