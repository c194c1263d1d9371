"""Errors that every engine raises in the same words, and the checks behind them."""

from __future__ import annotations

import shlex
from pathlib import Path

from ..diagnostics.errors import StoreError, StoreTimeout
from ..diagnostics.quoting import quoted
from ..language.schema import Schema


class OutdatedStore(StoreError):
    """A store that must be upgraded before it can be opened."""


class MissingStore(StoreError):
    """A store, or its tables, that has to be created first."""


def command(*words: object) -> str:
    """Return a command for a message, each value as a shell reads it."""
    return shlex.join(["orderquery", *map(str, words)])


def not_found(location: str) -> MissingStore:
    """Return the error for a store that does not exist."""
    return MissingStore(f"store not found: {location}; create it with: {command('load', location, 'FILE')}")


def is_empty(location: str) -> MissingStore:
    """Return the error for a file without tables, where none are to be created."""
    return MissingStore(f"{location} is empty; load orders with: {command('load', location, 'FILE')}")


def has_no_records(location: str, schema: Schema) -> MissingStore:
    """Return the error for a store that has no tables for a table of fields."""
    load = command("load", location, "FILE", "--table", schema.name)
    return MissingStore(f'{location} has no records of "{schema.name}"; load some with: {load}')


def is_closed(location: str) -> StoreError:
    """Return the error for a store that is used after it was closed."""
    return StoreError(f"{location}: the store is closed")


def timed_out(seconds: float) -> StoreTimeout:
    """Return the error for reads that took longer than allowed."""
    return StoreTimeout(f"search timed out after {seconds:g} s")


def unusable_values(whose: str) -> StoreError:
    """Return the error for stored values that no field can have."""
    return StoreError(f"{whose} unusable searched values; rebuild them with: orderquery upgrade STORE")


def check_folder_of(path: Path) -> None:
    """Raise ``StoreError`` where the folder that should contain a file does not exist."""
    if not path.parent.is_dir():
        raise StoreError(f"cannot create {path}: folder not found: {path.parent}")


def check_versions(
    location: str,
    layout_version: int,
    latest: int,
    schema: Schema,
    schema_name: object,
    fingerprint: object,
    *,
    fix: str = "",
) -> None:
    """Check that the layout and table of fields of a store match this package.

    Raises:
        OutdatedStore: the store is older.
        StoreError: the store is newer, or has another table of fields.

    """
    check_upgradable(location, layout_version, latest, schema, schema_name)
    if layout_version < latest or fingerprint != schema.fingerprint:
        fix = fix or f"run: {command('upgrade', location)}"
        raise OutdatedStore(f"{location} was written by an older orderquery or with an older table of fields; {fix}")


def check_upgradable(location: str, layout_version: int, latest: int, schema: Schema, schema_name: object) -> None:
    """Check that this package can read the documents of a store.

    Raises:
        StoreError: the store is newer, or has another table of fields.

    """
    if layout_version > latest:
        raise StoreError(
            f"{location} has layout version {layout_version}, this orderquery supports versions up to {latest}; "
            "use a newer orderquery"
        )
    if schema_name != schema.name:
        raise StoreError(
            f'{location} has the table of fields "{schema_name}", not "{schema.name}"; open it with "{schema_name}"'
        )


def foreign_object(path: str, kind: str, name: str) -> StoreError:
    """Return the error for a table, view or other object that is not of a store."""
    return StoreError(f"{path} has the {kind} {quoted(name)}, which is not of a store; remove it, or use another path")
