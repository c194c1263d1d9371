"""Explanations of a search: its statement, execution plan and costly steps.

A step is costly if it reads or sorts all orders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..sql.statement import Statement

READS_ALL = "reads every order"
SORTS_ALL = "sorts every order it finds"
WALKS = "reads an index in sort order and tests each order until the page is full"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The statement of a page and how the engine will run it.

    ``lines`` are the engine's execution plan, unchanged. ``costs`` are pairs of a description and the line it comes
    from, for each step whose work grows with the number of orders; empty where an index leads to the page.
    """

    statement: Statement
    lines: tuple[str, ...]
    costs: tuple[tuple[str, str], ...]

    @property
    def scans(self) -> bool:
        """True if every order is read, however short the page."""
        return any(cost == READS_ALL for cost, _ in self.costs)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an execution plan, and its depth in columns of indentation."""

    depth: int
    text: str


def parse_steps(lines: Sequence[str]) -> list[Step]:
    """Parse the lines of an execution plan into steps."""
    return [Step(len(line) - len(line.lstrip()), line.strip()) for line in lines]


def find_costs(lines: Sequence[str], reads_all: str, sorts_all: str, walks: str) -> Iterator[tuple[str, str]]:
    """Yield the costs of an execution plan.

    The arguments ``reads_all``, ``sorts_all`` and ``walks`` are patterns for the engine's words. A sort counts only
    where it sorts orders, not the rows of a page. Walking a whole index and then sorting reads every order.
    """
    steps = parse_steps(lines)
    sorted_blocks = {
        _parent(steps, index)
        for index, step in enumerate(steps)
        if re.search(sorts_all, step.text) and _is_beside_orders(steps, index)
    }
    for index, step in enumerate(steps):
        walked = bool(walks and re.search(walks, step.text))
        walked_and_sorted = walked and _parent(steps, index) in sorted_blocks
        if walked_and_sorted or (reads_all and re.search(reads_all, step.text)):
            yield READS_ALL, step.text
        elif walked:
            yield WALKS, step.text
        elif re.search(sorts_all, step.text) and _parent(steps, index) in sorted_blocks:
            yield SORTS_ALL, step.text


def _parent(steps: Sequence[Step], index: int) -> int:
    """Return the index of the step above, or -1."""
    depth = steps[index].depth
    return next((at for at in range(index - 1, -1, -1) if steps[at].depth < depth), -1)


def _is_beside_orders(steps: Sequence[Step], index: int) -> bool:
    """Return whether an earlier step with the same parent reads orders.

    Every statement uses the alias ``o`` for orders.
    """
    depth = steps[index].depth
    for step in reversed(steps[:index]):
        if step.depth < depth:
            return False
        if step.depth == depth and re.match(r"(SEARCH|SCAN) o\b", step.text):
            return True
    return False
