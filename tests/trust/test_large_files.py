"""Huge, endless and packed files: read in pieces, up to a limit, and what follows a record that is too long is used."""

import gzip
import io
import json
import os
import subprocess
import sys
import threading
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scale import scaled

import orderquery as oq
from orderquery.documents import json_lines, large_texts
from orderquery.documents.ingest import Record
from orderquery.documents.json_lines import read_bytes, read_file
from orderquery.documents.large_texts import TooLarge, split_stream
from orderquery.language.small_files import read_small_file

KIB = 1 << 10
LIMIT = 4 * KIB
"""In place of 16 MiB."""


@pytest.fixture
def small_limit(monkeypatch):
    for module in (json_lines, large_texts):
        monkeypatch.setattr(module, "MAX_RECORD_BYTES", LIMIT)
    monkeypatch.setattr(large_texts, "_MIN_READ_BYTES", 512)
    monkeypatch.setattr(json_lines, "_BLOCK_BYTES", 512)


def order(name, size=0):
    return json.dumps({"id": name, "note": 'x"}],[{' * (size // 8)})


HUGE = order("huge", 3 * LIMIT)
LAYOUTS = {
    "lines": f"{order('a')}\n{HUGE}\n{order('b')}\n{order('c', 600)}\n",
    "first line": f"{HUGE}\n{order('a')}\n{order('b')}\n{order('c')}\n",
    "last line": f"{order('a')}\n{order('b')}\n{order('c')}\n{HUGE}",
    "list": f"[{order('a')},{HUGE},{order('b')}, {order('c')}]",
    "list of lines": f"[\n{order('a')},\n{order('b')},\n{HUGE},\n{order('c')}\n]\n",
    "texts": "".join(
        json.dumps(json.loads(text), indent=2) + "\n" for text in (order("a"), HUGE, order("b"), order("c"))
    ),
    "lists": f"[{order('a')},{HUGE}]\n[{order('b')}] [{order('c')}]",
}


BLANKS = {
    "spaces": " " * 3 * LIMIT,
    "exactly the limit": " " * LIMIT,
    "a mark and spaces": "\ufeff" + " " * 3 * LIMIT,
    "lines": "\n" * 3 * LIMIT,
    "lines of spaces": (" " * LIMIT + "\n") * 3,
}


@pytest.mark.parametrize("blanks", BLANKS)
@pytest.mark.parametrize("layout", ["lines", "first line", "list", "texts"])
def test_blanks_before_a_text_do_not_count(blanks, layout, tmp_path, small_limit):
    (tmp_path / "o.json").write_text(BLANKS[blanks] + LAYOUTS[layout])
    with oq.open_store(":memory:") as store:
        result = store.load(tmp_path / "o.json")
        assert (result.orders, result.skipped) == (3, 1)
        assert store.load((BLANKS[blanks] + "no JSON").encode()).skipped == 1


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["o.json", "o.jsonl", "o.txt"])
def test_a_record_that_is_too_long_is_skipped(layout, name, tmp_path, small_limit):
    text = LAYOUTS[layout]
    if name == "o.jsonl" and layout in ("texts", "list of lines"):
        pytest.skip("a file with this name has lines")
    for raw in (text.encode(), gzip.compress(text.encode())):
        (tmp_path / name).write_bytes(raw)
        found = [item for _, item in read_file(oq.load_schema(), str(tmp_path / name))]
        assert [item.id for item in found if isinstance(item, Record)] == ["a", "b", "c"]
        (problem,) = (item for item in found if not isinstance(item, Record))
        assert problem.message == "a record has more than 16 MiB"
        assert problem.line == text[: text.index(HUGE[:13])].count("\n") + 1 if "texts" not in layout else problem.line
    assert [item.id for item in read_bytes(oq.load_schema(), text.encode()) if isinstance(item, Record)] == list("abc")


def test_a_large_list_is_loaded(tmp_path, small_limit):
    orders = [json.loads(order(f"{number:03}", number * 20)) for number in range(150)]
    for text in (json.dumps(orders), json.dumps(orders, indent=1)):
        (tmp_path / "o.json").write_text(text)
        assert len(text) > 20 * LIMIT
        with oq.open_store(":memory:") as store:
            result = store.load(tmp_path / "o.json")
            assert (result.orders, result.skipped) == (150, 0)
            assert store.get("149") == orders[149]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(st.sampled_from('ab"\\[]{},\n é'), max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=scaled(5_000, 40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(JSON_VALUES, max_size=6), st.booleans(), st.sampled_from([None, 1]), st.integers(1, 40))
def test_the_texts_of_a_stream_are_those_of_its_json(values, is_list, indent, step):
    text = json.dumps(values, indent=indent) if is_list else "\n".join(json.dumps(v, indent=indent) for v in values)
    if not is_list and any(isinstance(value, list) for value in values):
        return
    stream = io.BytesIO(text.encode())
    found = list(split_stream(1, stream.read(step), lambda _: stream.read(step)))
    assert [json.loads(item.text) for item in found] == values
    assert [item.line for item in found] == sorted(item.line for item in found)


@settings(max_examples=scaled(10_000, 100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.sampled_from('[]{}",:\\ \n1a'), max_size=80), st.integers(1, 9))
def test_any_stream_ends(text, step):
    stream = io.BytesIO(text.encode())
    found = list(split_stream(1, stream.read(step), lambda _: stream.read(step)))
    assert sum(len(item.text) for item in found) <= len(text)


BOMBS = {
    "no end of a line": b"x",
    "no end of a text": b'{"id": "',
    "brackets": b"[",
    "spaces": b" ",
    "numbers": b"1",
    "blank lines": b"\n",
    "a list of lists": b"[[],",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_packed_bomb_is_read_in_pieces(bomb, tmp_path, small_limit, monkeypatch, counted):
    """What is kept of 4 MiB from 4 KiB is never more than a few records."""
    monkeypatch.setattr(large_texts, "_MAX_SKIPPED_BYTES", 16 * LIMIT)
    size = 256 * LIMIT
    content = (BOMBS[bomb] * size)[:size]
    kept = []
    fill = large_texts._Scanner._fill

    def counting(scanner):
        more = fill(scanner)
        kept.append(len(scanner._bytes))
        return more

    monkeypatch.setattr(large_texts._Scanner, "_fill", counting)
    for name in ("o.json", "o.jsonl"):
        (tmp_path / name).write_bytes(gzip.compress(content))
        found = [item for _, item in read_file(oq.load_schema(), str(tmp_path / name))]
        assert not any(isinstance(item, Record) for item in found)
        assert len(found) < size / 2
    assert max(kept, default=0) <= 4 * LIMIT
    counted(f"packed bomb: {bomb}", 2, 2)


CHILD = """
import resource, sys
import orderquery as oq
store = oq.open_store(":memory:")
store.load([{"id": "a"}])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
result = store.load(sys.argv[1])
print(result.orders, result.skipped, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)
"""


def test_the_memory_that_a_bomb_takes(tmp_path, counted):
    """64 MiB from 64 KiB, between two orders, with the real limit."""
    packer = zlib.compressobj(6, wbits=31)
    with open(tmp_path / "bomb.jsonl.gz", "wb") as file:
        file.write(packer.compress(b'{"id":"before"}\n{"id":"'))
        for _ in range(64):
            file.write(packer.compress(b"a" * (1 << 20)))
        file.write(packer.compress(b'"}\n{"id":"after"}\n') + packer.flush())
    done = subprocess.run(
        [sys.executable, "-c", CHILD, tmp_path / "bomb.jsonl.gz"], capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )  # fmt: skip
    orders, skipped, mebibytes = map(int, done.stdout.split())
    assert (orders, skipped) == (2, 1)
    assert mebibytes < 40
    counted("packed bomb of 64 MiB", 1, 1, f"({mebibytes} MiB more)")


# -- devices and small files ------------------------------------------------------------------------------------


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="there is no /dev/zero")
def test_devices_are_refused(tmp_path, counted):
    from command_line import run

    (tmp_path / "zero.jsonl").symlink_to("/dev/zero")
    calls = [
        ("load", "shop.db", "/dev/zero"), ("load", "shop.db", "/dev/urandom"), ("load", "shop.db", "zero.jsonl"),
        ("load", "shop.db", "/dev/zero", "--convert"), ("match", "everything", "/dev/zero"),
        ("match", "everything", "/dev/zero", "--transactions", "/dev/zero"), ("convert-orders", "/dev/zero"),
        ("check", "{}", "--table", "/dev/zero"), ("sql", "{}", "--layout", "/dev/zero", "--dialect", "sqlite"),
        ("compare-tables", "/dev/zero", "ecom-orders"), ("serve", "--empty", "--webhook-key", "/dev/zero"),
        ("sync", "shop.db", "--sites", "/dev/zero"), ("sync", "shop.db", "--api-key-file", "/dev/zero"),
        ("serve", "--empty", "--webhook-url", "http://127.0.0.1:1/", "--webhook-signing-key", "/dev/zero"),
        ("search", "/dev/zero", "everything"), ("check", "/dev/zero"), ("upgrade", "/dev/zero"),
    ]  # fmt: skip
    here = os.getcwd()
    os.chdir(tmp_path)
    try:
        for call in calls:
            done = run(*call)
            assert done.exit_code in (1, 2), (call, done.output)
            assert done.exception is None or isinstance(done.exception, SystemExit), (call, done.exception)
    finally:
        os.chdir(here)
    for load in (lambda: oq.open_store(":memory:").load("/dev/zero"), lambda: oq.load_schema("/dev/zero")):
        with pytest.raises((oq.UsageError, oq.SchemaError), match=r"device|regular file"):
            load()
    with oq.open_store(":memory:") as store:
        assert store.load("/dev/null").orders == 0
    counted("devices as input, table, layout, key or store", len(calls) + 2, len(calls) + 2)


def test_a_small_file_may_be_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for content in (b"x" * 100, b"x" * (1 << 20)):
        writer = threading.Thread(target=lambda content=content: (tmp_path / "pipe").write_bytes(content))
        writer.start()
        assert read_small_file(tmp_path / "pipe") == content
        writer.join()
    (tmp_path / "large").write_bytes(b"x" * ((1 << 20) + 1))
    for path in (tmp_path / "large", tmp_path, "/dev/zero"):
        with pytest.raises(OSError, match=r"larger than 1 MiB|regular file|directory"):
            read_small_file(path)


def test_a_text_that_is_too_large_is_not_json():
    assert isinstance(large_texts.TOO_LARGE, TooLarge)
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(large_texts.TOO_LARGE)
