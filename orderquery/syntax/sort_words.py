"""The words of sorts in other interfaces: keys, directions, sorts as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from ..language.near import near_name, plain_name, without_minus, without_plus

JSON = Any
FIELD_NAME_WORDS = (
    *("fieldName", "field", "name", "key", "path", "by", "column", "property", "prop", "selector", "attribute"),
    *("sortField", "sortBy", "orderBy"),
)
_ORDER_WORDS = ("order", "direction", "dir", "sortOrder", "sortDirection", "sort")
_ORDERS = {"asc": False, "ascending": False, "1": False, "desc": True, "descending": True, "-1": True}
_FLAGS = {
    **dict.fromkeys(("asc", "ascending", "isascending"), False),
    **dict.fromkeys(("desc", "descending", "isdescending"), True),
}
"""Keys whose value tells whether the order is so."""
_ENTRY = re.compile("[,;]")
_NAME = re.compile(r"[A-Za-z_][\w.]*")
_WORD = re.compile(r"[\s:]+")


def is_descending(value: JSON) -> bool | None:
    """Return the direction that a word, 1 or -1 means; ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return _ORDERS.get(str(value).strip().lower()) if isinstance(value, str) or value in (1, -1) else None


def names_direction(value: JSON) -> bool:
    """Return whether a value is a word for a direction."""
    return isinstance(value, str) and value.strip().isalpha() and is_descending(value) is not None


def is_order_word(key: JSON) -> bool:
    """Return whether a key may have a direction as its value."""
    return isinstance(key, str) and near_name(key, _ORDER_WORDS) is not None


def flag_direction(key: JSON, value: JSON) -> bool | None:
    """Return the direction of a flag such as ``desc: true``, or ``None``."""
    descending = _FLAGS.get(plain_name(key)) if isinstance(key, str) else None
    return None if descending is None or not isinstance(value, bool) else descending is value


def unwrapped_order(value: JSON) -> JSON:
    """Return the direction in an object such as ``{"order": "desc"}``, else the value."""
    if isinstance(value, dict) and len(value) == 1:
        key, inner = next(iter(value.items()))
        return inner if is_order_word(key) else value
    return value


def words_of_sort(text: str) -> list[list[str]]:
    """Return the words of each entry of ``number desc``, or with ``:`` or ``,``."""
    entries: list[list[str]] = []
    for part in _ENTRY.split(text):
        words = [word for word in _WORD.split(part.strip()) if word]
        if len(words) == 1 and names_direction(words[0]) and entries and len(entries[-1]) == 1:
            entries[-1].append(words[0])
        else:
            entries.append(words)
    return entries


def described_sorts(value: JSON, knows: Callable[[str], bool], rest: Callable[[str], str]) -> list[dict[str, str]]:
    """Return the one or two entries that a value with one field may mean."""
    words = list(_words(value))
    names = [bare for word in words if knows(bare := without_minus(word) or without_plus(word) or word)]
    directions = {is_descending(word) for word in words if names_direction(word)}
    if not names and len(directions) == 1 and len(words) == 2:
        # The name is unknown, but its direction is kept.
        names = [
            word for word in words if _NAME.fullmatch(word) and not names_direction(word) and not is_order_word(word)
        ]
    unsigned = without_minus(words[0]) if len(words) == 1 and not names else None
    if unsigned is not None and _NAME.fullmatch(unsigned):
        names, directions = [unsigned], {True}
    if len(names) != 1:
        return []
    found = directions if len(directions) == 1 else {False, True}
    return [{"fieldName": rest(names[0]), "order": "DESC" if down else "ASC"} for down in sorted(map(bool, found))]


def _words(value: JSON, levels: int = 3) -> Iterator[str]:
    if isinstance(value, str):
        yield from (word for entry in words_of_sort(value[:200]) for word in entry)
    elif isinstance(value, dict) and levels:
        for key, inner in value.items():
            descending = flag_direction(key, inner)
            if descending is not None:
                yield "desc" if descending else "asc"
            elif isinstance(key, str):
                yield key
                yield from _words(inner, levels - 1)
    elif isinstance(value, list | tuple) and levels:
        for inner in value[:8]:
            yield from _words(inner, levels - 1)
