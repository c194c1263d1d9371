"""Right code as people write it around a search; it has no findings."""

from __future__ import annotations

import pytest

import orderquery as oq
from orderquery.scan.languages import language_of

IMPORT = 'import { orders } from "@wix/ecom";\n'
FIND = 'return orders.searchOrders({ filter: { "buyerInfo.email": { $eq: email } } });'
BEFORE = {
    "a check": "validate(email);",
    "a cache": "cache.set(email, { count: 0 });",
    "a cache of the object": "this.counts.set(email, { count: this.counts.get(email)?.count ?? 0, calculating: true });",
    "an awaited check": "await allow(email);",
    "a metric": 'metrics.track("search", email);',
    "a set": "seen.add(email);",
    "a default": 'email = email || "a@b.de";',
    "a method of it": "email.trim();",
    "two checks": "validate(email); audit(email, new Date());",
    "a callback": "each((one) => seen.push(one), email);",
}


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
@pytest.mark.parametrize("language", ["javascript", "typescript", "tsx"])
def test_what_is_done_with_a_value_before_says_nothing_of_its_type(language: str, before: str) -> None:
    for source in (
        f"{IMPORT}export async function find(email) {{ {before} {FIND} }}\n",
        f"{IMPORT}class Shop {{ async find({{ email }}) {{ {before} {FIND} }} }}\n",
        f"{IMPORT}export const find = async (request) => {{ const {{ email }} = await request.json(); {before} {FIND} }};\n",
    ):
        assert oq.scan_source(source, language).diagnostics == (), source  # type: ignore[arg-type]


def test_a_google_apps_script_is_javascript() -> None:
    assert language_of("Code.gs") == "javascript"
    source = (
        'const BASE = "https://www.wixapis.com";\n'
        "function post_(path, body) {\n"
        '  return UrlFetchApp.fetch(BASE + path, { method: "post", payload: JSON.stringify(body) });\n'
        "}\n"
        'const paid_ = () => post_("/ecom/v1/orders/search", { search: { filter: { paymentstatus: "PAID" } } });\n'
    )
    assert [found.code for found in oq.scan_source(source, "javascript").diagnostics] == ["unknown-field"]
