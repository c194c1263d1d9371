"""The entries of a store: what a service keeps beside its orders, in one table.

An entry has a kind and a key, which identify it within its site, a position, by which entries are listed, and a
document.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ..diagnostics.errors import UsageError
from ..language.types import TYPES, encode_text, has_lone_surrogate
from .document_tables import stored_tables
from .operations import StoreOperations

MAX_KIND_CHARS = 100
MAX_KEY_BYTES = 2_000
"""PostgreSQL limits an entry of an index, with site and kind, to 2,704 bytes."""

_MAX_POSITION = 2**63 - 1
_PARAMETER = re.compile(r":(\w+)")
_decode = TYPES["text"].decode


class Entry(NamedTuple):
    """Something that a service keeps at a site, identified by kind and key."""

    kind: str
    key: str
    position: int = 0
    document: bytes = b""


class StateTable(NamedTuple):
    """How a dialect has the table of entries."""

    parameter: str
    """How a parameter is written, as the replacement of ``_PARAMETER``."""
    create: tuple[str, ...]
    """The statements that create the table, if it is missing."""
    exists: str
    """The query whether it exists."""
    upserts: bool = True
    """Whether an insertion can replace; if not, the entry is deleted first."""
    seeks: bool = True
    """Whether an index finds the next site."""

    def text(self, text: str) -> str:
        """Return a statement with the parameters of the dialect."""
        return _PARAMETER.sub(self.parameter, text)


_INDEX = "CREATE INDEX IF NOT EXISTS service_state_listed ON service_state (site, kind, position, key)"

STATE_TABLES = {
    "sqlite": StateTable(
        r":\1",
        (
            "CREATE TABLE IF NOT EXISTS service_state (site TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, "
            "position INTEGER NOT NULL, document BLOB NOT NULL, PRIMARY KEY (site, kind, key)) STRICT",
            _INDEX,
        ),
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'service_state'",
    ),
    "postgres": StateTable(
        r"%(\1)s",
        (
            'CREATE TABLE IF NOT EXISTS service_state (site TEXT COLLATE "C" NOT NULL, '
            'kind TEXT COLLATE "C" NOT NULL, key TEXT COLLATE "C" NOT NULL, position BIGINT NOT NULL, '
            "document BYTEA NOT NULL, PRIMARY KEY (site, kind, key))",
            _INDEX,
        ),
        "SELECT to_regclass('service_state') IS NOT NULL",
    ),
    # Like the other tables of this engine, without keys and indexes.
    "duckdb": StateTable(
        r"$\1",
        (
            "CREATE TABLE IF NOT EXISTS service_state (site VARCHAR NOT NULL, kind VARCHAR NOT NULL, "
            "key VARCHAR NOT NULL, position BIGINT NOT NULL, document BLOB NOT NULL)",
        ),
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'service_state' AND NOT temporary",
        upserts=False,
        seeks=False,
    ),
}

OF_KIND = "FROM service_state WHERE site = :site AND kind = :kind"
OF_KEY = f"{OF_KIND} AND key = :key"
INSERT = (
    "INSERT INTO service_state (site, kind, key, position, document) VALUES (:site, :kind, :key, :position, :document)"
)
UPSERT = (
    f"{INSERT} ON CONFLICT (site, kind, key) DO UPDATE SET position = excluded.position, document = excluded.document"
)


def has_state(store: StoreOperations) -> bool:
    """Return whether a store has the table of entries.

    An older store gets it with its first transaction.
    """
    ((found,),) = store._query(STATE_TABLES[store.dialect].exists, {})
    return bool(found)


def read_entry(store: StoreOperations, kind: str, key: str, *, writing: bool = False) -> Entry | None:
    """Return an entry of a store's site, or ``None``."""
    if has_lone_surrogate(kind) or has_lone_surrogate(key):
        return None
    parameters = {**of_kind(store, kind), "key": encode_text(key)}
    text = STATE_TABLES[store.dialect].text(f"SELECT position, document {OF_KEY}")
    found = store._query(text, parameters, writing=writing)
    return Entry(kind, key, found[0][0], bytes(found[0][1])) if found else None


def list_entries(
    store: StoreOperations,
    kind: str,
    *,
    after: tuple[int, str] | None = None,
    until: int | None = None,
    limit: int | None = None,
    writing: bool = False,
) -> list[Entry]:
    """Return the entries of a kind by position and key.

    ``after`` is the position and key of the entry before the first, ``until`` the last position.
    """
    if has_lone_surrogate(kind):
        return []
    parameters = of_kind(store, kind)
    text = f"SELECT key, position, document {OF_KIND}"
    if after is not None:
        text += " AND (position, key) > (:after, :after_key)"
        parameters |= {"after": after[0], "after_key": encode_text(after[1])}
    if until is not None:
        text += " AND position <= :until"
        parameters["until"] = until
    text += " ORDER BY position, key"
    if limit is not None:
        text += " LIMIT :limit"
        parameters["limit"] = max(limit, 0)
    rows = store._query(STATE_TABLES[store.dialect].text(text), parameters, writing=writing)
    return [Entry(kind, str(_decode(key)), position, bytes(document)) for key, position, document in rows]


def list_all_entries(store: StoreOperations) -> list[Entry]:
    """Return the entries of every kind of a store's site, by kind and key."""
    text = "SELECT kind, key, position, document FROM service_state WHERE site = :site ORDER BY kind, key"
    rows = store._query(STATE_TABLES[store.dialect].text(text), {"site": store._stored_site})
    return [
        Entry(str(_decode(kind)), str(_decode(key)), position, bytes(document))
        for kind, key, position, document in rows
    ]


def of_kind(store: StoreOperations, kind: str) -> dict[str, Any]:
    """Return the parameters of ``OF_KIND``."""
    return {"site": store._stored_site, "kind": encode_text(kind)}


def holds_anything(store: StoreOperations) -> bool:
    """Return whether a store's site has any record, of any table, or any entry."""
    parts = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE site = :site)" for table in _tables_with_sites(store))
    ((found,),) = store._query(STATE_TABLES[store.dialect].text(f"SELECT {parts}"), {"site": store._stored_site})
    return bool(found)


def _tables_with_sites(store: StoreOperations) -> list[str]:
    about = [name for (name,) in store._query("SELECT name FROM about", {})]
    listed = [table for tables in stored_tables(about) for table in (tables.documents, tables.transactions)]
    return listed + (["service_state"] if has_state(store) else [])


def list_sites(store: StoreOperations) -> list[str]:
    """Return the sites with any record, of any table of fields, or with any entry."""
    listed = _tables_with_sites(store)
    parts = " UNION ALL ".join(f"SELECT min(site) AS site FROM {table} WHERE site {{sign}} :site" for table in listed)
    text = STATE_TABLES[store.dialect].text(f"SELECT min(site) FROM ({parts}) AS found")
    if not STATE_TABLES[store.dialect].seeks:
        rows = store._query(" UNION ".join(f"SELECT site FROM {table}" for table in listed), {})
        return [store._decode_site(site) for (site,) in rows]
    sites: list[str] = []
    sign, last = ">=", ""
    # A query for each site reads one entry of each index; a list of all distinct sites would read them all.
    while (last := store._query(text.format(sign=sign), {"site": last})[0][0]) is not None:
        sites.append(store._decode_site(last))
        sign = ">"
    return sites


def checked(entry: Entry) -> Entry:
    """Return an entry that can be stored. Raises ``UsageError``."""
    for name, text in (("kind", entry.kind), ("key", entry.key)):
        if not isinstance(text, str) or has_lone_surrogate(text):
            raise UsageError(f"the {name} of an entry must be a string without lone surrogates")
    if len(entry.kind) > MAX_KIND_CHARS:
        raise UsageError(f'kind "{entry.kind[:20]}..." is too long: use at most {MAX_KIND_CHARS} characters')
    if len(encode_text(entry.key).encode()) > MAX_KEY_BYTES:
        raise UsageError(f'key "{entry.key[:20]}..." is too long: use at most {MAX_KEY_BYTES:,} bytes')
    if not -_MAX_POSITION <= entry.position <= _MAX_POSITION:
        raise UsageError(f'position "{entry.position}" does not fit into 64 bits')
    return entry
