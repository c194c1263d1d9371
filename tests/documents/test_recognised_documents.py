"""What a document is (D39): the listed cases, documents of other interfaces, and other tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import run
from project import SAMPLES, TESTS

import orderquery as oq
from orderquery.documents.ingest import Record, from_bytes
from orderquery.documents.json_lines import read_bytes, read_file
from orderquery.language.schema import parse_schema

JSON = Any
CASES = json.loads((TESTS / "compiler" / "corrections.json").read_text("utf-8"))["documents"]
OWN_TABLE = """
name = "things"
version = 1
key = "id"
{more}
[search]
sort = [{{ field = "id", order = "ASC" }}]
[[fields]]
name = "id"
type = "guid"
operators = ["$eq"]
sortable = true
[[fields]]
name = "{field}"
type = "text"
operators = ["$eq"]
"""


def own_table(field: str, more: str = "") -> oq.Schema:
    return parse_schema(OWN_TABLE.format(field=field, more=more))


def loaded(store: oq.Store, *documents: JSON) -> tuple[int, int, list[str]]:
    """Load documents; return the numbers of orders and transactions, and the codes of the problems."""
    result = store.load(documents)
    return result.orders, result.transactions, [problem.code for problem in result.problems]


# -- the listed cases -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES[:2], ids=range(2))
def test_numbers_of_any_exponent(case: JSON, tmp_path: Path) -> None:
    (line,) = case["lines"]
    path = tmp_path / "o.json"
    path.write_text(line)
    for read in (
        lambda: read_bytes(oq.load_schema(), line.encode()),
        lambda: (f for _, f in read_file(oq.load_schema(), str(path))),
    ):
        with oq.open_store(":memory:") as store:
            result = store.load_records(read())
            assert result.orders == line.count('"id"')
            assert [problem.code for problem in result.problems] == (["unfit-value"] if "amount" in line else [])
            assert set(store.search({}).ids) <= {"a", "b"}
            for document in store.search({}).documents:
                assert document.decode() in line
    assert run("match", "everything", path, "--count").stdout == f"{line.count(chr(34) + 'id' + chr(34))}\n"


@pytest.mark.parametrize("location", [":memory:", "duckdb:///:memory:"])
@pytest.mark.parametrize("case", CASES[2:4], ids=range(2))
def test_a_record_of_another_table_is_no_envelope(case: JSON, location: str) -> None:
    (line,) = case["lines"]
    table = own_table(case["table"].rpartition(" ")[2])
    with oq.open_store(location, schema=table) as store:
        for load in (
            lambda: store.load([json.loads(line)]),
            lambda: store.load_records(read_bytes(table, line.encode())),
        ):
            result = load()
            assert (result.orders, result.transactions, result.problems) == (1, 0, [])
        assert store.search(case["query"]).ids == ("r1",)
        assert store.search(case["query"]).documents == [line.encode()]
    assert oq.compile(case["query"], schema=table).search([json.loads(line)]).ids == ("r1",)


def test_a_stores_order_replaces_no_order() -> None:
    (line,) = CASES[4]["lines"]
    foreign = json.loads(line)
    own = {"id": foreign["id"], "number": "1", "updatedDate": "2020-01-01T00:00:00Z", "priceSummary": {}}
    with oq.open_store(":memory:") as store:
        assert loaded(store, own, foreign) == (1, 0, ["foreign-document"])
        assert store.get(foreign["id"]) == own
    page = oq.compile({}).search([own, foreign])
    assert page.orders == [own]
    assert [problem.code for problem in page.problems] == ["foreign-document"]


# -- documents of other interfaces ------------------------------------------------------------------------------

STORES = {"id": "a", "number": 10077, "dateCreated": "2020-05-27T12:20:37.966Z", "totals": {"total": 10}}
ROW = {"_id": "a", "number": 10077, "_dateCreated": "2020-05-27T12:20:37.966Z", "_updatedDate": "2030-01-01T00:00:00Z"}
FOREIGN = [
    (STORES, "an order of the Stores API"),
    ({"id": "a", "lastUpdated": "2020-05-27T12:20:37.966Z"}, "an order of the Stores API"),
    ({"id": "a", "numericId": "7"}, "an order of the Stores API"),
    (ROW, "a row of the Velo collection Stores/Orders"),
    ({"_id": "a", "totals": {"total": 10}}, "a row of the Velo collection Stores/Orders"),
    ({"_id": "a", "_lastUpdated": "2020-05-27T12:20:37.966Z"}, "a row of the Velo collection Stores/Orders"),
    ({"id": "a", "orderNumber": "7", "_context": {}}, "a payload of Automations"),
    ({"id": "a", "orderNumber": "7", "buyerEmail": "a@example.com"}, "a payload of Automations"),
    ({"orderNumber": "7", "buyerEmail": "a@example.com"}, "a payload of Automations"),
]  # fmt: skip
AROUND: dict[str, Any] = {
    "alone": lambda order: order,
    "order": lambda order: {"order": order},
    "orders": lambda order: {"orders": [order], "metadata": {}},
    "list": lambda order: [order],
    "action event": lambda order: {
        "entityFqdn": "wix.ecom.v1.order", "slug": "approved", "entityId": "a", "actionEvent": {"body": {"order": order}}
    },
    "created event": lambda order: {
        "entityFqdn": "wix.ecom.v1.order", "slug": "created", "entityId": "a", "createdEvent": {"entity": order}
    },
    "handler": lambda order: {"data": {"order": order}, "metadata": {"entityFqdn": "wix.ecom.v1.order"}},
}  # fmt: skip


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
@pytest.mark.parametrize(("document", "kind"), FOREIGN, ids=range(len(FOREIGN)))
def test_an_order_of_another_interface_is_skipped_and_named(document: JSON, kind: str, around: Any) -> None:
    with oq.open_store(":memory:") as store:
        store.load([{"id": "a", "number": "1"}])
        result = store.load([around(document)])
        (problem,) = result.problems
        assert (result.orders, result.skipped, problem.code) == (0, 1, "foreign-document")
        assert problem.message.startswith(kind)
        assert ("/ecom/v1/orders/" if "Automations" in kind else "orderquery convert-orders FILE") in problem.help
        assert store.get("a") == {"id": "a", "number": "1"}


@pytest.mark.parametrize("key", ["createdDate", "_createdDate", "priceSummary"])
@pytest.mark.parametrize("document", [STORES, ROW], ids=["stores", "row"])
def test_a_key_of_an_ecommerce_order_makes_it_one(document: JSON, key: str) -> None:
    with oq.open_store(":memory:") as store:
        assert loaded(store, {**document, key: None}) == (1, 0, [])


def test_match_skips_what_loading_skips(here: Path) -> None:
    lines = [json.dumps(document) for document, _ in FOREIGN]
    Path("o.jsonl").write_text("\n".join([*lines, '{"id":"b","number":"1"}']))
    for search in ("everything", "number > 0", "id = a or number = 1"):
        result = run("match", search, "o.jsonl", "--count")
        assert result.stdout == "1\n"
        assert result.stderr.count("foreign-document") == len(FOREIGN)


def test_another_table_may_have_their_keys() -> None:
    table = own_table("totals", 'sdk_names = { id = "_id" }')
    with oq.open_store(":memory:", schema=table) as store:
        assert loaded(store, {"id": "a", "totals": "t"}, {"_id": "b", "orderNumber": "7", "_context": {}}) == (2, 0, [])
        assert store.search('totals = "t"').ids == ("a",)


# -- the table that an event belongs to -------------------------------------------------------------------------


def event(name: JSON, slug: str = "created", **content: JSON) -> JSON:
    content = content or {"createdEvent": {"entity": {"id": "a"}}}
    return {
        "id": "e",
        "entityFqdn": name,
        "slug": slug,
        "entityId": "a",
        "eventTime": "2024-01-01T00:00:00Z",
        **content,
    }


@pytest.mark.parametrize("name", [
    "wix.pricing_plans.v2.plan", "wix.ecom.v1.order_payment_request", "wix.ecom.v1.orders", "wix.ecom.v1", "order",
    "com.wix.ecom.v1.order", "wix.ecom.v1.order_transactions_x", "WIX.ECOM.V1.ORDER", "",
])  # fmt: skip
def test_an_event_of_another_entity_is_named_and_not_loaded(name: str) -> None:
    with oq.open_store(":memory:") as store:
        result = store.load([event(name), event(name, actionEvent={"body": {"order": {"id": "a"}}})])
        assert result.orders == 0
        assert [problem.code for problem in result.problems] == ["unknown-document"] * 2
        assert f'"{name}"' in result.problems[0].message
        assert '"ecom-orders"' in result.problems[0].message


def test_an_event_goes_to_the_table_that_names_its_entity() -> None:
    plans = own_table("planId", 'events = { order = "wix.pricing_plans.v2.order" }')
    name = "wix.pricing_plans.v2.order"
    documents = [
        event(name, createdEvent={"entity": {"id": "p1", "planId": "x"}}),
        event(name, "updated", updatedEvent={"currentEntity": {"id": "p2", "planId": "x"}}),
        event(name, "paused", actionEvent={"body": {"order": {"id": "p3", "planId": "x"}}}),
    ]
    with oq.open_store(":memory:", schema=plans) as store:
        assert loaded(store, *documents) == (3, 0, [])
        assert store.search("planId = x").ids == ("p1", "p2", "p3")


def test_with_another_table_an_event_with_its_key_is_a_record() -> None:
    name = "wix.ecom.v1.order"
    with oq.open_store(":memory:", schema=own_table("slug")) as store:
        assert loaded(store, event(name)) == (1, 0, [])
        assert store.search("slug = created").ids == ("e",)
        assert loaded(store, {**event(name), "id": None}) == (0, 0, ["unknown-document"])


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.event.json")), ids=lambda path: path.stem)
def test_a_documented_event_is_one_record_of_its_entity(path: Path) -> None:
    raw = path.read_bytes()
    (record,) = from_bytes(oq.load_schema(), raw)
    assert isinstance(record, Record)
    assert record.kind == oq.load_schema().events[json.loads(raw)["entityFqdn"]]
    assert record.document in raw


@pytest.mark.parametrize("rows", ["events = { order = 5 }", 'events = { plan = "x" }'])
def test_a_table_with_wrong_events_is_refused(rows: str) -> None:
    with pytest.raises(oq.SchemaError, match="events"):
        own_table("x", rows)
