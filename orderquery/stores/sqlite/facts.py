"""Facts about a whole SQLite store, cached until a load changes the store.

Every request needs these facts.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple, Protocol

from ..document_tables import NAMED_SITE

# A store of an older version has no row about SDK names.
_READ_FACTS = f"{NAMED_SITE}, coalesce((SELECT value FROM about WHERE name = 'sdk_names'), 1)"


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


class _FactsReader(Protocol):
    facts: CachedFacts | None

    def execute(self, sql: str, /) -> sqlite3.Cursor: ...


def read_facts(reader: _FactsReader) -> StoreFacts:
    """Read the facts."""
    return StoreFacts(*map(bool, reader.execute(_READ_FACTS).fetchone()))


def read_cached_facts(reader: _FactsReader) -> StoreFacts:
    """Return the cached facts of a reader; read them again after another commit.

    SQLite's data version counts the commits of all other connections, in this process and in any other, so ``reader``
    must not be a connection that writes. It is read before the facts, which are then never older than it says.
    """
    (version,) = reader.execute("PRAGMA data_version").fetchone()
    if reader.facts is None or reader.facts.data_version != version:
        reader.facts = CachedFacts(version, read_facts(reader))
    return reader.facts.facts
