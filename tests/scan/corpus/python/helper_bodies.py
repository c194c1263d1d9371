import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"


class Orders:
    def __init__(self, headers):
        self.headers = headers

    def paid(self):
        return self._search({"filter": {"paymentstatus": "PAID"}})

    def since(self, day):
        return self._search({"filter": {"createdDate": {"$gte": day}}}, limit=101)

    def _search(self, search, limit=50):
        search["cursorPaging"] = {"limit": limit}
        return requests.post(URL, headers=self.headers, json={"search": search}).json()["orders"]
