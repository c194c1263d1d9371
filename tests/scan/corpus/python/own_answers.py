class Client:
    def mapped(self):
        result = self.request("POST", "/ecom/v1/orders/search", {"search": {"filter": {"status": "APPROVED"}}})
        return result["items"], result["total"]

    def plain(self):
        result = self.request("POST", "/ecom/v1/orders/search", json={"search": {"filter": {"status": "APPROVED"}}})
        return result["orders"], result["total"]
