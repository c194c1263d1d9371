"""Stores of orders, one for each engine, behind one protocol."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ..cursor import CursorKeys, chosen_keys
from ..diagnostics import UsageError
from ..schema import Schema, load_schema
from ..values import has_lone_surrogate
from .base import LoadResult, Store, checked_site

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["LoadResult", "Store", "open_store", "upgrade_store"]


def open_store(
    location: str | PathLike[str],
    *,
    site: str = "",
    keys: CursorKeys | Iterable[str | bytes] | None = None,
    schema: Schema | str | Path | None = None,
    create: bool = True,
) -> Store:
    """Open a store: the path of a file, ``sqlite:///path``, or ``:memory:``.

    ``site`` names whose orders are loaded and searched; nothing is visible across sites. ``keys`` encrypt the
    cursors (the first) and decrypt them (all); without any, those of the environment variable
    ``ORDERQUERY_CURSOR_KEYS`` do, else a key the store makes. With ``create`` a file that is not there is made.

    Raises:
        StoreError: it cannot be opened, or is no store of ours, or is of another version.
        UsageError: no engine of that name, or unusable keys.

    """
    from .sqlite import SqliteStore

    table = schema if isinstance(schema, Schema) else load_schema(schema)
    return SqliteStore(_path(location), table, site=checked_site(site), keys=chosen_keys(keys), create=create)


def upgrade_store(location: str | PathLike[str], *, schema: Schema | str | Path | None = None) -> int:
    """Rebuild an older store from its documents; how many orders it holds. Raises like :func:`open_store`."""
    from .sqlite_file import upgrade

    table = schema if isinstance(schema, Schema) else load_schema(schema)
    return upgrade(_path(location), table)


def _path(location: str | PathLike[str]) -> str:
    text = str(location)
    if not text or "\0" in text or has_lone_surrogate(text):
        raise UsageError(f"no file can be called {text!r}: give the path of a store, or :memory:")
    scheme, found, rest = text.partition("://")
    if not found:
        return text
    if scheme == "sqlite":
        return unquote(rest.removeprefix("/")) or ":memory:"
    raise UsageError(f"no store for {scheme}://: this version has sqlite:///FILE")
