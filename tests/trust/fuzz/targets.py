"""What is fuzzed: each target takes any bytes and lets out nothing but what the package promises for them."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec.msgpack

import orderquery as oq
from orderquery.compiler import cursor as cursors
from orderquery.compiler.cursor import _FORMAT, _authenticated, _open
from orderquery.compiler.query import same_condition
from orderquery.compiler.report import render_report, report_json
from orderquery.documents.ingest import Record
from orderquery.documents.json_lines import read_bytes
from orderquery.language.schema import load_schema
from orderquery.syntax.json_reader import SHAPES

JSON = Any
NOW = datetime(2025, 3, 1, 12, 30, tzinfo=UTC)
SCHEMA = load_schema()
KEYS = oq.CursorKeys(["the key of the cursor that is fuzzed"])
DIALECTS = ("sqlite", "postgres", "duckdb", "spark", "clickhouse", "trino")
ORDERS = [document for document in oq.sample(12) if "id" in document]


def judged(report: oq.Report) -> None:
    """Whatever a check said can be printed, and what it compiled runs, prints and is read again as the same."""
    json.dumps(report.to_json()).encode()
    report_json(report).encode()
    render_report(report).encode()
    _ = report.corrected
    if report.plan is not None and report.plan.cursor is None:
        runs(report.plan)


def runs(plan: oq.Plan) -> None:
    found = plan.search(ORDERS, keys=KEYS)
    if found.next is not None:
        plan.search(ORDERS, keys=KEYS)
        oq.compile({"cursorPaging": {"cursor": found.next}}).search(ORDERS, keys=KEYS)
    again = oq.compile(plan.to_json(), shape="search")
    assert same_condition(again.condition, plan.condition)
    assert again.sort == plan.sort
    in_text = oq.check(plan.to_text(), form="text", now=NOW).plan
    assert in_text is None or same_condition(in_text.condition, plan.condition)
    plan.sql(DIALECTS[zlib.crc32(plan.packed) % len(DIALECTS)])


def wire(data: bytes) -> None:
    """JSON, as HTTP carries it."""
    judged(oq.check(data, SHAPES[len(data) % 3], form="wire"))


def literal(data: bytes) -> None:
    """JSON and the literals of JavaScript, with places."""
    judged(oq.check(data, SHAPES[len(data) % 3], form="json"))


def text(data: bytes) -> None:
    """The text form."""
    judged(oq.check(data, form="text", now=NOW))


def cursor(data: bytes) -> None:
    """A token as it is sent; and, as only who has the key could, anything at all that decrypts."""
    refused(data[:16_000].decode("latin-1"))
    nonce = os.urandom(12)
    for payload in (data, sealable(data)):
        sealed = KEYS.ciphers[0].encrypt(nonce, payload, _authenticated(SCHEMA, ""))
        token = cursors.base64.urlsafe_b64encode(bytes([_FORMAT]) + nonce + sealed).decode().rstrip("=")
        opened = _open(token, SCHEMA, "", KEYS)
        if opened is not None:
            plan = oq.compile({"cursorPaging": {"cursor": token}})
            plan.search(ORDERS, keys=KEYS)


def sealable(data: bytes) -> bytes:
    """A payload whose search is ``data`` after its first bytes, which say where it stands."""
    first, *rest = data[:5] or b"\0"
    position = [chr(byte) if byte % 3 else byte << 40 if byte % 2 else None for byte in rest[: first % 5]]
    return msgspec.msgpack.encode([zlib.compress(data[5:]), first, first % 4, position])


def refused(token: str) -> None:
    plan = oq.check({"search": {"cursorPaging": {"cursor": token}}}).plan
    if plan is None or not token:
        return
    try:
        plan.search(ORDERS, keys=KEYS)
    except oq.QueryError as problem:
        assert [said.code for said in problem.diagnostics] == ["bad-cursor"]
    else:
        raise AssertionError(f"a cursor nobody gave out was taken: {token!r}")


def loader(data: bytes) -> None:
    """What a load is given; whatever it kept can be searched, read and answered, and is kept once."""
    store = _store()
    records = [*read_bytes(SCHEMA, data)]
    ids = {record.id for record in records if isinstance(record, Record)}
    try:
        result = store.load_records(records)
        json.dumps([problem.to_json() for problem in result.problems]).encode()
        page = store.search({"sort": [{"fieldName": "number"}], "filter": {"status": {"$ne": "x"}}})
        assert {*page.ids} <= ids
        for order_id in page.ids:
            assert store.get(order_id)
        for order_id in [*ids][:20]:
            store.get_transactions(order_id)
        again = store.load_records(records)
        assert (again.orders, again.transactions, again.skipped) <= (result.orders, result.transactions, result.skipped)
    finally:
        store.delete(ids)
    assert store.count({}) == 0


@cache
def _store() -> oq.Store:
    """One for all inputs: to open one takes longer than most of them."""
    return oq.open_store(":memory:", keys=KEYS)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "wire": wire,
    "literal": literal,
    "text": text,
    "cursor": cursor,
    "loader": loader,
}
