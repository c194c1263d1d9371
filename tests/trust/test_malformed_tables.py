"""Tables of fields and layouts with any mistake: an error of our own with file and key, or a table that can be used."""

import copy
import tomllib
from pathlib import Path
from random import Random

import pytest
from scale import scaled

import orderquery as oq
from orderquery.language import schema as schemas
from orderquery.language.grammar_files import grammar_text
from orderquery.language.schema import parse_schema
from orderquery.sql.mapped import layout_loader

VALUES = [
    True, 0, -1, 2**70, 1.5, float("nan"), "", "x", "x.y", ".", "a" * 5_000, "\0", "é", "x; DROP TABLE y", [], [1], ["x"],
    [[]], {}, {"a": 1}, [{}], [{"path": 1}], [{"path": "a", "fallbacks": [[]]}],
]  # fmt: skip
TABLES = ("ecom-orders", "pricing-plans", "stores-v2", "ecom-orders-sdk")
LAYOUT = """
name = "erp"
dialect = "sqlite"
table = "shop_orders"
key = "order_id"
site = "o.site"
document = "o.document"
names = "both"

[transactions]
table = "payments"
key = "t.order_id"
json = "t.document"

[fields]
number = { sql = "o.number", form = "text", required = true }
createdDate = "o.created"
"buyerInfo.email" = { sql = "o.email", folded = "lower(o.email)" }
paymentStatus = "o.payment_status"
status = "'APPROVED'"
"priceSummary.total.amount" = { sql = "o.total", form = "number" }
"""
MISTAKES = [
    ("fields", "fields must be a list, not 5", 5),
    ("name", "name must be a string, not true", True),
    ("version", "version must be a whole number from 1 to 1,000,000,000, not \"1\"", "1"),
    ("search", "search.limit must be a whole number from 1 to 1,000, not 5000", {"limit": 5_000}),
    ("search", "search.sort[1].order must be \"ASC\" or \"DESC\", not \"UP\"", {"sort": [{"field": "id", "order": "UP"}]}),
    ("hidden", "hidden needs field and values", {"field": "status"}),
    ("sdk_names", 'sdk_names."id" must be a string, not a list of 0', {"id": []}),
    ("events", "events must be a table, not a list of 0", []),
    ("key", "key must be a string, not a list of 0", []),
    ("read", "read must be a date, not \"today\"", "today"),
]  # fmt: skip


def places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def mutations(data):
    """Every value replaced, removed, or with something more in it."""
    for path in places(data):
        if not path:
            continue
        for value in (None, *VALUES):
            for adds in (False, True):
                changed = copy.deepcopy(data)
                inside = changed
                for key in path[:-1]:
                    inside = inside[key]
                if not adds:
                    if value is None:
                        del inside[path[-1]]
                    else:
                        inside[path[-1]] = value
                elif value is not None and isinstance(inside[path[-1]], dict | list):
                    into = inside[path[-1]]
                    into.append(value) if isinstance(into, list) else into.update(more=value)
                else:
                    continue
                yield changed


def sampled(data, seed, count):
    listed = list(mutations(data))
    dice = Random(seed)
    return listed if len(listed) <= count else dice.sample(listed, count)


@pytest.mark.parametrize("name", scaled(TABLES, TABLES[:1]))
def test_any_change_of_a_table(name, monkeypatch, counted):
    data = tomllib.loads(grammar_text(f"{name}.toml"))
    needed = repr({key: value for key, value in data.items() if key != "fields"})
    data["fields"] = [row for at, row in enumerate(data["fields"]) if at < 3 or repr(row["name"]) in needed]
    changed = sampled(data, name, scaled(100_000, 200))
    refused = 0
    for each in changed:
        monkeypatch.setattr(schemas.tomllib, "loads", lambda _, each=each: each)
        try:
            table = parse_schema("", "own.toml")
        except oq.SchemaError as problem:
            refused += 1
            assert str(problem).startswith("own.toml: ")
            assert len(str(problem)) < 6_000
        else:
            assert table.fingerprint
            assert table.rest_names is not None
            oq.check({"filter": {"id": "a"}}, schema=table)
    monkeypatch.undo()
    assert 0 < refused < len(changed)
    counted(f"changed tables of fields, {name}", len(changed), len(changed), f"({refused} refused)")


@pytest.mark.parametrize(("key", "shown", "value"), MISTAKES, ids=lambda value: None)
def test_the_message_has_file_key_and_value(key, shown, value, monkeypatch):
    data = tomllib.loads(grammar_text("ecom-orders.toml")) | {key: value}
    monkeypatch.setattr(schemas.tomllib, "loads", lambda _: data)
    with pytest.raises(oq.SchemaError) as found:
        parse_schema("", "own.toml")
    assert str(found.value) == f"own.toml: {shown}"


def test_any_bytes_of_a_table_or_a_layout(tmp_path, counted):
    dice, path, tried = Random("bytes of tables"), tmp_path / "own.toml", 0
    for text, load in ((grammar_text("pricing-plans.toml"), oq.load_schema), (LAYOUT, oq.load_layout)):
        raw = text.encode()
        damaged = [
            b"",
            b"\0",
            b"\xff\xfe",
            b"[" * 100_000,
            b"a = " + b"[" * 100_000,
            b"a = 1" + b"0" * 10_000,
            b"a=1\n" * 50_000,
        ]
        for _ in range(scaled(20_000, 60)):
            at, length = dice.randrange(len(raw)), dice.choice([0, 1, 1, 5, 50])
            damaged.append(raw[:at] + dice.choice([b"", b'"', b"[", b"\x80", b"= {", b"\n"]) + raw[at + length :])
        for content in damaged:
            path.write_bytes(content)
            tried += 1
            try:
                load(path)
            except (oq.SchemaError, oq.LayoutError) as problem:
                assert str(path) in str(problem)
    counted("damaged files of tables and layouts", tried, tried)


def test_any_change_of_a_layout(counted):
    changed = sampled(tomllib.loads(LAYOUT), "layouts", scaled(100_000, 60))
    refused, schema = 0, oq.load_schema()
    for each in changed:
        try:
            layout = layout_loader._LayoutReader(each, "erp.toml", schema).layout()
        except oq.LayoutError as problem:
            refused += 1
            assert str(problem).startswith("erp.toml: ")
        else:
            assert repr(layout)
    assert 0 < refused < len(changed)
    counted("changed layouts", len(changed), len(changed), f"({refused} refused)")


def test_a_table_from_the_command_line(tmp_path):
    from command_line import run

    for content in (b"\xff", b"name = ", b"name = 1", b"x" * (2 << 20), b'name = "t"\nfields = [1]'):
        Path(tmp_path / "own.toml").write_bytes(content)
        done = run("check", "{}", "--table", tmp_path / "own.toml")
        assert (done.exit_code, done.stdout) == (2, "")
        assert str(tmp_path / "own.toml") in done.stderr
