"""Pages of the embedded store: against SQL by hand on the same file, and at depth against sqlakeyset and OFFSET."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlakeyset import select_page

import orderquery as oq
from orderquery.compiler.cursor import encode
from orderquery.compiler.pagination import Position

from .. import hand_pages
from ..hand_pages import LIMIT, PAGES, HandPage, Keys
from ..harness import Duel, Figure, Growth, Size, Table, fight, speed, together, within
from ..stored import KEY, stored

JSON = Any
DEPTH = 0.99
"""How far into the store the deep pages lie: after 990,000 of 1,000,000 orders."""
_REST = 2 * LIMIT
"""Orders left beyond a deep page's beginning, where a search has fewer than that depth."""

_BY_HAND = "SQL by hand on the same file"
_NOTE = (
    "Pages of {limit} from {stored:,} orders, every document read. The times of the store hold the check whether more "
    "follows or precedes and the encrypted cursors, which the SQL by hand has not. Both hold one warm connection."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One of the ten pages on a store: at the beginning, and where a client is who has walked deep into it."""

    page: HandPage
    first: oq.Plan
    deep: oq.Plan
    token: str
    keys: Keys


def measure(size: Size) -> Iterator[Table | Growth]:
    """The tables of this question."""
    path = stored(size.stored).path
    database = sqlite3.connect(path, isolation_level=None)
    with oq.open_store(path, keys=[KEY]) as store:
        asked = [asked_at(store, database, page, int(size.stored * DEPTH)) for page in pages_of(database)]
        note = _NOTE.format(limit=LIMIT, stored=size.stored)
        first = [fight(_first(store, database, one), size) for one in asked]
        yield Table("A page of the SQLite store: the first", note, (*first, _mean("the ten first pages", first)))
        deep = [fight(_deep(store, database, one), size) for one in asked]
        own = [fight(_deep_and_first(store, one), size) for one in asked]
        yield Table(
            f"A page of the SQLite store: {int(size.stored * DEPTH):,} orders deep",
            f"{note} A search with fewer orders is asked near its own end.",
            (*deep, _mean("the ten deep pages", deep), *own, _mean("the ten deep pages", own)),
        )
        yield Table(
            "A deep page of every order, and other ways to it",
            f"Page after {int(size.stored * DEPTH):,} of {size.stored:,} orders, newest first, documents read.",
            tuple(fight(duel, size) for duel in _others(store, database, asked[0], size)),
        )
        yield Table(
            "The same as a client asks: a dict, checked each time",
            "No target: what checking costs is a question of its own.",
            tuple(fight(duel, size) for duel in _as_clients(store, database, asked[0])),
        )
    database.close()


def _mean(job: str, figures: list[Figure]) -> Figure:
    return together(f"{job} together", figures, figures[0].target)


def pages_of(database: sqlite3.Connection) -> list[HandPage]:
    """The ten pages, of the buyer with the most orders, and of two products that fill three pages together."""
    (contact,) = database.execute(
        "SELECT buyer_info_contact_id FROM orders WHERE buyer_info_contact_id IS NOT NULL "
        "GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    ).fetchone()
    products = database.execute(
        "SELECT value FROM order_value WHERE field = 'line_items_product_name_original' "
        "GROUP BY value ORDER BY abs(count(*) - ?), value LIMIT 2",
        (3 * LIMIT // 2,),
    )
    names = {"{contact}": contact, **dict(zip(("{rare}", "{rarer}"), (name for (name,) in products), strict=True))}
    quoted = {mark: name.replace("'", "''") for mark, name in names.items()}
    return [replace(page, search=_filled(page.search, names), where=_filled(page.where, quoted)) for page in PAGES]


def _filled(part: JSON, names: dict[str, str]) -> JSON:
    if isinstance(part, dict):
        return {key: _filled(value, names) for key, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, names) for value in part]
    for mark, name in names.items():
        part = part.replace(mark, name)
    return part


def asked_at(store: oq.Store, database: sqlite3.Connection, page: HandPage, depth: int) -> Asked:
    """A page on a store, and so many orders deep in its walk or near its end."""
    plan = oq.compile(page.search)
    keys = page.keys_before_the_end(database, depth, _REST)
    values = tuple(key.field.type.decode(value) for key, value in zip(plan.sort, keys, strict=True))
    token = encode(plan, Position(values), LIMIT, store.site, store.keys)
    return Asked(page, plan, oq.compile({"cursorPaging": {"cursor": token}}), token, keys)


def _answered(store: oq.Store, search: JSON) -> list[bytes]:
    page = store.search(search)
    assert page.next or not page.has_next
    return page.documents


def _first(store: oq.Store, database: sqlite3.Connection, asked: Asked) -> Duel:
    text = asked.page.first
    return Duel(
        asked.page.name,
        _BY_HAND,
        lambda: _answered(store, asked.first),
        lambda: hand_pages.read(database, text),
        within(1.3),
    )


def _deep(store: oq.Store, database: sqlite3.Connection, asked: Asked) -> Duel:
    text = asked.page.beyond
    return Duel(
        asked.page.name,
        _BY_HAND,
        lambda: _answered(store, asked.deep),
        lambda: hand_pages.read(database, text, asked.keys),
        within(1.3),
    )


def _deep_and_first(store: oq.Store, asked: Asked) -> Duel:
    return Duel(
        asked.page.name,
        "its own first page",
        lambda: _answered(store, asked.deep),
        lambda: _answered(store, asked.first),
        within(1.3),
        agree=_as_full,
    )


def _as_full(deep: list[bytes], first: list[bytes]) -> bool:
    """Whether both pages are full; of a search that has too few orders for that, the deep one at least half as full."""
    return len(deep) == len(first) == LIMIT or 2 * len(deep) + 1 >= len(first)


def _others(store: oq.Store, database: sqlite3.Connection, asked: Asked, size: Size) -> Iterator[Duel]:
    job = "every order, newest first"

    def ours() -> list[bytes]:
        return _answered(store, asked.deep)

    yield Duel(job, "sqlakeyset, SQLAlchemy core", ours, _with_sqlakeyset(store, asked), speed(5))
    visible = "o.site = '' AND o.status IS NOT 'INITIALIZED'"
    (count,) = database.execute(f"SELECT count(*) FROM orders AS o WHERE {visible}").fetchone()
    before = (asked.keys[0], asked.keys[0], asked.keys[1])
    (skipped,) = database.execute(
        f"SELECT count(*) FROM orders AS o WHERE {visible} "
        "AND (o.created_date > ? OR o.created_date = ? AND o.id >= ?)",
        before,
    ).fetchone()
    assert count >= skipped + LIMIT
    by = "ORDER BY o.created_date DESC, o.id DESC"
    usual = (
        "SELECT o.created_date, o.id, d.document FROM orders AS o JOIN order_document AS d ON d.rid = o.rid "
        f"WHERE {visible} {by} LIMIT {LIMIT} OFFSET {skipped}"
    )
    keys_first = asked.page.first.replace(f"LIMIT {LIMIT}", f"LIMIT {LIMIT} OFFSET {skipped}")
    yield Duel(job, "SQL with OFFSET", ours, lambda: hand_pages.read(database, usual), speed(50))
    yield Duel(job, "SQL with OFFSET, keys first", ours, lambda: hand_pages.read(database, keys_first))


def _with_sqlakeyset(store: oq.Store, asked: Asked) -> Any:
    engine = sa.create_engine(f"sqlite:///{stored_path(store)}")
    tables = sa.MetaData()
    orders = sa.Table("orders", tables, autoload_with=engine)
    documents = sa.Table("order_document", tables, autoload_with=engine)
    wanted = (
        sa.select(orders.c.created_date, orders.c.id, documents.c.document)
        .join(documents, documents.c.rid == orders.c.rid)
        .where(orders.c.site == "", orders.c.status.is_distinct_from("INITIALIZED"))
        .order_by(orders.c.created_date.desc(), orders.c.id.desc())
    )
    connection = engine.connect()
    place = (asked.keys, False)

    def read() -> list[bytes]:
        page = select_page(connection, wanted, per_page=LIMIT, page=place)
        assert page.paging.bookmark_next
        return [row.document for row in page]

    return read


def stored_path(store: oq.Store) -> str:
    """The file of an embedded store."""
    path: str = store.path  # type: ignore[attr-defined]
    return path


def _as_clients(store: oq.Store, database: sqlite3.Connection, asked: Asked) -> Iterator[Duel]:
    again = {"cursorPaging": {"cursor": asked.token}}
    first, beyond = asked.page.first, asked.page.beyond
    yield Duel(
        f"{asked.page.name}: the first page",
        _BY_HAND,
        lambda: _answered(store, dict(asked.page.search)),
        lambda: hand_pages.read(database, first),
    )
    yield Duel(
        f"{asked.page.name}: by its cursor, deep",
        _BY_HAND,
        lambda: _answered(store, again),
        lambda: hand_pages.read(database, beyond, asked.keys),
    )
