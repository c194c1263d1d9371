"""The statements of a plan's pages, kept while the plan is: from page to page only the values of the position differ.

Statements are made by shape, so that one costs little; but of the same plan a page is asked again and again, by
every caller that follows a cursor.
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
"""Makes the statement of a plan, a position, a number of rows, and of one of the branches beyond the position."""

_FRESH = 5.0
"""Seconds for which a choice that depends on what is stored is good."""
_OF_EVERY_PAGE = ("site", "limit")


@dataclass(frozen=True, slots=True)
class Prepared:
    """One statement: its text, its parameters, and of those that are a value of the position, which one it is."""

    text: str
    parameters: dict[str, Any]
    sought: tuple[tuple[str, int], ...] = ()

    def bound(self, plan: Query, position: Position | None, count: int) -> tuple[str, dict[str, Any]]:
        """The text, and the parameters of at most so many rows beyond a position."""
        parameters = {**self.parameters, "limit": count}
        if position is not None:
            for name, index in self.sought:
                parameters[name] = plan.sort[index].field.type.encode(position.values[index])
        return self.text, parameters


@dataclass(frozen=True, slots=True)
class _Kept:
    statements: tuple[Prepared, ...]
    until: float


class PageStatements:
    """Statements by plan. Safe to use from several threads."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Query, dict[Any, _Kept]] = WeakKeyDictionary()

    def forget(self) -> None:
        """Build every statement anew: what is stored changes."""
        self._kept = WeakKeyDictionary()

    def prepared(
        self, plan: Query, site: str, position: Position | None, wanted: Wanted, build: Build
    ) -> tuple[Prepared, ...]:
        """The statements that read a page, one for each branch beyond the position, nearest first.

        Where only ``any`` order is wanted, first the branches that hold the most.
        """
        shape: tuple[Any, ...] = (site, wanted)
        if position is not None:
            missing = tuple([value is None for value in position.values])
            shape = (site, wanted, position.backward, position.inclusive, missing)
        by_shape = self._kept.setdefault(plan, {})
        kept = by_shape.get(shape)
        if kept is None or kept.until < time.monotonic():
            kept = by_shape[shape] = _Kept(_made(plan, position, wanted, build), _until(plan))
        return kept.statements


def _made(plan: Query, position: Position | None, wanted: Wanted, build: Build) -> tuple[Prepared, ...]:
    if position is None:
        built = build(plan, None, 0, wanted, None)
        return (Prepared(built.text, built.parameters),)
    made = []
    for number, branch in enumerate(seek(plan, position)):
        built = build(plan, position, 0, wanted, number)
        made.append(Prepared(built.text, built.parameters, _sought(plan, branch, built)))
    if wanted == "any":
        # The fewer values it seeks the more a branch holds, but for those of missing values.
        made.sort(key=lambda prepared: len(prepared.sought) or len(plan.sort) + 1)
    return tuple(made)


def _sought(plan: Query, branch: Condition, built: Statement) -> tuple[tuple[str, int], ...]:
    fields = [key.field for key in plan.sort]
    values = [fields.index(test.field) for test in tests_of(branch) if test.kind is not Kind.PRESENT]
    # The parameters of the branch come last, in its order.
    names = [name for name in built.parameters if name not in _OF_EVERY_PAGE]
    return tuple(zip(names[len(names) - len(values) :], values, strict=True))


def _until(plan: Query) -> float:
    depends = any(test.field.many for test in tests_of(plan.condition))
    return time.monotonic() + _FRESH if depends else float("inf")
