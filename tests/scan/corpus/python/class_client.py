import requests


class WixClient:
    BASE = "https://www.wixapis.com"

    def __init__(self, api_key, site_id):
        self.session = requests.Session()
        self.session.headers.update({"Authorization": api_key, "wix-site-id": site_id})

    def search_orders(self, status="APPROVED", limit=100):
        payload = {
            "search": {
                "filter": {"status": status},
                "cursorPaging": {"limit": limit},
            }
        }
        return self.session.post(f"{self.BASE}/ecom/v1/orders/search", json=payload).json()

    def archived(self):
        return self._post("/ecom/v1/orders/search", {"search": {"filter": {"archived": {"$eq": True}}}})

    def _post(self, path, payload):
        response = self.session.post(self.BASE + path, json=payload)
        return response.json()
