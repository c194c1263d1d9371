"""Answers of several calls, answers that the code adds keys to, and calls in the head of a loop."""

import asyncio

import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"
CONTACTS = "https://www.wixapis.com/contacts/v4/contacts/query"


async def together(client):
    found, contacts = await asyncio.gather(client.post(URL, json={"search": {}}), client.post(CONTACTS, json={}))
    return found.json()["items"], contacts.json()["items"]


async def by_index(client):
    found = await asyncio.gather(client.post(CONTACTS, json={}), client.post(URL, json={"search": {}}))
    return found[0].json()["items"], found[1].json()["total"]


def in_one_line(headers):
    page, contacts = requests.post(URL, headers=headers, json={"search": {}}).json(), {"items": []}
    return page["results"], contacts["items"]


def with_a_total(headers):
    page = requests.post(URL, headers=headers, json={"search": {}}).json()
    page["total"] = len(page["orders"])
    page.update({"result": "ok"}, items=[])
    return page["total"], page["result"], page["items"], page.setdefault("count", 0), page["results"]


def by_pattern(headers, event):
    page = requests.post(URL, headers=headers, json={"search": {}}).json()
    match event:
        case {"data": page}:
            return page["items"]
    return page["items"]


def cursor_in_the_body(headers):
    cursor = None
    while (page := requests.post(URL, headers=headers, json={"search": {"cursorPaging": {"cursor": cursor}}}).json())["metadata"]["hasNext"]:
        yield from page["orders"]
        cursor = page["metadata"]["cursors"]["next"]


def no_cursor(headers):
    while (page := requests.post(URL, headers=headers, json={"search": {}}).json())["metadata"]["hasNext"]:
        yield from page["orders"]
