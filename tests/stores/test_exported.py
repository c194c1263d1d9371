"""Exports: what a folder holds, when it is refused, and what reads it."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from backends import KEYS
from command_line import HANG_S, run
from engines_corpus import ENGINES, WITHOUT
from pyarrow import parquet
from strategies import TEXTS

import orderquery as oq
from orderquery.documents.ingest import from_bytes
from orderquery.documents.json_lines import read_file
from orderquery.stores.parquet import export as exporting
from orderquery.stores.parquet.export import export
from orderquery.stores.parquet.tables import columns, describe_columns
from orderquery.stores.sqlite.tables import columns as searched

JSON = Any
ODD = [
    b'{ "number" : 1.10 ,\t"id":"a", "x": "\\u00e9\\/", "n": 1E400, "big": 123456789012345678901234567890 }',
    '{"id":"b\\u0000c","buyerInfo":{"email":"É\\u0001"},"name":"é\u2028😀"}'.encode(),
    b'{"id":"hidden","status":"INITIALIZED","lineItems":[{"productName":{"original":"Shoe"}}]}',
]
PAID = {"orderTransactions": {"orderId": "a", "payments": [{"regularPaymentDetails": {"paymentMethod": "Cash"}}]}}
STRAY = {"orderTransactions": {"orderId": "of nobody", "payments": []}}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[oq.Store]:
    """A store with odd documents, transactions and a second site."""
    lines = tmp_path / "odd.jsonl"
    lines.write_bytes(b"\n".join(ODD))
    with oq.open_store(tmp_path / "shop.db", keys=KEYS) as opened:
        opened.load_records(found for _, found in read_file(opened.schema, str(lines)))
        opened.load([PAID, STRAY])
        opened.at_site("berlin").load([{"id": "a", "status": "APPROVED"}, {"id": "z", "archived": True}])
        yield opened


def rows(folder: Path, table: str) -> list[dict[str, JSON]]:
    return [row for file in sorted((folder / table).iterdir()) for row in parquet.read_table(file).to_pylist()]


def about(folder: Path) -> dict[str, JSON]:
    return json.loads((folder / "layout.json").read_text("utf-8"))


# -- what is written --------------------------------------------------------------------------------------------


def test_everything_is_in_it_byte_for_byte(store: oq.Store, tmp_path: Path) -> None:
    result = export(store, tmp_path / "out")
    assert (result.orders, result.transactions, result.files) == (5, 2, 2)
    orders = rows(tmp_path / "out", "orders")
    assert [(row["site"], row["id"]) for row in orders] == [
        ("", "a"), ("", "b\x01\x01c"), ("", "hidden"), ("berlin", "a"), ("berlin", "z"),
    ]  # fmt: skip
    assert [row["document"].encode() for row in orders[:3]] == ODD
    assert orders[0]["payment_methods"] == ["Cash"]
    assert orders[1]["buyer_info_email"] == "É\x01\x02"
    assert orders[1]["buyer_info_email_folded"] == "é\x01\x02"
    assert orders[2]["line_items_product_name_original"] == ["Shoe"]
    assert orders[3]["line_items_product_name_original"] is None
    assert [row["archived"] for row in orders] == [False, False, False, False, True]
    others = rows(tmp_path / "out", "transactions")
    assert [(row["site"], row["order_id"], json.loads(row["document"])) for row in others] == [
        ("", "a", PAID["orderTransactions"]), ("", "of nobody", STRAY["orderTransactions"]),
    ]  # fmt: skip
    shown = about(tmp_path / "out")
    assert shown["kind"] == "orderquery export"
    assert shown["table"] == {
        "name": store.schema.name, "version": store.schema.version, "fingerprint": store.schema.fingerprint,
    }  # fmt: skip
    assert (shown["orders"], shown["transactions"], shown["named_sites"]) == (5, 2, True)
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", shown["created"])


def test_the_columns_are_those_that_stores_search(store: oq.Store, tmp_path: Path) -> None:
    export(store, tmp_path / "out")
    written = parquet.read_schema(next((tmp_path / "out" / "orders").iterdir()))
    named = [column.name for column in columns(store.schema)]
    assert written.names == named
    many = {f"{row.column}_folded" for row in store.schema.fields if row.many and row.prefixed}
    assert set(named) - {"site", "document"} - many == {name for name, _ in searched(store.schema)}
    assert written.field("created_date").type == "int64"
    assert written.field("archived").type == "bool"
    assert not written.field("document").nullable
    assert str(written.field("payment_methods").type).startswith("list<")
    assert describe_columns(store.schema).count("\n") == len(named) + 1


def test_one_site_alone(store: oq.Store, tmp_path: Path) -> None:
    assert export(store, tmp_path / "berlin", site="berlin").orders == 2
    assert export(store, tmp_path / "nameless", site="").orders == 3
    assert [about(tmp_path / name)["named_sites"] for name in ("berlin", "nameless")] == [True, False]
    assert export(store, tmp_path / "none", site="nowhere").orders == 0
    assert rows(tmp_path / "none", "orders") == []


def test_files_and_batches_have_the_size_they_are_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "_MAX_GROUP_ROWS", 3)
    with oq.open_store(":memory:") as store:
        store.load({"id": f"{number:02}"} for number in range(20))
        for size, files in ((1, 20), (7, 3), (20, 1), (100, 1)):
            result = export(store, tmp_path / str(size), rows_per_file=size)
            assert result.files == files + 1
            assert [row["id"] for row in rows(tmp_path / str(size), "orders")] == [f"{n:02}" for n in range(20)]
        with pytest.raises(oq.UsageError):
            export(store, tmp_path / "x", rows_per_file=0)


def test_a_store_of_any_engine_gives_the_same(store: oq.Store, tmp_path: Path) -> None:
    with oq.open_store(tmp_path / "shop.duckdb") as other:
        for both in store.iterate_records():
            for kept in both:
                if kept is not None:
                    other.at_site(kept.site).load_records(from_bytes(other.schema, kept.document))
        export(other, tmp_path / "two")
    export(store, tmp_path / "one")
    for table in ("orders", "transactions"):
        assert rows(tmp_path / "one", table) == rows(tmp_path / "two", table)


# -- where it is written ----------------------------------------------------------------------------------------


def test_what_is_there_is_not_overwritten(store: oq.Store, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    (tmp_path / "empty").mkdir()
    for replace in (False, True):
        with pytest.raises(oq.StoreError):
            export(store, tmp_path / "mine", replace=replace)
        with pytest.raises(oq.StoreError, match="is not a folder"):
            export(store, tmp_path / "shop.db", replace=replace)
        with pytest.raises(oq.StoreError, match="folder not found"):
            export(store, tmp_path / "nowhere" / "out", replace=replace)
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"
    export(store, tmp_path / "empty")
    with pytest.raises(oq.StoreError, match="--replace"):
        export(store, tmp_path / "empty")
    store.delete(["hidden"])
    assert export(store, tmp_path / "empty", replace=True).orders == 4
    assert len(rows(tmp_path / "empty", "orders")) == 4


def test_a_failure_leaves_what_there_was(store: oq.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(store, tmp_path / "out")
    before = about(tmp_path / "out")

    def broken(*_: object) -> JSON:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting, "project", broken)
    with pytest.raises(oq.StoreError, match="No space"):
        export(store, tmp_path / "out", replace=True)
    monkeypatch.setattr(exporting, "project", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export(store, tmp_path / "new")
    assert about(tmp_path / "out") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "odd.jsonl",
        "out",
        "shop.db",
        "shop.db-shm",
        "shop.db-wal",
    ]
    # The store is not held by an export that failed.
    store.load([{"id": "new"}])


def test_the_command(store: oq.Store, tmp_path: Path) -> None:
    done = run("export", tmp_path / "shop.db", tmp_path / "out", "--rows-per-file", "2")
    assert (done.exit_code, done.stdout) == (0, "5 orders and 2 transactions records in 4 files\n")
    again = run("export", tmp_path / "shop.db", tmp_path / "out")
    assert again.exit_code == 2
    assert "is not empty; use --replace" in again.stderr
    done = run("export", tmp_path / "shop.db", tmp_path / "out", "--replace", "--site", "berlin")
    assert done.stdout == "2 orders and 0 transactions records in 2 files\n"
    assert run("export", tmp_path / "no.db", tmp_path / "other").exit_code == 2
    assert not (tmp_path / "other").exists()


# -- what is not installed --------------------------------------------------------------------------------------


def test_missing_packages_are_named(store: oq.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(store, tmp_path / "out")
    from orderquery.stores.parquet import spark as exported_spark

    for package, extra in (("chdb", "clickhouse"), ("pyspark.sql", "spark")):
        with monkeypatch.context() as patched:
            patched.setitem(sys.modules, package, None)
            patched.setattr(exported_spark, "session", exported_spark.session.__wrapped__)
            with pytest.raises(oq.MissingExtra, match=rf"orderquery\[{extra}\]"):
                oq.open_store(f"{extra}:///{tmp_path / 'out'}")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(oq.MissingExtra, match=r"orderquery\[export\]"):
        export(store, tmp_path / "other")


def test_a_missing_java_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from orderquery.stores.parquet.spark import _check_java

    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(oq.StoreError, match="openjdk-17-jre-headless"):
        _check_java()
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(oq.StoreError, match="does not run"):
        _check_java()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(0o755)
    with pytest.raises(oq.StoreError, match="is version 11; run: apt-get install"):
        _check_java()
    java.write_text("#!/bin/sh\necho 'openjdk version \"21\" 2023-09-19' >&2\n")
    _check_java()


# -- what is read -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_no_export_is_refused(engine: str, store: oq.Store, tmp_path: Path) -> None:
    export(store, tmp_path / "out")
    written = about(tmp_path / "out")
    location = f"{engine}:///{tmp_path / 'out'}"

    def changed(**parts: JSON) -> None:
        (tmp_path / "out" / "layout.json").write_text(json.dumps({**written, **parts}))

    for parts, shown in (
        ({"kind": "something"}, "is not an export"),
        ({"format": 3}, "newer orderquery"),
        ({"format": 1}, "export the store again"),
        ({"format": None}, "is not valid; export the store again"),
        ({"table": {**written["table"], "name": "tickets"}}, 'has the table of fields "tickets"'),
        ({"table": {**written["table"], "fingerprint": "0"}}, "export the store again"),
        ({"table": None}, "is not valid; export the store again"),
    ):
        changed(**parts)
        with pytest.raises(oq.StoreError, match=shown):
            oq.open_store(location)
    (tmp_path / "out" / "layout.json").write_text("{")
    with pytest.raises(oq.StoreError, match=r"layout\.json"):
        oq.open_store(location)
    for other in (tmp_path / "nowhere", tmp_path / "shop.db", tmp_path):
        with pytest.raises(oq.StoreError, match=r"folder not found|not an export"):
            oq.open_store(f"{engine}:///{other}")
    with pytest.raises(oq.StoreError, match=r"create it again with: orderquery export STORE .* --replace"):
        oq.upgrade_store(location)


on_engines = pytest.mark.engines


def opened(engine: str, folder: Path, **options: Any) -> oq.Store:
    if engine in WITHOUT:
        pytest.skip(f"ORDERQUERY_WITHOUT names {engine}")
    return oq.open_store(f"{engine}:///{folder}", **{"keys": KEYS, **options})


@on_engines
@pytest.mark.parametrize("engine", ENGINES)
def test_an_export_is_a_store_to_read(engine: str, store: oq.Store, tmp_path: Path) -> None:
    folder = tmp_path / "it's {a,b} *?[x] é, 50% #1"
    export(store, folder)
    with opened(engine, folder) as read:
        assert [read.get_document(key) for key in ("a", "b\0c", "hidden")] == ODD
        assert json.loads(read.get_transactions("a")) == PAID["orderTransactions"]
        assert json.loads(read.get_transactions("of nobody")) == STRAY["orderTransactions"]
        for nobody in ("", "z", "of nobody", "\ud800", None, 5):
            assert read.get_document(nobody) is None
        assert read.get_transactions("hidden") is None
        assert read.search({}).documents == store.search({}).documents
        assert read.count({"filter": {"paymentMethods": "Cash"}}) == 1
        assert read.at_site("berlin").search({}).ids == ("z", "a")
        assert read.at_site("berlin").get_transactions("a") is None
        assert read.holds_named_site()
        assert read.explain({"filter": {"status": "APPROVED"}}).scans
        for refused in (
            lambda: read.load([{"id": "x"}]),
            lambda: read.delete(["a"]),
            lambda: export(read, tmp_path / "x"),
        ):
            with pytest.raises(oq.StoreError, match=r"read-only; change its source store|is already an export"):
                refused()
        other = read.at_site("berlin")
    read.close()
    for closed in (read, other):
        with pytest.raises(oq.StoreError, match="closed"):
            closed.search({})


@on_engines
@pytest.mark.parametrize("engine", ENGINES)
def test_the_key_lies_beside_the_folder(engine: str, store: oq.Store, tmp_path: Path) -> None:
    export(store, tmp_path / "out")
    with opened(engine, tmp_path / "out", keys=None) as read:
        cursor = read.search({"cursorPaging": {"limit": 1}}).next
    assert (tmp_path / "out.key").stat().st_mode & 0o777 == 0o600
    export(store, tmp_path / "out", replace=True)
    with opened(engine, tmp_path / "out", keys=None) as read:
        assert read.search({"cursorPaging": {"cursor": cursor}}).ids == ("a",)


@on_engines
@pytest.mark.parametrize("engine", ENGINES)
def test_every_text_is_an_operand(engine: str, tmp_path: Path) -> None:
    """Parameters are bound: whatever a text holds, it is compared and never read."""
    with oq.open_store(":memory:") as store:
        texts = [text for text in TEXTS if len(text) < 513]
        store.load({"id": f"{number:03}", "buyerInfo": {"email": text}} for number, text in enumerate(texts))
        export(store, tmp_path / "out")
    with opened(engine, tmp_path / "out") as read:
        hostile = "') OR 1 = 1 --", "{p1: String}", ":p1", "${p1}", "\\N", "\t\n\r\b\f\\0", "`", "%s"
        for text in (*texts[:: 1 if engine == "clickhouse" else 6], *hostile):
            expected = tuple(f"{number:03}" for number, other in enumerate(texts) if other == text)
            assert read.search({"filter": {"buyerInfo.email": text}}).ids == expected, repr(text)


@on_engines
def test_a_walk_goes_on_from_engine_to_engine(tmp_path: Path) -> None:
    with oq.open_store(tmp_path / "shop.db", keys=KEYS) as store:
        store.load(oq.sample(40))
        export(store, tmp_path / "out")
        search = {"sort": [{"fieldName": "paymentStatus"}, {"fieldName": "number", "order": "DESC"}]}
        whole = store.search(search).ids
        engines = [store, *(opened(engine, tmp_path / "out") for engine in ENGINES if engine not in WITHOUT)]
        for along in (engines, engines[::-1]):
            page = along[0].search({**search, "cursorPaging": {"limit": 4}})
            pages = [page]
            while page.next:
                page = along[len(pages) % len(along)].search({"cursorPaging": {"cursor": page.next}})
                pages.append(page)
            assert tuple(key for page in pages for key in page.ids) == whole
            back = [page.ids]
            while page.prev:
                page = along[len(back) % len(along)].search({"cursorPaging": {"cursor": page.prev}})
                back.append(page.ids)
            assert back == [page.ids for page in reversed(pages)]
        for other in engines[1:]:
            other.close()


@on_engines
@pytest.mark.parametrize("engine", ENGINES)
def test_a_search_that_takes_too_long_is_stopped(engine: str, store: oq.Store, tmp_path: Path) -> None:
    export(store, tmp_path / "out")
    with opened(engine, tmp_path / "out") as read:
        with pytest.raises(oq.StoreTimeout, match="search timed out after"):
            read.search({}, seconds=0)
        with read._snapshot(0.5), pytest.raises(oq.StoreTimeout, match=r"search timed out after 0\.5 s"):
            read._engine.rows(FOREVER[engine], {}, read._deadline)
        assert len(read.search({}, seconds=HANG_S).ids) == 2
        assert len(read.search({}).ids) == 2


@on_engines
@pytest.mark.parametrize("engine", ENGINES)
def test_several_threads_search_at_once(engine: str, store: oq.Store, tmp_path: Path) -> None:
    export(store, tmp_path / "out")
    searches = [{"filter": {"id": key}} for key in ("a", "b\0c", "nobody", "a")]
    with opened(engine, tmp_path / "out") as read, ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda search: read.search(search, seconds=HANG_S).ids, searches))
    assert found == [("a",), ("b\0c",), (), ("a",)]


FOREVER = {
    "clickhouse": "SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))",
    "spark": "SELECT count(*) FROM range(1000000000000) WHERE xxhash64(id) = 1",
}


@on_engines
@pytest.mark.skipif("spark" in WITHOUT, reason="ORDERQUERY_WITHOUT names spark")
def test_spark_runs_in_processes_of_its_own() -> None:
    from orderquery.stores.parquet.spark import MASTER, MASTER_VARIABLE, session

    context = session().sparkContext
    assert context.master == os.environ.get(MASTER_VARIABLE, MASTER)
    if MASTER_VARIABLE not in os.environ:
        # The driver and two executors. No public interface of PySpark 4 counts executors.
        assert context._jsc.sc().getExecutorMemoryStatus().size() == 3
