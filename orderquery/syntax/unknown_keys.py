"""Unknown keys of a request: a diagnostic for each, with the change to make."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, NamedTuple

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.edits import Edit
from ..diagnostics.place import Path, Place
from ..diagnostics.quoting import quoted
from .json_printer import write_help

JSON = Any
REQUEST_KEYS = ("search",)
SEARCH_KEYS = ("filter", "sort", "cursorPaging")
PAGING_KEYS = ("limit", "cursor")
ENTRY_KEYS = ("fieldName", "order")

_FIELD_NAME_WORDS = ("field", "fieldname", "field_name", "name", "key", "path", "by")
_ORDER_WORDS = ("direction", "dir", "sortorder", "sort")
_OFFSET_WORDS = ("offset", "skip", "page", "pagenumber", "pageindex", "start")
_LIMIT_WORDS = ("limit", "size", "pagesize", "count", "take", "first")


class _Advice(NamedTuple):
    help: str
    fix: tuple[Edit, ...]


def unknown_key(
    holder: dict[str, JSON], key: JSON, known: tuple[str, ...], place: Place, fields: Container[str]
) -> Diagnostic:
    """Return the diagnostic of an unknown ``key`` in ``holder``.

    ``holder`` is at ``place`` and may have the ``known`` keys.

    ``fields`` are the names of the table.
    """
    at = (place / key).of_key()
    where = _name_of(known)
    if not isinstance(key, str):
        return Diagnostic("ignored-key", f"a key that is not a string in {where}", "remove it", at)
    base = place.path or ()
    if known == ENTRY_KEYS:
        advice = _of_entry(holder, key, base)
    elif known == PAGING_KEYS:
        advice = _of_paging(holder, key, base)
    else:
        advice = _of_search(holder, key, known, base, fields)
    help_, fix = advice or _removed(key, base)
    return Diagnostic("ignored-key", f"unknown key {quoted(key)} in {where}", help_, at, fix=fix)


def field_name_key(entry: dict[str, JSON], fields: Container[str]) -> str | None:
    """Return the key of a sort entry that is probably its ``fieldName``."""
    for key in entry:
        candidate = isinstance(key, str) and key not in ENTRY_KEYS and isinstance(entry[key], str)
        if candidate and (key.lower() in _FIELD_NAME_WORDS or entry[key] in fields):
            return key
    return None


def sort_order_of(value: JSON) -> str | None:
    """Return ``ASC`` or ``DESC`` for another spelling, or ``None``.

    Such as small letters, a longer word, 1 or -1.
    """
    if isinstance(value, str):
        word = value.strip().upper()
        if word in ("ASC", "ASCENDING", "1"):
            return "ASC"
        return "DESC" if word in ("DESC", "DESCENDING", "-1") else None
    if isinstance(value, int) and not isinstance(value, bool) and value in (1, -1):
        return "ASC" if value == 1 else "DESC"
    return None


def _name_of(known: tuple[str, ...]) -> str:
    names = {SEARCH_KEYS: "search", PAGING_KEYS: "cursorPaging", ENTRY_KEYS: "a sort entry"}
    return names.get(known, "the request")


def _removed(key: str, base: Path) -> _Advice:
    help_ = f"remove {quoted(key)}"
    if key.lower() in _OFFSET_WORDS:
        help_ += " and follow metadata.cursors.next"
    return _Advice(help_, (Edit("drop", (*base, key)),))


def _of_entry(entry: dict[str, JSON], key: str, base: Path) -> _Advice | None:
    order = sort_order_of(entry[key]) if key.lower() in _ORDER_WORDS and "order" not in entry else None
    if order is None:
        return None
    fix = (Edit("rename", (*base, key), "order"), Edit("put", (*base, "order"), order))
    return _Advice(f'write: "order": "{order}"', fix)


def _of_paging(paging: dict[str, JSON], key: str, base: Path) -> _Advice | None:
    if key.lower() not in _LIMIT_WORDS or "limit" in paging:
        return None
    return _Advice('did you mean "limit"?', (Edit("rename", (*base, key), "limit"),))


def _of_search(
    holder: dict[str, JSON], key: str, known: tuple[str, ...], base: Path, fields: Container[str]
) -> _Advice | None:
    search = base if known == SEARCH_KEYS else (*base, "search")
    inside = holder if known == SEARCH_KEYS else holder.get("search")
    target: dict[str, JSON] = inside if isinstance(inside, dict) else {}
    value, path = holder[key], (*base, key)
    drop = Edit("drop", path)
    if key in ("query", "search", "options") and isinstance(value, dict):
        moved = _unwrapped(value, path, target, search)
        help_ = f'move the parts of {quoted(key)} directly into "search"' if moved else f"remove {quoted(key)}"
        return _Advice(help_, (*moved, drop))
    if known != SEARCH_KEYS and key in SEARCH_KEYS:
        moved = _moved_in(key, value, path, target, search)
        help_ = f"remove {quoted(key)}" if moved == (drop,) else f'move {quoted(key)} into "search"'
        return _Advice(help_, moved)
    if key in ("paging", "pagination") and isinstance(value, dict):
        moved = _paging_moved(value, path, target, search)
        help_ = 'did you mean "cursorPaging"?' if moved else f"remove {quoted(key)}"
        if moved and known != SEARCH_KEYS:
            help_ = f'move {quoted(key)} into "search" as "cursorPaging"'
        return _Advice(help_, (*moved, drop))
    if key.lower() in _LIMIT_WORDS or key == "cursor":
        moved = _paging_moved({key: value}, base, target, search)
        paging = {"cursorPaging": {"cursor" if key == "cursor" else "limit": value}}
        return _Advice(write_help(paging if known == SEARCH_KEYS else {"search": paging}), moved) if moved else None
    if key in fields:
        help_ = f"move {quoted(key)} into {quoted('.'.join(map(str, (*search, 'filter'))))}"
        return _Advice(help_, (Edit("move", path, to=(*search, "filter", key)),))
    if key.lower() in _OFFSET_WORDS:
        return None
    from difflib import get_close_matches

    close = get_close_matches(key, [name for name in known if name not in holder], 1, 0.7)
    return _Advice(f'did you mean "{close[0]}"?', (Edit("rename", path, close[0]),)) if close else None


def _moved_in(key: str, value: JSON, path: Path, target: dict[str, JSON], search: Path) -> tuple[Edit, ...]:
    """Return the move of a part into ``search``.

    Two filters are joined by ``$and``; of two other parts the one in ``search`` is kept.
    """
    present = target.get(key)
    if not present:
        return (Edit("move", path, to=(*search, key)),)
    if key == "filter" and isinstance(present, dict) and isinstance(value, dict) and value:
        both = (*search, key, "$and")
        return (Edit("move", (*search, key), to=(*both, 0)), Edit("move", path, to=(*both, 1)))
    return (Edit("drop", path),)


def _unwrapped(value: dict[str, JSON], path: Path, target: dict[str, JSON], search: Path) -> tuple[Edit, ...]:
    """Return the moves of the known parts of ``value`` into ``search``."""
    edits = [
        edit for key in SEARCH_KEYS if key in value for edit in _moved_in(key, value[key], (*path, key), target, search)
    ]
    paging = value.get("paging")
    if isinstance(paging, dict) and "cursorPaging" not in value:
        edits += _paging_moved(paging, (*path, "paging"), target, search)
    return tuple(edits)


def _paging_moved(paging: dict[str, JSON], path: Path, target: dict[str, JSON], search: Path) -> tuple[Edit, ...]:
    present = target.get("cursorPaging") or {}
    edits = []
    for name, words in (("limit", _LIMIT_WORDS), ("cursor", ("cursor",))):
        found = next((key for key in paging if isinstance(key, str) and key.lower() in words), None)
        if found is not None and isinstance(present, dict) and name not in present:
            edits.append(Edit("move", (*path, found), to=(*search, "cursorPaging", name)))
    return tuple(edits)
