"""Load an embedded store, against a hand-written loader for the same tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import orderquery as oq
from orderquery.documents.json_lines import read_file

from .. import hand_load
from ..harness import Duel, Figure, Growth, Size, Table, Target, fight, figure, speed
from ..stored import KEY, folder, lines, stored

_MAX_ORDERS = 20_000
_TABLES = ("order_document", "transactions", "orders", "order_value")


def measure(size: Size) -> Iterator[Table | Growth]:
    """Yield the table of this question."""
    orders = min(size.orders, _MAX_ORDERS)
    source = lines(orders)
    place = folder() / "loads"
    place.mkdir()
    files: list[Path] = []

    def fresh() -> Path:
        files.append(place / f"{len(files)}.db")
        return files[-1]

    def clean() -> None:
        # The last two files are compared after the call.
        for path in files[:-2]:
            for file in place.glob(f"{path.name}*"):
                file.unlink()

    def ours() -> Path:
        path = fresh()
        with oq.open_store(path, keys=[KEY]) as store:
            store.load_records(found for _, found in read_file(store.schema, str(source)))
        return path

    def theirs() -> Path:
        path = fresh()
        hand_load.load(source, path)
        return path

    duel = Duel(
        f"{orders:,} orders and their transactions from JSON lines",
        "hand-written loader: orjson, executemany, indexes last",
        ours,
        theirs,
        speed(0.6),
        agree=is_alike,
        before=clean,
        items=orders,
    )
    yield Table(
        "Loading into a new SQLite store",
        "From the file to the last index and its statistics, in durable transactions of 1,000 orders. Ours also merges "
        "with stored orders, accepts every shape that Wix sends, and reports values that do not fit.",
        (fight(duel, size),),
    )


def is_alike(ours: Path, theirs: Path) -> bool:
    """True if two stores have equal rows and equal indexes."""
    with sqlite3.connect(ours) as database:
        database.execute("ATTACH ? AS hand", (str(theirs),))
        for table in _TABLES:
            for one, other in (("main", "hand"), ("hand", "main")):
                text = f"SELECT EXISTS (SELECT * FROM {one}.{table} EXCEPT SELECT * FROM {other}.{table})"
                if database.execute(text).fetchone() != (0,):
                    return False
        names = f"SELECT name FROM {{}}.sqlite_master WHERE type = 'index' AND tbl_name IN {_TABLES} ORDER BY name"
        indexes = [database.execute(names.format(file)).fetchall() for file in ("main", "hand")]
    database.close()
    return indexes[0] == indexes[1]


def load_memory(size: Size) -> list[Figure]:
    """Return the peak memory of a load, against a load of a tenth of the orders."""
    # SQLite's cache fills first, so memory grows with a small load; a quick run loads less than the cache holds.
    target = None if size.quick else Target("memory", 1.2)
    tenth, whole = stored(size.stored // 10), stored(size.stored)
    job = f"orderquery load, {size.stored:,} orders"
    return [figure(job, "the same with a tenth of the orders", [(whole.peak, tenth.peak)], target, "MiB")]
