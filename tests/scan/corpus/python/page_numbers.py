import requests


def pages(headers, count):
    for page in range(count):
        answer = requests.post(
            "https://www.wixapis.com/ecom/v1/orders/search",
            headers=headers,
            json={"search": {"page": page, "cursorPaging": {"limit": 100}}},
        )
        yield answer.json()["orders"]
