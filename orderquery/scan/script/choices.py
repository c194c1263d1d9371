"""The ways through a script: which conditions are true."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import TypeVar

MAX_ALTERNATIVES = 16
"""Of one search; each is checked."""
_T = TypeVar("_T")


class Choices:
    """The conditions that are taken as true or false while a value is read.

    A condition has one truth in one reading, so two places with the same condition agree. ``fixed`` are those that hold
    at the call.
    """

    def __init__(self, given: Mapping[str, bool], fixed: Mapping[str, bool], *, usual: bool = True) -> None:
        self.made: dict[str, bool] = {}
        self._given = given
        self._fixed = fixed
        self._usual = usual
        self._equal: dict[str, str] = {}

    def choose(self, condition: str, *, usual: bool | None = None) -> bool:
        """Return whether a condition is taken as true.

        ``usual`` is the first choice, where it differs from that of the reading.
        """
        if condition in self._fixed:
            return self._fixed[condition]
        if condition not in self.made:
            first = self._usual if usual is None else usual
            self.made[condition] = self._given.get(condition, first)
        return self.made[condition]

    def is_fixed(self, condition: str) -> bool:
        """Return whether the condition is known at the call."""
        return condition in self._fixed

    def choose_equal(self, subject: str, value: str) -> bool:
        """Return whether a subject is taken as equal to a value: to one at most."""
        if subject in self._equal:
            return self._equal[subject] == value
        is_equal = self.choose(f"{subject} === {value}")
        if is_equal:
            self._equal[subject] = value
        return is_equal


def explore(read: Callable[[Choices], _T], fixed: Mapping[str, bool]) -> list[_T]:
    """Return what is read on the different ways, at most 16 of them.

    The first has every condition true, the second every condition false. Then each condition is turned once, so every
    branch is read where there are few enough.
    """
    found: list[_T] = []
    waiting: deque[tuple[dict[str, bool], bool]] = deque([({}, True), ({}, False)])
    seen: set[frozenset[tuple[str, bool]]] = set()
    turned: set[str] = set()
    for _ in range(2 * MAX_ALTERNATIVES):
        if not waiting or len(found) == MAX_ALTERNATIVES:
            break
        given, usual = waiting.popleft()
        choices = Choices(given, fixed, usual=usual)
        value = read(choices)
        way = frozenset(choices.made.items())
        if way in seen:
            continue
        seen.add(way)
        found.append(value)
        before: dict[str, bool] = {}
        for condition, truth in choices.made.items():
            if len(turned) < MAX_ALTERNATIVES and condition not in turned:
                turned.add(condition)
                waiting.append(({**before, condition: not truth}, usual))
            before[condition] = truth
    return found
