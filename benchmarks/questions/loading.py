"""Loading an embedded store, beside a loader written by hand for the same tables; and how much memory it takes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import orderquery as oq
from orderquery.documents.json_lines import read_file

from .. import hand_load
from ..harness import Duel, Figure, Growth, Size, Table, Target, fight, figure, speed
from ..stored import KEY, folder, lines, stored

_MOST = 20_000
_TABLES = ("order_document", "transactions", "orders", "order_value")


def measure(size: Size) -> Iterator[Table | Growth]:
    """The table of this question."""
    orders = min(size.orders, _MOST)
    source = lines(orders)
    place = folder() / "loads"
    place.mkdir()
    made: list[Path] = []

    def fresh() -> Path:
        made.append(place / f"{len(made)}.db")
        return made[-1]

    def clean() -> None:
        # What came out last is still to be compared.
        for path in made[:-2]:
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
        "a loader by hand: orjson, executemany, indexes last",
        ours,
        theirs,
        speed(0.6),
        agree=_alike,
        before=clean,
    )
    yield Table(
        "Loading into a new SQLite store",
        "From the file to the last index and its statistics, in transactions of a thousand that survive a crash. Ours "
        "also merges with what is there, takes every shape the service sends, and reports what does not fit.",
        (fight(duel, size),),
    )


def _alike(ours: Path, theirs: Path) -> bool:
    """Whether two stores hold the same, row for row, under the same indexes."""
    with sqlite3.connect(ours) as database:
        database.execute("ATTACH ? AS hand", (str(theirs),))
        for table in _TABLES:
            for one, other in (("main", "hand"), ("hand", "main")):
                text = f"SELECT EXISTS (SELECT * FROM {one}.{table} EXCEPT SELECT * FROM {other}.{table})"
                if database.execute(text).fetchone() != (0,):
                    return False
        names = "SELECT name FROM {}.sqlite_master WHERE type = 'index' ORDER BY name"
        indexes = [database.execute(names.format(file)).fetchall() for file in ("main", "hand")]
    database.close()
    return indexes[0] == indexes[1]


def load_memory(size: Size) -> list[Figure]:
    """The most memory that a load holds at once, beside a load of a tenth as many orders."""
    # Before the engine's own cache is full, memory does grow; a quick run loads less than that.
    target = None if size.quick else Target("memory", 1.2)
    tenth, whole = stored(size.stored // 10), stored(size.stored)
    job = f"orderquery load, {size.stored:,} orders"
    return [figure(job, "the same with a tenth of the orders", [(whole.peak, tenth.peak)], target, "MiB")]
