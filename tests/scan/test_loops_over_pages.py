"""Loops over pages that never pass the cursor: the first page before the loop, the later ones in it."""

from __future__ import annotations

import pytest

import orderquery as oq

SEARCH = "orders.searchOrders({ cursorPaging: { limit: 100 } })"
FETCH = (
    'fetch("https://www.wixapis.com/ecom/v1/orders/search", '
    '{ method: "POST", body: JSON.stringify({ search: { cursorPaging: { limit: 100 } } }) })'
)
FORMS = {
    "has next": "let r = await CALL; const found = [...r.orders]; while (r.metadata.hasNext) { r = await CALL; found.push(...r.orders); }",
    "cursors": "let r = await CALL; while (r?.metadata?.cursors?.next) { r = await CALL; }",
    "a filter": "let r = await CALL; while (r.metadata.hasNext) { r = await orders.searchOrders({ filter: { paymentStatus: 'PAID' } }); }",
    "fetch": "let s = await FETCH; let r = await s.json(); while (r.metadata.hasNext) { s = await FETCH; r = await s.json(); }",
    "fetch in one": "let r = await (await FETCH).json(); while (r.metadata.hasNext) { r = await (await FETCH).json(); }",
    "fetch and then": "let r = await FETCH.then((s) => s.json()); while (r.metadata.hasNext) { r = await FETCH.then((s) => s.json()); }",
    "do": "let r; do { r = await CALL; } while (r.metadata.hasNext);",
    "do after the first": "let r = await CALL; do { use(r.orders); r = await CALL; } while (r.metadata.hasNext);",
    "for": "for (let r = await CALL; r.metadata.hasNext; r = await CALL) { use(r.orders); }",
    "for without a step": "let r = await CALL; for (; r.metadata.hasNext;) { r = await CALL; }",
    "for without end": "let r = await CALL; for (;;) { if (!r.metadata.hasNext) break; r = await CALL; }",
    "while true": "let r = await CALL; while (true) { if (!r.metadata.hasNext) { break; } r = await CALL; use(r.orders); }",
    "a function": "const load = () => CALL; let r = await load(); while (r.metadata.hasNext) { r = await load(); }",
    "a function with a page": "async function load() { const p = await CALL; return p; } let r = await load(); while (r.metadata.hasNext) { r = await load(); }",
    "a function that fetches": "async function load() { const s = await FETCH; return s.json(); } let r = await load(); while (r.metadata.hasNext) { r = await load(); }",
    "a flag": "let r = await CALL; let more = r.metadata.hasNext; while (more) { r = await CALL; more = r.metadata.hasNext; }",
    "a cursor that is read": "let r = await CALL; let next = r.metadata.cursors.next; while (next) { r = await CALL; next = r.metadata.cursors.next; }",
    "destructured": "let { orders: found, metadata } = await CALL; while (metadata.hasNext) { ({ orders: found, metadata } = await CALL); }",
    "metadata": "let m = (await CALL).metadata; while (m.hasNext) { m = (await CALL).metadata; }",
    "a property": "this.page = await CALL; while (this.page.metadata.hasNext) { this.page = await CALL; }",
    "one search": "const q = { cursorPaging: { limit: 100 } }; let r = await orders.searchOrders(q); while (r.metadata.hasNext) { r = await orders.searchOrders(q); }",
    "collected": "let r = await CALL; const found = [...r.orders]; while (found.length < 500) { r = await CALL; found.push(...r.orders); }",
    "another name": "let p = await CALL; while (p.metadata.hasNext) { const next = await CALL; p = next; }",
    "tried": "let r = await CALL; while (r.metadata.hasNext) { try { r = await CALL; } catch (error) { console.error(error); } }",
}  # fmt: skip
OTHERS = {
    "the cursor is passed": "let r = await CALL; while (r.metadata.hasNext) { r = await orders.searchOrders({ cursorPaging: { cursor: r.metadata.cursors.next } }); }",
    "the cursor is set": "const q = { cursorPaging: {} }; let r = await orders.searchOrders(q); while (r.metadata.hasNext) { q.cursorPaging.cursor = r.metadata.cursors.next; r = await orders.searchOrders(q); }",
    "the cursor is an argument": "const load = (cursor) => orders.searchOrders({ cursorPaging: { cursor } }); let r = await load(); while (r.metadata.hasNext) { r = await load(r.metadata.cursors.next); }",
    "another loop": "let r = await CALL; use(r.metadata.hasNext); while (true) { await sleep(1); }",
    "another call": "let r = await CALL; use(r.metadata.count); while (r.metadata.hasNext) { r = await other(r); }",
    "a retry": "let r; while (!r) { try { r = await CALL; } catch {} }",
    "polling": "let r = await CALL; while (r.orders.length === 0) { await sleep(1000); r = await CALL; }",
    "another date": "let r, from = start; while (from < end) { r = await orders.searchOrders({ filter: { _createdDate: { $gt: from } } }); found.push(...r.orders); from = r.orders.at(-1)._createdDate; }",
    "sites": "while (sites.length) { use(sites.pop()); let r = await CALL; while (r.metadata.hasNext) { r = await orders.searchOrders({ cursorPaging: { cursor: r.metadata.cursors.next } }); } }",
    "a list": "let r = await CALL; for (const status of statuses) { r = await CALL; found.push(...r.orders); }",
}  # fmt: skip


def codes_of(body: str, language: str) -> list[str]:
    body = body.replace("CALL", SEARCH).replace("FETCH", FETCH)
    source = f'import {{ orders }} from "@wix/ecom";\nexport async function run() {{\n{body}\n}}\n'
    return [found.code for found in oq.scan_source(source, language).diagnostics]  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["javascript", "typescript"])
@pytest.mark.parametrize("name", FORMS)
def test_a_loop_that_sends_the_first_page_again(name: str, language: str) -> None:
    assert codes_of(FORMS[name], language) == ["cursor-not-passed"]


@pytest.mark.parametrize("name", OTHERS)
def test_loops_that_end(name: str) -> None:
    assert codes_of(OTHERS[name], "javascript") == []
