import httpx
import respx

ROUTE = "https://www.wixapis.com/ecom/v1/orders/search"


@respx.mock
def test_route(respx_mock):
    respx_mock.post(ROUTE).mock(return_value=httpx.Response(200, json={"orders": []}))
    respx.post(ROUTE, json={"filter": 1})
