"""Edits of decoded JSON at a path; a changed document is a new one."""

from __future__ import annotations

from typing import Any

from ..diagnostics.place import Path

JSON = Any
MISSING = object()
"""What is at a path that does not exist."""


def value_at(document: JSON, path: Path) -> JSON:
    """Return the value at a path; ``MISSING`` if there is none."""
    step: Any
    for step in path:
        in_list = isinstance(document, list | tuple) and isinstance(step, int) and step < len(document)
        if not in_list and not (isinstance(document, dict) and step in document):
            return MISSING
        document = document[step]
    return document


def put_at(document: JSON, path: Path, value: JSON) -> JSON:
    """Return a document with another value at a path that exists."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(document, dict):
        return {**document, step: put_at(document[step], rest, value)}
    changed = list(document)
    changed[int(step)] = put_at(document[int(step)], rest, value)
    return changed


def without(document: JSON, path: Path) -> JSON:
    """Return a document without the key or the item at a path."""
    holder = value_at(document, path[:-1])
    if isinstance(holder, dict):
        return put_at(document, path[:-1], {key: value for key, value in holder.items() if key != path[-1]})
    if isinstance(holder, list | tuple):
        return put_at(document, path[:-1], [item for index, item in enumerate(holder) if index != path[-1]])
    return document


def renamed_key(holder: dict[Any, JSON], old: JSON, new: str) -> dict[Any, JSON]:
    """Return an object with a key renamed in its place."""
    return {new if key == old else key: value for key, value in holder.items()}
