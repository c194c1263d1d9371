r"""The published columnar layout: a Parquet folder with all records of a store.

Any engine that reads Parquet can search it.

::

    DIR/layout.json                        format, table of fields, counts and time of creation
    DIR/orders/part-00001.parquet ...      one row per order, also those that Search hides
    DIR/transactions/part-00001.parquet .. one row per transactions record

``orders`` has the columns of :func:`columns`; ``python -m orderquery.stores.parquet.tables`` prints them as a table.
Rows are sorted by site and id. Their values are those that every store of this package searches, so a statement for
``spark`` or ``clickhouse`` (``plan.sql``) runs on them unchanged:

- Text columns compare by their bytes. They contain the *stored form* of a value: texts unchanged except that U+0000
  and U+0001 become ``\x01\x01`` and ``\x01\x02``; amounts and numbers of orders as texts that sort as they do.
  Instants are microseconds since 1970-01-01 UTC.
- A missing value is NULL, and so is an empty list. Engines whose arrays are never NULL read an empty array there.
- ``…_folded`` columns contain the case-folded texts that ``$startsWith`` compares.
- ``document`` is the order as it was loaded, byte for byte.

``transactions`` has ``site``, ``order_id`` (as ``id`` in ``orders``), ``event_time`` (of the event that brought it, in
microseconds, or NULL) and ``document``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ...diagnostics.errors import StoreError
from ...language.fields import Field
from ...language.schema import Schema, load_schema
from ...language.types import Value
from ...sql.leaf_tests import prefix_column
from ..projection import folding
from ..store_errors import check_versions

FORMAT = 1
KIND = "orderquery export"
ABOUT_FILE = "layout.json"
ORDERS, TRANSACTIONS = "orders", "transactions"


class ColumnarColumn(NamedTuple):
    """A column of the layout.

    ``kind`` is ``text``, ``integer`` or ``boolean``. ``field`` names the field it is computed from, if any, and
    ``encode`` computes it from the field's value.
    """

    name: str
    kind: str
    many: bool
    required: bool
    meaning: str
    field: str = ""
    encode: Callable[[Value], Any] = lambda value: value


SITE = ColumnarColumn("site", "text", False, True, "the site of the order")
DOCUMENT = ColumnarColumn("document", "text", False, True, "the order as it was loaded")
TRANSACTION_COLUMNS = (
    SITE,
    ColumnarColumn("order_id", "text", False, True, "the order"),
    ColumnarColumn("event_time", "integer", False, False, "the time of its event"),
    DOCUMENT._replace(meaning="the record as it was loaded"),
)


@cache
def columns(schema: Schema) -> tuple[ColumnarColumn, ...]:
    """Return the columns of ``orders``."""
    return (SITE, *_columns_of_fields(schema), DOCUMENT)


def _columns_of_fields(schema: Schema) -> Iterator[ColumnarColumn]:
    for field in schema.stored_fields:
        encode = bool if field.type.column == "boolean" else field.type.encode
        yield _column(field, field.column, field.type.column, field.name, encode)
        if field.prefixed:
            meaning = f"the text of {field.name}, case-folded"
            yield _column(field, prefix_column(field), "text", meaning, folding(field))


def _column(field: Field, name: str, kind: str, meaning: str, encode: Callable[[Value], Any]) -> ColumnarColumn:
    if field.many:

        def encode_column(values: Value) -> Any:
            return [encode(value) for value in values] or None
    else:

        def encode_column(values: Value) -> Any:
            return None if values is None else encode(values)

    return ColumnarColumn(name, kind, field.many, field.required, meaning, field.name, encode_column)


def describe_columns(schema: Schema) -> str:
    """Return the columns of ``orders`` as a Markdown table."""
    lines = ["| column | type | value |", "|---|---|---|"]
    for column in columns(schema):
        kind = {"text": "string", "integer": "int64", "boolean": "bool"}[column.kind]
        type_ = f"list&lt;{kind}&gt;" if column.many else kind
        lines.append(f"| `{column.name}` | {type_} | {column.meaning}{'' if column.required else ', or NULL'} |")
    return "\n".join(lines)


def make_about(schema: Schema) -> dict[str, Any]:
    """Return the part of :data:`ABOUT_FILE` that describes the layout."""
    table = {"name": schema.name, "version": schema.version, "fingerprint": schema.fingerprint}
    return {"kind": KIND, "format": FORMAT, "table": table}


def read_about(folder: Path) -> dict[str, Any]:
    """Read :data:`ABOUT_FILE` of an export.

    Raises:
        StoreError: the folder is not an export.

    """
    if not folder.is_dir():
        raise StoreError(f"folder not found: {folder}; create an export with: orderquery export STORE {folder}")
    try:
        about = json.loads((folder / ABOUT_FILE).read_text("utf-8"))
    except FileNotFoundError:
        about = None
    except (OSError, ValueError) as problem:
        raise StoreError(f"{folder / ABOUT_FILE}: {problem}") from None
    if not isinstance(about, dict) or about.get("kind") != KIND:
        raise StoreError(f"{folder} is not an export; create one with: orderquery export STORE DIR")
    return about


def check_about(folder: Path, schema: Schema) -> dict[str, Any]:
    """Read :data:`ABOUT_FILE` of an export, and check its layout and table of fields.

    Raises:
        StoreError: the folder is not an export, or has another version or table of fields.

    """
    about = read_about(folder)
    version, table = about.get("format"), about.get("table")
    if not isinstance(version, int) or not isinstance(table, dict):
        raise StoreError(f"{folder / ABOUT_FILE} is not valid; export the store again")
    # A version of the table has a fingerprint of its own; an older format is never read.
    fix = f"export the store again: orderquery export STORE {folder} --replace"
    check_versions(str(folder), version, FORMAT, schema, table.get("name"), table.get("fingerprint"), fix=fix)
    return about


if __name__ == "__main__":
    sys.stdout.write(describe_columns(load_schema(*sys.argv[1:2])) + "\n")
