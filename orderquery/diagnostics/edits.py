"""Edits of a JSON document, as the fix of a diagnostic makes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from .place import Path

JSON = Any


@dataclass(frozen=True, slots=True)
class Edit:
    """One step of a fix.

    ``put`` a value at ``path``, ``drop`` it, ``rename`` its key, or ``move`` it to ``to``.
    """

    action: Literal["put", "drop", "rename", "move"]
    path: Path
    value: JSON = None
    to: Path = ()


def apply_edits(document: JSON, edits: Iterable[Edit]) -> JSON:
    """Return a copy with the edits made, in order; missing parents become objects."""
    for edit in edits:
        if edit.action == "put":
            document = _put(document, edit.path, edit.value)
        elif edit.action == "drop":
            document = _drop(document, edit.path)
        elif edit.action == "rename":
            document = _rename(document, edit.path, edit.value)
        else:
            value = _value_at(document, edit.path)
            document = _put(_drop(document, edit.path), edit.to, value)
    return document


def _value_at(document: JSON, path: Path) -> JSON:
    for step in path:
        document = document[step]
    return document


def _put(document: JSON, path: Path, value: JSON) -> JSON:
    if not path:
        return value
    if isinstance(path[0], int):
        index = path[0]
        items = list(document) if isinstance(document, list | tuple) else []
        items[index : index + 1] = [_put(items[index] if index < len(items) else {}, path[1:], value)]
        return items
    base = document if isinstance(document, dict) else {}
    return {**base, path[0]: _put(base.get(path[0], {}), path[1:], value)}


def _drop(document: JSON, path: Path) -> JSON:
    if not path:
        return {}
    if isinstance(document, list | tuple):
        index = int(path[0])
        rest = [_drop(document[index], path[1:])] if len(path) > 1 else []
        return [*document[:index], *rest, *document[index + 1 :]]
    if len(path) == 1:
        return {key: value for key, value in document.items() if key != path[0]}
    return {**document, path[0]: _drop(document[path[0]], path[1:])}


def _rename(document: JSON, path: Path, name: str) -> JSON:
    parent = _value_at(document, path[:-1])
    renamed = {(name if key == path[-1] else key): value for key, value in parent.items()}
    return _put(document, path[:-1], renamed)
