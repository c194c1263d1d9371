"""What is in a store: engine, size, and the orders of each site."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ..compiler.compile import compile_search
from ..compiler.query import Query, total_order
from ..documents.fields import reader
from ..language.conditions import TRUE, Condition, equals, one_of, present
from ..language.fields import Field
from ..language.schema import Schema
from ..language.types import Value
from .base import Store
from .document_tables import tables_of
from .locations import MEMORY, file_of

STATUS = "status"
"""The field by which orders are counted, in a table that has it."""
OTHER = "other"
"""Orders without a value of the field, or with one that is not in its list."""

ENGINE_VERSIONS = {
    "sqlite": ("SQLite", "SELECT sqlite_version()"),
    "duckdb": ("DuckDB", "SELECT version()"),
    "postgres": ("PostgreSQL", "SELECT current_setting('server_version')"),
    "spark": ("Spark", "SELECT version()"),
    "clickhouse": ("ClickHouse", "SELECT version()"),
}
"""The name of an engine by its dialect, and the query of its version."""
_POSTGRES_BYTES = (
    "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class AS c "
    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'm')"
)
_LOGS = ("-wal", ".wal")
"""What the engines append to the name of a database for that of its write-ahead log."""


class Span(NamedTuple):
    """The first and the last value of a field of dates.

    Both are in microseconds since 1970-01-01 UTC.
    """

    field: Field
    first: int
    last: int


class SiteSummary(NamedTuple):
    """The orders of a site. ``hidden`` of them are returned by no search."""

    site: str
    orders: int
    hidden: int
    by_status: dict[str, int]
    spans: tuple[Span, ...]


class StoreSummary(NamedTuple):
    """What is in a store.

    ``size_bytes`` is ``None`` for a store in memory. ``transactions`` are those of all sites.
    """

    engine: str
    engine_version: str
    size_bytes: int | None
    transactions: int
    sites: tuple[SiteSummary, ...]


def summarize(store: Store, location: str, *, site: str | None = None) -> StoreSummary:
    """Describe an open store at a location, all its sites or one."""
    engine, version = ENGINE_VERSIONS[store.dialect]
    ((found,),) = store._query(version, {})
    ((transactions,),) = store._query(f"SELECT count(*) FROM {tables_of(store.schema).transactions}", {})
    sites = store.sites() if site is None else [site]
    summaries = tuple(_summarize_site(store.at_site(name)) for name in sites)
    return StoreSummary(engine, str(found).split()[0].lstrip("v"), _size(store, location), int(transactions), summaries)


def _summarize_site(store: Store) -> SiteSummary:
    schema = store.schema
    everything = replace(compile_search({}, schema=schema), condition=TRUE)
    orders = store.count(everything)
    hidden = 0
    if schema.hidden is not None:
        hidden = store.count(replace(everything, condition=one_of(*schema.hidden)))
    spans = tuple(span for field in _dates(schema) if (span := _span(store, everything, field)) is not None)
    return SiteSummary(store.site, orders, hidden, _count_by_status(store, everything, orders), spans)


def _count_by_status(store: Store, everything: Query, orders: int) -> dict[str, int]:
    field = store.schema.find(STATUS)
    if field is None or field.many or not field.values:
        return {}
    values = ((value, field.type.operand(value)) for value in field.values)
    counts = {value: store.count(replace(everything, condition=equals(field, operand))) for value, operand in values}
    counts[OTHER] = orders - sum(counts.values())
    return {value: count for value, count in counts.items() if count}


def _dates(schema: Schema) -> Iterator[Field]:
    """Yield the field of dates of the default sort, and that of versions."""
    fields = dict.fromkeys([*(field for field, _ in schema.sort), *filter(None, [schema.revision])])
    yield from (field for field in fields if field.type.name == "instant" and field.sortable)


def _span(store: Store, everything: Query, field: Field) -> Span | None:
    ends = [_end(store, everything, field, present(field), descending=descending) for descending in (False, True)]
    return None if None in ends else Span(field, *ends)


def _end(store: Store, everything: Query, field: Field, condition: Condition, *, descending: bool) -> Value:
    """Return the first or last value of a field; ``None`` if no order has one."""
    sort = total_order({field: descending}, store.schema)
    page = store.search(replace(everything, condition=condition, sort=sort, limit=1))
    return reader(store.schema, field)(page.orders[0], {}) if page.ids else None


def _size(store: Store, location: str) -> int | None:
    """Return the bytes of a store on disk."""
    if store.dialect == "postgres":
        ((size,),) = store._query(_POSTGRES_BYTES, {})
        return int(size)
    file = file_of(location)
    if file is not None:
        return sum(_bytes_of([Path(f"{file}{log}") for log in ("", *_LOGS)]))
    folder = getattr(store, "path", MEMORY)
    return sum(_bytes_of(Path(folder).rglob("*"))) if folder != MEMORY else None


def _bytes_of(paths: Iterable[Path]) -> Iterator[int]:
    for path in paths:
        try:
            yield os.stat(path).st_size if path.is_file() else 0
        except OSError:
            continue
