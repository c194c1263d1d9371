import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"
NOTES = "https://example.com/notes"


def stored():
    answer = requests.post(URL, json={"search": {"filter": {"paymentStatus": "PAID"}}}).json()
    print(answer["results"])
    answer, status = requests.get(NOTES).json(), 200
    return answer["items"], status


def chosen(from_orders):
    if from_orders:
        answer = requests.get(NOTES).json()
    else:
        answer = requests.post(URL, json={"search": {"filter": {"paymentStatus": "PAID"}}}).json()
    return answer["items"]


def opened():
    answer = requests.post(URL, json={"search": {"filter": {"paymentStatus": "PAID"}}})
    if answer.status_code != 200:
        with requests.get(NOTES) as answer:
            return answer.json()["items"]
    for answer in ({"items": 1}, {"items": 2}):
        print(answer["items"])


def repeated():
    answer = requests.post(URL, json={"search": {"filter": {"paymentStatus": "PAID"}}}).json()
    while answer["metadata"]["hasNext"]:
        print(answer["items"])
        cursor = answer["metadata"]["cursors"]["next"]
        answer = requests.post(URL, json={"search": {"cursorPaging": {"cursor": cursor}}}).json()


def decoded():
    try:
        answer = requests.post(URL, json={"search": {"filter": {"paymentStatus": "PAID"}}})
        answer = answer.json()
    except ValueError:
        answer = {}
    return answer["items"]


def turned():
    answer = requests.get(NOTES).json()
    answer = requests.post(URL, json={"search": {"filter": {"number": {"$in": answer["items"]}}}}).json()
    return answer["orders"]
