"""The public face as a user's type checker sees it: pyright, strict. Never run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, assert_type

import orderquery as oq
from orderquery.testing import EmulatedSite


def checking(request: dict[str, Any]) -> None:
    report = oq.check(request, "request")
    assert_type(report, oq.Report[oq.Plan])
    assert_type(report.ok, bool)
    for diagnostic in report.diagnostics:
        assert_type(diagnostic, oq.Diagnostic)
        assert_type(diagnostic.pointer, str | None)
        assert_type(diagnostic.line, int | None)
        assert_type(diagnostic.end_line, int | None)
        assert_type(diagnostic.certain, bool)
        assert_type(diagnostic.help, str)
    assert_type(report.remaining, tuple[oq.Diagnostic, ...])
    assert_type(report.to_json(), dict[str, Any])
    assert_type(oq.render(report), str)
    assert_type(report.plan, oq.Plan | None)


def editing(text: str) -> None:
    for completion in oq.complete(text, 5, "text"):
        assert_type(completion, oq.Completion)
        assert_type(completion.start, int)
    found = oq.hover(text, 5, form="auto", table="ecom-orders")
    assert_type(found, oq.Hover | None)
    for token in oq.highlight(text, "sdk", oq.load_schema()):
        assert_type(token, oq.Token)
    for fix in oq.fixes(text, position=3):
        assert_type(fix, oq.QuickFix)
        assert_type(fix.certain, bool)
        assert_type(fix.apply(text), str)
        assert_type(fix.diagnostic, oq.Diagnostic)
    assert_type(oq.format(text), str)
    assert_type(oq.convert(text, "request", "text"), str)


def planning(orders: list[dict[str, Any]]) -> None:
    plan = oq.compile({"filter": {"status": "APPROVED"}})
    assert_type(plan, oq.Plan)
    assert_type(plan.matches(orders[0]), bool)
    assert_type(plan.filter(orders), Iterator[Any])
    assert_type(plan.shape, Literal["request", "search", "sdk", "stores", "text"])
    assert_type(plan.search(orders), oq.Page)
    assert_type(plan.sql("postgres"), oq.Statement)
    assert_type(plan.sql("postgres").parameters, dict[str, Any])
    assert_type(plan.to_text(), str)
    sorted(orders, key=plan.sort_key)
    try:
        oq.compile("status = ")
    except oq.QueryError as refused:
        assert_type(refused.diagnostics, tuple[oq.Diagnostic, ...])


def migrating(query: dict[str, Any]) -> None:
    found = oq.translate(query, source="stores-v2", target=oq.load_schema("ecom-orders-sdk"))
    assert_type(found, oq.Translation[oq.Plan])
    assert_type(found.query, oq.Plan | None)
    assert_type(found.losses, tuple[oq.Diagnostic, ...])
    assert_type(found.ok, bool)
    assert_type(found.to_json(), dict[str, Any])
    compared = oq.compare_tables("ecom-orders", "ecom-orders-sdk", queries=["everything", ("name", query)])
    assert_type(compared, oq.TableComparison)
    assert_type(compared.breaks, bool)
    assert_type(compared.differences[0].first, tuple[str, ...])
    assert_type(compared.queries[0].diagnostics, tuple[oq.Diagnostic, ...])
    assert_type(compared.to_markdown(), str)


def storing(documents: list[Any]) -> None:
    with oq.open_store("orders.db", site="shop", keys=["a key of some length"]) as store:
        assert_type(store, oq.Store)
        assert_type(store.load(documents), oq.LoadResult)
        page = store.search({"cursorPaging": {"limit": 10}})
        assert_type(page.orders, Sequence[oq.OrderDict])
        assert_type(page.next_page(), oq.Page | None)
        assert_type([order["number"] for order in page], list[str])
        assert_type(next(store.pages("everything", limit=5)), oq.Page)
        assert_type(store.get(number=5), oq.OrderDict | None)
        assert_type(store.load("orders.jsonl"), oq.LoadResult)
        store.search("number = :n", params={"n": 5}, limit=5, cursor=page.next)
        assert_type(page.documents, list[bytes])
        assert_type(page.next, str | None)
        assert_type(page.has_next, bool)
        assert_type(store.count("everything"), int)
        assert_type(store.iterate("everything"), Iterator[oq.OrderDict])
        assert_type(store.delete(["id"]), int)


def converting(old: dict[str, Any]) -> None:
    converted = oq.convert_order(old)
    assert_type(converted, oq.ConvertedOrder)
    assert_type(converted.order, dict[str, Any])
    assert_type(converted.transactions, dict[str, Any] | None)
    assert_type(converted.losses, tuple[oq.Diagnostic, ...])
    assert_type(converted.kept, dict[str, Any])
    with oq.open_store("orders.db") as store:
        result = store.load([old], convert=True)
        assert result.conversion is not None
        assert_type(result.conversion.orders, int)


def building() -> None:
    f = oq.f
    paid = (f.paymentStatus == "PAID") & ~f.buyerInfo.email.starts_with("a") | f.number.between(5, 7)
    assert_type(paid, oq.FilterExpression)
    assert_type(f.paymentMethods.has_any(["Klarna"]), oq.FilterExpression)
    assert_type(f.createdDate >= datetime(2024, 1, 1, tzinfo=UTC), oq.FilterExpression)
    search = oq.search(paid).order_by(f.createdDate.desc(), f.number).limit(5)
    assert_type(search, oq.SearchExpression)
    assert_type(oq.compile(search), oq.Plan)
    request: oq.SearchRequestDict = {"search": {"filter": {"paymentStatus": "PAID", "$or": [{"number": {"$gt": 5}}]}}}
    assert_type(oq.check(request), oq.Report[oq.Plan])


async def storing_asynchronously() -> None:
    async with oq.aopen_store("orders.db") as store:
        assert_type(store, oq.AsyncStore)
        page = await store.search(oq.f.number > 5)
        assert_type(page, oq.AsyncPage)
        assert_type(await page.next_page(), oq.AsyncPage | None)
        assert_type([order["number"] async for page in store.pages("everything") for order in page], list[str])
        assert_type(await store.get("a"), oq.OrderDict | None)
    assert_type(await oq.aopen_store("orders.db"), oq.AsyncStore)


def emulating(order: dict[str, Any], payment: dict[str, Any]) -> None:
    with oq.open_store("orders.db") as store:
        clock = oq.Clock(datetime(2026, 1, 1, tzinfo=UTC), frozen=True)
        shop = oq.Emulator(store, clock=clock, seed="test")
        assert_type(clock.now(), int)
        assert_type(shop.at_site("shop"), oq.Emulator)
        created = shop.create_order(order).order
        assert_type(created, oq.OrderDict)
        assert_type(shop.search_orders("paymentStatus = PAID"), oq.Page)
        assert_type(shop.add_payments("id", [payment]).payments_ids, list[str])
        assert_type(shop.management_list_orders(limit=10).orders, list[dict[str, Any]])
        assert_type(shop.advance(timedelta(days=31)), int)
        saved = shop.save()
        assert_type(saved, bytes)
        shop.restore(saved)
        for event in shop.iterate_events():
            assert_type(event.sequence, int)
            assert_type(event.type, str)
            assert_type(event.document, bytes)
            assert_type(shop.envelope(event), str)
        try:
            shop.cancel_order("id", restock_all_items=True)
        except oq.Refused as refused:
            assert_type(refused.status, int)
            assert_type(refused.details, dict[str, Any])


def testing(orderquery_server: EmulatedSite, expect_event: Callable[..., Any]) -> None:
    assert_type(orderquery_server.emulator, oq.Emulator)
    assert_type(orderquery_server.url, str)
    assert_type(orderquery_server.headers, dict[str, str])
