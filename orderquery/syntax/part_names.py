"""Names of the parts of a search in other interfaces, and what wraps them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from ..diagnostics.place import Path
from ..language.near import near_name, plain_name
from .holes import Hole, has_hole_key
from .sort_words import is_descending, is_order_word, names_direction, words_of_sort

JSON = Any
SEARCH_KEYS = ("filter", "sort", "cursorPaging")
PAGING_KEYS = ("limit", "cursor")
WRAPPERS = ("query", "search", "options")
_OUTER_WRAPPERS = ("data", "body", "json", "payload", "params", "request", "input", "variables", "args")
"""Wrappers of HTTP clients and of GraphQL, if a part of a search is in them."""
MAX_WRAPPERS = 4
"""Nested wrappers that are read; an object may contain itself."""
_PARTS_ELSEWHERE = {
    "where": "filter",
    "paging": "cursorPaging",
    "pagination": "cursorPaging",
    "sortby": "sort",
    "orderby": "sort",
}
_LIMIT_WORDS = ("limit", "size", "pagesize", "take", "top", "first", "perpage", "maxresults")
_OFFSET_WORDS = ("offset", "skip", "page", "pagenumber", "pageindex", "start")
_CURSOR_WORDS = ("nextcursor", "pagetoken", "nextpagetoken")
_WORDS_OF_ANSWERS = (
    *("aggs", "aggregations", "aggregation", "facets", "groupby", "highlight", "count"),
    *("fields", "fieldset", "fieldsets", "projection", "select", "include", "columns"),
)
"""Keys of other interfaces that say what the answer contains."""
_MAX_PARTS = 1_000
"""Parts of a value that are looked at; an object may contain itself."""
_DIRECTIONS = (1, -1, 0)


def part_elsewhere(key: str) -> str | None:
    """Return the part that a key of another interface is."""
    return _PARTS_ELSEWHERE.get(plain_name(key))


def is_limit_word(key: str) -> bool:
    """Return whether a key is the size of a page in another interface."""
    return plain_name(key) in _LIMIT_WORDS


def is_offset_word(key: str) -> bool:
    """Return whether a key is a position or a page in another interface."""
    return plain_name(key) in _OFFSET_WORDS


def names_cursor(key: str) -> bool:
    """Return whether a key outside ``cursorPaging`` is the cursor."""
    return key == "cursor" or plain_name(key) in _CURSOR_WORDS


def is_wrapper(key: str, value: JSON = None) -> bool:
    """Return whether a key wraps a search, perhaps in another wrapper."""
    if key in WRAPPERS or near_name(key, ("search",)) is not None:
        return True
    # It is empty after its parts were moved one by one.
    return plain_name(key) in _OUTER_WRAPPERS and (value == {} or holds_parts(value))


def may_wrap(key: str) -> bool:
    """Return whether a search may be in a key whose value is not known."""
    return is_wrapper(key) or plain_name(key) in _OUTER_WRAPPERS


def holds_parts(value: JSON, levels: int = MAX_WRAPPERS) -> bool:
    """Return whether an object has a part of a search under its own name, or wrapped."""
    if not isinstance(value, dict) or not levels:
        return False
    return any(isinstance(key, str) and _is_part(key, inner, levels) for key, inner in value.items())


def _is_part(key: str, value: JSON, levels: int) -> bool:
    if plain_name(key) in _OUTER_WRAPPERS:
        return value == {} or holds_parts(value, levels - 1)
    if is_limit_word(key) or names_cursor(key):
        return isinstance(value, int | str) and not isinstance(value, bool)
    is_name = key in SEARCH_KEYS or part_elsewhere(key) is not None
    return (is_name and value is not None) or (is_wrapper(key) and isinstance(value, dict))


def holds_conditions(key: str, value: JSON, knows: Callable[[str], bool]) -> bool:
    """Return whether an unknown key has conditions in it, not flags."""
    if plain_name(key) in _WORDS_OF_ANSWERS:
        return False
    left = [value]
    for _ in range(_MAX_PARTS):
        if not left:
            return False
        part = left.pop()
        if isinstance(part, list | tuple):
            left += part
        elif isinstance(part, dict):
            if any(_is_condition(key, inner, knows) for key, inner in part.items()):
                return True
            left += part.values()
    return False


def _is_condition(key: JSON, value: JSON, knows: Callable[[str], bool]) -> bool:
    is_flag = isinstance(value, bool) or value in _DIRECTIONS or names_direction(value)
    return isinstance(key, str) and not is_flag and knows(key)


class DirectionBeside(NamedTuple):
    """A direction under a key beside the one sort."""

    order: str | Hole
    """Empty if there are several."""
    is_repeated: bool
    """Whether the one entry of the sort has it already; else the sort is a name alone."""


def direction_beside(document: JSON, path: Path) -> DirectionBeside | None:
    """Return the direction under a key beside a sort of one field, if it can be read."""
    key = path[-1]
    if not _is_direction_key(key):
        return None
    for step in path[:-1]:
        document = document[step]
    descending = is_descending(document[key])
    sorts = [
        part
        for other, part in document.items()
        if isinstance(other, str) and (other == "sort" or part_elsewhere(other) == "sort")
    ]
    is_hole = isinstance(document[key], Hole)
    if (descending is None and not is_hole) or len(sorts) != 1:
        return None
    order, sort = document[key] if is_hole else "DESC" if descending else "ASC", sorts[0]
    if isinstance(sort, list) and len(sort) == 1 and isinstance(sort[0], dict) and sort[0].get("order") == order:
        return DirectionBeside(order, is_repeated=True)
    words = words_of_sort(sort) if isinstance(sort, str) else []
    is_bare = len(words) == 1 and len(words[0]) == 1 and words[0][0][:1] not in ("-", "+")
    if sum(map(_is_direction_key, document)) > 1:
        order = ""
    return DirectionBeside(order, is_repeated=False) if is_bare else None


def _is_direction_key(key: JSON) -> bool:
    if not isinstance(key, str) or key == "sort" or part_elsewhere(key) is not None:
        return False
    return is_order_word(key) or plain_name(key) in ("sortdir", "orderdirection")


def brings_parts(value: JSON, levels: int = MAX_WRAPPERS + 1) -> bool:
    """Return whether holes may bring parts into a request or a search."""
    if not isinstance(value, dict):
        return isinstance(value, Hole)
    if has_hole_key(value):
        return True
    return levels > 0 and any(
        # Names are compared last, because that is slow.
        isinstance(part, dict | Hole)
        and brings_parts(part, levels - 1)
        and isinstance(key, str)
        and is_wrapper(key, part)
        for key, part in value.items()
    )


def integer_of(value: JSON) -> int | None:
    """Return the whole number that a text or a float certainly means."""
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 10:
        return int(value)
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal) and value.is_finite() and -(10**9) < value < 10**9 and value == int(value):
        return int(value)
    return None
