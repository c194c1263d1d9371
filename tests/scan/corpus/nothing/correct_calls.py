"""Calls without a mistake are found, and nothing is said of them; this file has none at all."""
import requests

TRANSACTIONS = "https://www.wixapis.com/ecom/v1/payments/orders/list-transactions"


def transactions(headers, ids):
    return requests.post(TRANSACTIONS, headers=headers, json={"orderIds": ids}).json()["orderTransactions"]
