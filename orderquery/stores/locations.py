"""The table of engines, and which engine a location names."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from ..diagnostics.arguments import require
from ..diagnostics.errors import UsageError
from ..language.types import has_lone_surrogate

MEMORY = ":memory:"
"""The location of a store without a file."""


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


def shown_location(location: str | PathLike[str]) -> str:
    """Return a location that is safe to print: a URL without its passwords."""
    engine, place = find_engine(location)
    if engine.in_file:
        return str(location)
    from .postgres.url import parse_target

    return parse_target(place).shown


def file_of(location: str | PathLike[str]) -> Path | None:
    """Return the file of a store; ``None`` if it is in memory, a server or a folder."""
    engine, place = find_engine(location)
    return None if not engine.in_file or place == MEMORY or Path(place).is_dir() else Path(place)


def find_engine(location: str | PathLike[str]) -> tuple[StoreEngine, str]:
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
