ENDPOINTS = {
    "search": ("POST", "/ecom/v1/orders/search"),
    "get": ("GET", "/ecom/v1/orders/{id}"),
}
SAMPLES = [{"path": "/ecom/v1/orders/search", "json": {"filter": {"paymentstatus": "PAID"}}}]


def path_of(name):
    return ENDPOINTS[name][1]
