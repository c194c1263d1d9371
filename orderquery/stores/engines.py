"""Open and upgrade a store by its location."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..compiler.cursor_keys import CursorKeys, chosen_keys
from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import described
from ..language.schema import Schema, load_schema
from .base import LoadResult, NotAtOnce, Store
from .locations import ENGINES, find_engine
from .stored_documents import Report, log_problem

if TYPE_CHECKING:
    from ..sql.mapped.layout import OwnTables

__all__ = ["LoadResult", "NotAtOnce", "Store", "open_store", "upgrade_store"]


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
    engine, place = find_engine(location)
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
    engine, place = find_engine(location)
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
    engine, place = find_engine(location)
    count: int = _load(engine.upgrade)(place, table, report or log_problem)
    return count


def _load(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(import_module(f".{module}", __package__), attribute)
