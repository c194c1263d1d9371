"""Stores of orders, one for each engine, behind one protocol."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from ..compiler.cursor_keys import CursorKeys, chosen_keys
from ..diagnostics.errors import UsageError
from ..language.schema import Schema, load_schema
from ..language.types import has_lone_surrogate
from .base import LoadResult, NotAtOnce, Store, checked_site

if TYPE_CHECKING:
    from os import PathLike

    from ..sql.mapped.layout import OwnTables

__all__ = ["LoadResult", "NotAtOnce", "Store", "open_store", "shown_location", "upgrade_store"]


class Engine(NamedTuple):
    """Where the stores of an engine are written, as ``module:name``: imported when one is opened, with its driver."""

    store: str
    """The class: of a location, a table of fields, and by name ``site``, ``keys`` and ``create``."""
    upgrade: str
    """The function that rebuilds a store, of a location and a table of fields."""
    example: str
    in_file: bool = True
    """Whether a location is the path of a file; else it is the URL."""
    own: str = ""
    """The class of stores over tables of one's own: of a location, a layout, and by name ``site`` and ``keys``."""


ENGINES = {
    "sqlite": Engine("sqlite.store:SqliteStore", "sqlite.database:upgrade", "sqlite:///FILE", own="mapped.sqlite:OwnSqlite"),
    "duckdb": Engine("duckdb.store:DuckdbStore", "duckdb.tables:upgrade", "duckdb:///FILE", own="mapped.duckdb:OwnDuckdb"),
    "postgresql": Engine(
        "postgres.store:PostgresStore", "postgres.tables:upgrade", "postgresql://HOST/DATABASE", in_file=False,
        own="mapped.postgres:OwnPostgres",
    ),
    "postgres": Engine(
        "postgres.store:PostgresStore", "postgres.tables:upgrade", "postgres://HOST/DATABASE", in_file=False,
        own="mapped.postgres:OwnPostgres",
    ),
    "spark": Engine("parquet.spark:SparkStore", "parquet.store:upgrade", "spark:///DIR"),
    "clickhouse": Engine("parquet.clickhouse:ClickhouseStore", "parquet.store:upgrade", "clickhouse:///DIR"),
}  # fmt: skip
"""The engines by the scheme of their URLs."""


def open_store(
    location: str | PathLike[str],
    *,
    site: str = "",
    keys: CursorKeys | Iterable[str | bytes] | None = None,
    schema: Schema | str | Path | None = None,
    create: bool = True,
    layout: OwnTables | str | Path | None = None,
) -> Store:
    """Open a store: the path of a file, ``:memory:``, or a URL of one of ``ENGINES``.

    A path that ends in ``.duckdb`` is DuckDB's, any other SQLite's.

    ``site`` names whose orders are loaded and searched; nothing is visible across sites. ``keys`` encrypt the
    cursors (the first) and decrypt them (all); without any, those of the environment variable
    ``ORDERQUERY_CURSOR_KEYS`` do, else a key the store makes. With ``create`` a store that is not there is made.

    ``layout`` (one, or the file of one) opens tables that are not this package's, in SQLite, PostgreSQL or DuckDB: they
    are searched and never written, and without keys their cursors are good for this process alone.

    Raises:
        StoreError: it cannot be opened, or is no store of ours, or is of another version.
        UsageError: no engine of that name, or unusable keys.
        LayoutError: the file of a layout cannot be used.
        MissingExtra: the engine's driver is not installed.

    """
    if layout is not None:
        return _open_own(location, site, keys, schema, layout)
    table = schema if isinstance(schema, Schema) else load_schema(schema)
    engine, place = _engine(location)
    opened: Store = _named(engine.store)(place, table, site=checked_site(site), keys=chosen_keys(keys), create=create)
    return opened


def _open_own(
    location: str | PathLike[str],
    site: str,
    keys: CursorKeys | Iterable[str | bytes] | None,
    schema: Schema | str | Path | None,
    layout: OwnTables | str | Path,
) -> Store:
    if isinstance(layout, str | Path):
        from ..sql.mapped.layout_loader import load_layout

        layout = load_layout(layout, schema=schema)
    elif schema is not None:
        raise UsageError("a layout has its table of fields already")
    engine, place = _engine(location)
    if not engine.own:
        known = ", ".join(dict.fromkeys(known.example for known in ENGINES.values() if known.own))
        raise UsageError(f"no tables of one's own at {location}: there are for {known}")
    opened: Store = _named(engine.own)(place, layout, site=checked_site(site), keys=chosen_keys(keys))
    return opened


def upgrade_store(location: str | PathLike[str], *, schema: Schema | str | Path | None = None) -> int:
    """Rebuild an older store from its documents; how many orders it holds. Raises like :func:`open_store`."""
    table = schema if isinstance(schema, Schema) else load_schema(schema)
    engine, place = _engine(location)
    count: int = _named(engine.upgrade)(place, table)
    return count


def shown_location(location: str | PathLike[str]) -> str:
    """A location as it may be printed: of a URL without its passwords."""
    engine, place = _engine(location)
    if engine.in_file:
        return str(location)
    from .postgres.url import target_of

    return target_of(place).shown


def _named(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(import_module(f".{module}", __package__), attribute)


def _engine(location: str | PathLike[str]) -> tuple[Engine, str]:
    """The engine of a location, and the location as the engine takes it."""
    text = str(location)
    scheme, found, rest = text.partition("://")
    if found and scheme not in ENGINES:
        known = ", ".join(engine.example for engine in ENGINES.values())
        raise UsageError(f"no store for {scheme}://: this version has {known}")
    if found and not ENGINES[scheme].in_file:
        return ENGINES[scheme], text
    if not text or "\0" in text or has_lone_surrogate(text):
        raise UsageError(f"no file can be called {text!r}: give the path of a store, or :memory:")
    if found:
        return ENGINES[scheme], unquote(rest.removeprefix("/")) or ":memory:"
    return ENGINES["duckdb" if text.endswith(".duckdb") else "sqlite"], text
