"""Searches written as scripts: each is found, with exactly the holes that were made.

``ORDERQUERY_SCRIPTS`` says how many (160; with ``ORDERQUERY_TRUST=full`` 3,000), ``ORDERQUERY_SEED`` which.
"""

from __future__ import annotations

import json
import os
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from corpus_form import shown
from mistakes import seeded
from scale import scaled
from script_writer import ScriptWriter

import orderquery as oq

JSON = Any
COUNT = int(os.environ.get("ORDERQUERY_SCRIPTS", str(scaled(3_000, 160))))
SEED = os.environ.get("ORDERQUERY_SEED", "20261128")
PARTS = 4
URL = "https://www.wixapis.com/ecom/v1/orders/search"


def written(random: Random, document: JSON, *, sends: str, typed: bool, holes: int) -> tuple[str, JSON]:
    """Return a script that sends a document, and the document as the finder has to show it."""
    writer = ScriptWriter(random, typed=typed, holes=holes)
    is_object = isinstance(document, dict) and random.randrange(3) == 0
    text, expected = writer.assigned(document) if is_object else writer.expression(document)
    if sends == "sdk":
        imports = random.choice(
            (
                ('import { orders } from "@wix/ecom";', "orders.searchOrders"),
                ('import { orders as shop } from "wix-ecom-backend";', "shop.searchOrders"),
                ('import * as ecom from "@wix/ecom";', "ecom.orders.searchOrders"),
                ('const { searchOrders } = require("@wix/ecom").orders;', "searchOrders"),
            )
        )
        first, call = imports[0], f"{imports[1]}({text})"
    elif random.randrange(2):
        first, call = f'const url = "{URL}";', f'fetch(url, {{ method: "POST", body: JSON.stringify({text}) }})'
    else:
        first, call = 'import axios from "axios";', f'axios.post("{URL}", {text}, {{ headers: {{}} }})'
    inside = "\n".join(f"  {line}" for line in (*writer.lines, f"return {call};"))
    types = ": any" if typed else ""
    parameters = ", ".join(f"{name}{types}" for name in writer.holes)
    return f"{first}\nexport async function run({parameters}) {{\n{inside}\n}}\n", expected


@pytest.mark.parametrize("part", range(PARTS))
def test_a_written_search_is_found_with_its_holes(part: int) -> None:
    for index in range(part, COUNT, PARTS):
        mistaker = seeded(f"{SEED}/scripts/{index}")
        random = mistaker.random
        search = mistaker.search()
        request = mistaker.wrong(search, random.randint(0, 3))[1]
        request = json.loads(json.dumps(request, default=float), parse_float=Decimal)
        sends = random.choice(("sdk", "request"))
        document = request.get("search", {}) if sends == "sdk" and isinstance(request, dict) else request
        typed = bool(random.randrange(2))
        source, expected = written(random, document, sends=sends, typed=typed, holes=random.choice((0, 0, 1, 3)))
        scanned = oq.scan_source(source, "typescript" if typed else "javascript")
        assert [call.sends for call in scanned.calls] == [sends], source
        assert shown(scanned.calls[0].call.search) == expected, source
        around = {mistake.code for mistake in scanned.calls[0].call.around}
        codes = {diagnostic.code for diagnostic in scanned.calls[0].diagnostics} - around
        whole = {diagnostic.code for diagnostic in oq.check(document, sends).diagnostics} - around  # type: ignore[arg-type]
        assert codes <= whole, source
        if expected == document:
            assert codes == whole, source
