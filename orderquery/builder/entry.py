"""The functions that begin a built search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..language.schema import Schema, load_schema
from .expressions import FilterExpression, SearchExpression, search_of
from .field_nodes import FieldNode


def search(*filters: FilterExpression) -> SearchExpression:
    """Return the search of the orders that all these filters match.

    Without filters it is every order.

    Add ``.order_by(...)``, ``.limit(...)`` and ``.after(...)``. It can be used where a search is used: in
    ``oq.compile`` and in the methods of a store.
    """
    return search_of(load_schema(), filters)


def fields_of(table: Schema | str | Path) -> Any:
    """Return the fields of another table, for filters like those of ``oq.f``.

    Raises:
        SchemaError: no such table.

    """
    return FieldNode(table if isinstance(table, Schema) else load_schema(table), "")
