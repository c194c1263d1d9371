"""Move or rename one part of a decoded request, without a change inside it."""

from __future__ import annotations

import re
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Path
from ..syntax.json_reader import Shape
from ..syntax.part_names import integer_of, part_elsewhere
from .json_edits import MISSING, put_at, renamed_key, value_at, without

JSON = Any
_RENAMED = re.compile(r'rename "([^"]*)" to "([^"]*)"')
_PART = re.compile(r'move "([^"]*)" into "search"(?: as "([^"]*)")?')
_PARTS = re.compile(r'move the parts of "([^"]*)" directly into (?:"search"|the argument)')
_CONDITION = re.compile(r'move "[^"]*" into "(search\.)?filter"')
_DIRECTION = re.compile(r'write it in "sort": "order": "(ASC|DESC)"')
_PAGING = re.compile(r'write: \{("search": \{)?"cursorPaging": \{"(limit|cursor)":')


def moved_part(document: JSON, shape: Shape, only: Diagnostic) -> JSON:
    """Return a request with one key renamed or moved, as the help says.

    It is the same object if something else is in the place already.
    """
    path = only.place.path
    if not path or not isinstance(document, dict):
        return document
    if only.code == "missing-field-name":
        found = _RENAMED.fullmatch(only.help)
        return document if found is None else _renamed(document, (*path, found[1]), found[2])
    if only.code != "ignored-key" or value_at(document, path) is MISSING:
        return document
    value, search = value_at(document, path), ("search",) if shape == "request" else ()
    if (found := _RENAMED.fullmatch(only.help)) is not None:
        return _renamed(document, path, found[2])
    if (found := _PARTS.fullmatch(only.help)) is not None and isinstance(value, dict):
        return _into(document, path, search, value)
    if (found := _PART.fullmatch(only.help)) is not None:
        return _into(document, path, search, {found[2] or found[1]: value})
    if (found := _CONDITION.fullmatch(only.help)) is not None:
        base = (*path[:-1], "search") if found[1] else path[:-1]
        return _into(document, path, (*base, "filter"), {str(path[-1]): value})
    if (found := _PAGING.match(only.help)) is not None:
        base = (*path[:-1], "search") if found[1] else path[:-1]
        whole = integer_of(value) if found[2] == "limit" else None
        return _into(document, path, (*base, "cursorPaging"), {found[2]: value if whole is None else whole})
    if (found := _DIRECTION.fullmatch(only.help)) is not None:
        return _sorted(without(document, path), path[:-1], found[1])
    return document


def _sorted(document: JSON, path: Path, order: str) -> JSON:
    """Return a request whose sort, a name alone, has a direction."""
    holder = value_at(document, path)
    for key, name in holder.items():
        if isinstance(name, str) and (key == "sort" or part_elsewhere(key) == "sort"):
            return put_at(document, (*path, key), [{"fieldName": name, "order": order}])
    return document


def _renamed(document: JSON, path: Path, name: str) -> JSON:
    holder, key = value_at(document, path[:-1]), path[-1]
    if not isinstance(holder, dict) or key not in holder or holder.get(name) is not None:
        return document
    kept = {other: value for other, value in holder.items() if other != name}
    return put_at(document, path[:-1], renamed_key(kept, key, name))


def _into(document: JSON, path: Path, target: Path, parts: dict[str, JSON]) -> JSON:
    """Move parts into the object at another path, unless one of them is there."""
    changed = without(document, path)
    for length in range(1, len(target) + 1):
        here, holder = target[:length], value_at(changed, target[: length - 1])
        if not isinstance(holder, dict):
            return document
        if holder.get(here[-1]) is None:
            changed = put_at(changed, here[:-1], {**holder, here[-1]: {}})
    there = value_at(changed, target)
    if not isinstance(there, dict) or any(there.get(key) is not None for key in parts):
        return document
    return put_at(changed, target, {**there, **parts})
