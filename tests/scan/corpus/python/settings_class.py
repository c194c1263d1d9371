import httpx


class Settings:
    HOST = "https://www.wixapis.com"
    SEARCH = HOST + "/ecom/v1/orders/search"
    PAGE = 120


def first(client: httpx.Client):
    return client.post(Settings.SEARCH, json={"search": {"cursorPaging": {"limit": Settings.PAGE}}}).json()
