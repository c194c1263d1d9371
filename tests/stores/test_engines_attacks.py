"""Attacks on the engines over exports: hostile operands and names, files that are changed, documents that are none."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from backends import KEYS
from project import TESTS
from pyarrow import parquet

import orderquery as oq
from orderquery.stores.parquet.export import export

sys.path.append(str(TESTS / "trust"))
from naughty import NAUGHTY

pytestmark = pytest.mark.engines

SITES = ["a'b\"c\\d`e", "' OR '1'='1", "${site} :site ?"]
ORDERS = [{"id": f"{number:03}", "shippingInfo": {"title": text}} for number, text in enumerate(NAUGHTY) if text]
FIRST = "orders/part-00001.parquet"
DAMAGED, WHOLE = ORDERS[0]["id"], ORDERS[1]["id"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attacked")
    with oq.open_store(folder / "shop.db", keys=KEYS) as store:
        store.load(ORDERS)
        for site in SITES:
            store.at_site(site).load({"id": f"of {site}", "number": "1"})
        export(store, folder / "out")
    return folder / "out"


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of the export."""
    return shutil.copytree(made, tmp_path / "out")


@pytest.fixture(scope="module")
def opened(made: Path, engine: str) -> Iterator[oq.Store]:
    with oq.open_store(f"{engine}:///{made}", keys=KEYS) as store:
        yield store


def test_hostile_operands_mean_only_themselves(opened: oq.Store) -> None:
    for order in ORDERS[::9]:
        text = order["shippingInfo"]["title"]
        for filter_ in ({"shippingInfo.title": text}, {"shippingInfo.title": {"$in": [text, "'"]}}):
            expected = [found["id"] for found in oq.compile({"filter": filter_}).filter(ORDERS)]
            assert sorted(opened.search({"filter": filter_, "cursorPaging": {"limit": 100}}).ids) == sorted(expected)


def test_hostile_names_of_sites_see_only_their_own(opened: oq.Store) -> None:
    for site in SITES:
        assert opened.at_site(site).search({}).ids == (f"of {site}",)
    for site in ("' OR site <> '", "a'b", "%"):
        assert opened.at_site(site).search({}).ids == ()


@pytest.mark.parametrize("change", ["removed", "cut off", "longer", "another"])
def test_an_export_with_a_changed_file_is_refused(change: str, folder: Path, engine: str) -> None:
    part = folder / FIRST
    if change == "removed":
        part.unlink()
    elif change == "another":
        shutil.copy(part, part.with_name("part-00002.parquet"))
    else:
        raw = part.read_bytes()
        part.write_bytes(raw[:-100] if change == "cut off" else raw + b"\0")
    with pytest.raises(oq.StoreError, match=r"part-0000[12]\.parquet"):
        oq.open_store(f"{engine}:///{folder}", keys=KEYS)


@pytest.mark.parametrize("at", [0.05, 0.3, 0.6, 0.9, 0.999])
def test_damage_inside_a_file_is_an_error_of_the_store(at: float, folder: Path, engine: str) -> None:
    part = folder / FIRST
    raw = bytearray(part.read_bytes())
    begin = int(len(raw) * at)
    raw[begin : begin + 64] = bytes(byte ^ 0xA5 for byte in raw[begin : begin + 64])
    part.write_bytes(raw)
    known = {order["id"] for order in ORDERS}
    try:
        with oq.open_store(f"{engine}:///{folder}", keys=KEYS) as store:
            assert set(store.search({"cursorPaging": {"limit": 100}}).ids) <= known
    except oq.StoreError as problem:
        assert str(problem)


@pytest.mark.parametrize("document", [b'{"id": "1", "x": "\xff\xfe"}', b"\x00\x01\x02", b"{", b"[1]"])
def test_a_document_that_is_not_json_is_left_out(document: bytes, folder: Path, engine: str) -> None:
    part, layout = folder / FIRST, folder / "layout.json"
    table = parquet.read_table(part)
    at = table.column_names.index("document")
    documents = [value.encode() for value in table.column("document").to_pylist()]
    place = table.column("id").to_pylist().index(DAMAGED)
    documents[place] = document
    # As a writer that does not check: the bytes are in a column of texts.
    texts = pa.array(documents, pa.binary()).view(pa.string())
    parquet.write_table(table.set_column(at, table.schema.field("document"), texts), part)
    said = json.loads(layout.read_text())
    said["files"][0]["bytes"] = part.stat().st_size
    layout.write_text(json.dumps(said))
    with oq.open_store(f"{engine}:///{folder}", keys=KEYS) as store:
        page = store.search({"filter": {"id": {"$in": [DAMAGED, WHOLE]}}})
        assert page.ids == (WHOLE,)
        assert [problem.message for problem in page.problems] == [
            f'the stored document of order "{DAMAGED}" is not JSON'
        ]
        assert json.loads(page.to_bytes())["metadata"]["count"] == 1
