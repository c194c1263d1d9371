"""Corrections: a request with its fixes made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.edits import Edit
from ..diagnostics.place import Path

JSON = Any

MAX_FIXES = 200
"""In one request: each fix copies what it changes."""


def correct(request: JSON, diagnostics: Iterable[Diagnostic]) -> JSON:
    """Return the request with every fix made.

    ``None`` without fixes, or with more than 200.
    """
    fixes = [diagnostic.fix for diagnostic in diagnostics if diagnostic.fix]
    if request is None or not fixes or len(fixes) > MAX_FIXES:
        return None
    # Later places first and moves of whole keys last, so that no fix changes the path of another.
    for fix in sorted(fixes, key=_order_of_fix):
        request = apply_edits(request, fix)
    return request


def _order_of_fix(fix: Sequence[Edit]) -> tuple[int, tuple[tuple[int, int | str], ...]]:
    steps = tuple((0, -step) if isinstance(step, int) else (1, step) for step in fix[0].path)
    return -len(fix[0].path), steps


def apply_edits(document: JSON, edits: Iterable[Edit]) -> JSON:
    """Return a copy of ``document`` with the edits made, in order.

    Missing paths are made of objects.
    """
    for edit in edits:
        if edit.action == "put":
            document = _put(document, edit.path, edit.value)
        elif edit.action == "drop":
            document = _drop(document, edit.path)
        elif edit.action == "rename":
            document = _rename(document, edit.path, edit.value)
        else:
            value = _at(document, edit.path)
            document = _put(_drop(document, edit.path), edit.to, value)
    return document


def _at(document: JSON, path: Path) -> JSON:
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
    parent = _at(document, path[:-1])
    renamed = {(name if key == path[-1] else key): value for key, value in parent.items()}
    return _put(document, path[:-1], renamed)
