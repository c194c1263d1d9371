import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"
payload = """
{
  "search": {
    "filter": {"buyerInfo.emial": "a@example.com"},
    "cursorPaging": {"limit": 10}
  }
}
"""
response = requests.request("POST", URL, headers={"Content-Type": "application/json"}, data=payload)
print(response.text)
