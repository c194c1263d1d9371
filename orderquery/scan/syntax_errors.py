"""Where a source does not parse, so that calls in it may be missed (D176)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from .languages import CALL_NEEDLES
from .nodes import Span

if TYPE_CHECKING:
    from tree_sitter import Node

_CALL = re.compile("|".join(map(re.escape, CALL_NEEDLES)))
_MAX_ERRORS = 50
"""Of one tree; more tell nothing more."""
_MAX_NODES = 10_000


def error_nodes(root: Node) -> list[Node]:
    """Return the outermost errors of a tree, in the order of the source."""
    found: list[Node] = []
    waiting = [root] if root.has_error else []
    for _ in range(_MAX_NODES):
        if not waiting or len(found) == _MAX_ERRORS:
            break
        node = waiting.pop()
        if node.is_error or node.is_missing:
            found.append(node)
        else:
            waiting += [child for child in reversed(node.children) if child.has_error or child.is_missing]
    return found


def hiding_error(text: str, errors: Sequence[Span], comments: Iterable[Span]) -> Span | None:
    """Return the first error of a source that may hide a call, or a part of one.

    ``None`` if none does. Every call has a word of ``CALL_NEEDLES``. An error can hide its search although it is
    elsewhere: the search may be in a variable. A comment in an error, or after it in its line, may be code:
    ``url: https://...``.
    """
    if not errors:
        return None
    broken = [(start, _line_end(text, end)) for start, end in errors]
    apart = [span for span in comments if not any(start <= span[0] < end for start, end in broken)]
    if all(any(start <= word < end for start, end in apart) for word in call_words(text)):
        return None
    return _in_one_line(text, errors[0])


def call_words(text: str) -> Iterator[int]:
    """Yield the offsets of the words that a call has."""
    return (found.start() for found in _CALL.finditer(text))


def _in_one_line(text: str, error: Span) -> Span:
    """Return the part of an error in its first line.

    It has at least one character where there is one.
    """
    start, end = error
    end = min(end, _line_end(text, start))
    if end > start:
        return start, end
    return (start - 1, start) if start and text[start - 1] != "\n" else (start, start)


def _line_end(text: str, offset: int) -> int:
    found = text.find("\n", offset)
    return len(text) if found < 0 else found
