"""Facts about the tables of a SQLite store, cached until a load changes the store.

Every request needs these facts.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple, Protocol

from ..document_tables import StoreTables


class StoreFacts(NamedTuple):
    """The facts about a store.

    Whether any record has a site name, and whether any document may have the JavaScript SDK's names.
    """

    named_site: bool
    sdk_names: bool


class CachedFacts(NamedTuple):
    """Facts, and the data version of the connection when they were read."""

    data_version: int
    facts: StoreFacts
    usable: dict[str, set[str]]
    """By site, the ids of orders whose document was JSON when a page was read."""


class _FactsReader(Protocol):
    facts: dict[StoreTables, CachedFacts]

    def execute(self, sql: str, /) -> sqlite3.Cursor: ...


def read_facts(reader: _FactsReader, tables: StoreTables) -> StoreFacts:
    """Read the facts."""
    # A store of an older version has no row about SDK names.
    sdk_names = f"coalesce((SELECT value FROM about WHERE name = '{tables.about('sdk_names')}'), 1)"
    return StoreFacts(*map(bool, reader.execute(f"{tables.named_site}, {sdk_names}").fetchone()))


def read_cached_facts(reader: _FactsReader, tables: StoreTables) -> CachedFacts:
    """Return the cached facts of a reader; read them again after another commit.

    SQLite's data version counts the commits of all other connections, in this process and in any other, so ``reader``
    must not be a connection that writes. It is read before the facts, which are then never older than it says.
    """
    (version,) = reader.execute("PRAGMA data_version").fetchone()
    cached = reader.facts.get(tables)
    if cached is None or cached.data_version != version:
        cached = reader.facts[tables] = CachedFacts(version, read_facts(reader, tables), {})
    return cached
