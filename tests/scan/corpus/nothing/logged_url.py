import logging

log = logging.getLogger(__name__)
URL = "https://www.wixapis.com/ecom/v1/orders/search"


def explain(body):
    log.info("POST %s with %s", URL, {"filter": body})
    print(URL, {"filter": {"status": "x"}})
    return URL.startswith("https") and URL.split("/ecom/v1/orders/search")
