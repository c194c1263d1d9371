"""What people call in Python: load (D122), search with limit and cursor, pages, count, get by number (D123)."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import orderquery as oq

JSON = Any
ORDERS: list[JSON] = [{"id": f"o{n}", "number": str(n), "status": "APPROVED"} for n in range(1, 8)]
LINES = b"\n".join(json.dumps(order).encode() for order in ORDERS)
TOKEN = b"eyJhbGciOiJSUzI1NiJ9.eyJkYXRhIjoie30ifQ.c2ln"


@pytest.fixture
def store() -> Iterator[oq.Store]:
    with oq.open_store(":memory:") as opened:
        yield opened


def lines_file(folder: Path, name: str = "orders.jsonl", content: bytes = LINES) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


SOURCES: list[tuple[str, Callable[[Path], Any]]] = [
    ("path", lines_file),
    ("path as text", lambda folder: str(lines_file(folder))),
    ("gzipped", lambda folder: lines_file(folder, "orders.jsonl.gz", gzip.compress(LINES))),
    ("a name that says nothing", lambda folder: lines_file(folder, "orders")),
    ("a response", lambda folder: lines_file(folder, "page.json", json.dumps({"orders": ORDERS}, indent=2).encode())),
    ("bytes", lambda _: LINES),
    ("a bytearray", lambda _: bytearray(LINES)),
    ("gzipped bytes", lambda _: gzip.compress(LINES)),
    ("a document", lambda _: {"orders": ORDERS}),
    ("a list", lambda _: ORDERS),
    ("a generator", lambda _: (order for order in ORDERS)),
    ("a page", lambda _: oq.compile("everything").search(ORDERS)),
]


@pytest.mark.parametrize("make", [make for _, make in SOURCES], ids=[name for name, _ in SOURCES])
def test_everything_that_holds_orders_is_loaded(store: oq.Store, tmp_path: Path, make: Callable[[Path], Any]) -> None:
    assert store.load(make(tmp_path)).orders == len(ORDERS)
    assert store.count("everything") == len(ORDERS)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("orders.jsonl", r'file not found: "orders.jsonl" was taken for the path of a file; write the path of an'),
        (Path("orders.jsonl"), "file not found"),
        ("", "file not found"),
        ("a\0b", "file not found"),
        ("-", "file not found"),
        (
            '{"id": "a"}',
            r"is JSON, but a string was taken for the path of a file; write: store.load\(text.encode\(\)\)",
        ),
        (".", "is a folder"),
        (None, "cannot load null; pass a path, bytes, a decoded document, or an iterable of documents"),
        (5, "cannot load 5"),
        (io.BytesIO(b"{}"), r"cannot load an open file; pass its path, or its bytes: store.load\(file.read\(\)\)"),
    ],
)
def test_anything_else_is_an_error(
    store: oq.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: Any, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(oq.UsageError, match=message):
        store.load(source)


def test_a_store_is_no_file_of_orders(store: oq.Store, tmp_path: Path) -> None:
    with oq.open_store(tmp_path / "shop.db"):
        pass
    with pytest.raises(oq.UsageError, match=r"is an SQLite database, not a file of orders; write: oq.open_store"):
        store.load(tmp_path / "shop.db")


def test_what_is_inside_is_reported_and_never_lost(store: oq.Store, tmp_path: Path) -> None:
    result = store.load(lines_file(tmp_path, content=LINES + b"\n{broken\n"))
    assert (result.orders, result.skipped) == (len(ORDERS), 1)
    assert (result.problems[0].source_name, result.problems[0].line) == ("orders.jsonl", len(ORDERS) + 1)
    result = store.load(["orders.jsonl", tmp_path, b"{}", {"id": "x"}])
    assert (result.orders, result.skipped) == (1, 3)
    assert result.problems[0].message == 'expected a decoded document in the iterable, not "orders.jsonl"'
    assert result.problems[0].help == "load a file or bytes alone: store.load(PATH)"
    assert [problem.pointer for problem in result.problems] == ["/0", "/1", "/2"]
    assert store.load(TOKEN).problems[0].code == "unverified-event"


def test_old_orders_are_converted_from_every_source(store: oq.Store, tmp_path: Path) -> None:
    old = {"id": "old", "number": 7, "dateCreated": "2020-01-01T00:00:00.000Z", "totals": {"total": "5"}}
    path = lines_file(tmp_path, content=json.dumps(old).encode())
    for source in (path, str(path), path.read_bytes(), old, [old]):
        assert store.load(source).problems[0].code == "foreign-document"
        result = store.load(source, convert=True)
        assert (result.orders, result.skipped) == (1, 0)
        assert result.conversion is not None
        assert result.conversion.orders == 1
        assert store.delete(["old"]) == 1


# -- searching --------------------------------------------------------------------------------------------------


@pytest.fixture
def filled(store: oq.Store) -> oq.Store:
    store.load(ORDERS)
    return store


def test_a_page_is_a_sequence_of_orders(filled: oq.Store) -> None:
    page = filled.search("everything order by number", limit=3)
    assert [order["number"] for order in page] == ["1", "2", "3"]
    assert len(page) == 3
    assert (page.prev_page(), page.limit) == (None, 3)
    second = page.next_page()
    assert second is not None
    assert [order["number"] for order in second] == ["4", "5", "6"]
    back = second.prev_page()
    assert back is not None
    assert back.ids == page.ids
    last = second.next_page()
    assert last is not None
    assert (len(last), last.next_page()) == (1, None)
    assert repr(page) == "<Page: 3 orders, limit 3, has next>"
    assert not filled.search("number = 99")


def test_a_page_has_the_methods_of_a_sequence(filled: oq.Store) -> None:
    plan = oq.compile("everything order by number limit 3")
    for page in (filled.search(plan), plan.search(ORDERS), asyncio.run(first_page_of_a_copy())):
        first, second, third = page
        assert isinstance(page, Sequence)
        assert (page[0], page[-1], page[1:], page[::-1]) == (first, third, [second, third], [third, second, first])
        assert (list(reversed(page)), page.index(second), page.count(third)) == ([third, second, first], 1, 1)
        assert (second in page, ORDERS[4] in page) == (True, False)
        assert random.Random(1).choice(page) in (first, second, third)
        with pytest.raises(IndexError):
            page[3]
    stored = filled.search(plan)
    assert stored[1] is stored[1:2][0] is stored.orders[1]


async def first_page_of_a_copy() -> oq.AsyncPage:
    async with oq.aopen_store(":memory:") as store:
        await store.load(ORDERS)
        return await store.search("everything order by number limit 3")


def test_limit_and_cursor_replace_those_of_the_search(filled: oq.Store) -> None:
    plan = oq.compile("everything order by number limit 2")
    for search in ("everything order by number limit 2", plan, {**plan.to_json()}, {"search": plan.to_json()}):
        first = filled.search(search, limit=3)
        assert first.ids == ("o1", "o2", "o3")
        assert filled.search(search, cursor=first.next).ids == ("o4", "o5")
        assert filled.search(search, limit=1, cursor=first.next).ids == ("o4",)
    assert filled.search(cursor=first.next).ids == ("o4", "o5", "o6")
    assert filled.search(cursor=first.next, limit=1).ids == ("o4",)
    assert filled.search({"cursorPaging": {"cursor": first.next}}, limit=2).ids == ("o4", "o5")
    assert plan.limit == 2


def test_what_is_wrong_with_them(filled: oq.Store) -> None:
    cursor = filled.search("everything", limit=1).next
    for limit in (0, 101, -1, True, "5", 2.5):
        with pytest.raises(oq.QueryError):
            filled.search("everything", limit=limit)  # type: ignore[arg-type]
    with pytest.raises(oq.QueryError, match="bad-cursor"):
        filled.search("everything", cursor="x")
    with pytest.raises(oq.QueryError, match="cursor-mismatch"):
        filled.search("number = 5", cursor=cursor)
    with pytest.raises(oq.UsageError, match="the search has a cursor of its own"):
        filled.search({"cursorPaging": {"cursor": cursor}}, cursor="x")
    with pytest.raises(oq.QueryError, match="empty-query"):
        filled.search()
    with pytest.raises(oq.QueryError, match="empty-query"):
        filled.search("", limit=5)


def test_pages_are_read_one_by_one(filled: oq.Store) -> None:
    pages = filled.pages("everything order by number", limit=3)
    assert [page.ids for page in pages] == [("o1", "o2", "o3"), ("o4", "o5", "o6"), ("o7",)]
    assert list(filled.pages("number = 99")) == []
    first = filled.search("everything order by number", limit=3)
    assert [page.ids for page in filled.pages(cursor=first.next)] == [("o4", "o5", "o6"), ("o7",)]
    pages = filled.pages("everything order by number", limit=3)
    next(pages)
    filled.load([{"id": "o3b", "number": "3"}, {"id": "o6b", "number": "6"}])
    assert [order["id"] for page in pages for order in page] == ["o3b", "o4", "o5", "o6", "o6b", "o7"]
    with pytest.raises(oq.QueryError):
        filled.pages("nope = 1")


def test_pages_in_memory() -> None:
    plan = oq.compile("everything order by number limit 3")
    page: oq.Page | None = plan.search(order for order in ORDERS)
    found = []
    while page:
        found.append(page.ids)
        page = page.next_page()
    assert found == [("o1", "o2", "o3"), ("o4", "o5", "o6"), ("o7",)]


def test_an_order_by_its_number(filled: oq.Store) -> None:
    for number in ("5", 5, "005"):
        order = filled.get(number=number)
        assert order is not None
        assert order["id"] == "o5"
    assert filled.get("o5") == filled.get(number="5")
    assert filled.get(number="99") is None
    filled.load([{"id": "hidden", "number": "40", "status": "INITIALIZED"}, {"id": "again", "number": "5"}])
    hidden = filled.get(number=40)
    assert hidden is not None
    assert hidden["id"] == "hidden"
    with pytest.raises(oq.UsageError, match="several orders have number 5; search for: number = 5"):
        filled.get(number=5)
    for arguments in ({}, {"order_id": "o5", "number": 5}):
        with pytest.raises(oq.UsageError, match="pass an id or a number"):
            filled.get(**arguments)
    for wrong in (2.5, [], -1):
        with pytest.raises(oq.UsageError, match="number takes"):
            filled.get(number=wrong)  # type: ignore[arg-type]


def test_they_say_which_shape_was_read() -> None:
    search = {"filter": {"status": "APPROVED"}}
    assert (oq.compile(search).shape, oq.compile({"search": search}).shape) == ("search", "request")
    assert oq.compile("status = APPROVED").shape == "text"
    old = {"query": {"filter": '{"paymentStatus": "PAID"}', "paging": {"limit": 5, "offset": 5}}}
    report = oq.check(old)
    assert report.shape == "stores"
    assert report.plan is None or report.plan.shape == "stores"
    assert oq.compile("orders.searchOrders({filter: {status: 'APPROVED'}})").shape == "sdk"
    assert (oq.check(search).shape, oq.check(search, "search").shape) == ("request", "search")
    assert repr(oq.check(search)).startswith("<Report of a request body: ")
    assert repr(oq.compile(search)).startswith("<Plan of a bare search: ")
    with pytest.raises(oq.QueryError, match=r"\nread as a bare search; for another shape pass oq\.compile\("):
        oq.compile({"fitler": {}})


@pytest.mark.parametrize("table", ["ecom-orders", "pricing-plans", "of-a-file"])
def test_the_shape_that_an_error_names_can_be_passed_everywhere(tmp_path, table) -> None:
    search = {"filter": {"nothingLikeIt": 1}}
    schema = oq.load_schema(table) if table != "of-a-file" else replace(oq.load_schema(), name=table)
    with oq.open_store(tmp_path / "s.db", schema=schema) as store:
        calls: list[Callable[[Any], Any]] = [store.search, store.count, store.histogram, store.explain]
        calls += [lambda search: list(store.pages(search)), oq.Emulator(store).search_orders]
        for call in calls:
            with pytest.raises(oq.QueryError) as raised:
                call(search)
            (code,) = re.findall(r"for another shape pass (oq\..*)$", str(raised.value))
            # The body of the request has no search, and is read as such.
            with pytest.raises(oq.QueryError, match="filter") as as_request:
                call(eval(code, {"oq": oq, "search": search, "schema": schema}))
            assert "read as" not in str(as_request.value)
            assert call(eval(code, {"oq": oq, "search": {"search": {}}, "schema": schema})) is not None
