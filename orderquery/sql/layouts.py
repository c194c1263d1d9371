"""Layouts: the tables and columns in which a statement finds orders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from sqlglot import exp

from ..compiler.query import Query
from ..language.conditions import Condition
from ..language.fields import Field
from .column_format import ColumnFormat
from .dialects import Dialect, LayoutName


@dataclass(frozen=True, slots=True)
class Layout:
    """The tables that hold orders.

    Attributes:
        name: The name in messages.
        orders: The table that is searched: ``rid``, ``site`` if ``sites``, and a column per field.
        documents: The table with the document of each ``rid``; ``None`` if the document is a column of ``orders``.
        elements: The table of array elements, for dialects without array columns: ``field``, ``value``, ``rid``.
        sites: True if the orders of several sites share the tables.
        index_width: Characters of a text that the engine's indexes are sure to hold, where that is limited. A longer
            text that is only compared for equality is stored as a digest.
        json_arrays: For dialects without arrays: True if arrays are JSON texts in their columns; otherwise their
            elements are rows of a separate table.

    """

    name: str
    orders: str = "orders"
    documents: str | None = "order_document"
    elements: str = "order_value"
    sites: bool = True
    index_width: int | None = None
    json_arrays: bool = False

    # -- what mapped layouts override: orderquery/sql/mapped/layout.py -------------------------------------------

    def adapt(self, dialect: Dialect) -> Dialect:
        """Return the dialect as statements over this layout use it."""
        return dialect

    def check(self, query: Query, dialect: Dialect) -> None:
        """Raise ``QueryError`` if the query reads a field that is not in these tables."""

    def named_queries(self, dialect: Dialect, fields: Iterable[Field]) -> list[tuple[str, exp.Query]]:
        """Return the named queries (``WITH``) that define the tables for these fields."""
        return []

    def column_format(self, field: Field, dialect: Dialect) -> ColumnFormat | None:
        """Return how the column of a field holds values; ``None`` means in stored form."""
        return None

    def fit(self, condition: Condition, dialect: Dialect) -> Condition:
        """Return an equivalent condition whose operands the columns can hold."""
        return condition

    def nulls_first(self, field: Field, descending: bool, dialect: Dialect) -> bool:
        """Return True if a sort puts missing values first; they are the lowest."""
        return not descending

    def folded_text(self, field: Field, column: exp.Expr, dialect: Dialect) -> exp.Expr | None:
        """Return the folded text of a column; ``None`` if it has a column of its own."""
        return None

    def is_missing(self, field: Field, column: exp.Expr, dialect: Dialect) -> exp.Expr | None:
        """Return the test that a column has no value; ``None`` means IS NULL."""
        return None

    def notes(self, query: Query, dialect: Dialect) -> tuple[str, ...]:
        """Return the limitations of these tables that affect a query."""
        return ()


STORE = Layout("store")
"""The tables of this package's own stores: narrow rows to search, documents in a separate table."""

INDEXED = replace(STORE, name="indexed", index_width=256)
"""The same, for engines with short index entries: of PostgreSQL's 2,704 bytes the order id needs up to 1,024."""

COLUMNAR = Layout("columnar", documents=None)
"""The published columnar layout: all columns in one table, for engines that read only the columns they need."""

LAYOUTS: dict[LayoutName, Layout] = {"store": STORE, "indexed": INDEXED, "columnar": COLUMNAR}
"""The layouts of this package's stores, by the name in a dialect's row."""


@cache
def store_layout(name: LayoutName, tables: str = "") -> Layout:
    """Return a layout of this package's stores.

    The names of its tables begin with ``tables``. An export has one table of orders, whose name is always the same.
    """
    layout = LAYOUTS[name]
    if not tables or layout.documents is None:
        return layout
    orders, documents, elements = (f"{tables}_{name}" for name in (layout.orders, layout.documents, layout.elements))
    return replace(layout, orders=orders, documents=documents, elements=elements)
