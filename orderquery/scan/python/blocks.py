"""The statements of blocks, by the names that they may change."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .scopes import LEAVES_MARK, touched_names
from .source import PythonSource
from .values import Names, copied_names

if TYPE_CHECKING:
    from tree_sitter import Node

_FEW = 30
"""Statements that are looked at one by one, without an index."""


class Blocks:
    """The blocks of one file."""

    def __init__(self, source: PythonSource) -> None:
        self._source = source
        self._indexes: dict[int, dict[str, list[int]]] = {}

    def statements(self, block: Node) -> list[Node]:
        """Return the statements of a block."""
        return self._source.statements(block)

    def index_at(self, block: Node, byte: int) -> int:
        """Return the index of the statement at a byte; -1 before the first one."""
        return bisect_right(self.statements(block), byte, key=lambda statement: statement.start_byte) - 1

    def changing(self, block: Node, names: set[str], first: int, last: int) -> list[int]:
        """Return the indexes of statements that may change names, or leave the block."""
        statements = self.statements(block)
        if last - first < _FEW:
            return [index for index in range(first, last) if self.may_change(statements[index], names)]
        found: set[int] = set()
        by_name = self._index(block)
        for name in (*names, LEAVES_MARK):
            indexes = by_name.get(name, [])
            found.update(indexes[bisect_left(indexes, first) : bisect_left(indexes, last)])
        return sorted(found)

    def may_change(self, statement: Node, names: set[str]) -> bool:
        """Return whether a statement may change one of some names, or leave its block."""
        touched = touched_names(self._source, statement)
        return LEAVES_MARK in touched or not names.isdisjoint(touched)

    def _index(self, block: Node) -> dict[str, list[int]]:
        found = self._indexes.get(block.id)
        if found is None:
            found = self._indexes[block.id] = {}
            for index, statement in enumerate(self.statements(block)):
                for name in touched_names(self._source, statement):
                    found.setdefault(name, []).append(index)
        return found


@dataclass(slots=True)
class Progress:
    """How far the blocks around a call were followed, for the next call in them.

    All calls for which it is used follow the same names from the same beginning.
    """

    reached: dict[int, tuple[int, list[Names]]] = field(default_factory=dict)
    """By the id of a block, the index of a statement and the names before it."""
    heads: dict[int, list[Names]] = field(default_factory=dict)
    """By the id of a loop, the names with which a round may begin."""

    def before(self, block: Node, index: int, states: list[Names]) -> tuple[int, list[Names]]:
        """Return where to begin in a block to come to a statement, and the names there."""
        found = self.reached.get(block.id)
        if found is None or found[0] > index:
            return 0, states
        return found[0], copies(found[1])

    def keep(self, block: Node, index: int, states: list[Names]) -> None:
        """Note the names before a statement."""
        self.reached[block.id] = index, copies(states)


def copies(states: list[Names]) -> list[Names]:
    """Return copies of the names of several states."""
    return [copied_names(names) for names in states]
