"""What a field of one table became in another, for queries: rows of ``grammar/``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..diagnostics.errors import UsageError
from ..language.grammar_files import grammar_text
from ..language.schema import Schema

JSON = Any
MAPPING_FILE = "stores-v2-to-ecom.toml"


@dataclass(frozen=True, slots=True)
class QueryField:
    """What a filter or a sort names in place of a field.

    ``targets`` are the new fields: of several, the first that an order has. ``values`` are values under another name,
    ``instead`` filters that tell a value, ``also`` a filter that goes with every other value. ``partial`` says what the
    new field lacks. A field that is ``walked`` is left out.
    """

    source: str
    targets: tuple[str, ...]
    values: Mapping[str, str]
    instead: Mapping[str, JSON]
    also: JSON = None
    partial: str = ""
    walked: bool = False


@dataclass(frozen=True, eq=False)
class QueryMapping:
    """The fields of one table by the names of another."""

    source: Schema
    target: Schema
    rows: Mapping[str, QueryField]


def query_mapping(source: Schema, target: Schema) -> QueryMapping:
    """Return the mapping of two tables.

    Raises:
        UsageError: there is none; the message lists the tables that a query can be translated to.

    """
    names, rows = _file_rows()
    if target.name in names.get(source.name, ()):
        return QueryMapping(source, target, rows)
    if source.events and source.events == target.events:
        return QueryMapping(source, target, _same_documents(source, target))
    known = "; ".join(f"{name} to {', '.join(others)}" for name, others in names.items())
    raise UsageError(f'no translation from "{source.name}" to "{target.name}"; known: {known}')


@cache
def _file_rows() -> tuple[dict[str, tuple[str, ...]], dict[str, QueryField]]:
    data = tomllib.loads(grammar_text(MAPPING_FILE))
    names = {row["from"]: tuple(row["to"]) for row in data["translations"]}
    return names, {row["from"]: _row(row) for row in data["queries"]}


def _row(row: dict[str, JSON]) -> QueryField:
    return QueryField(
        row["from"],
        tuple(row.get("to", ())),
        row.get("values", {}),
        row.get("instead", {}),
        row.get("also"),
        row.get("partial", ""),
        row.get("walk", False),
    )


def _same_documents(source: Schema, target: Schema) -> dict[str, QueryField]:
    """Return the rows for two tables of the same documents: equal names and aliases."""
    rows = {}
    for row in source.fields:
        found = next((other for name in (row.name, *row.aliases) if (other := target.find(name)) is not None), None)
        if found is not None:
            partial = "" if found.sources == row.sources else f"values that {row.name} reads elsewhere"
            rows[row.name] = QueryField(row.name, (found.name,), {}, {}, partial=partial)
    return rows
