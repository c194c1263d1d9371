"""What every store does, run on SQLite here: loading, versions, sites, and writers beside each other."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from project import ROOT, SAMPLES

import orderquery as oq
from orderquery.documents.ingest import Record
from orderquery.documents.json_lines import read_file

REQUESTS_WITHOUT_IDS = {"create_order.request", "update_order.request"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.db"


@pytest.fixture
def store() -> Iterator[oq.Store]:
    with oq.open_store(":memory:") as opened:
        yield opened


def load_file(store: oq.Store, path: Path) -> oq.LoadResult:
    return store.load_records(found for _, found in read_file(store.schema, str(path)))


# -- the documented samples -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_sample_with_orders_or_transactions_loads(store: oq.Store, path: Path) -> None:
    text = path.read_text("utf-8")
    holds = any(f'"{key}"' in text for key in ("lineItems", "payments")) and ".request" not in path.name
    result = load_file(store, path)
    codes = [problem.code for problem in result.problems]
    if holds:
        assert not codes
        assert result.orders + result.transactions >= 1
    elif path.stem in REQUESTS_WITHOUT_IDS:
        assert codes == ["no-usable-id"]
    else:
        assert codes
        assert set(codes) <= {"unknown-document", "partial-order", "no-usable-id"}
        assert result.orders + result.transactions == 0


def test_the_documented_search_gives_the_documented_answer(store: oq.Store) -> None:
    for path in sorted(SAMPLES.glob("*.json")):
        load_file(store, path)
    request = json.loads((SAMPLES / "search_orders.request.json").read_text("utf-8"))
    documented = json.loads((SAMPLES / "search_orders.response.json").read_text("utf-8"))
    page = store.search(request)
    assert [order["number"] for order in page.orders] == ["10126", "10125"]
    answer = json.loads(page.to_bytes())
    assert answer["orders"] == documented["orders"]
    assert answer["metadata"].keys() == documented["metadata"].keys()
    assert answer["metadata"]["cursors"].keys() == documented["metadata"]["cursors"].keys()
    rest = store.search({"cursorPaging": {"cursor": page.next}})
    assert [order["number"] for order in rest.orders] == ["10002"]
    assert not rest.has_next
    assert store.search({"cursorPaging": {"cursor": rest.prev}}).ids == page.ids


# -- what is kept -----------------------------------------------------------------------------------------------


def test_bytes_come_back_as_they_were(store: oq.Store, tmp_path: Path) -> None:
    odd = '{ "number" : 1.10 ,\t"id":"a", "x": "\\u00e9\\/", "n": 1E400, "id2":null, "big": 123456789012345678901234567890 }'
    lines = tmp_path / "o.jsonl"
    lines.write_bytes(b"\xef\xbb\xbf" + odd.encode() + b"\r\n\n" + b'  {"id":"b"}  \n')
    whole = tmp_path / "r.json"
    pretty = '{\n  "id": "c",\n  "tags": [ 1,  2 ]\n}'
    whole.write_text('{"metadata": {}, "orders": [ {"id":"x"} ,\n' + pretty + "]}")
    load_file(store, lines)
    load_file(store, whole)
    assert store.get_document("a") == odd.encode()
    assert store.get_document("b") == b'{"id":"b"}'
    assert store.get_document("c") == pretty.encode()
    store.load([{"id": "d", "name": "é", "price": 1.5}])
    assert store.get_document("d") == '{"id":"d","name":"é","price":1.5}'.encode()
    assert store.get("d") == {"id": "d", "name": "é", "price": 1.5}
    assert store.get("nobody") is None


def test_what_cannot_be_used_is_reported_and_the_rest_loaded(store: oq.Store, tmp_path: Path) -> None:
    path = tmp_path / "o.jsonl"
    path.write_bytes(
        b'{"id":"a"}\n{"id":\n{"number":"5"}\n\xff\xfe\n[{"id":"b"},7]\n{"id":"c","x":"\\ud800"}\n{"hello":1}\n'
        b'{"orders":[{"id":"d"},{"id":"\\udc00"},{"id":""},null]}\n"text"\n{"id":"e","createdDate":"yesterday"}\n'
        + b'{"id":"f","x":'
        + b"[" * 5000
        + b"]" * 5000
        + b"}\n"
        + b'{"id":"'
        + b"g" * 257
        + b'"}\n{"id":"h"}'
    )
    result = load_file(store, path)
    placed = [(problem.line, problem.pointer, problem.code) for problem in result.problems]
    assert placed == [
        (2, "", "unusable-document"), (3, "", "no-usable-id"), (4, "", "unusable-document"),
        (5, "/1", "unusable-document"), (6, "", "unusable-document"), (7, "", "unknown-document"),
        (8, "/orders/1", "unusable-document"), (8, "/orders/2", "no-usable-id"),
        (8, "/orders/3", "unusable-document"), (9, "", "unusable-document"), (10, "", "unfit-value"),
        (11, "", "unusable-document"), (12, "", "no-usable-id"),
    ]  # fmt: skip
    assert sorted(store.search({}).ids) == ["a", "b", "d", "e", "h"]
    assert (result.orders, result.skipped, result.problem_count) == (5, 12, 13)


@pytest.mark.parametrize("document", [
    None, 5, "text", [], {}, {"id": 5}, {"id": "a", "x": float("nan")}, {"id": "\ud800"}, {"id": "a", "x": object()},
    {"id": "a", "x": "\ud800"}, {"orders": 5}, {"orderTransactions": {}}, {"entityFqdn": 1}, [[[]]],
    {"entityFqdn": "wix.ecom.v1.order", "slug": "deleted", "entityId": "x"},
])  # fmt: skip
def test_odd_documents_are_problems_and_never_errors(store: oq.Store, document: Any) -> None:
    result = store.load([document, {"id": "good"}])
    assert result.orders == 1
    assert result.problem_count == (0 if document == [] else 1)


def test_a_cyclic_document_is_a_problem(store: oq.Store) -> None:
    cyclic: dict[str, Any] = {"id": "a"}
    cyclic["self"] = cyclic
    assert [problem.code for problem in store.load([cyclic]).problems] == ["unusable-document"]


# -- what wins --------------------------------------------------------------------------------------------------


def version(updated: str | None, mark: str) -> dict[str, Any]:
    return {"id": "a", "mark": mark, **({"updatedDate": updated} if updated else {})}


@pytest.mark.parametrize(("first", "second", "kept"), [
    (version("2024-01-02T00:00:00Z", "1"), version("2024-01-01T00:00:00Z", "2"), "1"),
    (version("2024-01-01T00:00:00Z", "1"), version("2024-01-02T00:00:00Z", "2"), "2"),
    (version("2024-01-01T00:00:00Z", "1"), version("2023-12-31T19:00:00-05:00", "2"), "2"),
    (version(None, "1"), version("2024-01-01T00:00:00Z", "2"), "2"),
    (version("2024-01-01T00:00:00Z", "1"), version(None, "2"), "1"),
    (version("not a date", "1"), version(None, "2"), "2"),
    (version("2024-01-01T00:00:00Z", "1"), {"_id": "a", "_updatedDate": "2024-01-03T00:00:00Z", "mark": "2"}, "2"),
])  # fmt: skip
@pytest.mark.parametrize("together", [True, False])
def test_the_newer_version_wins(store: oq.Store, first: Any, second: Any, kept: str, together: bool) -> None:
    results = [store.load([first, second])] if together else [store.load([first]), store.load([second])]
    assert store.get("a")["mark"] == kept
    assert sum(result.older for result in results) == (kept == "1")
    assert store.count("everything") == 1


def paid(method: str) -> dict[str, Any]:
    return {"orderId": "a", "payments": [{"regularPaymentDetails": {"paymentMethod": method}}]}


def event(method: str, at: str) -> dict[str, Any]:
    return {"entityFqdn": "wix.ecom.v1.order_transactions", "slug": "updated", "entityId": "a", "eventTime": at,
            "actionEvent": {"body": {"orderTransactions": paid(method)}}}  # fmt: skip


METHODS = [
    ([paid("Cash"), paid("PayPal")], "PayPal"),
    ([event("Cash", "2024-01-02T00:00:00Z"), event("PayPal", "2024-01-01T00:00:00Z")], "Cash"),
    ([event("Cash", "2024-01-01T00:00:00.000000001Z"), event("PayPal", "2024-01-01T00:00:00Z")], "PayPal"),
    # D22: a load without an event replaces, and an older event that arrives late does not undo it.
    ([event("Cash", "2024-01-02T00:00:00Z"), paid("Klarna"), event("PayPal", "2024-01-01T00:00:00Z")], "Klarna"),
    ([event("Cash", "2024-01-02T00:00:00Z"), paid("Klarna"), event("PayPal", "2024-01-03T00:00:00Z")], "PayPal"),
]


@pytest.mark.parametrize(("documents", "kept"), METHODS)
@pytest.mark.parametrize("order_at", [0, 1, None])
def test_transactions_count_in_any_order_and_the_last_wins(
    store: oq.Store, documents: list[Any], kept: str, order_at: int | None
) -> None:
    order = {"id": "a"}
    at = len(documents) if order_at is None else order_at
    for document in [*documents[:at], order, *documents[at:]]:
        store.load([document])
    for method in ("Cash", "PayPal", "Klarna"):
        assert store.count({"filter": {"paymentMethods": method}}) == (method == kept)
    assert (
        json.loads(store.get_transactions("a") or b"")["payments"][0]["regularPaymentDetails"]["paymentMethod"] == kept
    )


def test_loading_is_idempotent(store: oq.Store) -> None:
    documents = list(oq.sample(100))
    store.load(documents)
    before = [(page.ids, page.documents) for page in (store.search({}), store.search("paymentMethods is present"))]
    again = store.load(documents)
    assert again.older == 0
    assert [(p.ids, p.documents) for p in (store.search({}), store.search("paymentMethods is present"))] == before


# -- sites, failures --------------------------------------------------------------------------------------------


def test_sites_never_see_each_other(path: Path) -> None:
    keys = ["one key for both of the sites"]
    with oq.open_store(path, site="one", keys=keys) as one, oq.open_store(path, site="two", keys=keys) as two:
        one.load([{"id": "a", "number": 1}, {"id": "b", "number": 2}, paid("Cash")])
        two.load([{"id": "a", "number": 9}])
        assert one.get("a")["number"] == 1
        assert two.get("a")["number"] == 9
        assert two.get("b") is None
        assert two.get_transactions("a") is None
        assert (one.count("everything"), two.count("everything")) == (2, 1)
        assert (one.count("paymentMethods = Cash"), two.count("paymentMethods = Cash")) == (1, 0)
        page = one.search({"cursorPaging": {"limit": 1}})
        with pytest.raises(oq.QueryError, match="bad-cursor"):
            two.search({"cursorPaging": {"cursor": page.next}})
        assert two.delete(["a", "b"]) == 1
        assert one.count("everything") == 2
        assert one.get_transactions("a") is not None
    with oq.open_store(path, keys=keys) as unnamed:
        assert unnamed.count("everything") == 0


def test_an_iterable_that_fails_loses_nothing_that_was_kept(store: oq.Store) -> None:
    def documents() -> Iterator[dict[str, str]]:
        for number in range(1_500):
            yield {"id": str(number)}
        raise RuntimeError("the network went away")

    with pytest.raises(RuntimeError, match="network"):
        store.load(documents())
    assert store.count("everything") == 1_000
    assert store.load({"id": str(number)} for number in range(1_500)).orders == 1_500
    assert store.count("everything") == 1_500


# -- others at work ---------------------------------------------------------------------------------------------

WRITER = """
import sys, orderquery as oq
with oq.open_store(sys.argv[1]) as store:
    for start in range(0, 3000, 100):
        store.load({"id": f"{sys.argv[2]}{n}", "number": n} for n in range(start, start + 100))
        print(start + 100, flush=True)
"""


def writer(path: Path, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


def test_two_writers_and_a_reader_get_along(path: Path) -> None:
    with oq.open_store(path) as reader:
        writers = [writer(path, name) for name in "ab"]
        seen = [0]
        while any(process.poll() is None for process in writers):
            page = reader.search("number >= 0 order by number")
            assert len(page.ids) == len(set(page.ids))
            seen.append(reader.count("everything"))
        assert [process.wait() for process in writers] == [0, 0]
        for process in writers:
            assert process.stdout is not None
            process.stdout.close()
        assert seen == sorted(seen)
        assert reader.count("everything") == 6_000


def test_a_killed_writer_loses_nothing_it_reported(path: Path) -> None:
    process = writer(path, "a")
    assert process.stdout is not None
    reported = int(process.stdout.readline())
    time.sleep(0.2)
    process.kill()
    reported = max([reported, *(int(line) for line in process.stdout.read().split())])
    process.wait()
    process.stdout.close()
    with oq.open_store(path) as store:
        assert store.count("everything") >= reported
        assert store.count("everything") % 100 == 0
        assert store.load([{"id": "after"}]).orders == 1


def test_a_record_knows_its_kind() -> None:
    kinds = [found.kind for _, found in read_file(oq.load_schema(), str(SAMPLES / "order_transactions.object.json"))
             if isinstance(found, Record)]  # fmt: skip
    assert kinds == ["transactions"]
