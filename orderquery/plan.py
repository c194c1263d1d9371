"""A checked search: resolved against a table, typed, with a total order.

Nothing downstream of a plan can fail for the user's fault, a cursor apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .diagnostics import Diagnostic
from .json_form import print_json
from .predicate import Condition, Test, tests_of
from .schema import Field, Schema
from .syntax import Search

if TYPE_CHECKING:
    from typing import Protocol

    from .cursor import CursorKeys
    from .page import Page
    from .sql import Statement
    from .sql.layouts import Layout

    class Matches(Protocol):
        """A predicate of an order and its transactions record, if it has one."""

        def __call__(self, order: JSON, transactions: JSON = None) -> bool:
            """Whether they match. Raises ``DocumentError`` for what is not an object."""


JSON = Any


@dataclass(frozen=True, slots=True)
class SortField:
    """One key of the total order."""

    field: Field
    descending: bool


@dataclass(frozen=True, eq=False)
class Plan:
    """What a search means: ``condition`` and ``sort`` (the tie-break by id its last key), and the page size.

    ``tree`` is the search it was checked from, under the table's own field names. ``cursor`` is the token it
    continues from, if any; ``filter_sent`` and ``sort_sent`` say which parts stood beside it.
    """

    schema: Schema
    tree: Search
    condition: Condition
    sort: tuple[SortField, ...]
    limit: int
    cursor: str | None = None
    filter_sent: bool = False
    sort_sent: bool = False
    limit_sent: bool = False
    diagnostics: tuple[Diagnostic, ...] = field(default=())
    """The warnings, and in a report's plan the keys that the service would ignore."""

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Every field the plan reads, once each."""
        read = [test.field for test in tests_of(self.condition)] + [key.field for key in self.sort]
        return tuple(dict.fromkeys(read))

    @cached_property
    def reads_transactions(self) -> bool:
        """Whether the answer depends on the orders' transactions."""
        return any(row.record == "transactions" for row in self.fields)

    @cached_property
    def packed(self) -> bytes:
        """Filter and sort as a cursor carries them: compressed JSON."""
        import zlib

        search = {key: value for key, value in print_json(self.tree).items() if key != "cursorPaging"}
        text = json.dumps(search, separators=(",", ":"), ensure_ascii=False)
        return zlib.compress(text.encode("utf-8"), 9)

    def to_json(self) -> dict[str, JSON]:
        """The bare search as plain JSON values, with REST names."""
        return print_json(self.tree)

    def to_text(self) -> str:
        """The search in the text form. Raises ``UsageError`` for an operator without a spelling."""
        from .text_print import print_text

        return print_text(self.tree, self.schema)

    @cached_property
    def matches(self) -> Matches:
        """Whether an order, with its transactions record if it has one, is among the search's orders.

        Called as ``plan.matches(order)`` or ``plan.matches(order, transactions)``.

        Raises:
            DocumentError: the order is not an object.

        """
        from .memory import matcher

        return matcher(self)

    def filter(self, orders: Iterable[JSON], transactions: Iterable[JSON] = ()) -> Iterator[JSON]:
        """The orders that match, in the order they come, as they are. ``transactions`` are records of any of them.

        Raises:
            DocumentError: one of them is not an object.

        """
        return self._select(orders, transactions)

    @cached_property
    def _select(self) -> Callable[[Iterable[JSON], Iterable[JSON]], Iterator[JSON]]:
        from .memory import selector

        return selector(self)

    @cached_property
    def sort_key(self) -> Callable[..., Any]:
        """The key for ``sorted``: of an order, or of an order and its transactions."""
        from .memory import sort_key

        return sort_key(self)

    def search(
        self, orders: Iterable[JSON], transactions: Iterable[JSON] = (), *, keys: CursorKeys | None = None
    ) -> Page:
        """Search these orders in memory: filter, sort, one page and its cursors.

        Of two orders with one id the newer counts, as in a store. ``keys`` encrypt the cursors; without, a key of
        this process does.

        Raises:
            QueryError: the cursor cannot be used (``bad-cursor``, ``cursor-mismatch``).
            DocumentError: a transactions record is not an object.

        An order without a usable id is skipped and stands in the page's ``problems``.

        """
        from .memory import search

        return search(self, orders, transactions, keys)

    def sql(self, dialect: str, *, site: str = "", layout: Layout | None = None) -> Statement:
        """The statement for the first page, over the tables of this package's stores or those of a ``layout``.

        Raises:
            UsageError: no such dialect (the message lists them), or the layout is for another.
            QueryError: ``not-in-layout``, for each place of the search that reads what the layout lacks.

        """
        from .sql import statement

        return statement(self, dialect, site=site, layout=layout)


def same_condition(one: Condition, other: Condition) -> bool:
    """Whether two conditions are the same but for the order of their parts, and parts said twice."""
    return _canonical(one) == _canonical(other)


def _canonical(condition: Condition) -> tuple[Any, ...]:
    if isinstance(condition, Test):
        operand, encode = condition.operand, condition.field.type.encode
        kind = condition.kind.value
        if kind in ("one of", "contains"):
            shown: Any = sorted(str(encode(value)) for value in operand)
        elif kind == "listed":
            shown = [encode(value) for value in operand]
        elif kind == "compares":
            shown = [operand[0], encode(operand[1])]
        else:
            shown = operand if kind in ("prefix", "present") else encode(operand)
        return ("test", kind, condition.field.name, condition.negated, repr(shown))
    parts = sorted({_canonical(part) for part in condition.parts}, key=repr)
    return parts[0] if len(parts) == 1 else (type(condition).__name__, *parts)
