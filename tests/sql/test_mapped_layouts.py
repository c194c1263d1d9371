"""Mapped layouts: the errors of a layout file, the notes of a statement, and the SQL."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import sqlglot
from mapped_shops import ENGINES, column_layout, json_layout, usual_column
from project import TESTS
from sqlglot import exp

import orderquery as oq
from orderquery.compiler.pagination import Position
from orderquery.sql.dialects import DIALECTS
from orderquery.sql.mapped.engine_registry import MAPPING_ENGINES
from orderquery.sql.mapped.layout_loader import _FIELD_KEYS, _KEYS, _TRANSACTIONS_KEYS
from orderquery.sql.mapped.limitations import LIMITATIONS
from orderquery.sql.mapped.reference_section import reference_section
from orderquery.sql.statement import statement
from orderquery.stores.summary import ENGINE_VERSIONS

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
def test_every_statement_parses(dialect: str) -> None:
    """For dialects that no test executes: sqlglot parses each statement as one query."""
    texts = [line for line in golden(dialect).split("\n") if line.startswith("WITH")]
    assert len(texts) > len(SEARCHES)
    for text in texts:
        (found,) = sqlglot.parse(text.replace("%(", ":").replace(")s", ""), dialect=dialect)
        assert isinstance(found, exp.Select)


def test_rendered_dialects_are_marked() -> None:
    executed = {name for name, row in DIALECTS.items() if row.executed}
    assert executed == set(ENGINE_VERSIONS), (
        "a dialect is executed if an engine runs it: set it in DIALECTS, and write the engine in ENGINE_VERSIONS of "
        "stores/summary.py"
    )


def test_operands_are_never_in_the_text() -> None:
    nasty = "x'; DROP TABLE orders; --"
    search = {"filter": {"buyerInfo.email": {"$startsWith": nasty}, "paymentMethods": {"$hasAll": [nasty, "y"]}}}
    for dialect in MAPPING_ENGINES:
        built = oq.compile(search).sql(dialect, layout=oq.json_layout(key="id", transactions="transactions"))
        assert "DROP" not in built.text.upper()
        assert json.dumps(built.parameters)


def test_a_statement_is_cached_by_shape() -> None:
    layouts = [json_layout("sqlite"), json_layout("sqlite")]
    texts = [oq.compile({"filter": {"number": n}}).sql("sqlite", layout=layouts[n]).text for n in (0, 1)]
    assert texts[0] is texts[1]
    assert oq.compile({"filter": {"number": 1}}).sql("sqlite", layout=column_layout("sqlite")).text != texts[0]


# -- fields that are not mapped ----------------------------------------------------------------------------------------


def unmapped(layout: oq.OwnTables, search: JSON, dialect: str = "sqlite") -> list[tuple[str, str | None]]:
    with pytest.raises(oq.QueryError) as refused:
        oq.compile(search).sql(dialect, layout=layout)
    assert {diagnostic.code for diagnostic in refused.value.diagnostics} == {"not-in-layout"}
    for diagnostic in refused.value.diagnostics:
        assert diagnostic.severity == "error"
        assert not diagnostic.refused
        assert diagnostic.help
    return [(diagnostic.message.split()[1], diagnostic.pointer) for diagnostic in refused.value.diagnostics]


def test_every_place_of_an_unmapped_field_is_reported(tmp_path: Path) -> None:
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
    assert unmapped(layout, search) == [
        ("paymentMethods", "/filter/$or/0/paymentMethods"),
        ("buyerInfo.email", "/filter/$or/1/$not/buyerInfo.email"),
        ("fulfillmentStatuses", "/filter/fulfillmentStatusesAggregate"),
        ("number", "/sort/0/fieldName"),
    ]
    oq.compile({"filter": {"status": "APPROVED"}}).sql("sqlite", layout=layout)
    # A condition that folds to false reads no field.
    oq.compile({"filter": {"checkoutId": {"$in": []}}}).sql("sqlite", layout=layout)


def test_fields_that_a_search_reads_by_default(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, SMALL)
    assert unmapped(layout, {}) == [("createdDate", "")]
    assert unmapped(layout, {"search": {"sort": []}}) == [("createdDate", "")]


def test_the_text_form(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, SMALL)
    found = unmapped(layout, "status = APPROVED and checkoutId is present order by number")
    assert [name for name, _ in found] == ["checkoutId", "number"]


def test_payment_methods_need_a_table_of_transactions() -> None:
    search = {"filter": {"paymentMethods": "Cash"}}
    assert unmapped(oq.json_layout(), search) == [("paymentMethods", "/filter/paymentMethods")]


def test_paths_that_no_engine_can_quote_are_not_mapped(tmp_path: Path) -> None:
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


def test_notes_list_the_limitations_of_a_statement() -> None:
    layout = column_layout("sqlite")
    plain = oq.compile("checkoutId is missing order by status").sql("sqlite", layout=layout)
    prefixed = oq.compile({"filter": {"buyerInfo.email": {"$startsWith": "A"}}}).sql("sqlite", layout=layout)
    assert LIMITATIONS["folding"].text in " ".join(prefixed.notes)
    assert LIMITATIONS["other date notation"].text in " ".join(prefixed.notes)
    assert LIMITATIONS["folding"].text not in " ".join(plain.notes)
    assert oq.compile({}).sql("sqlite").notes == ()


def test_every_limitation_applies_to_some_engine() -> None:
    named = set()
    for dialect, engine in MAPPING_ENGINES.items():
        named |= {*engine.json_limitations, *engine.document_limitations, "nested lists", "folding"}
        formats = [made for by_name in engine.formats.values() for made in by_name.values()]
        named |= {name for made in (*formats, *engine.computed_formats.values()) for name in made.limitations}
        assert dialect in DIALECTS
    assert named == set(LIMITATIONS)


# -- files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ENGINES)
def test_the_tables_of_the_tests_have_a_column_for_every_field(dialect: str) -> None:
    layout = column_layout(dialect)
    assert {name for name, _ in layout.mapped} | {"id"} == {row.name for row in layout.schema.fields}
    assert len(layout.mapped) == len(dict(layout.mapped))


@pytest.mark.parametrize("dialect", ENGINES)
@pytest.mark.parametrize("row", oq.load_schema().fields[1:], ids=lambda row: row.name)
def test_a_field_that_no_file_names_has_a_column_of_the_usual_form(dialect: str, row: oq.Field) -> None:
    given = column_layout(dialect)
    layout = replace(given, mapped=(*dict(given.mapped, **{row.name: usual_column(row, dialect)}).items(),))
    search = {"filter": {row.name: True if row.type.name == "boolean" else None}}
    assert f"o.{row.name.replace('.', '_').lower()}" in oq.compile(search).sql(dialect, layout=layout).text


HOSTILE = {
    "no TOML": ("dialect = [", "shop.toml: "),
    "no dialect": ('table = "shop"', 'shop.toml: missing key "dialect"; dialects: sqlite'),
    "another dialect": ('dialect = "oracle"\ntable = "shop"', 'dialect: unknown dialect "oracle"; dialects: sqlite, postgres'),
    "a dialect that is no text": ('dialect = 5\ntable = "shop"', "dialect: not a string: 5"),
    "an unknown key": (SMALL.replace("[fields]", 'tables = "x"\n[fields]'), "tables: unknown key; keys: name, dialect"),
    "neither table nor from": ('dialect = "sqlite"\nkey = "id"\ndocument = "doc"', "table: give either table (a name) or from"),
    "both table and from": (SMALL.replace("key =", 'from = "shop"\nkey ='), "table: give either table (a name) or from"),
    "a table that is no name": (SMALL.replace('"shop"', '"shop; DROP TABLE shop"'), 'table: "shop; DROP TABLE shop" is not a table name'),
    "a table that is a query": (SMALL.replace('"shop"', '"(SELECT 1)"'), 'table: "(SELECT 1)" is not a table name; for other SQL use from'),
    "no document": ('dialect = "sqlite"\ntable = "shop"\nkey = "id"', "document: missing key; add document or json"),
    "no key": ('dialect = "sqlite"\ntable = "shop"\ndocument = "doc"', "key: missing key; add the column of the order id"),
    "no hidden field": (SMALL.replace("status =", "archived ="), 'fields."status": missing key; add its column, or a constant such as "\'APPROVED\'": every search excludes INITIALIZED'),
    "fields that are no table": ('dialect = "sqlite"\ntable = "shop"\nkey = "id"\njson = "doc"\nfields = 1', "fields: not a table"),
    "an unknown field": (SMALL + 'paymentstatus = "x"', 'fields."paymentstatus": unknown field; did you mean "paymentStatus"?'),
    "a field twice": (
        SMALL + 'fulfillmentStatuses = "a"\nfulfillmentStatusesAggregate = "b"', 'fields."fulfillmentStatusesAggregate": same field as "fulfillmentStatuses"; remove one'
    ),
    "the key among the fields": (SMALL + 'id = "id"', 'fields."id": the order id is mapped by key'),
    "an expression that is none": (SMALL + "number = 5", 'fields."number": write a SQL expression'),
    "an empty expression": (SMALL + 'number = ""', 'fields."number".sql: missing or empty'),
    "blanks": (SMALL + 'number = " "', "SQL must have 1 to 20,000 characters"),
    "an endless one": (SMALL + f'number = "{"o.a + " * 5000}1"', "SQL must have 1 to 20,000 characters"),
    "NUL": (SMALL + 'number = "o.a \\u0000 "', "and no NUL"),
    "no SQL": (SMALL + 'number = "o.number +"', 'fields."number": line 1: unexpected end of SQL'),
    "no SQL on another line": (SMALL + 'number = """o.number\n + (2 ) )"""', "line 2, column 9: unmatched closing bracket"),
    "an open quote": (SMALL + """number = "'x" """, 'fields."number": '),
    "several statements": (SMALL + 'number = "1); DELETE FROM shop; SELECT (2"', "column 2: unmatched closing bracket"),
    "several statements in from": (
        SMALL.replace('table = "shop"', 'from = "shop AS o; DELETE FROM shop"'), "from: several statements; write one expression"
    ),
    "a way out of the brackets": (SMALL + 'number = "1), (2"', "unmatched closing bracket"),
    "a FROM of its own": (SMALL + 'number = "1) FROM secrets WHERE (1=1"', "unmatched closing bracket"),
    "two expressions": (SMALL + 'number = "o.a, o.b"', "not a single expression"),
    "an alias": (SMALL + 'number = "o.a AS number"', "not a single expression"),
    "a star": (SMALL + 'number = "o.*"', "not a single expression"),
    "a comment": (SMALL + 'number = "o.a -- the number"', "remove the comment"),
    "another comment": (SMALL + 'number = "o.a /* x */"', "remove the comment"),
    "a parameter": (SMALL + 'number = "o.a + :p1"', "remove the parameter"),
    "an anonymous parameter": (SMALL + 'number = "o.a + ?"', "remove the parameter"),
    "a sum": (SMALL + 'number = "sum(o.a)"', "aggregates rows; put it in a subquery"),
    "a window": (SMALL + 'number = "row_number() OVER ()"', "aggregates rows; put it in a subquery"),
    "deep": (SMALL + f'number = "{"(" * 5000}1{")" * 5000}"', 'fields."number": '),
    "an unknown form": (SMALL + 'number = { sql = "n", form = "roman" }', 'unknown form "roman" for type sequence; forms: text, number'),
    "a form of another engine": (
        SMALL + 'createdDate = { sql = "n", form = "timestamp" }', 'unknown form "timestamp" for type instant; forms: text, iso, plain'
    ),
    "an unknown key of a field": (SMALL + 'number = { sql = "n", typ = "x" }', 'fields."number".typ: unknown key'),
    "required that is no flag": (SMALL + 'number = { sql = "n", required = 1 }', "required: not a boolean; write true or false"),
    "folded without a prefix": (SMALL + 'number = { sql = "n", folded = "m" }', "folded: only a text field with $startsWith"),
    "a WHERE in from": (SMALL.replace('table = "shop"', 'from = "shop AS o WHERE 1 = 1"'), "from: only tables and joins are allowed"),
    "a second SELECT in from": (SMALL.replace('table = "shop"', 'from = "shop AS o UNION SELECT 1"'), "from: "),
    "names": (SMALL.replace("key =", 'names = "velo"\nkey ='), 'names: unknown value "velo"; values: both, rest, sdk'),
    "transactions without a key": (
        'dialect = "sqlite"\ntable = "shop"\njson = "doc"\n[transactions]\ntable = "t"\nkey = "id"\njson = "doc"',
        "key: missing key; [transactions] needs the column of the order id",
    ),
    "transactions that are no table": (SMALL.replace("[fields]", 'transactions = "t"\n[fields]'), "transactions: not a table"),
    "changes": (SMALL + 'number = "(INSERT INTO shop VALUES (1) RETURNING 1)"', 'fields."number": '),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name: str, tmp_path: Path) -> None:
    text, expected = HOSTILE[name]
    with pytest.raises(oq.LayoutError) as refused:
        layout_of(tmp_path, text)
    assert "shop.toml" in str(refused.value)
    assert expected in str(refused.value)
    assert isinstance(refused.value, oq.OrderQueryError)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    expected = {
        tmp_path / "none.toml": "^layout file not found: .*none.toml$",
        tmp_path: "^cannot read layout file .*: Is a directory$",
        "a\0b": "^cannot read layout file a\0b: embedded null byte$",
    }
    for path, message in expected.items():
        with pytest.raises(oq.LayoutError, match=message):
            oq.load_layout(path)
    big = tmp_path / "big.toml"
    big.write_bytes(b"#" * (1 << 20) + b"\n")
    with pytest.raises(oq.LayoutError, match="larger than 1 MiB"):
        oq.load_layout(big)
    big.write_bytes(b"\xff")
    with pytest.raises(oq.LayoutError):
        oq.load_layout(big)


def test_plain_names_suit_every_dialect_and_other_sql_needs_one() -> None:
    layout = oq.json_layout('shop."Orders"', "doc", key="id", site="shop_id")
    for dialect in MAPPING_ENGINES:
        assert 'FROM shop."Orders" AS o' in oq.compile({}).sql(dialect, layout=layout, site="berlin").text
    with pytest.raises(oq.LayoutError, match="is not a column name; for other SQL add dialect"):
        oq.json_layout(json="o.doc -> 'order'")
    with pytest.raises(oq.LayoutError, match="is not a column name; for other SQL add dialect"):
        oq.json_layout(fields={"number": "a + 1"})
    with pytest.raises(oq.LayoutError, match="form needs a dialect"):
        oq.json_layout(fields={"number": {"sql": "a", "form": "number"}})
    with pytest.raises(oq.LayoutError, match='names: unknown value "velo"'):
        oq.json_layout(names="velo")  # type: ignore[arg-type]
    layout = oq.json_layout(json="o.doc -> 'order'", dialect="postgres")
    with pytest.raises(oq.UsageError, match='layout "orders" is for dialect "postgres", not "sqlite"'):
        oq.compile({}).sql("sqlite", layout=layout)
    with pytest.raises(
        oq.UsageError, match='mapped tables are not supported for dialect "clickhouse"; dialects: sqlite'
    ):
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
    with pytest.raises(oq.UsageError, match='maps the table of fields "tickets", not "ecom-orders"'):
        oq.compile({}).sql("sqlite", layout=layout)


def test_percent_signs_are_doubled_where_the_driver_reads_them() -> None:
    fields = {"shippingInfo.title": "CASE WHEN o.title LIKE '%x' THEN o.title END"}
    layout = oq.json_layout(dialect="postgres", fields=fields)
    text = oq.compile({"filter": {"shippingInfo.title": "x"}}).sql("postgres", layout=layout).text
    assert "LIKE '%%x'" in text


# -- the reference ----------------------------------------------------------------------------------------------


def test_the_reference_lists_every_key_format_and_limitation(tmp_path: Path) -> None:
    page = reference_section()
    for key in (*_KEYS, *_FIELD_KEYS, *_TRANSACTIONS_KEYS):
        assert f"`{key}`" in page or f"`[{key}]`" in page or f", {key}" in page, key
    for limitation in LIMITATIONS.values():
        assert limitation.text in page
    for engine in MAPPING_ENGINES.values():
        assert all(f"`{name}`" in page for formats in engine.formats.values() for name in formats)
    example = dedent(page[page.index("    dialect =") : page.index("The SQL is used unchanged")])
    assert layout_of(tmp_path, example).transactions == "t.document"
