r"""The published columnar layout: a folder of Parquet that any engine can search, and that nothing is missing from.

::

    DIR/layout.json                        what it is: format, table of fields, counts, when it was made
    DIR/orders/part-00001.parquet ...      a row for each order, also those that Search hides
    DIR/transactions/part-00001.parquet .. a row for each order's transactions record

``orders`` has the columns of :func:`columns`; ``python -m orderquery.stores.columnar`` prints them as a table. Rows lie
by site and id. What they hold is what every store of this package searches, so a statement for ``spark`` or
``clickhouse`` (``plan.sql``) runs on them as it is:

- Text columns compare by their bytes. They hold the *stored form* of a value: texts as they are, but for U+0000 and
  U+0001, which are kept as ``\x01\x01`` and ``\x01\x02``; amounts and numbers of orders as texts that sort as they
  do. Instants are microseconds since 1970-01-01 UTC.
- A missing value is NULL, and so is an empty list. Engines whose arrays are never NULL read an empty array there.
- ``…_folded`` columns hold the texts that ``$startsWith`` compares, case-folded.
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

from ..diagnostics.errors import StoreError
from ..language.fields import Field
from ..language.schema import Schema, load_schema
from ..language.types import Value, encode_text, fold
from ..sql.leaf_tests import prefix_column

FORMAT = 1
KIND = "orderquery export"
ABOUT = "layout.json"
ORDERS, TRANSACTIONS = "orders", "transactions"


class Column(NamedTuple):
    """A column: its kind (``text``, ``integer``, ``boolean``), and what it holds of the value of a field, if of one."""

    name: str
    kind: str
    many: bool
    required: bool
    meaning: str
    field: str = ""
    stored: Callable[[Value], Any] = lambda value: value


SITE = Column("site", "text", False, True, "whose order it is")
DOCUMENT = Column("document", "text", False, True, "the order as it was loaded")
TRANSACTION_COLUMNS = (
    SITE,
    Column("order_id", "text", False, True, "the order"),
    Column("event_time", "integer", False, False, "when it came with an event"),
    DOCUMENT._replace(meaning="the record as it was loaded"),
)


@cache
def columns(schema: Schema) -> tuple[Column, ...]:
    """The columns of ``orders``."""
    return (SITE, *_of_fields(schema), DOCUMENT)


def _of_fields(schema: Schema) -> Iterator[Column]:
    for field in schema.fields:
        encode = bool if field.type.column == "boolean" else field.type.encode
        yield _column(field, field.column, field.type.column, field.name, encode)
        if field.prefixed:
            yield _column(
                field, prefix_column(field), "text", f"the text of {field.name}, case-folded", _folding(field)
            )


def _column(field: Field, name: str, kind: str, meaning: str, encode: Callable[[Value], Any]) -> Column:
    if field.many:

        def stored(values: Value) -> Any:
            return [encode(value) for value in values] or None
    else:

        def stored(values: Value) -> Any:
            return None if values is None else encode(values)

    return Column(name, kind, field.many, field.required, meaning, field.name, stored)


def _folding(field: Field) -> Callable[[Value], str]:
    return lambda value: encode_text(fold(field.type.text(value)))


def described(schema: Schema) -> str:
    """The columns of ``orders`` as a Markdown table."""
    lines = ["| column | type | holds |", "|---|---|---|"]
    for column in columns(schema):
        kind = {"text": "string", "integer": "int64", "boolean": "bool"}[column.kind]
        type_ = f"list&lt;{kind}&gt;" if column.many else kind
        lines.append(f"| `{column.name}` | {type_} | {column.meaning}{'' if column.required else ', or NULL'} |")
    return "\n".join(lines)


def about(schema: Schema) -> dict[str, Any]:
    """What :data:`ABOUT` says of the layout."""
    table = {"name": schema.name, "version": schema.version, "fingerprint": schema.fingerprint}
    return {"kind": KIND, "format": FORMAT, "table": table}


def read_about(folder: Path) -> dict[str, Any]:
    """What :data:`ABOUT` says of a folder.

    Raises:
        StoreError: the folder is no export.

    """
    if not folder.is_dir():
        raise StoreError(f"there is no folder {folder}: orderquery export STORE {folder} makes one")
    try:
        said = json.loads((folder / ABOUT).read_text("utf-8"))
    except FileNotFoundError:
        said = None
    except (OSError, ValueError) as problem:
        raise StoreError(f"{folder / ABOUT}: {problem}") from None
    if not isinstance(said, dict) or said.get("kind") != KIND:
        raise StoreError(f"{folder} is no export: orderquery export STORE DIR makes one")
    return said


def check_about(folder: Path, schema: Schema) -> dict[str, Any]:
    """What :data:`ABOUT` says of an export of this table of fields in this layout.

    Raises:
        StoreError: it is no export, or of another table or version.

    """
    said, ours = read_about(folder), about(schema)
    known, table = said.get("format"), said.get("table")
    if not isinstance(known, int) or known > FORMAT:
        raise StoreError(f"{folder} has format {known!r}, made by a newer orderquery: this one knows {FORMAT}")
    name = table.get("name") if isinstance(table, dict) else None
    if name != schema.name:
        raise StoreError(f"{folder} holds {name!r}, not {schema.name!r}: open it with that table")
    if known != FORMAT or table != ours["table"]:
        raise StoreError(f"{folder} was made by an older orderquery or table of fields: export the store again")
    return said


if __name__ == "__main__":
    sys.stdout.write(described(load_schema(*sys.argv[1:2])) + "\n")
