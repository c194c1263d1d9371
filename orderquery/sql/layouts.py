"""Layouts: under which names and in which tables a statement finds orders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from ..compiler.query import Query
from ..language.conditions import Condition
from ..language.fields import Field

if TYPE_CHECKING:
    from .dialects import Dialect
    from .mapped.column_format import Form


@dataclass(frozen=True, slots=True)
class Layout:
    """Where orders lie.

    ``orders`` names the rows that are searched: ``rid``, the site if ``sites``, and a column for each field.
    ``documents`` names the table that has the document of each ``rid``; without it the document is a column of the
    rows. ``json_arrays``: where a dialect has no arrays they are texts of JSON in their columns, else their elements
    lie in a table of their own. ``index_width`` is how many characters of a text the engine's indexes are
    sure to hold, where that is limited: longer texts that are only asked for equality are kept shortened.
    """

    name: str
    orders: str = "orders"
    documents: str | None = "order_document"
    sites: bool = True
    index_width: int | None = None
    json_arrays: bool = False

    # -- what a layout that is no store's has of its own; see :mod:`.own` ----------------------------------------

    def adapted(self, dialect: Dialect) -> Dialect:
        """The dialect as statements over this layout use it."""
        return dialect

    def check(self, plan: Query, dialect: Dialect) -> None:
        """Refuse a plan that reads what does not lie here, with ``QueryError``."""

    def definitions(self, dialect: Dialect, rows: Iterable[Field]) -> list[tuple[str, exp.Query]]:
        """The named queries (``WITH``) that make ``orders`` and ``documents``, for a statement over these fields."""
        return []

    def form(self, row: Field, dialect: Dialect) -> Form | None:
        """How the column of a field holds its values, where it is not as stores do."""
        return None

    def fitted(self, condition: Condition, dialect: Dialect) -> Condition:
        """The same condition in values that the columns can hold."""
        return condition

    def nulls_first(self, row: Field, descending: bool, dialect: Dialect) -> bool:
        """Where missing values stand in a sort: as the lowest, if there can be any."""
        return not descending

    def folded(self, row: Field, column: exp.Expr, dialect: Dialect) -> exp.Expr | None:
        """The folded text of a column, where that is no column of its own."""
        return None

    def missing(self, row: Field, column: exp.Expr, dialect: Dialect) -> exp.Expr | None:
        """The test that a column has no value, where it is not that it is NULL."""
        return None

    def notes(self, plan: Query, dialect: Dialect) -> tuple[str, ...]:
        """What of the exact meaning of a plan these tables cannot keep."""
        return ()


STORE = Layout("store")
"""The tables of this package's own stores: narrow rows to search, documents apart."""

INDEXED = replace(STORE, index_width=256)
"""The same for engines with short index entries: of PostgreSQL's 2,704 bytes, 1,024 are for the id of an order."""

COLUMNAR = Layout("columnar", documents=None)
"""The published columnar layout: every column in one table, for engines that read the columns they need."""
