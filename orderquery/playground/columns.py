"""The columns of the table of results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..diagnostics.errors import UsageError
from ..documents.fields import reader
from ..language.fields import Field
from ..language.schema import Schema

JSON = Any

_MAX_CELL_CHARS = 300
"""A longer text is cut in the table; the order itself shows all of it."""
_MAX_CELL_VALUES = 20


class Column:
    """A column: the first of its fields that an order has."""

    def __init__(self, schema: Schema, column: Mapping[str, JSON]) -> None:
        names = column.get("fields")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise UsageError('a column must have "fields", a list of names')
        rows = [row for name in names if (row := schema.find(name)) is not None]
        self._readers = [(row, reader(schema, row)) for row in rows]
        self.reads_transactions = any(row.record == "transactions" for row in rows)

    def cell(self, order: JSON, transactions: JSON) -> JSON:
        """Return the field, its values as a search writes them, and a text.

        ``None`` if the order has none of the fields.
        """
        for row, read in self._readers:
            found = read(order, transactions or {})
            if found is None or found == []:
                continue
            values = found if row.many and isinstance(found, list) else [found]
            texts = [_text_of(row, value) for value in values[:_MAX_CELL_VALUES]]
            shown = ", ".join(_shown(row, text) for text in texts)
            currency = order.get("currency") if row.type.name == "amount" else None
            if isinstance(currency, str):
                shown = f"{shown} {currency}"
            return {"field": row.name, "values": texts, "shown": _cut(shown)}
        return None


def _text_of(row: Field, value: Any) -> str:
    return format(value, "f") if row.type.name == "amount" else row.type.text(value)


def _shown(row: Field, text: str) -> str:
    return text[:19].replace("T", " ") if row.type.name == "instant" else text


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_CELL_CHARS else text[:_MAX_CELL_CHARS] + "…"
