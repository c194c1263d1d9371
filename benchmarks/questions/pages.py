"""Read pages of the embedded store, against hand-written SQL and sqlakeyset."""

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
"""The start of the deep pages, as a share of the store."""
_REST = 2 * LIMIT
"""Orders left after the start of a deep page if the search has fewer than the depth."""

_BY_HAND = "hand-written SQL on the same file"
_NOTE = (
    "Pages of {limit} from {stored:,} orders, every document read. The store also looks for a next and a previous "
    "page and encrypts the cursors; the hand-written SQL does not. Both keep one warm connection."
)


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """One of the ten pages on a store: first, and deep with its cursor."""

    page: HandPage
    first: oq.Plan
    deep: oq.Plan
    token: str
    keys: Keys


def measure(size: Size) -> Iterator[Table | Growth]:
    """Yield the tables of this question."""
    path = stored(size.stored).path
    database = sqlite3.connect(path, isolation_level=None)
    with oq.open_store(path, keys=[KEY]) as store:
        prepared = [prepare_page(store, database, page, int(size.stored * DEPTH)) for page in pages_of(database)]
        note = _NOTE.format(limit=LIMIT, stored=size.stored)
        first = [fight(_first(store, database, one), size) for one in prepared]
        yield Table("A page of the SQLite store: the first", note, (*first, _mean(first)))
        deep = [fight(_deep(store, database, one), size) for one in prepared]
        own = [fight(_deep_and_first(store, one), size) for one in prepared]
        yield Table(
            f"A page of the SQLite store: {int(size.stored * DEPTH):,} orders deep",
            f"{note} A search with fewer orders starts near its end.",
            (*deep, _mean(deep), *own, _mean(own)),
        )
        yield Table(
            "A deep page, and other ways to read it",
            f"Page after {int(size.stored * DEPTH):,} of {size.stored:,} orders, newest first, documents read.",
            tuple(fight(duel, size) for duel in _others(store, database, prepared[0], size)),
        )
        yield Table(
            "A page of the SQLite store: a dict, checked each time",
            "The same pages with the check of the search included. No target: checking has its own question.",
            tuple(fight(duel, size) for duel in _as_clients(store, database, prepared[0])),
        )
    database.close()


def _mean(figures: list[Figure]) -> Figure:
    return together("geometric mean", figures, figures[0].target)


def pages_of(database: sqlite3.Connection) -> list[HandPage]:
    """Return the ten pages, filled in with a buyer and two products of the store.

    The buyer has the most orders; the two products fill three pages together.
    """
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


def prepare_page(store: oq.Store, database: sqlite3.Connection, page: HandPage, depth: int) -> PreparedPage:
    """Prepare a first page, and one after ``depth`` orders or near the end."""
    plan = oq.compile(page.search)
    keys = page.keys_before_the_end(database, depth, _REST)
    values = tuple(key.field.type.decode(value) for key, value in zip(plan.sort, keys, strict=True))
    token = encode(plan, Position(values), LIMIT, store.site, store.keys)
    return PreparedPage(page, plan, oq.compile({"cursorPaging": {"cursor": token}}), token, keys)


def _documents(store: oq.Store, search: JSON) -> list[bytes]:
    page = store.search(search)
    assert page.next or not page.has_next
    return page.documents


def _first(store: oq.Store, database: sqlite3.Connection, prepared: PreparedPage) -> Duel:
    text = prepared.page.first
    return Duel(
        prepared.page.name,
        _BY_HAND,
        lambda: _documents(store, prepared.first),
        lambda: hand_pages.read(database, text),
        within(1.3),
    )


def _deep(store: oq.Store, database: sqlite3.Connection, prepared: PreparedPage) -> Duel:
    text = prepared.page.beyond
    return Duel(
        prepared.page.name,
        _BY_HAND,
        lambda: _documents(store, prepared.deep),
        lambda: hand_pages.read(database, text, prepared.keys),
        within(1.3),
    )


def _deep_and_first(store: oq.Store, prepared: PreparedPage) -> Duel:
    return Duel(
        prepared.page.name,
        "its own first page",
        lambda: _documents(store, prepared.deep),
        lambda: _documents(store, prepared.first),
        within(1.3),
        agree=_as_full,
    )


def _as_full(deep: list[bytes], first: list[bytes]) -> bool:
    """True if both pages are full, or the deep one half full at the end."""
    return len(deep) == len(first) == LIMIT or 2 * len(deep) + 1 >= len(first)


def _others(store: oq.Store, database: sqlite3.Connection, prepared: PreparedPage, size: Size) -> Iterator[Duel]:
    job = "every order, newest first"

    def ours() -> list[bytes]:
        return _documents(store, prepared.deep)

    yield Duel(job, "sqlakeyset, SQLAlchemy core", ours, _with_sqlakeyset(store, prepared), speed(5))
    visible = "o.site = '' AND o.status IS NOT 'INITIALIZED'"
    (count,) = database.execute(f"SELECT count(*) FROM orders AS o WHERE {visible}").fetchone()
    before = (prepared.keys[0], prepared.keys[0], prepared.keys[1])
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
    keys_first = prepared.page.first.replace(f"LIMIT {LIMIT}", f"LIMIT {LIMIT} OFFSET {skipped}")
    yield Duel(job, "SQL with OFFSET", ours, lambda: hand_pages.read(database, usual), speed(50))
    yield Duel(job, "SQL with OFFSET, keys first", ours, lambda: hand_pages.read(database, keys_first))


def _with_sqlakeyset(store: oq.Store, prepared: PreparedPage) -> Any:
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
    place = (prepared.keys, False)

    def read() -> list[bytes]:
        page = select_page(connection, wanted, per_page=LIMIT, page=place)
        assert page.paging.bookmark_next
        return [row.document for row in page]

    return read


def stored_path(store: oq.Store) -> str:
    """Return the file of an embedded store."""
    path: str = store.path  # type: ignore[attr-defined]
    return path


def _as_clients(store: oq.Store, database: sqlite3.Connection, prepared: PreparedPage) -> Iterator[Duel]:
    again = {"cursorPaging": {"cursor": prepared.token}}
    first, beyond = prepared.page.first, prepared.page.beyond
    yield Duel(
        f"{prepared.page.name}: the first page",
        _BY_HAND,
        lambda: _documents(store, dict(prepared.page.search)),
        lambda: hand_pages.read(database, first),
    )
    yield Duel(
        f"{prepared.page.name}: by its cursor, deep",
        _BY_HAND,
        lambda: _documents(store, again),
        lambda: hand_pages.read(database, beyond, prepared.keys),
    )
