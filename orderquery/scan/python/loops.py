"""What the loops of a Python file do: what they set, and where they end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from .source import PythonSource, child, named, own_nodes

if TYPE_CHECKING:
    from tree_sitter import Node

LOOPS = frozenset({"while_statement", "for_statement"})
_BINDINGS = frozenset({"for_statement", "assignment", "augmented_assignment", "named_expression"})
_LEAVES = ("return_statement", "break_statement")
_NUMBERS = re.compile(r"(?:itertools\.)?(?:range|count)\b")
_READS_NEXT = re.compile(r"hasNext|has_next|[\"']cursors[\"']|nextCursor|next_cursor|hasMore|has_more")
_WORD = re.compile(r"\w+")
_MAX_ENDS = 50


class PythonLoop:
    """A loop; each fact is found once for all calls in it."""

    def __init__(self, source: PythonSource, node: Node) -> None:
        self._source = source
        self.node = node
        self._body = child(node, "body") or node

    @cached_property
    def reads_next(self) -> bool:
        """Whether it may be over pages, and reads whether there is a next one.

        What a loop inside it reads is about the pages of that one.
        """
        loop = self.node
        if loop.type == "for_statement" and not self._counts:
            return False
        text = bytearray(self._source.data[loop.start_byte : loop.end_byte])
        for node in own_nodes(self._body):
            start, end = node.start_byte - loop.start_byte, node.end_byte - loop.start_byte
            if node.type in LOOPS and child(node, "condition") is not None:
                text[start:end] = b" " * (end - start)
        return _READS_NEXT.search(text.decode("utf-8", "ignore")) is not None

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that it sets."""
        return frozenset(self._source.text_of(node) for node in self._bound())

    def _bound(self) -> Iterator[Node]:
        for node in (self.node, *own_nodes(self._body)):
            target = child(node, "left") or (child(node, "name") if node.type == "named_expression" else None)
            if target is not None and node.type in _BINDINGS:
                yield from (part for part in (target, *own_nodes(target)) if part.type == "identifier")

    @cached_property
    def _counts(self) -> bool:
        """Whether it is over numbers."""
        right = child(self.node, "right")
        return right is not None and _NUMBERS.match(self._source.text_of(right)) is not None

    @cached_property
    def counted(self) -> frozenset[str]:
        """The names that it counts up."""
        found: set[str] = set()
        target = child(self.node, "left") if self.node.type == "for_statement" else None
        if target is not None and self._counts:
            found.update(_WORD.findall(self._source.text_of(target)))
        for node in own_nodes(self._body):
            left, right = child(node, "left"), child(node, "right")
            if left is None or right is None or left.type != "identifier":
                continue
            name = self._source.text_of(left)
            counts = node.type == "assignment" and re.match(rf"{name}\s*\+", self._source.text_of(right))
            if node.type == "augmented_assignment" or counts:
                found.add(name)
        return frozenset(found)

    @cached_property
    def ends(self) -> list[tuple[Node, str]]:
        """The conditions that end it, each with its source."""
        found = []
        for node in self._ends():
            found.append((node, self._source.text_of(node)))
            if len(found) == _MAX_ENDS:
                break
        return found

    def _ends(self) -> Iterator[Node]:
        condition = child(self.node, "condition")
        if condition is not None and condition.type not in ("true", "integer"):
            yield condition
        for node in own_nodes(self._body):
            if node.type in ("if_statement", "elif_clause"):
                body, test = child(node, "consequence"), child(node, "condition")
                if body is not None and test is not None and any(part.type in _LEAVES for part in named(body)):
                    yield test


class Leaving:
    """The statements that leave their block, each block looked through once."""

    def __init__(self) -> None:
        self._last: dict[int, int] = {}

    def is_left_after(self, block: Node, byte: int) -> bool:
        """Return whether a statement of a block after a byte is ``return`` or ``break``."""
        found = self._last.get(block.id)
        if found is None:
            leaves = [node.start_byte for node in named(block) if node.type in _LEAVES]
            found = self._last[block.id] = max(leaves, default=-1)
        return found > byte
