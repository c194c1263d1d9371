"""Paid orders, with the whole URL in the call."""
import requests


def paid_orders(token):
    response = requests.post(
        "https://www.wixapis.com/ecom/v1/orders/search",
        headers={"Authorization": token},
        json={"search": {"filter": {"paymentStatus": "PAID"}, "cursorPaging": {"limit": 50}}},
        timeout=30,
    )
    response.raise_for_status()
    return response.json()["orders"]
