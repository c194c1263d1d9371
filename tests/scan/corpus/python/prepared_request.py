import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


def prepared(session: requests.Session, headers):
    request = requests.Request("POST", URL, headers=headers, json={"search": {"filters": {"status": "APPROVED"}}})
    return session.send(request.prepare())


def pooled(pool, body=b'{"search": {"cursorPaging": {"limit": 0}}}'):
    return pool.request("POST", URL, body=body)
