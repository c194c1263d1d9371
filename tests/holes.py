"""Holes put into searches, taken out again, and written in test cases."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from orderquery.diagnostics.place import Path
from orderquery.syntax.holes import Hole

JSON = Any
Contents = dict[Hole, JSON]
"""What was in the place of each hole: a value, a key, the items of a list, or the entries of an object."""


def paths(value: JSON, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every value, the outer ones first; what is under a hole is not there."""
    yield path
    if isinstance(value, dict):
        for key, part in value.items():
            if isinstance(key, str):
                yield from paths(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from paths(part, (*path, index))


def at(value: JSON, path: Path) -> JSON:
    for step in path:
        value = value[step]
    return value


def put(value: JSON, path: Path, new: JSON) -> JSON:
    """Return a copy with another value at a path."""
    if not path:
        return new
    changed: JSON = dict(value) if isinstance(value, dict) else list(value)
    changed[path[0]] = put(value[path[0]], path[1:], new)
    return changed


class Borer:
    """Replaces random parts of a search by holes."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.contents: Contents = {}

    def bored(self, document: JSON, count: int) -> JSON:
        """Return the search with up to so many holes."""
        for _ in range(count):
            where = [path for path in paths(document) if not isinstance(at(document, path), Hole)]
            if not where:
                break
            path = self.random.choice(where)
            make = self.random.choice((self.value, self.value, self.spread, self.key))
            document = put(document, path, make(at(document, path)))
        return document

    def hole(self, content: JSON, kind: Any = "value") -> Hole:
        made = Hole(f"x{len(self.contents)}", kind)
        self.contents[made] = content
        return made

    def value(self, value: JSON) -> JSON:
        return self.hole(value)

    def spread(self, value: JSON) -> JSON:
        """Return a list or an object with a spread in place of neighbours, perhaps of none."""
        if not isinstance(value, list | dict):
            return self.hole(value)
        parts = list(value.items()) if isinstance(value, dict) else value
        start = self.random.randint(0, len(parts))
        end = self.random.randint(start, min(len(parts), start + 3))
        replaced = parts[start:end]
        if isinstance(value, list):
            return [*parts[:start], self.hole(replaced, "spread"), *parts[end:]]
        hole = self.hole(dict(replaced), "spread")
        return dict([*parts[:start], (hole, hole), *parts[end:]])

    def key(self, value: JSON) -> JSON:
        """Return an object with a computed key."""
        names = [key for key in value if isinstance(key, str)] if isinstance(value, dict) else []
        if not names:
            return self.hole(value)
        name = self.random.choice(names)
        return {self.hole(key) if key == name else key: part for key, part in value.items()}


def filled(value: JSON, contents: Contents) -> JSON:
    """Return a search with the contents of its holes in their places."""
    if isinstance(value, Hole):
        return filled(contents[value], contents)
    if isinstance(value, list | tuple):
        items: list[JSON] = []
        for item in value:
            is_spread = isinstance(item, Hole) and item.kind == "spread"
            items.extend(filled(contents[item], contents) if is_spread else [filled(item, contents)])
        return items
    if not isinstance(value, dict):
        return value
    made: dict[JSON, JSON] = {}
    for key, part in value.items():
        if key is part:
            made.update(filled(contents[key], contents))
        else:
            made[contents[key] if isinstance(key, Hole) else key] = filled(part, contents)
    return made


def whole_path(value: JSON, path: Path, contents: Contents) -> Path:
    """Return the path in the filled search of a path in one with holes."""
    found: list[Any] = []
    for step in path:
        if isinstance(value, list) and isinstance(step, int):
            before = [item for item in value[:step] if isinstance(item, Hole) and item.kind == "spread"]
            found.append(step + sum(len(filled(hole, contents)) - 1 for hole in before))
        else:
            found.append(step)
        # A part may be JSON in a text.
        value = value[step] if isinstance(value, dict | list) else None
    return tuple(found)


def holes_of(value: JSON) -> list[Hole]:
    """Return the holes of a search; a spread among the keys once."""
    if isinstance(value, Hole):
        return [value]
    if isinstance(value, dict):
        keys = [key for key, part in value.items() if isinstance(key, Hole) and key is not part]
        return [*keys, *(hole for part in value.values() for hole in holes_of(part))]
    return [hole for item in value for hole in holes_of(item)] if isinstance(value, list | tuple) else []


def read_holes(value: JSON, known: dict[str, Hole] | None = None) -> JSON:
    """Return a search of a test case: ``"<x>"`` is a hole, ``"<...x>"`` a spread, also as a key."""
    known = {} if known is None else known
    if isinstance(value, list):
        return [read_holes(item, known) for item in value]
    if isinstance(value, str) and value[:1] == "<" and value[-1:] == ">":
        written = value[1:-1]
        kind: Any = "spread" if written.startswith("...") else "value"
        return known.setdefault(written, Hole(written.removeprefix("..."), kind))
    if not isinstance(value, dict):
        return value
    made = {}
    for key, part in value.items():
        read = read_holes(key, known)
        is_spread = isinstance(read, Hole) and read.kind == "spread"
        made[read] = read if is_spread else read_holes(part, known)
    return made
