"""The tables of fields of a store, and which of them an upgrade rebuilds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..language.grammar_files import table_names
from ..language.schema import Schema, load_schema
from .document_tables import StoreTables, stored_tables, tables_of
from .store_errors import check_upgradable, check_versions

FACTS_OF_TABLES = ("schema", "fingerprint")
_FACTS_OF_ENGINES = ("sdk_names", "indexes_dropped", "analyzed_rows")


def check_prepared(location: str, version: int, latest: int, schema: Schema, about: Mapping[str, Any]) -> None:
    """Check that the tables of a store for a table of fields match this package.

    Raises:
        StoreError: the store is newer, or older, or has another table of fields.

    """
    name, fingerprint = (about.get(tables_of(schema).about(fact)) for fact in FACTS_OF_TABLES)
    check_versions(location, version, latest, schema, name, fingerprint)


class Rebuild(NamedTuple):
    """The tables of fields to rebuild, and the facts about all others."""

    schemas: list[Schema]
    kept: dict[str, Any]


def plan_rebuild(location: str, version: int, latest: int, schema: Schema, about: Mapping[str, Any]) -> Rebuild:
    """Return what an upgrade of a store rebuilds.

    That is ``schema``, and the tables of fields of this package. A table of fields from another file stays as it is
    until the store is upgraded with that file.

    Raises:
        StoreError: the store is newer, or has another table of fields than ``schema``.

    """
    ours = tables_of(schema)
    check_upgradable(location, version, latest, schema, about.get(ours.about("schema"), schema.name))
    schemas: list[Schema] = []
    kept: dict[str, Any] = {}
    for tables in stored_tables(about):
        found = schema if tables == ours else _known_schema(about[tables.about("schema")], tables)
        if found is not None:
            schemas.append(found)
            continue
        kept |= {
            name: about[name] for name in map(tables.about, (*FACTS_OF_TABLES, *_FACTS_OF_ENGINES)) if name in about
        }
        if version < latest:
            kept[tables.about("fingerprint")] = ""
    return Rebuild(schemas if schemas or kept else [schema], kept)


def _known_schema(name: Any, tables: StoreTables) -> Schema | None:
    """Return the table of fields of this package with a name, if it has these tables."""
    found = load_schema(name) if name in table_names() else None
    return found if found is not None and tables_of(found) == tables else None


def facts_of(schemas: Iterable[Schema]) -> dict[str, str]:
    """Return the rows of ``about`` for tables of fields."""
    rows = ((tables_of(schema), schema) for schema in schemas)
    return {
        tables.about(name): value
        for tables, schema in rows
        for name, value in zip(FACTS_OF_TABLES, (schema.name, schema.fingerprint), strict=True)
    }
