"""Holes: the parts of a search that its source does not tell, such as a variable."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeGuard

from ..diagnostics.quoting import described

JSON = Any
HoleKind = Literal["value", "spread"]


class Hole:
    """A part of a decoded search that is not known where it is read.

    ``written`` is its expression as in the source. The ``kind`` is ``value`` for one value or one key, and ``spread``
    for any number of items of a list, or of entries of an object (there it is a key whose value is the same hole).
    Two holes are never equal, even with the same expression. ``str`` of a hole is how code shows it in its place.
    """

    __slots__ = ("kind", "written")

    def __init__(self, written: str, kind: HoleKind = "value") -> None:
        self.written = written
        self.kind = kind

    def __repr__(self) -> str:
        return f"<hole {self.written}>"

    def __str__(self) -> str:
        is_bare = self.kind == "spread" and not self.written.startswith(("...", "*"))
        return f"...{self.written}" if is_bare else self.written


REFUSED_HOLE = type("Hole", (), {"__slots__": ()})()
"""In place of a hole that a caller passes: an odd Python value like any other."""


def is_spread(value: JSON) -> TypeGuard[Hole]:
    """Return whether a value is a hole for any number of items or entries."""
    return isinstance(value, Hole) and value.kind == "spread"


def has_hole_key(value: JSON) -> bool:
    """Return whether an object may have keys that are not known."""
    return isinstance(value, dict) and any(isinstance(key, Hole) for key in value)


def contains_hole(value: JSON, *, in_keys_only: bool = False) -> bool:
    """Return whether a decoded value has a hole anywhere in it.

    ``in_keys_only``: one among the keys of its objects.
    """
    waiting, seen = [value], set()
    while waiting:
        part = waiting.pop()
        if isinstance(part, Hole):
            if not in_keys_only:
                return True
        elif isinstance(part, dict | list | tuple) and id(part) not in seen:
            # A Python object may contain itself.
            seen.add(id(part))
            if has_hole_key(part):
                return True
            waiting.extend(part.values() if isinstance(part, dict) else part)
    return False


def described_value(value: JSON) -> str:
    """Return a value for a message. The size of a list with a spread is not known."""
    return "a list" if isinstance(value, list | tuple) and any(map(is_spread, value)) else described(value)


def without_holes(items: Iterable[JSON]) -> list[JSON]:
    """Return the items that are known."""
    return [item for item in items if not isinstance(item, Hole)]


def without_spreads(items: Iterable[JSON]) -> list[JSON]:
    """Return the items that are one value each."""
    return [item for item in items if not is_spread(item)]
