"""Loops around a search that are not over its pages, and two that are."""

import time

import requests

URL = "https://www.wixapis.com/ecom/v1/orders/search"
FIRST = {"search": {"cursorPaging": {"limit": 100}}}


def retried(headers):
    for attempt in range(3):
        try:
            page = requests.post(URL, headers=headers, json=FIRST).json()
            return page["orders"], page["metadata"]["hasNext"]
        except requests.RequestException:
            time.sleep(2**attempt)
    return [], False


def waits(headers):
    while True:
        answer = requests.post(URL, headers=headers, json=FIRST)
        if answer.status_code == 429:
            time.sleep(1)
            continue
        return answer.json()["metadata"]["cursors"]


def by_day(headers, days):
    for day in days:
        page = requests.post(URL, headers=headers, json={"search": {"filter": {"createdDate": {"$gte": day}}}}).json()
        if page["metadata"]["hasNext"]:
            print("more orders on", day)


def by_number_of_day(headers, day_of):
    for number in range(31):
        day = day_of(number)
        page = requests.post(URL, headers=headers, json={"search": {"filter": {"createdDate": {"$gte": day}}}}).json()
        if page["metadata"]["hasNext"]:
            print("more orders on", day)


def of_every_site(sites):
    while sites:
        headers = {"wix-site-id": sites.pop()}
        page = requests.post(URL, headers=headers, json=FIRST).json()
        yield from page["orders"]
        while page["metadata"]["hasNext"]:
            cursor = page["metadata"]["cursors"]["next"]
            page = requests.post(URL, headers=headers, json={"search": {"cursorPaging": {"cursor": cursor}}}).json()
            yield from page["orders"]


def never_passed(headers):
    for _ in range(50):
        page = requests.post(URL, headers=headers, json=FIRST).json()
        yield from page["orders"]
        if not page["metadata"]["hasNext"]:
            break


def never_passed_inside(headers, days):
    for day in days:
        print(day)
        while True:
            page = requests.post(URL, headers=headers, json=FIRST).json()
            yield from page["orders"]
            if not page["metadata"]["hasNext"]:
                break
