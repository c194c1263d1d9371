"""A search as the request of a client: curl, the JavaScript SDK, and Python."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

from ..compiler.query import Query
from ..language.schema import Schema

JSON = Any

SEARCH_PATH = "/ecom/v1/orders/search"
WIX_URL = "https://www.wixapis.com"
_PLAIN_KEY = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def snippets(plan: Query, url: str = WIX_URL) -> dict[str, str]:
    """Return the request of a search by client.

    The clients are ``curl``, ``javascript``, ``httpx`` and ``orderquery``. ``url`` is the address of the service.
    """
    search = plan.to_json()
    return {
        "curl": _curl(search, url),
        "javascript": _javascript(_with_sdk_names(search, plan.schema)),
        "httpx": _httpx(search, url),
        "orderquery": _orderquery(search),
    }


def _curl(search: JSON, url: str) -> str:
    body = json.dumps({"search": search}, ensure_ascii=False)
    return "\n".join(
        (
            f"curl -s {shlex.quote(url + SEARCH_PATH)} \\",
            '  -H "Authorization: $WIX_API_KEY" \\',
            '  -H "wix-site-id: $WIX_SITE_ID" \\',
            "  -H 'Content-Type: application/json' \\",
            f"  -d {shlex.quote(body)}",
        )
    )


def _javascript(search: JSON) -> str:
    return "\n".join(
        (
            'import { createClient, ApiKeyStrategy } from "@wix/sdk";',
            'import { orders } from "@wix/ecom";',
            "",
            "const wix = createClient({",
            "  modules: { orders },",
            "  auth: ApiKeyStrategy({ apiKey: process.env.WIX_API_KEY, siteId: process.env.WIX_SITE_ID }),",
            "});",
            f"const page = await wix.orders.searchOrders({in_javascript(search)});",
            "for (const order of page.orders) console.log(order.number);",
        )
    )


def _httpx(search: JSON, url: str) -> str:
    return "\n".join(
        (
            "import os",
            "",
            "import httpx",
            "",
            "response = httpx.post(",
            f"    {_in_python(url + SEARCH_PATH)},",
            '    headers={"Authorization": os.environ["WIX_API_KEY"], "wix-site-id": os.environ["WIX_SITE_ID"]},',
            f"    json={_in_python({'search': search}, 4)},",
            ")",
            "response.raise_for_status()",
            'orders = response.json()["orders"]',
        )
    )


def _orderquery(search: JSON) -> str:
    return "\n".join(
        (
            "import orderquery as oq",
            "",
            'with oq.open_store("shop.db") as store:',
            f"    page = store.search({_in_python(search, 4)})",
            "    for order in page.orders:",
            '        print(order["number"])',
        )
    )


def _with_sdk_names(search: JSON, schema: Schema) -> JSON:
    """Return a search with the field names of the JavaScript SDK."""

    def name_of(name: str) -> str:
        return ".".join(schema.sdk_names.get(step, step) for step in name.split("."))

    def rename(tree: JSON) -> JSON:
        if not isinstance(tree, dict):
            return tree
        return {
            (key if key.startswith("$") else name_of(key)): (
                [rename(part) for part in value]
                if key in ("$and", "$or", "$not") and isinstance(value, list)
                else rename(value)
                if key == "$not"
                else value
            )
            for key, value in tree.items()
        }

    renamed = dict(search)
    if "filter" in search:
        renamed["filter"] = rename(search["filter"])
    if "sort" in search:
        renamed["sort"] = [{**key, "fieldName": name_of(key["fieldName"])} for key in search["sort"]]
    return renamed


def in_javascript(value: JSON, level: int = 0) -> str:
    """Return a JSON value as a JavaScript literal, with unquoted keys."""
    inside, outside = "  " * (level + 1), "  " * level
    if isinstance(value, dict) and value:
        entries = (
            f"{key if _PLAIN_KEY.fullmatch(key) else json.dumps(key)}: {in_javascript(item, level + 1)}"
            for key, item in value.items()
        )
        return "{\n" + ",\n".join(inside + entry for entry in entries) + f",\n{outside}}}"
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        items = (inside + in_javascript(item, level + 1) for item in value)
        return "[\n" + ",\n".join(items) + f",\n{outside}]"
    return json.dumps(value, ensure_ascii=False)


def _in_python(value: JSON, indent: int = 0) -> str:
    inside, outside = " " * (indent + 4), " " * indent
    if isinstance(value, dict) and value:
        entries = (f"{_in_python(key)}: {_in_python(item, indent + 4)}" for key, item in value.items())
        return "{\n" + ",\n".join(inside + entry for entry in entries) + f",\n{outside}}}"
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        items = (inside + _in_python(item, indent + 4) for item in value)
        return "[\n" + ",\n".join(items) + f",\n{outside}]"
    if isinstance(value, list):
        return "[" + ", ".join(map(_in_python, value)) + "]"
    if isinstance(value, str):
        # Python reads every escape of JSON but that of a character outside the basic plane.
        return json.dumps(value, ensure_ascii=False)
    return repr(value)
