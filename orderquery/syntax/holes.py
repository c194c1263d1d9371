"""Holes: the parts of a search that its source does not tell, such as a variable."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Literal, TypeGuard

from ..diagnostics.quoting import described

JSON = Any
HoleKind = Literal["value", "spread"]
_CONTAINERS = (dict, list, tuple)


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


def is_spread(value: JSON) -> TypeGuard[Hole]:
    """Return whether a value is a hole for any number of items or entries."""
    return isinstance(value, Hole) and value.kind == "spread"


def has_hole_key(value: JSON) -> bool:
    """Return whether an object may have keys that are not known."""
    return isinstance(value, dict) and Hole in map(type, value)


def contains_hole(value: JSON, *, in_keys_only: bool = False) -> bool:
    """Return whether a decoded value has a hole anywhere in it.

    ``in_keys_only``: one among the keys of its objects.
    """
    if not isinstance(value, _CONTAINERS):
        return isinstance(value, Hole) and not in_keys_only
    waiting, seen = [value], {id(value)}
    while waiting:
        part = waiting.pop()
        values: Collection[JSON] = part
        if isinstance(part, dict):
            if Hole in map(type, part):
                return True
            values = part.values()
        if not in_keys_only and Hole in map(type, values):
            return True
        for inner in values:
            # A Python object may contain itself.
            if isinstance(inner, _CONTAINERS) and id(inner) not in seen:
                seen.add(id(inner))
                waiting.append(inner)
    return False


_REFUSED = type("Hole", (), {"__slots__": ()})()


def refused_holes(value: JSON) -> JSON:
    """Return a value with odd Python objects in place of its holes.

    It is the same object if it has none.
    """
    if not contains_hole(value):
        return value
    try:
        return _without_meaning(value)
    except RecursionError:
        return _REFUSED


def _without_meaning(value: JSON) -> JSON:
    if isinstance(value, Hole):
        return _REFUSED
    if isinstance(value, dict):
        return {_without_meaning(key): _without_meaning(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_meaning(part) for part in value]
    return value


def described_value(value: JSON) -> str:
    """Return a value for a message. The size of a list with a spread is not known."""
    return "a list" if isinstance(value, list | tuple) and any(map(is_spread, value)) else described(value)


def without_holes(items: Iterable[JSON]) -> list[JSON]:
    """Return the items that are known."""
    return [item for item in items if not isinstance(item, Hole)]


def without_spreads(items: Iterable[JSON]) -> list[JSON]:
    """Return the items that are one value each."""
    return [item for item in items if not is_spread(item)]
