"""The public face as a user's type checker sees it: pyright, strict. Never run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, assert_type

import orderquery as oq


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


def planning(orders: list[dict[str, Any]]) -> None:
    plan = oq.compile({"filter": {"status": "APPROVED"}})
    assert_type(plan, oq.Plan)
    assert_type(plan.matches(orders[0]), bool)
    assert_type(plan.filter(orders), Iterator[Any])
    assert_type(plan.search(orders), oq.Page)
    assert_type(plan.sql("postgres"), oq.Statement)
    assert_type(plan.sql("postgres").parameters, dict[str, Any])
    assert_type(plan.to_text(), str)
    sorted(orders, key=plan.sort_key)
    try:
        oq.compile("status = ")
    except oq.QueryError as refused:
        assert_type(refused.diagnostics, tuple[oq.Diagnostic, ...])


def storing(documents: list[Any]) -> None:
    with oq.open_store("orders.db", site="shop", keys=["a key of some length"]) as store:
        assert_type(store, oq.Store)
        assert_type(store.load(documents), oq.LoadResult)
        page = store.search({"cursorPaging": {"limit": 10}})
        assert_type(page.orders, Sequence[Any])
        assert_type(page.documents, list[bytes])
        assert_type(page.next, str | None)
        assert_type(page.has_next, bool)
        assert_type(store.count("everything"), int)
        assert_type(store.iterate("everything"), Iterator[Any])
        assert_type(store.delete(["id"]), int)
