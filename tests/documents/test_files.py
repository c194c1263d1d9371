"""Files of documents: JSON texts one after another, broken ones, and files of other formats."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import orderquery as oq
from orderquery.documents.file_formats import recognise
from orderquery.documents.ingest import Record
from orderquery.documents.json_lines import read_bytes, read_file
from orderquery.documents.json_texts import split_texts

JSON = Any
ORDERS = [
    {"id": "a", "number": "1", "lineItems": [{"id": "x", "tags": [1, 2]}]},
    {"id": "b", "number": "2", "names": ["p", "q"]},
    {"id": "c", "number": "3", "empty": {}, "note": "} {\n"},
]
JQ = "".join(json.dumps(order, indent=2) + "\n" for order in ORDERS)
LIST = json.dumps(ORDERS, indent=2)
NAMES = ["o.json", "o.jsonl", "o.txt", "o.ndjson"]


def read(raw: bytes, name: str, folder: Path) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the ids of the records of a file, and the places and codes of its problems."""
    path = folder / name
    path.write_bytes(raw)
    found = [found for _, found in read_file(oq.load_schema(), str(path))]
    ids = [item.id for item in found if isinstance(item, Record)]
    return ids, [(item.line, item.column, item.code) for item in found if not isinstance(item, Record)]


# -- one after another ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", [
    JQ, JQ.replace("\n", "\r\n"), "\n\n" + JQ + "\n\n", "\ufeff" + JQ, JQ.replace("}\n{", "}{"), "".join(map(json.dumps, ORDERS)),
    "\n".join(json.dumps(order, indent="\t") for order in ORDERS), ",\n".join(json.dumps(order, indent=4) for order in ORDERS),
    "".join(f"\x1e{json.dumps(order)}\n" for order in ORDERS), "\n".join(json.dumps(order, indent=0) for order in ORDERS),
    LIST, json.dumps({"orders": ORDERS}, indent=2), f"{json.dumps(ORDERS[:2], indent=1)}\n{json.dumps(ORDERS[2:], indent=1)}",
], ids=range(13))  # fmt: skip
def test_json_texts_in_any_layout_load(text: str, name: str, tmp_path: Path) -> None:
    for raw in (text.encode(), gzip.compress(text.encode())):
        assert read(raw, name, tmp_path) == (["a", "b", "c"], [])


def test_the_bytes_of_each_are_kept() -> None:
    found = [record.document for record in read_bytes(oq.load_schema(), JQ.encode()) if isinstance(record, Record)]
    assert found == [json.dumps(order, indent=2).encode() for order in ORDERS]


def test_a_broken_one_costs_itself(tmp_path: Path) -> None:
    broken = JQ.replace('"number": "2",', '"number": "2"')
    place = at(broken, broken.index('"names"'))
    assert read(broken.encode(), "o.json", tmp_path) == (["a", "c"], [(*place, "unusable-document")])
    invalid = JQ.encode().replace(b'"2"', b'"\xff"')
    place = at(JQ, JQ.index('"2"') + 1)
    assert read(invalid, "o.json", tmp_path) == (["a", "c"], [(*place, "unusable-document")])


# -- one diagnostic at the mistake ------------------------------------------------------------------------------


def at(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("layout", [LIST, json.dumps({"orders": ORDERS}, indent=2), json.dumps(ORDERS[0], indent=2),
                                    json.dumps(ORDERS, indent=0), "[\n" + ",\n".join(map(json.dumps, ORDERS)) + "\n]"], ids=range(5))  # fmt: skip
def test_a_broken_file_gets_one_diagnostic_at_the_mistake(layout: str, name: str, tmp_path: Path) -> None:
    comma = layout.index(",\n")
    cut = layout.rindex("\n")
    cases = [
        (layout[:comma] + layout[comma + 1 :], None),
        (layout[:cut], at(layout, cut)),
        (layout.replace('"1"', "'1'", 1), at(layout, layout.index('"1"'))),
        (layout.replace('"1"', "1e", 1), at(layout, layout.index('"1"') + 1)),
        (layout + "]", at(layout, len(layout))),
    ]
    for text, place in cases[:4]:
        ids, problems = read(text.encode(), name, tmp_path)
        assert ids == []
        ((line, column, code),) = problems
        assert code == "unusable-document"
        assert place in (None, (line, column)), text


def test_what_follows_the_json_is_one_problem(tmp_path: Path) -> None:
    assert read((LIST + "]").encode(), "o.json", tmp_path)[1] == [(*at(LIST, len(LIST)), "unusable-document")]
    assert read((LIST + " x y\nz").encode(), "o.json", tmp_path)[0] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "first", ['{"id":', '{"id":"a",', '{"id":"a","lineItems":[', "{", '{"id":"a"', "x", '{"id":"a"}}', '"']
)
@pytest.mark.parametrize("name", NAMES)
def test_a_broken_first_line_costs_itself(first: str, name: str, tmp_path: Path) -> None:
    lines = [first, '{"id":"b"}', '{"id":"c","x":[{"id":"d"}]}', '{"id":', '{"id":"e"}']
    ids, problems = read("\n".join(lines).encode(), name, tmp_path)
    assert [key for key in ids if key != "a"] == ["b", "c", "e"]
    assert [line for line, _, _ in problems] == [1, 4]


@given(st.text(alphabet='{}[]",:\n a1e\\x', max_size=60))
def test_split_texts_keep_every_character(text: str) -> None:
    parts = list(split_texts(text.encode()))
    kept = "".join(part.text.decode() for part in parts)
    assert [c for c in kept if c not in " \n,"] == [c for c in text if c not in " \n,"]
    assert [part.line for part in parts] == sorted(part.line for part in parts)


@pytest.mark.parametrize(
    "piece", ['{"a":[\n', '{"a":\n', "[1\n", ",\n", "{}", '{"a":{\n}\n', "x\n", '{"id":"a"} ', "[\n]\n{\n"]
)
def test_many_broken_texts_are_read_in_one_pass(piece: str) -> None:
    # A second pass for each text would take minutes.
    assert len(list(split_texts((piece * 20_000).encode()))) <= 40_000


# -- other formats ----------------------------------------------------------------------------------------------


def archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        for name in names:
            opened.writestr(name, JQ)
    return made.getvalue()


FORMATS: list[tuple[bytes, str, str]] = [
    (JQ.encode("utf-16"), "UTF-16 text, not UTF-8", "iconv -f UTF-16 -t UTF-8"),
    (JQ.encode("utf-16-le"), "UTF-16LE text", "iconv -f UTF-16LE -t UTF-8"),
    (JQ.encode("utf-16-be"), "UTF-16BE text", "iconv -f UTF-16BE -t UTF-8"),
    (LIST.encode("utf-16-be"), "UTF-16BE text", "iconv"),
    (("\ufeff" + JQ).encode("utf-16-be"), "UTF-16 text", "iconv"),
    ((" \t" + LIST).encode("utf-16-le"), "UTF-16LE text", "iconv"),
    (JQ.encode("utf-32"), "UTF-32 text", "iconv -f UTF-32 -t UTF-8"),
    (JQ.encode("utf-32-le"), "UTF-32LE text", "iconv -f UTF-32LE -t UTF-8"),
    (b"id,number,createdDate\na,1,2024-01-01\n", "a CSV file, not JSON", "Search Orders"),
    (b'\xef\xbb\xbf"Order number","Date created","Billing name"\r\n"1","2","3"\r\n', "a CSV file", "Search Orders"),
    (b"id;number\na;1\n", "a CSV file", "Search Orders"),
    (b"id\tnumber\na\t1\n", "a table with tabs", "Search Orders"),
    (archive("orders.json"), "a ZIP archive, not JSON", "unzip"),
    (archive("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook (XLSX)", "Search Orders"),
    (gzip.compress(gzip.compress(b"{}")), "a gzip file", "gunzip"),
    (b"BZh91AY&SY", "a bzip2 file", "bunzip2"),
    (b"\xfd7zXZ\0\0", "an XZ file", "unxz"),
    (b"\x28\xb5\x2f\xfd\x04", "a Zstandard file", "unzstd"),
    (b"PAR1\x15\x04", "a Parquet file", "store"),
    (b"SQLite format 3\0\x10", "a SQLite database", "store"),
    (b"%PDF-1.7\n", "a PDF file", "Search Orders"),
    (b"<!DOCTYPE html>\n<html></html>", "HTML or XML", "JSON response"),
    (b"<?xml version='1.0'?>", "HTML or XML", "JSON response"),
]  # fmt: skip


@pytest.mark.parametrize("name", [*NAMES, "o.gz", "o.csv"])
@pytest.mark.parametrize(("raw", "message", "help_"), FORMATS, ids=[message for _, message, _ in FORMATS])
def test_another_format_is_named_with_what_to_do(
    raw: bytes, message: str, help_: str, name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(raw)
    (found,) = (found for _, found in read_file(oq.load_schema(), str(path)))
    assert not isinstance(found, Record)
    assert found.code == "unusable-document"
    assert found.message.startswith(message)
    assert help_ in found.help


def test_a_body_of_another_format_is_named() -> None:
    for raw, message, _ in [*FORMATS, (gzip.compress(JQ.encode()), "a gzip file", "")]:
        (found,) = read_bytes(oq.load_schema(), raw)
        assert not isinstance(found, Record)
        assert found.message.startswith(message)
        assert found.facts["undecoded"]


@pytest.mark.parametrize("name", ["orders.json", "orders", "orders.csv", "orders.jsonl"])
def test_gzip_is_read_whatever_the_name(name: str, tmp_path: Path) -> None:
    assert read(gzip.compress(JQ.encode()), name, tmp_path) == (["a", "b", "c"], [])


@pytest.mark.parametrize(
    "text", ["this is no JSON", "a", "hello, world!x{", "5", "null", '"a", "b"]', "1,2,3", "-", "id", "a,a", ",,"]
)
def test_other_text_is_not_called_a_format(text: str) -> None:
    assert recognise(text.encode()) is None
