"""The statements of a query's pages, cached as long as the query.

The pages differ only in the values of the position. Building a statement is cheap, because statements are cached by
shape. But every caller that follows a cursor asks for the pages of the same query again and again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from ..compiler.pagination import Position, seek
from ..compiler.query import Query
from ..language.conditions import Condition, Kind, tests_of
from ..sql.statement import Statement, Wanted

Build = Callable[[Query, Position | None, int, Wanted, int | None], Statement]
"""Builds the statement for a query, a position, a number of rows, and one of the branches beyond the position."""

_MAX_AGE_S = 5.0
"""How long a statement that was chosen by what is stored stays cached."""
_PARAMETERS_OF_EVERY_PAGE = ("site", "limit")


@dataclass(frozen=True, slots=True)
class PageStatement:
    """A statement: its text, parameters, and which of them the position sets.

    ``position_values`` pairs the name of a parameter with the index of its value in the position.
    """

    text: str
    parameters: dict[str, Any]
    position_values: tuple[tuple[str, int], ...] = ()

    def bind(self, query: Query, position: Position | None, count: int) -> tuple[str, dict[str, Any]]:
        """Return the text and parameters for at most ``count`` rows beyond a position."""
        parameters = {**self.parameters, "limit": count}
        if position is not None:
            for name, index in self.position_values:
                parameters[name] = query.sort[index].field.type.encode(position.values[index])
        return self.text, parameters


@dataclass(frozen=True, slots=True)
class _CacheEntry:
    statements: tuple[PageStatement, ...]
    expires: float


class PageStatements:
    """The cached statements by query. Safe to use from several threads."""

    def __init__(self) -> None:
        self._entries: WeakKeyDictionary[Query, dict[Any, _CacheEntry]] = WeakKeyDictionary()

    def clear(self) -> None:
        """Forget every statement, because what is stored changes."""
        self._entries = WeakKeyDictionary()

    def get(
        self, query: Query, site: str, position: Position | None, wanted: Wanted, build: Build
    ) -> tuple[PageStatement, ...]:
        """Return the statements that read a page.

        There is one for each branch beyond the position, nearest first. If ``any`` order is wanted, the branches with
        the most orders come first.
        """
        shape: tuple[Any, ...] = (site, wanted)
        if position is not None:
            missing = tuple([value is None for value in position.values])
            shape = (site, wanted, position.backward, position.inclusive, missing)
        by_shape = self._entries.setdefault(query, {})
        entry = by_shape.get(shape)
        if entry is None or entry.expires < time.monotonic():
            entry = by_shape[shape] = _CacheEntry(_build_all(query, position, wanted, build), _expiry(query))
        return entry.statements


def _build_all(query: Query, position: Position | None, wanted: Wanted, build: Build) -> tuple[PageStatement, ...]:
    if position is None:
        built = build(query, None, 0, wanted, None)
        return (PageStatement(built.text, built.parameters),)
    statements = []
    for number, branch in enumerate(seek(query, position)):
        built = build(query, position, 0, wanted, number)
        statements.append(PageStatement(built.text, built.parameters, _position_values(query, branch, built)))
    if wanted == "any":
        # The fewer values a branch seeks, the more orders it has, except a branch of missing values.
        statements.sort(key=lambda found: len(found.position_values) or len(query.sort) + 1)
    return tuple(statements)


def _position_values(query: Query, branch: Condition, built: Statement) -> tuple[tuple[str, int], ...]:
    fields = [key.field for key in query.sort]
    values = [fields.index(test.field) for test in tests_of(branch) if test.kind is not Kind.PRESENT]
    # The parameters of the branch come last, in its order.
    names = [name for name in built.parameters if name not in _PARAMETERS_OF_EVERY_PAGE]
    return tuple(zip(names[len(names) - len(values) :], values, strict=True))


def _expiry(query: Query) -> float:
    depends_on_data = any(test.field.many for test in tests_of(query.condition))
    return time.monotonic() + _MAX_AGE_S if depends_on_data else float("inf")
