import requests


def recent(headers, day):
    where = dict(createdDate={"$gte": f"{day}T00:00:00Z"})
    search = dict(filter=where, sort=[dict(fieldName="createdDate", direction="DESC")])
    return requests.post("https://www.wixapis.com/ecom/v1/orders/search", headers=headers, json=dict(search=search))
