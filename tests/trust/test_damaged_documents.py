"""Stored documents that are not JSON: skipped and reported, and the others are searched, exported and rebuilt."""

import contextlib
import json
import sqlite3

import duckdb
import pytest
from command_line import run
from kept import KEYS
from scale import scaled

import orderquery as oq
from orderquery.stores.parquet.export import export
from orderquery.stores.parquet.store import ParquetStore

DAMAGE = [b"", b"{", b'{"id":"b"', b"null", b"[]", b"\x00", b'{"id":"b","x":"\xff"}', b"x" * 100, b'{"id":}', b'{"id":"b"}}',
          b"[" * 100_000, b'{"a":' * 100_000]  # fmt: skip
ORDERS = [{"id": key, "number": key, "paymentStatus": "PAID"} for key in "abc"]
PAID = {"orderTransactions": {"orderId": "a", "payments": [{"regularPaymentDetails": {"paymentMethod": "Cash"}}]}}


def texts(name):
    """What such a store can have: DuckDB has texts, which are UTF-8."""
    found = [damage for damage in DAMAGE if name == "shop.db" or b"\xff" not in damage]
    return scaled(found, found[:: 2 if name == "shop.db" else 5])


@pytest.mark.parametrize("name", ["shop.db", "shop.duckdb"])
def test_a_damaged_order_is_skipped(name, tmp_path, counted):
    path = tmp_path / name
    with oq.open_store(path, keys=KEYS) as store:
        store.load([*ORDERS, PAID])
    for document in texts(name):
        if path.suffix == ".db":
            with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
                database.execute("UPDATE order_document SET document = ? WHERE id = 'b'", (document,))
        else:
            with contextlib.closing(duckdb.connect(str(path))) as database:
                database.execute("UPDATE order_document SET document = ? WHERE id = 'b'", [document.decode()])
        reported = []
        with oq.open_store(path, keys=KEYS) as store:
            page = store.search({"sort": [{"fieldName": "number"}]})
            assert (page.ids, [order["id"] for order in page]) == (("a", "c"), ["a", "c"])
            assert [problem.message for problem in page.problems] == ['the stored document of order "b" is not JSON']
            assert json.loads(page.to_bytes())["metadata"]["count"] == 2
            found = [key for key, _ in store.iterate_documents("everything", report=reported.append)]
            assert (sorted(found), len(reported)) == (["a", "c"], 1)
            with pytest.raises(oq.StoreError, match='stored document of order "b" is not JSON; load it again'):
                store.get_document("b")
            result = export(store, tmp_path / "out", replace=True)
            assert (result.orders, result.transactions, result.skipped) == (2, 1, 1)
        assert oq.upgrade_store(path, report=reported.append) == 2
        assert len(reported) == 2
        with oq.open_store(path, keys=KEYS) as store:
            assert store.count("everything") == 2
            # It can be loaded again.
            store.load([ORDERS[1]])
            assert store.search("number = b").ids == ("b",)
            assert store.count("everything") == 3
    counted(f"damaged documents, {name}", len(texts(name)), len(texts(name)))


def test_damaged_transactions_are_left_out(tmp_path):
    path = tmp_path / "shop.db"
    with oq.open_store(path) as store:
        store.load([*ORDERS, PAID])
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("UPDATE transactions SET document = x'7bff'")
        with pytest.raises(oq.StoreError, match='stored document of transactions of order "a" is not JSON'):
            store.get_transactions("a")
        result = export(store, tmp_path / "out")
        assert (result.orders, result.transactions, result.skipped) == (3, 0, 1)
        # The order itself is loaded beside them.
        store.load([{**ORDERS[0], "paymentStatus": "NOT_PAID"}])
        assert store.search("paymentStatus = NOT_PAID").ids == ("a",)
    reported = []
    assert oq.upgrade_store(path, report=reported.append) == 3
    assert [problem.message for problem in reported] == ['the stored document of transactions of order "a" is not JSON']


def test_the_commands_report_them(tmp_path):
    path = tmp_path / "shop.db"
    with oq.open_store(path) as store:
        store.load(ORDERS)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("UPDATE order_document SET document = x'7b' WHERE id = 'b'")
    for call, out in (
        (("search", path, "everything", "--format", "ids"), "c\na\n"),
        (("search", path, "everything", "--all", "--format", "json"), None),
        (("search", path, "everything", "--format", "csv"), None),
        (("export", path, tmp_path / "out"), "2 orders and 0 transactions records in 2 files, 1 skipped\n"),
        (("upgrade", path), f"2 orders in {path}, 1 skipped\n"),
    ):
        done = run(*call)
        assert done.exit_code == 1, (call, done.output)
        assert 'the stored document of order "b" is not JSON' in done.stderr
        assert out is None or sorted(done.stdout) == sorted(out)


def test_the_endpoint_leaves_them_out(tmp_path):
    from serving import SEARCH, running

    path = tmp_path / "shop.db"
    with oq.open_store(path) as store:
        store.load(ORDERS)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("UPDATE order_document SET document = CAST('{broken}' AS BLOB) WHERE id = 'b'")
    with running(["serve", path], tmp_path) as server:
        answer = server.ask("POST", SEARCH, {"search": {}})
        assert (answer.status, sorted(answer.ids)) == (200, ["a", "c"])
        assert server.ask("GET", "/ecom/v1/orders/b").status == 503


class Texts(ParquetStore):
    """Rows as an engine returns them that keeps what is not UTF-8."""

    dialect = "spark"

    def _start(self):
        return self

    def rows(self, text, parameters, deadline=None):
        return [("a", '{"id":"a"}'), ("b", b'{"id":"\xff"}')]

    def close(self):
        pass


def test_a_parquet_document_that_is_not_utf_8_is_skipped(tmp_path):
    import pyarrow

    from orderquery.stores.parquet.clickhouse import _values

    with oq.open_store(":memory:") as store:
        store.load(ORDERS)
        export(store, tmp_path / "out")
    read = Texts(str(tmp_path / "out"), oq.load_schema(), keys=KEYS)
    page = read.search({"filter": {"id": {"$in": ["a", "b"]}}, "sort": [{"fieldName": "createdDate"}]})
    assert page.documents == [b'{"id":"a"}']
    assert len(page.problems) == 1
    broken = pyarrow.Array.from_buffers(
        pyarrow.large_string(), 2, [None, pyarrow.array([0, 1, 3], pyarrow.int64()).buffers()[1], pyarrow.py_buffer(b"a\xff\xfe")]
    )  # fmt: skip
    assert _values(pyarrow.chunked_array([broken])) == ["a", b"\xff\xfe"]
