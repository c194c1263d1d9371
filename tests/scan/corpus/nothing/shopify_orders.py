import requests


def search(shop, token):
    url = f"https://{shop}.myshopify.com/admin/api/2024-01/orders/search.json"
    return requests.post(url, headers={"X-Shopify-Access-Token": token}, json={"filter": {"status": "open"}})
