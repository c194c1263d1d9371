# requests.post("https://www.wixapis.com/ecom/v1/orders/search", json={"filter": {}})
"""
requests.post("https://www.wixapis.com/ecom/v1/orders/search", json={"filter": {}})
"""
URL_IN_TEXT = 'requests.post("https://www.wixapis.com/ecom/v1/orders/search", json={"filter": {}})'
