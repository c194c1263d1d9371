class Orders:
    def searchOrders(self, search):
        return [order for order in self.rows if order["status"] == search["filter"]["status"]]


def main(orders: Orders):
    return orders.searchOrders({"filter": {"status": "x"}, "paging": {"limit": 1000}})
