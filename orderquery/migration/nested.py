"""Documents as paths with their values, and as JSON again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from ..diagnostics.place import Path

JSON = Any


class _Slots(dict[int, JSON]):
    """The elements of a list by their numbers, some of them missing."""


def nested(values: Mapping[Path, JSON], *, padded: bool = False) -> dict[str, JSON]:
    """Return the document with these values at these paths.

    Elements that are missing in a list are left out. With ``padded`` they are null, so that every element keeps its
    number.
    """
    root: dict[str, JSON] = {}
    for path, value in values.items():
        holder: JSON = root
        for step, following in pairwise(path):
            inside = holder.get(step)
            if inside is None or not isinstance(inside, dict):
                inside = holder[step] = _Slots() if isinstance(following, int) else {}
            holder = inside
        # An empty list or object is written by more than one row, and never replaces what is in it.
        if value not in ([], {}) or path[-1] not in holder:
            holder[path[-1]] = value
    return {key: _closed(value, padded) for key, value in root.items()}


def _closed(value: JSON, padded: bool) -> JSON:
    if isinstance(value, _Slots):
        numbers = range(max(value) + 1) if padded else sorted(value)
        return [_closed(value.get(number), padded) for number in numbers]
    if type(value) is dict:
        return {key: _closed(item, padded) for key, item in value.items()}
    return value


class Numbering:
    """The numbers that elements of lists have after :func:`nested` left some out."""

    def __init__(self, paths: Iterable[Path]) -> None:
        numbers: dict[Path, set[int]] = defaultdict(set)
        for path in paths:
            for length, step in enumerate(path):
                if isinstance(step, int):
                    numbers[path[:length]].add(step)
        self._changed = {
            holder: {number: rank for rank, number in enumerate(sorted(found))}
            for holder, found in numbers.items()
            if max(found) >= len(found)
        }

    def __bool__(self) -> bool:
        return bool(self._changed)

    def renumbered(self, path: Path) -> Path:
        """Return the path that a value has in the document."""
        return tuple(
            self._changed.get(path[:length], {}).get(step, step) if isinstance(step, int) else step
            for length, step in enumerate(path)
        )


def path_text(path: Path) -> str:
    """Return a path as mappings write it: ``lineItems[].options[].option``."""
    text = ""
    for step in path:
        text += "[]" if isinstance(step, int) else f".{step}" if text else step
    return text
