"""Naughty strings wherever a string may stand: they are values, and nothing else, on the way to every engine."""

from __future__ import annotations

import builtins
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import engines
import oracle
import pytest
import sqlglot
from backends import BACKENDS, KEYS, Backend
from naughty import NAUGHTY, SURROGATES
from scale import scaled
from serving import Asker

import orderquery as oq
from orderquery.language.conditions import Kind
from orderquery.language.operators import OPERATORS
from orderquery.language.site_names import MAX_SITE_CHARS
from orderquery.sql import leaf_tests as leaves
from orderquery.sql import statement as sql
from orderquery.sql.dialects import DIALECTS
from orderquery.sql.mapped.layout_loader import json_layout

JSON = Any
STRINGS = [*NAUGHTY[:: scaled(1, 5)], "'; DROP TABLE orders; --", ":p1", "%(p1)s", "\0"]
TEXTS = ["buyerInfo.email", "shippingInfo.title", "id", "status"]
LISTS = ["lineItems.productName.original", "paymentMethods"]


def conditions(text: str, lists: list[str] = LISTS) -> list[JSON]:
    """Every way a string stands in a filter."""
    found: list[JSON] = [{"number": text}, {"number": {"$gt": text}}, {"number": {"$nin": [text, "7"]}}]
    for name in TEXTS:
        row = oq.load_schema().by_name[name]
        for operator in row.operators:
            if operator in ("$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$startsWith"):
                found.append({name: {operator: text}})
            elif operator in ("$in", "$nin"):
                found.append({name: {operator: [text, "tame"]}})
    for name in lists:
        for operator in oq.load_schema().by_name[name].operators:
            if operator in ("$hasSome", "$hasAll", "$in", "$nin"):
                found.append({name: {operator: ["tame", text]}})
        found += [{name: text}, {name: {"$eq": [text, "tame"]}}, {name: {"$ne": text}}]
    kept = [condition for condition in found if oq.check({"filter": condition}, "search").plan is not None]
    assert len(kept) > 15
    return kept


def tame(text: str) -> str:
    """A string of the same length that means nothing to anybody."""
    return "z" * len(text)


# -- statements differ in their parameters only -----------------------------------------------------------------


OWN = ("sqlite", "postgres", "duckdb", "bigquery", "snowflake")
STATEMENTS = [*(name for name in DIALECTS if name not in OWN[3:]), *(f"{name}, own tables" for name in OWN)]


def texts(text: str) -> dict[str, str]:
    """The statements of every dialect, built anew: a kept one would not show what a new one holds."""
    ours, found = oq.compile({"filter": {"$or": conditions(text)}}), {}
    theirs = oq.compile({"filter": {"$or": conditions(text, LISTS[:1])}})
    for name in STATEMENTS:
        sql.forget()
        dialect, own, _ = name.partition(",")
        found[name] = theirs.sql(dialect, layout=json_layout(dialect=dialect)).text if own else ours.sql(dialect).text
    return found


def _impossible(text: str, name: str) -> bool:
    """Whether the condition is known to fail without asking: no text of the tables holds NUL."""
    return "\0" in text and name == "postgres, own tables"


def differing(strings: list[str]) -> list[tuple[str, str]]:
    """The strings and dialects whose statement is not that of a tame string."""
    found, shapes = [], dict[int, dict[str, str]]()
    for text in strings:
        key = len(text) if len(text) > 60 or not text else 1
        if key not in shapes:
            shapes[key] = texts(tame(text))
        wanted = shapes[key]
        said = texts(text)
        found += [(text, name) for name in STATEMENTS if said[name] != wanted[name] and not _impossible(text, name)]
    return found


BEYOND_FOLDING = {"\U0010ffff"}
"""Nothing begins after it: a prefix of it has no upper bound, so its statement lacks one."""


def plain(text: str) -> bool:
    return not set(text) & BEYOND_FOLDING


def test_statements_differ_only_in_their_parameters(counted: Any) -> None:
    strings = [text for text in STRINGS if plain(text) and text][:: scaled(1, 4)]
    assert differing(strings) == []
    counted(
        "naughty operands that change no statement",
        len(strings) * len(STATEMENTS),
        len(strings) * len(STATEMENTS),
        f"{len(DIALECTS)} dialects",
    )


def interpolating(leaf: Any, parameters: Any, *rest: Any) -> Any:
    """What nobody may ever write: an operand in the text of a statement."""
    if leaf.kind is Kind.EQUALS and isinstance(leaf.operand, str):
        from sqlglot import exp

        parameters = [exp.Literal.string(leaf.operand), *parameters[1:]]
    return _expression(leaf, parameters, *rest)


_expression = leaves.expression


def test_this_test_sees_it_if_anyone_interpolates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "expression", interpolating)
    assert differing(["' OR 1=1 --"]) != []
    sql.forget()


# -- generated Python -------------------------------------------------------------------------------------------

_GENERATING = (
    "memory.codegen",
    "memory.function_writer",
    "memory.interpreter",
    "memory.search",
    "documents.fields",
    "documents.extract",
)


def forget_python() -> None:
    for name in _GENERATING:
        for kept in vars(sys.modules.get(f"orderquery.{name}", builtins)).values():
            if hasattr(kept, "cache_clear") and getattr(kept, "__module__", "").startswith("orderquery"):
                kept.cache_clear()


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The sources of all Python that is made while a test runs."""
    sources: list[str] = []

    def seen(run: Callable[..., Any]) -> Callable[..., Any]:
        def called(source: Any, *rest: Any, **more: Any) -> Any:
            if isinstance(source, str):
                sources.append(source)
            return run(source, *rest, **more)

        return called

    for name in ("exec", "compile", "eval"):
        monkeypatch.setattr(builtins, name, seen(getattr(builtins, name)))
    yield sources
    forget_python()


def sources_of(text: str, sources: list[str]) -> list[str]:
    forget_python()
    sources.clear()
    plan = oq.compile({"filter": {"$or": conditions(text)}})
    for document in ({"id": "x", "status": text, "buyerInfo": {"email": text}}, {"id": text}, {}):
        plan.matches(document)
        list(plan.filter([document]))
        oq.compile({"filter": {"buyerInfo.email": text}}).matches(document)
    return [*sources]


def test_generated_python_holds_no_operand(compiled: list[str], counted: Any) -> None:
    # Some of it is made only when a shape has been seen before: so each often.
    lengths = (1, 3, 30, 80, 300)
    usual = {source for _ in range(12) for length in lengths for source in sources_of("z" * length, compiled)}
    assert len(usual) > 2, "no Python was made: this test sees nothing"
    tried = 0
    for text in filter(None, STRINGS):
        made = sources_of(text, compiled)
        assert made
        assert {*made} <= usual, text
        tried += 1
    counted("naughty operands that stand in no generated Python", tried, tried)


# -- what engines answer ----------------------------------------------------------------------------------------


def order(number: int, text: str) -> JSON:
    """An order that holds a string wherever one may stand."""
    return {
        "id": (text[:250] or "empty") + f"#{number}", "number": text, "status": text or "APPROVED", "createdDate": "2024-01-01T00:00:00Z",
        "buyerInfo": {"email": text}, "shippingInfo": {"title": text}, text or "x": text,
        "lineItems": [{"productName": {"original": text}}, {"productName": {"original": "tame"}}],
    }  # fmt: skip


def transactions(number: int, text: str) -> JSON:
    return {
        "orderId": (text[:250] or "empty") + f"#{number}",
        "payments": [{"regularPaymentDetails": {"paymentMethod": text}}],
    }


ORDERS = [order(number, text) for number, text in enumerate(STRINGS)]
RECORDS = [transactions(number, text) for number, text in enumerate(STRINGS)]


@pytest.mark.parametrize("engine", BACKENDS)
def test_engines_answer_as_the_oracle_does(engine: str, counted: Any) -> None:
    backend: Backend = BACKENDS[engine]()
    try:
        backend.load([*ORDERS, *({"orderTransactions": record} for record in RECORDS)])
        asked = 0
        for text in STRINGS:
            every = conditions(text)
            for filter_ in every[:: scaled(1, 4)]:
                search = {"filter": filter_, "cursorPaging": {"limit": 100}, "sort": [{"fieldName": "number"}]}
                wanted = oracle.search(ORDERS, RECORDS, search)
                assert list(backend.search(search).ids) == wanted[:100], filter_
                asked += 1
        for number, text in enumerate(STRINGS):
            order_id = ORDERS[number]["id"]
            assert backend.get(order_id) == ORDERS[number], text
            if text != order_id:
                assert (backend.get(text) or {"id": text})["id"] == text
        assert len(walked(backend)) == len(ORDERS)
        victims = [found["id"] for found in ORDERS[::2]]
        backend.delete(["' OR 1=1 --", "%", "*", "", *victims])
        assert sorted(walked(backend)) == sorted(found["id"] for found in ORDERS[1::2])
    finally:
        backend.close()
    counted(f"naughty searches answered as the oracle does: {engine}", asked, asked)


def walked(backend: Backend) -> list[str]:
    page, ids = backend.search({"cursorPaging": {"limit": 100}}), list[str]()
    while True:
        ids += page.ids
        if page.next is None:
            return ids
        page = backend.search({"cursorPaging": {"cursor": page.next}})


# -- names ------------------------------------------------------------------------------------------------------


KNOWN = {*oq.load_schema().by_name, *OPERATORS, "$and", "$or", "$not"}


def test_names_of_fields_never_come_from_outside(counted: Any) -> None:
    asker, tried = Asker(), 0
    for text in (*NAUGHTY, *SURROGATES):
        for search in (
            {"filter": {text: "x"}}, {"filter": {text: {"$eq": "x"}}}, {"filter": {"status": {text: "x"}}}, {"sort": [{"fieldName": text}]},
            {"sort": [{"fieldName": "number", "order": text}]}, {text: 1}, {"filter": {f"status{text} ": 1}},
        ):  # fmt: skip
            report = oq.check(search, "search")
            # Only what the table or the language calls so may pass.
            assert not report.ok or text in KNOWN, search
            json.dumps(report.to_json()).encode()
            tried += 1
        answer = asker.search(json.dumps({"search": {"sort": [{"fieldName": text}]}}).encode())
        assert answer.status in (200, 400)
    counted("naughty names of fields, operators and orders", tried, tried)


@pytest.mark.parametrize("text", SURROGATES)
def test_what_no_utf8_holds_is_refused(text: str) -> None:
    for row in oq.load_schema().fields:
        for operator in row.operators:
            for operand in (text, [text]):
                assert not oq.check({"filter": {row.name: {operator: operand}}}, "search").ok
    with pytest.raises(oq.UsageError):
        oq.open_store(":memory:").at_site(text)


ENGINES: dict[str, Callable[[], str]] = {
    "sqlite": lambda: ":memory:",
    "duckdb": lambda: "duckdb:///:memory:",
    "postgresql": engines.fresh_url,
}


@pytest.mark.parametrize("engine", ENGINES)
def test_names_of_sites_and_ids(engine: str, counted: Any) -> None:
    # PostgreSQL takes a site's name of at most 100 bytes.
    most = 100 if engine == "postgresql" else 800
    candidates = [
        text for text in dict.fromkeys(STRINGS) if text.strip() and len(text) < 200 and len(text.encode()) <= most
    ][:: scaled(1, 3)]
    strings = [
        text for text in candidates if len(text) <= MAX_SITE_CHARS and text.isprintable() and text == text.strip()
    ]
    with oq.open_store(ENGINES[engine](), keys=KEYS) as store:
        for text in candidates:
            if text not in strings:
                with pytest.raises(oq.UsageError):
                    store.at_site(text)
        for number, text in enumerate(strings):
            at = store.at_site(text)
            at.load(
                [
                    {"id": text, "number": str(number)},
                    {"id": "same", "number": str(number)},
                    {"orderTransactions": {"orderId": text, "payments": [{"id": text}]}},
                ]
            )
        for number, text in enumerate(strings):
            at = store.at_site(text)
            assert {*at.search({}).ids} == {text, "same"}
            assert at.get("same")["number"] == at.get(text)["number"] == str(number)
            assert json.loads(at.get_transactions(text))["payments"] == [{"id": text}]
            assert at.search({"filter": {"id": text}}).ids == (text,)
            assert at.get(strings[number - 1]) is None
            assert at.delete([strings[number - 1], "s%"]) == 0
        assert store.at_site("nobody").count({}) == 0
    counted(f"naughty names of sites and ids: {engine}", len(candidates), len(candidates))


# -- places -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".db", ".duckdb"])
def test_names_of_files(tmp_path: Path, suffix: str, counted: Any) -> None:
    names = [
        text
        for text in NAUGHTY
        if text and "/" not in text and "\0" not in text and text not in (".", "..") and len(text.encode()) < 200
    ]
    names = names[:: scaled(2, 25)]
    if suffix == ".duckdb":
        for mark in "\\?":
            for text in [text for text in NAUGHTY if mark in text and "\0" not in text][:20]:
                with pytest.raises(oq.StoreError, match="DuckDB cannot open"):
                    oq.open_store(tmp_path / f"{text}{suffix}")
        assert not [*tmp_path.iterdir()]
        names = [text for text in names if "\\" not in text and "?" not in text]
    for number, text in enumerate(names):
        folder = tmp_path / str(number)
        folder.mkdir()
        with oq.open_store(folder / f"{text}{suffix}") as store:
            store.load([{"id": "a", "number": "1"}])
            assert store.search({"cursorPaging": {"limit": 1}}).ids == ("a",)
        made = {file.name for file in folder.iterdir()}
        assert {f"{text}{suffix}", f"{text}{suffix}.key"} <= made
        assert all(name.startswith(text) for name in made), made
        with oq.open_store(folder / f"{text}{suffix}", create=False) as store:
            assert store.count({}) == 1
    counted(f"naughty names of files: {suffix}", len(names), len(names))


def test_namespaces_of_postgresql(counted: Any) -> None:
    url, tried = engines.postgres_url(), 0
    names = [text for text in NAUGHTY if text.strip() and "\0" not in text and 0 < len(text.encode()) < 40]
    for text in names[:: scaled(4, 40)]:
        name = f"{text} t{engines.os.getpid()}"
        with oq.open_store(f"{url}{'&' if '?' in url else '?'}namespace={quote(name, safe='')}") as store:
            store.load([{"id": "a", "number": "1"}])
            assert store.search({"filter": {"id": "a"}}).ids == ("a",)
        engines._drop(name.replace('"', '""'))
        tried += 1
    counted("naughty namespaces of PostgreSQL", tried, tried)


def test_what_a_layout_names(counted: Any) -> None:
    """A layout's SQL is its owner's; what it calls names is quoted, or refused."""
    tried = 0
    for text in NAUGHTY:
        for dialect in ("sqlite", "postgres", "duckdb"):
            try:
                layout = json_layout(text)
                statement = oq.compile({"filter": {"number": "1"}}).sql(dialect, layout=layout).text
            except oq.OrderQueryError:
                continue
            finally:
                tried += 1
            if text.isidentifier():
                # A reserved word is a name like any other, of which the engine says that it is none.
                continue
            (parsed,) = sqlglot.parse(statement, read=dialect)
            assert parsed is not None
            assert isinstance(parsed, sqlglot.exp.Query), statement
    counted("naughty tables of layouts, quoted or refused", tried, tried)
