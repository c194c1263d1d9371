"""Filters and searches that are built in Python.

A filter is joined by ``&``, ``|`` and ``~``. Python's ``and``, ``or``, ``not`` and chained comparisons ask for a truth
value, which a filter does not have: they would lose a part of it.
"""

from __future__ import annotations

from typing import Any, NoReturn

from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import described, shortened
from ..language.schema import Schema
from ..syntax.ast import EVERYTHING, Filter, Not, Paging, Search, SortKey, both, either
from ..syntax.built_search import BuiltSearch
from ..syntax.json_printer import print_json
from ..syntax.text_printer import print_text

_NO_TRUTH = (
    "a filter has no truth value; write & for and, | for or, ~ for not, and each condition in parentheses: "
    '(oq.f.status == "APPROVED") & (oq.f.archived == False); for a range write: FIELD.between(LOW, HIGH)'
)


def refuse_truth() -> NoReturn:
    """Raise the error for ``and``, ``or``, ``not``, ``if`` and chained comparisons."""
    raise UsageError(_NO_TRUTH)


class _Built(BuiltSearch):
    """A search as a tree."""

    def __init__(self, schema: Schema, tree: Search) -> None:
        self.schema = schema
        self.tree = tree

    def __bool__(self) -> bool:
        refuse_truth()

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {shortened(self.to_text())}>"

    def to_json(self) -> dict[str, Any]:
        """Return the bare search as plain JSON values, with REST names."""
        return print_json(self.tree)

    def to_text(self) -> str:
        """Return the search in the text form."""
        return print_text(self.tree, self.schema)


class FilterExpression(_Built):
    """A filter, which is a search of its own: every order that it matches."""

    def __init__(self, schema: Schema, tree: Filter) -> None:
        super().__init__(schema, Search(tree))

    def __and__(self, other: FilterExpression) -> FilterExpression:
        return FilterExpression(self.schema, both((self.tree.filter, self._other(other, "&"))))

    def __or__(self, other: FilterExpression) -> FilterExpression:
        return FilterExpression(self.schema, either((self.tree.filter, self._other(other, "|"))))

    def __invert__(self) -> FilterExpression:
        return FilterExpression(self.schema, Not(self.tree.filter))

    __rand__, __ror__ = __and__, __or__

    def _other(self, other: object, sign: str) -> Filter:
        return filter_of(other, self.schema, f"{sign} joins two filters")


class SortExpression:
    """A field to sort by, and its direction."""

    def __init__(self, key: SortKey) -> None:
        self.key = key

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.key.field} {'desc' if self.key.descending else 'asc'}>"


class SearchExpression(_Built):
    """A whole search: a filter, an order, a limit. Every method returns a new search."""

    def order_by(self, *keys: Any) -> SearchExpression:
        """Return the search sorted by these fields, the most significant first."""
        sort = []
        for key in keys:
            chosen = key if isinstance(key, SortExpression) else getattr(key, "asc", lambda: None)()
            if not isinstance(chosen, SortExpression):
                raise UsageError(f"cannot sort by {described(key)}; write: order_by(oq.f.createdDate.desc())")
            sort.append(chosen.key)
        return SearchExpression(self.schema, Search(self.tree.filter, tuple(sort), self.tree.paging))

    def limit(self, count: int) -> SearchExpression:
        """Return the search with at most ``count`` orders on a page."""
        if type(count) is not int:
            raise UsageError(f"limit takes a whole number, not {described(count)}; write: limit(100)")
        return self._paged(Paging(count, self.tree.paging.cursor))

    def after(self, cursor: str) -> SearchExpression:
        """Return the search from a cursor: ``page.next`` or ``page.prev``."""
        if not isinstance(cursor, str) or not cursor:
            raise UsageError(f"after takes a cursor, not {described(cursor)}; write: after(page.next)")
        return self._paged(Paging(self.tree.paging.limit, cursor))

    def _paged(self, paging: Paging) -> SearchExpression:
        return SearchExpression(self.schema, Search(self.tree.filter, self.tree.sort, paging))


def filter_of(part: object, schema: Schema, use: str) -> Filter:
    """Return the tree of a filter that a caller passes; ``use`` says for what."""
    if not isinstance(part, FilterExpression):
        hint = "put each condition in parentheses" if isinstance(part, bool | int | str) else "write: FIELD == VALUE"
        raise UsageError(f"{use}, and {described(part)} is not a filter; {hint}")
    if part.schema is not schema:
        raise UsageError(f'filters of two tables: "{schema.name}" and "{part.schema.name}"; use one of them')
    return part.tree.filter


def search_of(schema: Schema, filters: tuple[FilterExpression, ...]) -> SearchExpression:
    """Return the search of every order that all these filters match."""
    table = filters[0].schema if filters and isinstance(filters[0], FilterExpression) else schema
    trees = [filter_of(part, table, "a search takes filters") for part in filters]
    return SearchExpression(table, Search(both(trees) if trees else EVERYTHING))
