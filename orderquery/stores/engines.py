"""The table of engines, and functions to open and upgrade a store by location."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from ..compiler.cursor_keys import CursorKeys, chosen_keys
from ..diagnostics.arguments import require
from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import described
from ..language.schema import Schema, load_schema
from ..language.types import has_lone_surrogate
from .base import MEMORY, LoadResult, NotAtOnce, Store
from .stored_documents import Report, log_problem

if TYPE_CHECKING:
    from ..sql.mapped.layout import OwnTables

__all__ = ["LoadResult", "NotAtOnce", "Store", "open_store", "shown_location", "upgrade_store"]


class StoreEngine(NamedTuple):
    """The classes and functions of an engine, as ``module:name``.

    They are imported, with the engine's driver, on first use.
    """

    store: str
    """The store class: called with a location and a schema, and by name ``site``, ``keys`` and ``create``."""
    upgrade: str
    """The function that rebuilds a store: called with a location, a schema and what problems are reported to."""
    example: str
    in_file: bool = True
    """True if a location is the path of a file, else it is the URL."""
    mapped: str = ""
    """The class for mapped tables: called with a location and a layout, and by name ``site`` and ``keys``."""


_POSTGRES = StoreEngine(
    "postgres.store:PostgresStore", "postgres.database:upgrade", "postgresql://HOST/DATABASE", in_file=False,
    mapped="mapped.postgres:MappedPostgresStore",
)  # fmt: skip

ENGINES = {
    "sqlite": StoreEngine(
        "sqlite.store:SqliteStore", "sqlite.database:upgrade", "sqlite:///FILE",
        mapped="mapped.sqlite:MappedSqliteStore",
    ),
    "duckdb": StoreEngine(
        "duckdb.store:DuckdbStore", "duckdb.database:upgrade", "duckdb:///FILE",
        mapped="mapped.duckdb:MappedDuckdbStore",
    ),
    "postgresql": _POSTGRES,
    "postgres": _POSTGRES._replace(example="postgres://HOST/DATABASE"),
    "spark": StoreEngine("parquet.spark:SparkStore", "parquet.store:upgrade", "spark:///DIR"),
    "clickhouse": StoreEngine("parquet.clickhouse:ClickhouseStore", "parquet.store:upgrade", "clickhouse:///DIR"),
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

    A path that ends in ``.duckdb`` opens DuckDB, any other path SQLite.

    ``site`` names the site whose orders are loaded and searched; no site sees another's. ``keys`` encrypt cursors (the
    first) and decrypt them (all). Without ``keys``, those of the environment variable ``ORDERQUERY_CURSOR_KEYS`` are
    used, else a key that the store creates. With ``create``, a store that does not exist is created.

    ``layout`` (a layout, or its file) opens your own tables in SQLite, PostgreSQL or DuckDB, read-only. Without
    ``keys``, their cursors are valid in this process only.

    Raises:
        StoreError: the store cannot be opened, is not an orderquery store, or has another version.
        UsageError: the engine is unknown, or the keys cannot be used.
        LayoutError: the file of the layout cannot be used.
        MissingExtra: the engine's driver is not installed.

    """
    if layout is not None:
        return _open_mapped(location, site, keys, schema, layout)
    table = schema if isinstance(schema, Schema) else load_schema(schema)
    engine, place = _find_engine(location)
    opened: Store = _load(engine.store)(place, table, site=site, keys=chosen_keys(keys), create=create)
    return opened


def _open_mapped(
    location: str | PathLike[str],
    site: str,
    keys: CursorKeys | Iterable[str | bytes] | None,
    schema: Schema | str | Path | None,
    layout: OwnTables | str | Path,
) -> Store:
    if isinstance(layout, str | Path):
        from ..sql.mapped.layout_loader import load_layout

        layout = load_layout(layout, schema=schema)
    elif not hasattr(layout, "engine"):
        raise UsageError(f"layout takes a layout or the path of its file, not {described(layout)}")
    elif schema is not None:
        raise UsageError("pass schema or a loaded layout, not both: the layout has its schema")
    engine, place = _find_engine(location)
    if not engine.mapped:
        known = ", ".join(dict.fromkeys(known.example for known in ENGINES.values() if known.mapped))
        raise UsageError(f"a layout cannot be used with {location}; use one of: {known}")
    opened: Store = _load(engine.mapped)(place, layout, site=site, keys=chosen_keys(keys))
    return opened


def upgrade_store(
    location: str | PathLike[str], *, schema: Schema | str | Path | None = None, report: Report | None = None
) -> int:
    """Rebuild an older store from its documents; return the number of orders.

    Stored documents that are not JSON are left out. ``report`` is called with each; without it they are logged.

    Raises the same errors as :func:`open_store`.
    """
    table = schema if isinstance(schema, Schema) else load_schema(schema)
    engine, place = _find_engine(location)
    count: int = _load(engine.upgrade)(place, table, report or log_problem)
    return count


def shown_location(location: str | PathLike[str]) -> str:
    """Return a location that is safe to print: a URL without its passwords."""
    engine, place = _find_engine(location)
    if engine.in_file:
        return str(location)
    from .postgres.url import parse_target

    return parse_target(place).shown


def file_of(location: str | PathLike[str]) -> Path | None:
    """Return the file of a store; ``None`` if it is in memory, a server or a folder."""
    engine, place = _find_engine(location)
    return None if not engine.in_file or place == MEMORY or Path(place).is_dir() else Path(place)


def _load(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(import_module(f".{module}", __package__), attribute)


def _find_engine(location: str | PathLike[str]) -> tuple[StoreEngine, str]:
    """Return the engine of a location, and the location as the engine expects it."""
    require("location", location, (str, PathLike), "the path or URL of a store")
    text = str(location)
    scheme, found, rest = text.partition("://")
    if found and scheme not in ENGINES:
        known = ", ".join(engine.example for engine in ENGINES.values())
        raise UsageError(f'unknown engine "{scheme}://"; use one of: {known}')
    if found and not ENGINES[scheme].in_file:
        return ENGINES[scheme], text
    if not text or "\0" in text or has_lone_surrogate(text):
        raise UsageError(f"{text!r} is not a file name; pass the path of a store, or {MEMORY}")
    if found:
        return ENGINES[scheme], unquote(rest.removeprefix("/")) or MEMORY
    return ENGINES["duckdb" if text.endswith(".duckdb") else "sqlite"], text
