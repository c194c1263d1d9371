"""The columns of tables, CSV, Parquet and Arrow.

A column is a field of the table, or any path of the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from ..compiler.unknown_names import nearest_field
from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import quoted
from ..documents.fields import path_reader, reader
from ..syntax.json_printer import encode_json

if TYPE_CHECKING:
    from ..language.fields import Field
    from ..language.schema import Schema

JSON = Any

CURRENCY = "currency"
"""The path of an order's currency, without which its amounts mean little."""
_PATH = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_SEPARATORS = re.compile(r"[,\s]+")


class OrderColumn(NamedTuple):
    """A column: its heading, and the field or path that it shows.

    ``read`` takes an order and its transactions, and returns a value of the field or the JSON at the path; a list for a
    field of many values. ``read_raw`` returns what the document has where the field has no value.
    """

    heading: str
    field: Field | None
    read: Callable[[JSON, JSON], Any]
    read_raw: Callable[[JSON, JSON], JSON]

    @property
    def is_many(self) -> bool:
        """Whether a value is a list."""
        return self.field is not None and self.field.many

    @property
    def reads_transactions(self) -> bool:
        """Whether the value is in the transactions of an order."""
        return self.field is not None and self.field.record == "transactions"


def split_names(text: str) -> tuple[str, ...]:
    """Return the names of a list with commas."""
    return tuple(filter(None, _SEPARATORS.split(text)))


def find_columns(schema: Schema, names: Iterable[str]) -> tuple[OrderColumn, ...]:
    """Return the columns with these names.

    Raises:
        UsageError: a name occurs twice, or is neither a field nor a path.

    """
    listed = list(names)
    if not listed:
        raise UsageError("--columns has no names; write: --columns number,createdDate")
    for name in listed:
        if listed.count(name) > 1:
            raise UsageError(f"column {quoted(name)} occurs twice in --columns; write it once")
    return tuple(_find(schema, name) for name in listed)


def _find(schema: Schema, name: str) -> OrderColumn:
    row = schema.find(name)
    if row is not None:
        return field_column(schema, row, name)
    # A path may be any name, but not another spelling of a field.
    spelled = next((known for known in schema.by_name if known.casefold() == name.casefold()), None)
    if spelled is not None:
        raise UsageError(f"unknown column {quoted(name)}; did you mean {quoted(spelled)}?")
    if not _PATH.fullmatch(name):
        raise UsageError(f"{quoted(name)} is not a column; write a field or a path, such as lineItems.quantity")
    return path_column(schema, name)


def field_column(schema: Schema, row: Field, heading: str = "") -> OrderColumn:
    """Return the column of a field."""
    path = row.sources[0].paths[0]
    read_path = path_reader(schema, path) if row.record == "order" else None

    def read_raw(order: JSON, transactions: JSON) -> JSON:
        return None if read_path is None else _joined(read_path(order, transactions))

    return OrderColumn(heading or row.name, row, reader(schema, row), read_raw)


def path_column(schema: Schema, path: str) -> OrderColumn:
    """Return the column of a path of the document, such as ``lineItems.quantity``."""
    read_path = path_reader(schema, tuple(path.split(".")))

    def read(order: JSON, transactions: JSON) -> JSON:
        return _joined(read_path(order, transactions))

    return OrderColumn(path, None, read, read)


def _joined(values: list[JSON]) -> JSON:
    """Return the only value, or the list of several; ``None`` for none."""
    return values if len(values) > 1 else values[0] if values else None


def data_columns(schema: Schema) -> tuple[OrderColumn, ...]:
    """Return the columns of a file of data.

    These are every field that is read from the order, and the currency.
    """
    columns = [field_column(schema, row) for row in schema.fields if row.record == "order"]
    has_amounts = any(row.type.name == "amount" for row in schema.fields)
    if has_amounts and schema.find(CURRENCY) is None:
        columns.append(path_column(schema, CURRENCY))
    return tuple(columns)


def cell_text(column: OrderColumn, order: JSON, transactions: JSON) -> str | list[JSON]:
    """Return the value of a column as text.

    Of several values it is a list, that of a field with texts.

    A stored value that does not fit its field is returned as it is stored. A missing value is an empty text.
    """
    value = column.read(order, transactions)
    row = column.field
    if row is None or value is None or value == []:
        raw = column.read_raw(order, transactions)
        return raw if isinstance(raw, list) else json_text(raw)
    if row.many:
        return [field_text(row, item) for item in value]
    return field_text(row, value)


def field_text(row: Field, value: Any) -> str:
    """Return a value of a field as text, without an exponent."""
    return format(value, "f") if row.type.name == "amount" else row.type.text(value)


def json_text(value: JSON) -> str:
    """Return a text as it is, any other JSON value as JSON, and null as an empty text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    try:
        return encode_json(value).decode()
    except (ValueError, TypeError, RecursionError):
        return str(value)


def suggest_columns(schema: Schema, columns: Iterable[OrderColumn]) -> list[str]:
    """Return a note for each path that no order had."""
    notes = []
    for column in columns:
        nearest = nearest_field(schema, column.heading)
        note = f"no order has {quoted(column.heading)}"
        notes.append(f"{note}; did you mean {quoted(nearest)}?" if nearest else note)
    return notes
