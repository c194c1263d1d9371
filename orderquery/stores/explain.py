"""How an engine goes about a search: the statement, the engine's own plan, and whether it reads everything."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..sql.statement import Statement

READS_ALL = "reads every order"
SORTS_ALL = "sorts all that it finds"
WALKS = "walks an index in the order of the sort and tests each order, until the page is full"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an engine says it will do for a page of a search.

    ``lines`` are the engine's own words. ``costs`` says in ours where the work grows with the number of orders, each
    with the line it is read from; it is empty where an index leads to the page.
    """

    statement: Statement
    lines: tuple[str, ...]
    costs: tuple[tuple[str, str], ...]

    @property
    def scans(self) -> bool:
        """Whether every order is read, however few the page has."""
        return any(cost == READS_ALL for cost, _ in self.costs)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an engine's plan, as deep as it is indented."""

    depth: int
    text: str


def steps_of(lines: Sequence[str]) -> list[Step]:
    """The lines of a plan as steps."""
    return [Step(len(line) - len(line.lstrip()), line.strip()) for line in lines]


def costs_in(lines: Sequence[str], reads_all: str, sorts_all: str, walks: str) -> Iterator[tuple[str, str]]:
    """What patterns of an engine's words say of a plan.

    A sort counts where it sorts orders, not the rows of a page; and an index that is walked for all its rows, only to
    sort them, reads every order.
    """
    steps = steps_of(lines)
    sorted_blocks = {
        _block(steps, index)
        for index, step in enumerate(steps)
        if re.search(sorts_all, step.text) and _beside_orders(steps, index)
    }
    for index, step in enumerate(steps):
        walked = bool(walks and re.search(walks, step.text))
        in_vain = walked and _block(steps, index) in sorted_blocks
        if in_vain or (reads_all and re.search(reads_all, step.text)):
            yield READS_ALL, step.text
        elif walked:
            yield WALKS, step.text
        elif re.search(sorts_all, step.text) and _block(steps, index) in sorted_blocks:
            yield SORTS_ALL, step.text


def _block(steps: Sequence[Step], index: int) -> int:
    """The index of the step that a step lies under."""
    depth = steps[index].depth
    return next((at for at in range(index - 1, -1, -1) if steps[at].depth < depth), -1)


def _beside_orders(steps: Sequence[Step], index: int) -> bool:
    """Whether a step stands in one block with one that reads orders (named ``o`` in every statement)."""
    depth = steps[index].depth
    for step in reversed(steps[:index]):
        if step.depth < depth:
            return False
        if step.depth == depth and re.match(r"(SEARCH|SCAN) o\b", step.text):
            return True
    return False
