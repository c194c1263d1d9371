"""Keys of a request that nobody reads: what was meant by each, and the request that says it."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.edits import Edit, apply_edits
from ..diagnostics.place import Path, Place

JSON = Any
SEARCH_KEYS = ("filter", "sort", "cursorPaging")
PAGING_KEYS = ("limit", "cursor")
ENTRY_KEYS = ("fieldName", "order")

_LONGEST_HELP = 700
_LONGEST_MENDED = 4_000
_FIELD_NAME_WORDS = ("field", "fieldname", "field_name", "name", "key", "path", "by")
_ORDER_WORDS = ("direction", "dir", "sortorder", "sort")
_OFFSET_WORDS = ("offset", "skip", "page", "pagenumber", "pageindex", "start")
_LIMIT_WORDS = ("limit", "size", "pagesize", "count", "take", "first")


class Misplaced:
    """Explains keys of one request that the service does not read. ``fields`` are the names of the table."""

    def __init__(self, document: JSON, fields: frozenset[str]) -> None:
        self._document = document
        self._fields = fields

    @cached_property
    def _is_short(self) -> bool:
        """Whether the request, mended, can be short enough to show: to try costs its length for every key."""
        try:
            return len(json.dumps(self._document, default=str)) <= _LONGEST_MENDED
        except (ValueError, TypeError, RecursionError):
            return False

    def diagnose(self, holder: dict[str, JSON], key: JSON, known: tuple[str, ...], place: Place) -> Diagnostic:
        """The one diagnostic for ``key`` of ``holder``, which stands at ``place`` and has the ``known`` keys."""
        at = (place / key).of_key()
        path: Path = at.path or ()
        where = _name_of(known)
        if not isinstance(key, str):
            return Diagnostic("ignored-key", f"a key that is not a string in {where}", "leave it out", at)
        fix = self._meant(holder, key, known, place.path or ()) or (Edit("drop", path),)
        message = f"nobody reads {key} in {where}: the answer is as if it were not there"
        return Diagnostic("ignored-key", message, self._help(fix, key), at, fix=fix)

    def field_name_key(self, entry: dict[str, JSON]) -> str | None:
        """The key of a sort entry that seems to be its fieldName."""
        for key in entry:
            candidate = isinstance(key, str) and key not in ENTRY_KEYS and isinstance(entry[key], str)
            if candidate and (key.lower() in _FIELD_NAME_WORDS or entry[key] in self._fields):
                return key
        return None

    def _meant(self, holder: dict[str, JSON], key: str, known: tuple[str, ...], base: Path) -> tuple[Edit, ...]:
        if known == ENTRY_KEYS:
            return _order_meant(holder, key, base)
        if known == PAGING_KEYS:
            return _renamed(holder, key, "limit", base) if key.lower() in _LIMIT_WORDS else ()
        search = base if known == SEARCH_KEYS else (*base, "search")
        inside = holder if known == SEARCH_KEYS else holder.get("search")
        target: dict[str, JSON] = inside if isinstance(inside, dict) else {}
        value, path = holder[key], (*base, key)
        drop = Edit("drop", path)
        if key in ("query", "search", "options") and isinstance(value, dict):
            return (*_unwrapped(value, path, target, search), drop)
        if known != SEARCH_KEYS and key in SEARCH_KEYS:
            return _moved_in(key, value, path, target, search)
        if key in ("paging", "pagination") and isinstance(value, dict):
            return (*_paging_meant(value, path, target, search), drop)
        if key.lower() in _LIMIT_WORDS or key == "cursor":
            return _paging_meant({key: value}, base, target, search) or (drop,)
        if key in self._fields:
            return (Edit("move", path, to=(*search, "filter", key)),)
        if key.lower() in _OFFSET_WORDS:
            return (drop,)
        from difflib import get_close_matches

        close = get_close_matches(key, [name for name in known if name not in holder], 1, 0.7)
        return (Edit("rename", (*base, key), close[0]),) if close else ()

    def _help(self, fix: tuple[Edit, ...], key: str) -> str:
        only_dropped = all(edit.action == "drop" for edit in fix)
        said = f"leave {key} out" if only_dropped else WRITE
        if key.lower() in _OFFSET_WORDS:
            said = f"leave {key} out and follow metadata.cursors.next"
        if not self._is_short:
            return said
        try:
            return corrected_help(said, apply_edits(self._document, fix))
        except (KeyError, IndexError, TypeError, RecursionError):
            return said


WRITE = "write"
_SHOWN_BELOW = "see the corrected request"


def corrected_help(said: str, corrected: JSON) -> str:
    """``said`` and the corrected JSON behind it, where that is short enough to read."""
    try:
        shown = json.dumps(corrected, ensure_ascii=False, default=str)
    except (ValueError, TypeError, RecursionError):
        shown = ""
    if shown and len(shown) <= _LONGEST_HELP:
        return f"{said}: {shown}"
    return _SHOWN_BELOW if said == WRITE else said


def _name_of(known: tuple[str, ...]) -> str:
    if known == SEARCH_KEYS:
        return "search"
    if known == PAGING_KEYS:
        return "cursorPaging"
    return "a sort entry" if known == ENTRY_KEYS else "the request"


def _moved_in(key: str, value: JSON, path: Path, target: dict[str, JSON], search: Path) -> tuple[Edit, ...]:
    """A part moved into ``search``. Of two filters both hold, of two other parts the one that is read already."""
    there = target.get(key)
    if not there:
        return (Edit("move", path, to=(*search, key)),)
    if key == "filter" and isinstance(there, dict) and isinstance(value, dict) and value:
        both = (*search, key, "$and")
        return (Edit("move", (*search, key), to=(*both, 0)), Edit("move", path, to=(*both, 1)))
    return (Edit("drop", path),)


def _unwrapped(value: dict[str, JSON], path: Path, target: dict[str, JSON], search: Path) -> tuple[Edit, ...]:
    """What ``value`` says under keys that are read, moved where they are read and still free."""
    edits = [
        edit for key in SEARCH_KEYS if key in value for edit in _moved_in(key, value[key], (*path, key), target, search)
    ]
    paging = value.get("paging")
    if isinstance(paging, dict) and "cursorPaging" not in value:
        edits += _paging_meant(paging, (*path, "paging"), target, search)
    return tuple(edits)


def _paging_meant(paging: dict[str, JSON], path: Path, target: dict[str, JSON], search: Path) -> tuple[Edit, ...]:
    there = target.get("cursorPaging") or {}
    edits = []
    for name, words in (("limit", _LIMIT_WORDS), ("cursor", ("cursor",))):
        found = next((key for key in paging if isinstance(key, str) and key.lower() in words), None)
        if found is not None and isinstance(there, dict) and name not in there:
            edits.append(Edit("move", (*path, found), to=(*search, "cursorPaging", name)))
    return tuple(edits)


def _order_meant(entry: dict[str, JSON], key: str, base: Path) -> tuple[Edit, ...]:
    if key.lower() not in _ORDER_WORDS or "order" in entry:
        return ()
    value = entry[key]
    word = value.strip().upper() if isinstance(value, str) else ""
    order = next((name for name in ("ASC", "DESC") if word.startswith(name)), None)
    if order is None:
        return ()
    return (Edit("rename", (*base, key), "order"), Edit("put", (*base, "order"), order))


def _renamed(holder: dict[str, JSON], key: str, name: str, base: Path) -> tuple[Edit, ...]:
    return () if name in holder else (Edit("rename", (*base, key), name),)
