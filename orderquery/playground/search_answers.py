"""The answers about results: pages, counts, orders, the reason of a match."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from ..compiler.compile import compile_search
from ..compiler.page import Page
from ..compiler.query import Query
from ..diagnostics.errors import UsageError
from ..memory.search import explainer
from ..memory.why import Verdict
from ..syntax.json_decoder import decode_json
from .columns import Column
from .page_call import PageCall

JSON = Any

_MAX_COLUMNS = 40


def answer_search(call: PageCall) -> JSON:
    """Answer with one page of results, as the cells of a table."""
    columns = [Column(call.schema, column) for column in call.objects("columns")[:_MAX_COLUMNS]]
    plan = call.plan
    page, seconds = _timed(lambda: search_page(call, plan))
    needs_transactions = any(column.reads_transactions for column in columns)
    rows = []
    for order_id, order in zip(page.ids, page.orders, strict=True):
        stored = call.store.get_transactions(order_id) if needs_transactions else None
        transactions = None if stored is None else decode_json(stored)
        rows.append({"id": order_id, "cells": [column.cell(order, transactions) for column in columns]})
    return {
        "rows": rows,
        "next": page.next,
        "prev": page.prev,
        "limit": page.limit,
        "sort": [{"field": key.field.name, "descending": key.descending} for key in plan.sort],
        "sorted": plan.sort_sent,
        "ms": _milliseconds(seconds),
    }


def answer_count(call: PageCall) -> JSON:
    """Answer with the number of orders on all pages."""
    plan = call.plan
    count, seconds = _timed(lambda: call.store.count(plan))
    return {"count": count, "ms": _milliseconds(seconds)}


def answer_order(call: PageCall) -> JSON:
    """Answer with an order and its transactions, as texts of JSON."""
    order_id = call.text("id")
    order, transactions = call.store.get_document(order_id), call.store.get_transactions(order_id)
    return {"order": _decoded(order), "transactions": _decoded(transactions)}


def answer_why(call: PageCall) -> JSON:
    """Answer why each order with this number or id matches, or does not."""
    number = call.text("number").strip()
    explain = explainer(call.plan)
    verdicts: list[Verdict] = []
    for order_id in _find_ids(call, number):
        order, transactions = call.store.get_document(order_id), call.store.get_transactions(order_id)
        if order is not None:
            record = None if transactions is None else decode_json(transactions)
            verdicts.append(explain(decode_json(order), record))
    answers = {"hidden from every search" if one.hidden else "here" if one.matches else "not here" for one in verdicts}
    return {
        "title": f"Why {number} is {' and '.join(sorted(answers))}",
        "verdicts": [{"id": verdict.key, "lines": list(_lines_of(verdict))} for verdict in verdicts],
    }


def _lines_of(verdict: Verdict) -> Iterator[JSON]:
    """Yield the lines of a verdict: level, result, and whether it decides."""
    for line in verdict.render().split("\n")[1:]:
        star, part = line[:2], line[2:].lstrip(" ")
        level = (len(line) - len(star) - len(part)) // 2
        yield {"level": level, "result": part.startswith("✓"), "text": part[2:], "decides": star == "* "}


def search_page(call: PageCall, plan: Query) -> Page:
    """Return the page that a call is about: the first, or that of its cursor."""
    cursor = call.text("cursor", "")
    if not cursor:
        return call.store.search(plan, seconds=call.timeout_s)
    following = {"cursorPaging": {"cursor": cursor}}
    return call.store.search(compile_search(following, shape="search", schema=call.schema), seconds=call.timeout_s)


def _find_ids(call: PageCall, wanted: str) -> list[str]:
    """Return the id if an order has it, else the ids with this number."""
    if not wanted:
        raise UsageError("write the number or the id of an order")
    if call.store.get_document(wanted) is not None:
        return [wanted]
    number = next((row for row in call.schema.fields if row.type.name == "sequence"), None)
    if number is None:
        return []
    search = {"filter": {number.name: wanted}, "cursorPaging": {"limit": 5}}
    return list(call.store.search(compile_search(search, shape="search", schema=call.schema)).ids)


def _timed(run: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    return run(), time.perf_counter() - began


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _decoded(document: bytes | None) -> str | None:
    return None if document is None else document.decode("utf-8", "replace")
