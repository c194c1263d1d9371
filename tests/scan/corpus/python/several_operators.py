import httpx

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def orders_between(start, end, key):
    search = {"filter": {"createdDate": {"$gte": start, "$lt": end}}}
    with httpx.Client(headers={"Authorization": key}) as client:
        answer = client.post(URL, json={"search": search})
    return answer.json()
