"""The names of a store's tables, the same on every engine, and their records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from ..language.schema import Schema
from ..sql.layouts import store_layout
from .merge import RecordKind

_MAX_FACTS = 1_000
_MAX_FACT_CHARS = 1_000
FACTS_QUERY = (
    f"SELECT name, value FROM about WHERE length(name) <= {_MAX_FACT_CHARS} AND length(value) <= {_MAX_FACT_CHARS} "
    f"LIMIT {_MAX_FACTS}"
)
"""Longer values are no facts of a store, whatever their name."""
_ABOUT_SCHEMA_NAME = re.compile(r"((?:[a-z][a-z0-9]*_)?(?:[a-z0-9]+_)*)schema")


class StoreTables(NamedTuple):
    """The names of the tables with the records of one table of fields.

    ``prefix`` begins all of them, and the names of their indexes and of their rows in ``about``.
    """

    prefix: str
    orders: str
    documents: str
    elements: str
    transactions: str

    def of(self, kind: RecordKind) -> tuple[str, str]:
        """Return the table of a kind of record, and its column with the order's id."""
        return (self.documents, "id") if kind == "order" else (self.transactions, "order_id")

    @property
    def named_site(self) -> str:
        """The query whether any record belongs to a site with a name."""
        return (
            f"SELECT EXISTS (SELECT 1 FROM {self.documents} WHERE site > '') "
            f"OR EXISTS (SELECT 1 FROM {self.transactions} WHERE site > '')"
        )

    def about(self, name: str) -> str:
        """Return the name of a fact about these tables in ``about``."""
        return f"{self.prefix}{name}"


def tables_of(schema: Schema) -> StoreTables:
    """Return the tables for the records of a table of fields."""
    return tables_named(schema.tables)


@cache
def tables_named(name: str) -> StoreTables:
    """Return the tables whose names begin with this name, or with nothing."""
    layout, prefix = store_layout("store", name), f"{name}_" if name else ""
    return StoreTables(prefix, layout.orders, f"{layout.documents}", layout.elements, f"{prefix}transactions")


def stored_tables(about: Iterable[str]) -> list[StoreTables]:
    """Return the tables of a store, one set for each of its tables of fields.

    ``about`` are the names of its facts.
    """
    # Names from a file become names of tables in statements: only those that a table of fields can have.
    found = (match[1] for name in about if (match := _ABOUT_SCHEMA_NAME.fullmatch(name)))
    return [tables_named(prefix.removesuffix("_")) for prefix in sorted(found)]


def facts_among(rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """Return the facts of a store, from the rows of ``FACTS_QUERY``.

    There are none if there are more rows than a store has.
    """
    return {str(name): value for name, value in rows} if len(rows) < _MAX_FACTS else {}


def allowed_tables(about: Iterable[str]) -> set[str]:
    """Return the names of all tables that a store with these facts may have."""
    return {name for each in stored_tables(about) for name in each[1:]} | {"about", "service_state"}


class StoredRecord(NamedTuple):
    """An order or transactions record of a store, byte for byte.

    ``event_time`` is the time of the event that brought it, in microseconds since 1970-01-01 UTC, or ``None``.
    """

    site: str
    id: str
    kind: RecordKind
    document: bytes
    event_time: int | None = None

    @property
    def place(self) -> tuple[str, str]:
        """The site and id, by which records are sorted."""
        return self.site, self.id
