"""Files with thousands of calls: the work grows with the file, and no faster."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

import orderquery as oq
from orderquery.scan.languages import SourceLanguage

IMPORT = 'import requests\nURL = "https://www.wixapis.com/ecom/v1/orders/search"\n'
SEND = 'requests.post(URL, json={"search": {"filter": {"number": NUMBER}}})'
SDK = 'import { orders } from "@wix/ecom";\n'
SEARCH = "orders.searchOrders({ filter: { number: NUMBER } })"
FILES: dict[str, tuple[SourceLanguage, str, str]] = {
    "python: calls": ("python", IMPORT, f"{SEND}\n"),
    "python: variables": ("python", IMPORT, f'rNUMBER = {SEND}.json()\nprint(rNUMBER["orders"])\n'),
    "python: one variable": ("python", IMPORT, f'r = {SEND}.json()\nprint(r["orders"])\n'),
    "python: one body": (
        "python", IMPORT + 'body = {"search": {"filter": {}}}\n',
        'body["search"]["filter"]["number"] = NUMBER\nrequests.post(URL, json=body)\n',
    ),
    "python: bodies": ("python", IMPORT, 'body_NUMBER = {"search": {}}\nrequests.post(URL, json=body_NUMBER)\n'),
    "python: functions": ("python", IMPORT, f'def f_NUMBER(n):\n    return {SEND}.json()["orders"]\n'),
    "python: functions with parameters": (
        "python", IMPORT, 'def f_NUMBER(n):\n    return requests.post(URL, json={"search": n})\nf_NUMBER({"filter": {}})\n',
    ),
    "python: a loop": ("python", IMPORT + "while True:\n", f'    r = {SEND}.json()\n    print(r["orders"])\n'),
    "python: one list": ("python", IMPORT + "found = [\n", f"    {SEND},\n"),
    "python: a block": ("python", IMPORT + "with open(x) as session:\n", f'    r = {SEND}.json()\n    print(r["orders"])\n'),
    "javascript: calls": ("javascript", SDK, f"{SEARCH};\n"),
    "javascript: variables": ("javascript", SDK, f"const rNUMBER = await {SEARCH};\nconsole.log(rNUMBER.orders);\n"),
    "javascript: one variable": ("javascript", SDK + "let r;\n", f"r = await {SEARCH};\nconsole.log(r.orders);\n"),
    "javascript: one body": (
        "javascript", SDK + "const body = { filter: {} };\n", "body.filter.number = NUMBER;\norders.searchOrders(body);\n",
    ),
    "javascript: functions": ("javascript", SDK, f"async function fNUMBER(n) {{ return (await {SEARCH}).orders; }}\n"),
    "javascript: functions with parameters": (
        "javascript", SDK, "const fNUMBER = async (n) => orders.searchOrders({ filter: n });\nfNUMBER({});\n",
    ),
    "javascript: a loop": ("javascript", SDK + "while (true) {\n", f"  const rNUMBER = await {SEARCH};\n"),
}  # fmt: skip

MANY = {"javascript: one body": 300}
"""A value that is set in more than 200 places is unknown; before, the work for it grows."""


def scanned_source(name: str, count: int) -> tuple[SourceLanguage, str]:
    language, start, part = FILES[name]
    return language, start + "".join(part.replace("NUMBER", str(number)) for number in range(count))


def steps_of(language: SourceLanguage, text: str) -> int:
    """Return how many functions are called to scan a source."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        oq.scan_source(text, language)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", FILES)
def test_twice_the_calls_are_twice_the_work(name: str) -> None:
    steps_of(*scanned_source(name, 2))
    count = MANY.get(name, 100)
    one = steps_of(*scanned_source(name, count))
    two = steps_of(*scanned_source(name, 2 * count))
    assert count < one < two < 2.3 * one
