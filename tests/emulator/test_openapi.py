"""The OpenAPI description: valid, consistent with the checker, and generated from tables and operators."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import openapi_spec_validator
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scale import scaled
from strategies import ANY_JSON, INSTANTS, NAMES, POOLS, SCALARS, UNFIT, Maker, makers
from test_conformance import CORPUS, FILES
from test_toy import BETWEEN, CASES, RECORDS, TICKETS

import orderquery as oq
from orderquery.emulator import search_schema
from orderquery.emulator.openapi import describe
from orderquery.language.operators import OPERATORS
from orderquery.language.schema import parse_schema
from orderquery.language.types import TYPES

JSON = Any
QUICK = settings(deadline=None, max_examples=scaled(200, 60), suppress_health_check=list(HealthCheck))


@cache
def document(strict: bool = False, table: oq.Schema | None = None, control: bool = False) -> dict[str, JSON]:
    return describe(table or oq.load_schema(), strict=strict, control=control)


@cache
def validator(name: str, strict: bool = False, table: oq.Schema | None = None) -> jsonschema.Draft202012Validator:
    components = document(strict, table)["components"]
    return jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": components})


def takes(body: JSON, strict: bool = False, table: oq.Schema | None = None) -> bool:
    return bool(validator("SearchRequest", strict, table).is_valid(body))


@pytest.fixture
def tickets(monkeypatch: pytest.MonkeyPatch) -> oq.Schema:
    monkeypatch.setitem(OPERATORS, BETWEEN.name, BETWEEN)
    return parse_schema(TICKETS)


# -- the document -----------------------------------------------------------------------------------------------


def operations(described: dict[str, JSON]) -> Iterator[tuple[str, str, JSON]]:
    for path, item in described["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method, operation


def refs(value: JSON) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from refs(part)
    elif isinstance(value, list):
        for part in value:
            yield from refs(part)


@pytest.mark.parametrize("strict", [False, True])
def test_the_document_is_valid_openapi(strict: bool) -> None:
    described = document(strict, control=True)
    assert json.loads(json.dumps(described)) == described
    openapi_spec_validator.validate(described)
    assert all(name.replace("_", "").isalnum() for name in described["components"]["schemas"])


@pytest.mark.parametrize("strict", [False, True])
def test_the_document_without_controls_consists_of_parts_of_the_valid_one(strict: bool) -> None:
    described, whole = document(strict), dict(parts(document(strict, control=True)))
    assert json.loads(json.dumps(described)) == described
    assert {place: part for place, part in parts(described) if whole.get(place) != part} == {}
    assert {place for place in whole if len(place) == 1} == {place for place, _ in parts(described) if len(place) == 1}


def parts(described: dict[str, JSON]) -> Iterator[tuple[tuple[str, ...], JSON]]:
    """Yield the parts that a valid document may have or not, and all else by its key."""
    yield from (((key,), part) for key, part in described.items() if key not in ("paths", "components", "tags"))
    yield from (((kind, name), part) for kind, found in described["components"].items() for name, part in found.items())
    yield from ((("tags", tag["name"]), tag) for tag in described["tags"])
    for path, item in described["paths"].items():
        yield (path, "parameters"), item.get("parameters")
        for method, operation in item.items():
            if method != "parameters":
                yield (path, method), {key: part for key, part in operation.items() if key != "responses"}
                yield from (((path, method, status), answer) for status, answer in operation["responses"].items())


def test_every_schema_is_one_of_the_dialect() -> None:
    schemas = [
        json.dumps(schema) for strict in (False, True) for schema in document(strict)["components"]["schemas"].values()
    ]
    schemas += [json.dumps(schema) for schema in document(control=True)["components"]["schemas"].values()]
    for schema in dict.fromkeys(schemas):
        jsonschema.Draft202012Validator.check_schema(json.loads(schema))


@pytest.mark.parametrize("control", [False, True])
@pytest.mark.parametrize("strict", [False, True])
def test_every_component_is_defined_and_used(strict: bool, control: bool) -> None:
    described = document(strict, control=control)
    there = {
        f"#/components/{kind}/{name}"
        for kind, components in described["components"].items()
        for name in components
        if kind != "securitySchemes"
    }
    assert set(refs(described)) == there
    tags = {operation["tags"][0] for _, _, operation in operations(described)}
    assert tags == {tag["name"] for tag in described["tags"]}


def test_the_description_contains_the_body_limit() -> None:
    described = describe(oq.load_schema(), max_body=12_345)
    assert "12,345 bytes" in described["components"]["responses"]["TooLarge"]["description"]
    assert "12,345 bytes" in described["components"]["schemas"]["SearchRequest"]["description"]


def test_answers_are_as_described() -> None:
    with oq.open_store(":memory:") as store:
        store.load(oq.sample(5))
        page = store.search({"cursorPaging": {"limit": 2}})
        following = store.search({"cursorPaging": {"cursor": page.next}})
    for shown in (page, following):
        validator("SearchResponse").validate(json.loads(shown.to_bytes()))
    report = oq.check({"search": {"filter": {"paymentstatus": "PAID"}}, "filter": {}})
    assert report.corrected is not None
    for diagnostic in report.diagnostics:
        validator("Diagnostic").validate(diagnostic.to_json())
    violation = {"field": "search.filter", "description": "Field 'nope' is not declared as filterable"}
    details = {"validationError": {"fieldViolations": [violation]}, "corrected": report.corrected}
    for error in ({"message": "", "details": {}}, {"message": "no", "details": details}):
        validator("Error").validate(error)
    del violation["field"]
    assert not validator("Error").is_valid({"message": "no", "details": details})


# -- consistent with the conformance corpus -----------------------------------------------------------------------------

INTEGERS = "JSON Schema takes 2.0 and 1e1 for integers"
TEXT = "JSON Schema sees the decoded value, of two equal keys the last"
SIZE = "JSON Schema counts neither levels nor all nodes, and does not know how long a cursor gets"
DATES = "a pattern knows neither calendar nor time zones"
SURROGATES = "dialects of patterns do not agree about lone surrogates"
BEYOND_SCHEMAS = {
    "d19-sixty-five-levels": SIZE,
    "json-duplicate-by-escape": TEXT,
    "json-duplicate-field": TEXT,
    "json-duplicate-operator": TEXT,
    "json-duplicate-search": TEXT,
    "json-limit-exponent": INTEGERS,
    "limits-nesting-70": SIZE,
    "limits-nodes-2001": SIZE,
    "limits-query-too-long": SIZE,
    "operand-type-date-impossible": DATES,
    "operand-type-date-out-of-range": DATES,
    "operand-type-number-whole-decimal": INTEGERS,
    "shape-limit-decimal": INTEGERS,
    "surrogate-eq": SURROGATES,
    "surrogate-in": SURROGATES,
}
"""Requests of the corpus that are refused though their schema accepts them, and why."""
WARNED_BEYOND_SCHEMAS = {"d163-no-break-space", "d163-zero-width"}
"""Requests that a strict server refuses for a warning: what is odd in a text depends on its place, and on letters around."""
OF_TEXTS = {"unfilled-value", "pattern-value"}
"""Warnings about what is in a text; which texts depends on the values of the field."""


def requests() -> Iterator[Any]:
    """Yield every request of the corpus that can be sent as an HTTP body, with its codes."""
    for file_name, file in FILES.items():
        for case in json.loads((CORPUS / f"{file_name}.json").read_text("utf-8"))["cases"]:
            if file["kind"] in ("selection", "paging"):
                body = {"search": case["search"]}
                codes = case.get("warnings", []) if file["kind"] == "selection" else reported(body)
            elif file["kind"] == "errors" and case["shape"] in ("request", "search"):
                body = case["input"] if "input" in case else decoded(case["source"])
                body = body if case["shape"] == "request" else {"search": body}
                codes = [diagnostic["code"] for diagnostic in case["diagnostics"]]
            else:
                continue
            if body is not NOT_JSON:
                yield pytest.param(case["name"], body, codes, id=f"{file_name}:{case['name']}")


NOT_JSON = object()


def decoded(text: str) -> JSON:
    try:
        return json.loads(text)
    except ValueError:
        return NOT_JSON


def reported(body: JSON, schema: oq.Schema | None = None) -> list[str]:
    return [diagnostic.code for diagnostic in oq.check(json.dumps(body), form="json", schema=schema).diagnostics]


def refused(codes: list[str]) -> bool:
    return any(oq.CODES[code].effect in ("refuses", "local") for code in codes)


@pytest.mark.parametrize(("name", "body", "codes"), list(requests()))
def test_the_corpus(name: str, body: JSON, codes: list[str]) -> None:
    assert takes(body) == (not refused(codes) or name in BEYOND_SCHEMAS)
    if not codes or not set(codes) <= OF_TEXTS:
        assert takes(body, strict=True) == (not codes or name in BEYOND_SCHEMAS or name in WARNED_BEYOND_SCHEMAS)


def test_what_is_beyond_schemas_is_in_the_corpus_and_refused() -> None:
    found = {param.values[0]: param.values[2] for param in requests()}
    assert all(refused(found[name]) for name in BEYOND_SCHEMAS)
    assert all(found[name] and not refused(found[name]) for name in WARNED_BEYOND_SCHEMAS)


# -- consistent with the checker ----------------------------------------------------------------------------------------


def agree(body: JSON, table: oq.Schema | None = None) -> None:
    """Fail unless schemas and checker agree, except on what JSON Schema cannot express."""
    found = oq.check(json.dumps(body), form="json", schema=table).diagnostics
    for strict in (False, True):
        against = [diagnostic for diagnostic in found if strict or diagnostic.refused]
        if takes(body, strict, table):
            assert all(is_beyond_schemas(diagnostic, body) for diagnostic in against), body
        else:
            assert against, body


def is_beyond_schemas(diagnostic: oq.Diagnostic, body: JSON) -> bool:
    return diagnostic.code in OF_TEXTS or (diagnostic.refused and unseen(at(body, diagnostic.place.path)))


def at(value: JSON, path: Any) -> JSON:
    for step in path or ():
        value = value[step]
    return value


def unseen(value: JSON) -> bool:
    """Return whether a value may be refused for a reason that JSON Schema cannot express."""
    if isinstance(value, str):
        surrogates = any("\ud800" <= character <= "\udfff" for character in value)
        return surrogates or re.match("[0-9]{4}-[0-9]{2}-[0-9]{2}[tT]", value) is not None
    return isinstance(value, int | float) and (float(value).is_integer() or not 1e-90 < abs(value) < 1e90)


def plain(value: JSON) -> JSON:
    """Return a value as JSON keeps it."""
    return json.loads(json.dumps(value, default=float, allow_nan=False))


@cache
def by_kind() -> dict[str, list[oq.Field]]:
    """Return the fields of each schema, which their type, operators and values make."""
    schemas, found = document(strict=True)["components"]["schemas"], dict[str, list[oq.Field]]()
    for row in oq.load_schema().fields:
        schema = schemas[schemas["Filter"]["properties"][row.name]["$ref"].rsplit("/", 1)[1]]
        rules = {key: part for key, part in schema.items() if key not in ("title", "description")}
        found.setdefault(json.dumps([row.type.name, rules]), []).append(row)
    return found


@pytest.mark.parametrize("row", oq.load_schema().fields, ids=lambda row: row.name)
def test_operands(row: oq.Field) -> None:
    # Every field gets every value; one of each schema gets them in every form.
    is_first = any(rows[0] is row for rows in by_kind().values())
    for value in map(plain, (*POOLS[row.type.name], *UNFIT[row.type.name])):
        forms = ({"$eq": value}, {"$ne": [value]}, {"$gte": value}, {"$in": [value]}, [value]) if is_first else ()
        for operand in (value, *forms):
            agree({"search": {"filter": {row.name: operand}}})


@QUICK
@given(makers())
def test_searches_without_errors(maker: Maker) -> None:
    body = plain({"search": maker.search()})
    assert takes(body)
    agree(body)


@QUICK
@given(makers(), st.data())
def test_searches_with_a_change(maker: Maker, data: st.DataObject) -> None:
    try:
        body = plain(changed({"search": {**maker.search(), "cursorPaging": {"limit": 5}}}, data))
    except ValueError:
        assume(False)
    agree(body)


def changed(value: JSON, data: st.DataObject) -> JSON:
    """Return a copy with a random change."""
    if not isinstance(value, dict | list) or not value or data.draw(st.integers(0, 5)) == 0:
        return data.draw(SCALARS | st.sampled_from([item for kind in UNFIT.values() for item in kind]) | ANY_JSON)
    if isinstance(value, list):
        index = data.draw(st.integers(0, len(value) - 1))
        return [*value[:index], changed(value[index], data), *value[index + 1 :]]
    key = data.draw(st.sampled_from(sorted(value)))
    name = data.draw(NAMES) if data.draw(st.integers(0, 5)) == 0 else key
    return {**{other: part for other, part in value.items() if other != key}, name: changed(value[key], data)}


# -- generated from the table and the operators ----------------------------------------------------------------------


def test_a_toy_table_and_operator(tickets: oq.Schema) -> None:
    for strict in (False, True):
        described = document(strict, tickets)
        openapi_spec_validator.validate(described)
        schemas = described["components"]["schemas"]
        assert {name for name in schemas["Filter"]["properties"] if name[0] != "$"} == {f.name for f in tickets.fields}
        between = schemas["Field_cost_net"]["anyOf"][-1]["properties"]["$between"]
        assert between["description"] == "Present and from the first value to the last."
        assert between["items"] == {"$ref": "#/components/schemas/Type_amount"}
        assert "anyOf" not in schemas["Field_opened"]
        assert schemas["Sort"]["maxItems"] == 2
        assert schemas["CursorPaging"]["properties"]["limit"]["maximum"] == 20
        assert schemas["Order"]["required"] == ["ref"]
        for condition, _, _ in CASES:
            assert takes({"search": {"filter": condition}}, strict, tickets)
        for wrong in ({"cost.net": {"$between": 1}}, {"state": {"$between": ["A", "B"]}}, {"opened": INSTANTS[0]}):
            assert not takes({"search": {"filter": wrong}}, strict, tickets)
        orders = validator("Order", strict, tickets)
        assert [orders.is_valid(record) for record in RECORDS] == ["ref" in record for record in RECORDS]


@QUICK
@given(st.data())
def test_any_table(data: st.DataObject) -> None:
    table = every_type()
    agree(plain({"search": data.draw(makers(table)).search()}), table)


@cache
def every_type() -> oq.Schema:
    """Return a table with every type, single and repeated, with all operators for it."""
    rows = ['name = "every"', 'key = "text_one"', 'hidden = { field = "enum_many", values = ["HIDDEN"] }']
    for kind in TYPES:
        for many in (False, True):
            operators = [
                name for name, row in OPERATORS.items() if kind in row.on and (row.many if many else row.single)
            ]
            rows += ["[[fields]]", f'name = "{kind}_{"many" if many else "one"}"', f'type = "{kind}"']
            rows += [f"operators = {json.dumps(operators)}", f"many = {str(many).lower()}"]
            rows += [f'aliases = ["{kind}.alias"]', "sortable = true"] if not many else []
            rows += ['values = ["HIDDEN", "SHOWN"]'] if kind == "enum" and many else []
    return parse_schema("\n".join(rows))


def test_a_type_without_a_row_fails_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TYPES, "colour", TYPES["text"])
    spec = importlib.util.spec_from_file_location("orderquery.emulator.again", search_schema.__file__)
    assert spec is not None
    assert spec.loader is not None
    again = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, again)
    with pytest.raises(KeyError, match="colour"):
        spec.loader.exec_module(again)
