"""Layouts of one's own: what they refuse, what they say, and the SQL they come to."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import sqlglot
from mapped_shops import ENGINES, FOLDER, column_layout, json_layout
from project import TESTS
from sqlglot import exp

import orderquery as oq
from orderquery.compiler.pagination import Position
from orderquery.sql.dialects import DIALECTS
from orderquery.sql.mapped.described import described
from orderquery.sql.mapped.engines import ENGINES as ALL_ENGINES
from orderquery.sql.mapped.layout_loader import _FIELD_KEYS, _KEYS, _TRANSACTIONS_KEYS
from orderquery.sql.mapped.limitations import DIFFERENCES
from orderquery.sql.statement import statement

JSON = Any
GOLDENS = TESTS / "goldens" / "mapped_tables"
SMALL = 'dialect = "sqlite"\ntable = "shop"\nkey = "id"\ndocument = "doc"\n[fields]\nstatus = "status"\n'


def layout_of(tmp_path: Path, text: str) -> oq.OwnTables:
    path = tmp_path / "shop.toml"
    path.write_text(text, "utf-8")
    return oq.load_layout(path)


# -- the SQL ----------------------------------------------------------------------------------------------------

SEARCHES: dict[str, JSON] = {
    "the default search": {},
    "not equal": {"filter": {"paymentStatus": {"$ne": "PAID"}}},
    "amounts, numbers, dates": {
        "filter": {
            "priceSummary.total.amount": {"$gte": "5"},
            "number": {"$lt": 10},
            "updatedDate": "2024-01-01T00:00:00Z",
        }
    },
    "prefixes": {
        "filter": {"buyerInfo.email": {"$startsWith": "Anna"}, "deliveryTimeSlotFromDate": {"$startsWith": "2024-03"}}
    },
    "lists": {
        "filter": {
            "lineItems.productName.original": {"$hasSome": ["Shoe", "Watch"]},
            "paymentMethods": {"$hasAll": ["Cash", "PayPal"]},
            "subscriptionInfo.id": {"$ne": "00000000-0000-0000-0000-000000000000"},
        }
    },
    "a whole list": {"filter": {"paymentMethods": ["Cash", "PayPal"]}},
    "a sort": {
        "sort": [{"fieldName": "billingInfo.contactDetails.fullName"}, {"fieldName": "number", "order": "DESC"}]
    },
}
MAPPED = {
    "paymentStatus": "payment_status",
    "createdDate": {"sql": "created_at", "form": "timestamp", "required": True},
    "priceSummary.total.amount": {"sql": "o.total / 100", "form": "number"},
    "buyerInfo.contactId": "contact_id",
}


def golden(dialect: str) -> str:
    layouts = {
        "JSON": oq.json_layout("shop.orders", key="id", transactions="shop.transactions"),
        "JSON and columns": oq.json_layout("shop.orders", names="rest", dialect=dialect, fields=MAPPED),
    }
    parts = []
    for shop, layout in layouts.items():
        for name, search in SEARCHES.items():
            plan = oq.compile(search)
            if shop != "JSON" and any(row.record == "transactions" for row in plan.fields):
                continue
            built = statement(plan, dialect, layout=layout)
            parts += [
                f"-- {shop}: {name}",
                f"-- {json.dumps(search)}",
                built.text,
                f"-- {json.dumps(built.parameters)}",
            ]
            parts += [*(f"-- {note}" for note in built.notes), ""]
    seeking = statement(oq.compile({}), dialect, layout=layouts["JSON and columns"], position=Position((10**15, "id")))
    return "\n".join([*parts, "-- JSON and columns: beyond a position", seeking.text, ""])


@pytest.mark.parametrize("dialect", ["bigquery", "snowflake"])
def test_golden(dialect: str) -> None:
    path = GOLDENS / f"{dialect}.sql"
    if os.environ.get("ORDERQUERY_GOLDENS") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(golden(dialect), "utf-8")
    assert path.read_text("utf-8") == golden(dialect)


@pytest.mark.parametrize("dialect", ["bigquery", "snowflake"])
def test_every_statement_can_be_read(dialect: str) -> None:
    """Of those that nothing here executes: sqlglot reads each as one query."""
    texts = [line for line in golden(dialect).split("\n") if line.startswith("WITH")]
    assert len(texts) > len(SEARCHES)
    for text in texts:
        (found,) = sqlglot.parse(text.replace("%(", ":").replace(")s", ""), dialect=dialect)
        assert isinstance(found, exp.Select)


def test_rendered_dialects_are_marked() -> None:
    assert {name for name, row in DIALECTS.items() if not row.executed} == {"trino", "bigquery", "snowflake"}


def test_operands_are_never_in_the_text() -> None:
    nasty = "x'; DROP TABLE orders; --"
    search = {"filter": {"buyerInfo.email": {"$startsWith": nasty}, "paymentMethods": {"$hasAll": [nasty, "y"]}}}
    for dialect in ALL_ENGINES:
        built = oq.compile(search).sql(dialect, layout=oq.json_layout(key="id", transactions="transactions"))
        assert "DROP" not in built.text.upper()
        assert json.dumps(built.parameters)


def test_a_statement_is_kept_for_its_shape() -> None:
    layouts = [json_layout("sqlite"), json_layout("sqlite")]
    texts = [oq.compile({"filter": {"number": n}}).sql("sqlite", layout=layouts[n]).text for n in (0, 1)]
    assert texts[0] is texts[1]
    assert oq.compile({"filter": {"number": 1}}).sql("sqlite", layout=column_layout("sqlite")).text != texts[0]


# -- what a layout lacks ----------------------------------------------------------------------------------------


def lacking(layout: oq.OwnTables, search: JSON, dialect: str = "sqlite") -> list[tuple[str, str | None]]:
    with pytest.raises(oq.QueryError) as refused:
        oq.compile(search).sql(dialect, layout=layout)
    assert {diagnostic.code for diagnostic in refused.value.diagnostics} == {"not-in-layout"}
    for diagnostic in refused.value.diagnostics:
        assert diagnostic.severity == "error"
        assert not diagnostic.refused
        assert diagnostic.help
    return [(diagnostic.message.split()[0], diagnostic.pointer) for diagnostic in refused.value.diagnostics]


def test_every_place_that_reads_what_is_lacking_is_said_at_once(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, SMALL + 'createdDate = { sql = "placed", form = "iso" }\n')
    search = {
        "filter": {
            "$or": [{"paymentMethods": "Cash"}, {"$not": {"buyerInfo.email": {"$in": ["a", None]}}}],
            "status": "APPROVED",
            "createdDate": {"$gte": "2024-01-01T00:00:00Z", "$lt": "2025-01-01T00:00:00Z"},
            "fulfillmentStatusesAggregate": {"$hasSome": ["FULFILLED"], "$ne": "CANCELED"},
        },
        "sort": [{"fieldName": "number"}, {"fieldName": "status"}],
    }
    assert lacking(layout, search) == [
        ("paymentMethods", "/filter/$or/0/paymentMethods"),
        ("buyerInfo.email", "/filter/$or/1/$not/buyerInfo.email"),
        ("fulfillmentStatuses", "/filter/fulfillmentStatusesAggregate"),
        ("number", "/sort/0/fieldName"),
    ]
    oq.compile({"filter": {"status": "APPROVED"}}).sql("sqlite", layout=layout)
    # What folds to nothing is not read.
    oq.compile({"filter": {"checkoutId": {"$in": []}}}).sql("sqlite", layout=layout)


def test_what_a_search_reads_without_saying_so(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, SMALL)
    assert lacking(layout, {}) == [("createdDate", "")]
    assert lacking(layout, {"search": {"sort": []}}) == [("createdDate", "")]


def test_the_text_form(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, SMALL)
    found = lacking(layout, "status = APPROVED and checkoutId is present order by number")
    assert [name for name, _ in found] == ["checkoutId", "number"]


def test_without_a_table_of_transactions_there_are_no_payment_methods() -> None:
    search = {"filter": {"paymentMethods": "Cash"}}
    assert lacking(oq.json_layout(), search) == [("paymentMethods", "/filter/paymentMethods")]


def test_paths_that_no_engine_can_say_are_not_in_a_layout_of_json(tmp_path: Path) -> None:
    table = tmp_path / "odd.toml"
    odd = """
    name = "odd"
    key = "id"
    fields = [{ name = "id", type = "guid", operators = ["$eq"] },
              { name = 'a"b', type = "text", operators = ["$eq"], sources = [{ path = 'a"b' }] }]
    """
    table.write_text(odd.replace("'a\"b', type", "'ab', type"), "utf-8")
    schema = oq.load_schema(table)
    layout = oq.json_layout(schema=schema)
    with pytest.raises(oq.QueryError, match="not-in-layout"):
        oq.compile({"filter": {"ab": "x"}}, schema=schema).sql("sqlite", layout=layout)


# -- notes ------------------------------------------------------------------------------------------------------


def test_a_statement_says_what_the_tables_cannot_keep() -> None:
    layout = column_layout("sqlite")
    plain = oq.compile("checkoutId is missing order by status").sql("sqlite", layout=layout)
    said = oq.compile({"filter": {"buyerInfo.email": {"$startsWith": "A"}}}).sql("sqlite", layout=layout)
    assert DIFFERENCES["folding"].says in " ".join(said.notes)
    assert DIFFERENCES["written otherwise"].says in " ".join(said.notes)
    assert DIFFERENCES["folding"].says not in " ".join(plain.notes)
    assert oq.compile({}).sql("sqlite").notes == ()


def test_every_difference_is_said_of_something() -> None:
    said = set()
    for dialect, engine in ALL_ENGINES.items():
        said |= {*engine.json_differs, *engine.document_differs, "lists in lists", "folding"}
        said |= {name for forms in engine.forms.values() for form in forms.values() for name in form.differs}
        said |= {name for form in engine.computed.values() for name in form.differs}
        assert dialect in DIALECTS
    assert said == set(DIFFERENCES)


# -- files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ENGINES)
def test_the_files_of_the_tests_name_every_field(dialect: str) -> None:
    named = tomllib.loads((FOLDER / f"{dialect}.toml").read_text("utf-8"))["fields"]
    assert {*named, "id"} == {row.name for row in oq.load_schema().fields}


HOSTILE = {
    "no TOML": ("dialect = [", "shop.toml: "),
    "no dialect": ('table = "shop"', "dialect says what its SQL is written in"),
    "another dialect": ('dialect = "oracle"\ntable = "shop"', "dialect: one of sqlite, postgres"),
    "a dialect that is no text": ('dialect = 5\ntable = "shop"', "dialect: a text"),
    "an unknown key": (SMALL.replace("[fields]", 'tables = "x"\n[fields]'), "tables: no such key"),
    "neither table nor from": ('dialect = "sqlite"\nkey = "id"\ndocument = "doc"', "table: give table"),
    "both table and from": (SMALL.replace("key =", 'from = "shop"\nkey ='), "table: give table"),
    "a table that is no name": (SMALL.replace('"shop"', '"shop; DROP TABLE shop"'), "table: the name of a table"),
    "a table that is a query": (SMALL.replace('"shop"', '"(SELECT 1)"'), "table: the name of a table"),
    "no document": ('dialect = "sqlite"\ntable = "shop"\nkey = "id"', "document: give the expression"),
    "no key": ('dialect = "sqlite"\ntable = "shop"\ndocument = "doc"', "key: give the column"),
    "no hidden field": (SMALL.replace("status =", "archived ="), "fields.'status': every search leaves out INITIALIZED"),
    "fields that are no table": ('dialect = "sqlite"\ntable = "shop"\nkey = "id"\njson = "doc"\nfields = 1', "fields: a table"),
    "an unknown field": (SMALL + 'paymentstatus = "x"', "fields.'paymentstatus': there is no such field: did you mean paymentStatus?"),
    "a field twice": (
        SMALL + 'fulfillmentStatuses = "a"\nfulfillmentStatusesAggregate = "b"', "the same field as 'fulfillmentStatuses'"
    ),
    "the key among the fields": (SMALL + 'id = "id"', "fields.'id': the order's id is said by key"),
    "an expression that is none": (SMALL + "number = 5", "fields.'number': an expression of SQL"),
    "an empty expression": (SMALL + 'number = ""', "fields.'number'.sql: it is missing"),
    "blanks": (SMALL + 'number = " "', "a text of SQL has 1 to"),
    "an endless one": (SMALL + f'number = "{"o.a + " * 5000}1"', "a text of SQL has 1 to"),
    "NUL": (SMALL + 'number = "o.a \\u0000 "', "none of them NUL"),
    "no SQL": (SMALL + 'number = "o.number +"', "fields.'number': line 1: something is missing at its end"),
    "no SQL on another line": (SMALL + 'number = """o.number\n + (2 ) )"""', "line 2, column 9: the bracket closes nothing"),
    "an open quote": (SMALL + """number = "'x" """, "fields.'number': "),
    "several statements": (SMALL + 'number = "1); DELETE FROM shop; SELECT (2"', "column 2: the bracket closes nothing"),
    "several statements in from": (
        SMALL.replace('table = "shop"', 'from = "shop AS o; DELETE FROM shop"'), "from: one expression, not several"
    ),
    "a way out of the brackets": (SMALL + 'number = "1), (2"', "the bracket closes nothing"),
    "a FROM of its own": (SMALL + 'number = "1) FROM secrets WHERE (1=1"', "the bracket closes nothing"),
    "two expressions": (SMALL + 'number = "o.a, o.b"', "not one expression"),
    "an alias": (SMALL + 'number = "o.a AS number"', "not one expression"),
    "a star": (SMALL + 'number = "o.*"', "not one expression"),
    "a comment": (SMALL + 'number = "o.a -- the number"', "no comments"),
    "another comment": (SMALL + 'number = "o.a /* x */"', "no comments"),
    "a parameter": (SMALL + 'number = "o.a + :p1"', "no parameters"),
    "an anonymous parameter": (SMALL + 'number = "o.a + ?"', "no parameters"),
    "a sum": (SMALL + 'number = "sum(o.a)"', "is not of one row"),
    "a window": (SMALL + 'number = "row_number() OVER ()"', "is not of one row"),
    "deep": (SMALL + f'number = "{"(" * 5000}1{")" * 5000}"', "fields.'number': "),
    "an unknown form": (SMALL + 'number = { sql = "n", form = "roman" }', "the form of the type sequence is one of text, number"),
    "a form of another engine": (
        SMALL + 'createdDate = { sql = "n", form = "timestamp" }', "the form of the type instant is one of text, iso, plain"
    ),
    "an unknown key of a field": (SMALL + 'number = { sql = "n", typ = "x" }', "fields.'number'.typ: no such key"),
    "required that is no flag": (SMALL + 'number = { sql = "n", required = 1 }', "required: true or false"),
    "folded without a prefix": (SMALL + 'number = { sql = "n", folded = "m" }', "folded: a single field of text"),
    "a WHERE in from": (SMALL.replace('table = "shop"', 'from = "shop AS o WHERE 1 = 1"'), "from: tables and joins alone"),
    "a second SELECT in from": (SMALL.replace('table = "shop"', 'from = "shop AS o UNION SELECT 1"'), "from: "),
    "names": (SMALL.replace("key =", 'names = "velo"\nkey ='), "names: one of both, rest, sdk"),
    "transactions without a key": (
        'dialect = "sqlite"\ntable = "shop"\njson = "doc"\n[transactions]\ntable = "t"\nkey = "id"\njson = "doc"',
        "key: transactions are found by it",
    ),
    "transactions that are no table": (SMALL.replace("[fields]", 'transactions = "t"\n[fields]'), "transactions: a table"),
    "changes": (SMALL + 'number = "(INSERT INTO shop VALUES (1) RETURNING 1)"', "fields.'number': "),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name: str, tmp_path: Path) -> None:
    text, said = HOSTILE[name]
    with pytest.raises(oq.LayoutError) as refused:
        layout_of(tmp_path, text)
    assert "shop.toml" in str(refused.value)
    assert said in str(refused.value)
    assert isinstance(refused.value, oq.OrderQueryError)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path, "a\0b"):
        with pytest.raises(oq.LayoutError):
            oq.load_layout(path)
    big = tmp_path / "big.toml"
    big.write_bytes(b"#" * (1 << 20) + b"\n")
    with pytest.raises(oq.LayoutError, match="at most 1 MiB"):
        oq.load_layout(big)
    big.write_bytes(b"\xff")
    with pytest.raises(oq.LayoutError):
        oq.load_layout(big)


def test_names_alone_are_for_every_dialect_and_more_needs_one() -> None:
    layout = oq.json_layout('shop."Orders"', "doc", key="id", site="shop_id")
    for dialect in ALL_ENGINES:
        assert 'FROM shop."Orders" AS o' in oq.compile({}).sql(dialect, layout=layout, site="berlin").text
    with pytest.raises(oq.LayoutError, match="more wants the dialect"):
        oq.json_layout(json="o.doc -> 'order'")
    with pytest.raises(oq.LayoutError, match="more wants the dialect"):
        oq.json_layout(fields={"number": "a + 1"})
    with pytest.raises(oq.LayoutError, match="a form wants the dialect"):
        oq.json_layout(fields={"number": {"sql": "a", "form": "number"}})
    with pytest.raises(oq.LayoutError, match="names: one of"):
        oq.json_layout(names="velo")  # type: ignore[arg-type]
    layout = oq.json_layout(json="o.doc -> 'order'", dialect="postgres")
    with pytest.raises(oq.UsageError, match="written in postgres, not in sqlite"):
        oq.compile({}).sql("sqlite", layout=layout)
    with pytest.raises(oq.UsageError, match="no layouts of one's own for clickhouse"):
        oq.compile({}).sql("clickhouse", layout=oq.json_layout())


def test_another_table_of_fields(tmp_path: Path) -> None:
    table = tmp_path / "tickets.toml"
    table.write_text(
        'name = "tickets"\nkey = "id"\nfields = [{ name = "id", type = "guid", operators = ["$eq"] },'
        ' { name = "tags", type = "text", many = true, operators = ["$startsWith", "$hasAll"] }]',
        "utf-8",
    )
    schema = oq.load_schema(table)
    layout = oq.json_layout("tickets", schema=schema)
    assert (
        "$.tags"
        in oq.compile({"filter": {"tags": {"$startsWith": "A"}}}, schema=schema).sql("sqlite", layout=layout).text
    )
    with pytest.raises(oq.UsageError, match="is for tickets, not for ecom-orders"):
        oq.compile({}).sql("sqlite", layout=layout)


def test_percent_signs_are_doubled_where_the_driver_reads_them() -> None:
    fields = {"shippingInfo.title": "CASE WHEN o.title LIKE '%x' THEN o.title END"}
    layout = oq.json_layout(dialect="postgres", fields=fields)
    text = oq.compile({"filter": {"shippingInfo.title": "x"}}).sql("postgres", layout=layout).text
    assert "LIKE '%%x'" in text


# -- the reference ----------------------------------------------------------------------------------------------


def test_the_reference_says_every_key_form_and_difference(tmp_path: Path) -> None:
    page = described()
    for key in (*_KEYS, *_FIELD_KEYS, *_TRANSACTIONS_KEYS):
        assert f"`{key}`" in page or f"`[{key}]`" in page or f", {key}" in page, key
    for difference in DIFFERENCES.values():
        assert difference.says in page
    for engine in ALL_ENGINES.values():
        assert all(f"`{name}`" in page for forms in engine.forms.values() for name in forms)
    example = dedent(page[page.index("    dialect =") : page.index("The SQL is yours")])
    assert layout_of(tmp_path, example).transactions == "t.document"
