"""The wire form: decoded JSON to the tree, and back.

Everything that can be said without the table of fields is said here: shapes, keys nobody reads, limits. Fields,
operators and operands are the checker's matter; an unknown operator is kept as it was written for it to judge.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.edits import Edit
from ..diagnostics.place import Place, step_text
from ..language.limits import (
    MAX_CURSOR_CHARS,
    MAX_FIELD_NAME_CHARS,
    MAX_FILTER_LEVELS,
    MAX_FILTER_NODES,
    MAX_LIST_ITEMS,
    MAX_STRING_CHARS,
    too_large,
)
from ..language.operators import OPERATORS
from .ast import EVERYTHING, Comparison, Filter, Not, Paging, Search, SortKey, both, either
from .unknown_keys import ENTRY_KEYS, PAGING_KEYS, SEARCH_KEYS, Misplaced, corrected_help

JSON = Any
Shape = Literal["request", "search", "sdk"]
SHAPES: tuple[Shape, ...] = ("request", "search", "sdk")


class _Stop(Exception):
    """The filter passed a limit: nothing more is said about it."""


class Reader:
    """Reads one decoded request. ``search`` and ``diagnostics`` are its result."""

    def __init__(self, document: JSON, shape: Shape, rest_names: dict[str, str], fields: Iterable[str] = ()) -> None:
        self.document = document
        self.diagnostics: list[Diagnostic] = []
        self._rest_names = rest_names if shape == "sdk" else {}
        self._fields = frozenset(fields)
        self._misplaced = Misplaced(document, self._fields)
        self._nodes = 0
        self.search = self._request() if shape == "request" else self._search(document, Place(()))

    # -- the envelope ------------------------------------------------------------------------------------------

    def _request(self) -> Search:
        if not isinstance(self.document, dict):
            self._shape(Place(()), 'a request is an object such as {"search": {...}}', self.document)
            return Search()
        self._keys(self.document, ("search",), Place(()))
        return self._search(self.document.get("search"), Place(("search",)))

    def _search(self, value: JSON, place: Place) -> Search:
        if value is None:
            return Search()
        if not isinstance(value, dict):
            self._shape(place, "search is an object", value)
            return Search()
        self._keys(value, SEARCH_KEYS, place)
        filter_place, sort_place = place / "filter", place / "sort"
        try:
            tree = self._filter(value.get("filter"), filter_place, 0) if value.get("filter") is not None else None
        except _Stop:
            tree = None
        return Search(
            EVERYTHING if tree is None else tree,
            self._sort(value.get("sort"), sort_place),
            self._paging(value.get("cursorPaging"), place / "cursorPaging"),
            filter_place,
            sort_place,
        )

    def _keys(self, value: dict[str, JSON], known: tuple[str, ...], place: Place) -> None:
        for key in value:
            if key not in known:
                self.diagnostics.append(self._misplaced.diagnose(value, key, known, place))

    # -- sort and paging ---------------------------------------------------------------------------------------

    def _sort(self, value: JSON, place: Place) -> tuple[SortKey, ...]:
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            fix = [value] if isinstance(value, dict) else None
            self._shape(place, "sort is an array of objects", value, fix)
            return ()
        if len(value) > MAX_LIST_ITEMS:
            self._too_large(place, "sort", MAX_LIST_ITEMS, "entries", len(value))
            return ()
        keys = (self._sort_key(entry, place / index) for index, entry in enumerate(value))
        return tuple(key for key in keys if key is not None)

    def _sort_key(self, entry: JSON, place: Place) -> SortKey | None:
        if not isinstance(entry, dict):
            fix = {"fieldName": entry} if isinstance(entry, str) else None
            self._shape(place, 'a sort entry is an object such as {"fieldName": "createdDate"}', entry, fix)
            return None
        name = entry.get("fieldName")
        renamed = None if name is not None else self._misplaced.field_name_key(entry)
        self._keys({key: value for key, value in entry.items() if key != renamed}, ENTRY_KEYS, place)
        descending = self._order(entry.get("order"), place / "order")
        if name is None:
            edits = (Edit("rename", (*(place.path or ()), renamed), "fieldName"),) if renamed else ()
            instead = f"write fieldName for {renamed}" if renamed else "name the field to sort by"
            message = "a sort entry without fieldName"
            self.diagnostics.append(Diagnostic("missing-field-name", message, instead, place, fix=edits))
            return None
        at = place / "fieldName"
        if not isinstance(name, str):
            self._shape(at, "fieldName is a string", name)
            return None
        if len(name) > MAX_FIELD_NAME_CHARS:
            message = f"fieldName has {len(name):,} characters, the most is {MAX_FIELD_NAME_CHARS}"
            self.diagnostics.append(_too_long(message, "name a field of the table", at, MAX_FIELD_NAME_CHARS))
            return None
        return SortKey(self._rest(name), descending, at)

    def _order(self, value: JSON, place: Place) -> bool:
        if value in (None, "ASC", "DESC") and not isinstance(value, bool):
            return bool(value == "DESC")
        guess = _order_meant(value)
        fix = (Edit("put", place.path or (), guess),) if guess else ()
        instead = f'write "{guess}"' if guess else 'write "ASC" or "DESC"'
        self.diagnostics.append(Diagnostic("bad-order", f"order is {_shown(value)}", instead, place, fix=fix))
        return False

    def _paging(self, value: JSON, place: Place) -> Paging:
        if value is None:
            return Paging()
        if not isinstance(value, dict):
            self._shape(place, 'cursorPaging is an object such as {"limit": 50}', value)
            return Paging()
        self._keys(value, PAGING_KEYS, place)
        limit, cursor = value.get("limit"), value.get("cursor")
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int)):
            self._shape(place / "limit", "limit is an integer", limit, _integer_meant(limit))
            limit = None
        if cursor is not None and not isinstance(cursor, str):
            self._shape(place / "cursor", "cursor is a string", cursor)
            cursor = None
        elif cursor and len(cursor) > MAX_CURSOR_CHARS:
            message = f"cursor has {len(cursor):,} characters, the most is {MAX_CURSOR_CHARS:,}"
            instead = "send a cursor as it was received"
            self.diagnostics.append(_too_long(message, instead, place / "cursor", MAX_CURSOR_CHARS))
            cursor = None
        return Paging(limit, cursor or None, place / "limit")

    # -- the filter --------------------------------------------------------------------------------------------

    def _filter(self, value: JSON, place: Place, depth: int) -> Filter | None:
        if not isinstance(value, dict):
            self._shape(place, "a filter is an object", value, _decoded(value))
            return None
        parts = (self._part(value, key, place, depth) for key in value)
        return both([part for part in parts if part is not None])

    def _part(self, value: dict[str, JSON], key: JSON, place: Place, depth: int) -> Filter | None:
        self._count(place)
        at = place / key
        if not isinstance(key, str):
            self._shape(at.of_key(), "a field name is a string", key)
            return None
        if key in ("$and", "$or"):
            return self._connective(key, value[key], at, depth)
        if key == "$not":
            return self._not(value[key], at, depth)
        if key.startswith("$"):
            message = f"{key} does not stand beside fields"
            instead = 'only $and, $or and $not do; an operator stands under its field: {"field": {"' + key + '": ...}}'
            self.diagnostics.append(Diagnostic("unknown-operator", message, instead, at.of_key()))
            return None
        return self._condition(value, key, at)

    def _connective(self, key: str, value: JSON, place: Place, depth: int) -> Filter | None:
        if not isinstance(value, list | tuple):
            self._shape(place, f"{key} takes an array of filters", value, [value] if isinstance(value, dict) else None)
            return None
        self._deeper(place, depth)
        if not value:
            matches = "everything" if key == "$and" else "nothing"
            message = f"an empty {key} matches {matches}"
            instead = f"leave {key} out, or fill it" if key == "$and" else f"fill {key}; without it the filter is wider"
            fix = (Edit("drop", place.path or ()),) if key == "$and" else ()
            self.diagnostics.append(Diagnostic("empty-list", message, instead, place, fix=fix))
        parts = (self._filter(part, place / index, depth + 1) for index, part in enumerate(value))
        join = both if key == "$and" else either
        return join([part for part in parts if part is not None])

    def _not(self, value: JSON, place: Place, depth: int) -> Filter | None:
        self._deeper(place, depth)
        if isinstance(value, list | tuple):
            if len(value) != 1:
                fix = {"$and": list(value)} if value else None
                self._shape(place, "$not takes one filter, or an array holding one", value, fix)
                return None
            value, place = value[0], place / 0
        child = self._filter(value, place, depth + 1)
        return None if child is None else Not(child)

    def _condition(self, parent: dict[str, JSON], name: str, place: Place) -> Filter | None:
        value, field = parent[name], self._rest(name)
        if not isinstance(value, dict):
            operand = self._operand(value, place)
            return Comparison(field, "$eq", operand, place, field_place=place.of_key(), implicit=True)
        if not value:
            self._shape(place, "a field without operator", value, None, f'write {{"{name}": {{"$eq": ...}}}}')
            return None
        known = [key for key in value if key in OPERATORS]
        if len(known) > 1 and (field in self._fields or not self._fields):
            self._several(parent, name, value, known, place)
        parts: list[Filter] = []
        for key, raw in value.items():
            self._count(place)
            operand = self._operand(raw, place / key)
            parts.append(Comparison(field, step_text(key), operand, place / key, field_place=place.of_key()))
        return both(parts)

    def _several(
        self, parent: dict[str, JSON], name: str, value: dict[str, JSON], known: list[str], place: Place
    ) -> None:
        path = place.path or ()
        there = parent.get("$and")
        conditions = [{name: {key: value[key]}} for key in known]
        fix = (
            Edit("put", (*path[:-1], "$and"), [*(there if isinstance(there, list) else ()), *conditions]),
            Edit("drop", path),
        )
        message = f"{len(known)} operators on {name}: they are ANDed here, some clients saw them refused"
        instead = corrected_help("the $and form is safe", {"$and": conditions})
        self.diagnostics.append(Diagnostic("several-operators", message, instead, place, fix=fix))

    def _operand(self, value: JSON, place: Place) -> JSON:
        if isinstance(value, float):
            return Decimal(repr(value))
        if isinstance(value, str) and len(value) > MAX_STRING_CHARS:
            self._too_large(place, "the string", MAX_STRING_CHARS, "characters", len(value))
            raise _Stop
        if isinstance(value, list | tuple):
            if len(value) > MAX_LIST_ITEMS:
                self._too_large(place, "the list", MAX_LIST_ITEMS, "values", len(value))
                raise _Stop
            return tuple(
                item if isinstance(item, list | tuple) else self._operand(item, place / index)
                for index, item in enumerate(value)
            )
        return value

    # -- saying it ---------------------------------------------------------------------------------------------

    def _rest(self, name: str) -> str:
        if not self._rest_names:
            return name
        return ".".join(self._rest_names.get(part, part) for part in name.split("."))

    def _deeper(self, place: Place, depth: int) -> None:
        if depth >= MAX_FILTER_LEVELS:
            message = f"the filter nests more than {MAX_FILTER_LEVELS} levels"
            self.diagnostics.append(Diagnostic("too-deep", message, "write a flatter filter", place))
            raise _Stop

    def _count(self, place: Place) -> None:
        self._nodes += 1
        if self._nodes > MAX_FILTER_NODES:
            self._too_large(place, "the filter", MAX_FILTER_NODES, "conditions")
            raise _Stop

    def _too_large(self, place: Place, what: str, most: int, unit: str, size: int | None = None) -> None:
        self.diagnostics.append(Diagnostic("too-large", *too_large(what, most, unit, size), place))

    def _shape(self, place: Place, wanted: str, found: JSON, instead: JSON = None, help_: str = "") -> None:
        fix = (Edit("put", place.path or (), instead),) if instead is not None else ()
        if not help_:
            help_ = corrected_help("write", instead) if instead is not None else wanted
        message = f"{wanted}, not {_kind(found)}" if found != {} else wanted
        self.diagnostics.append(Diagnostic("wrong-shape", message, help_, place, fix=fix))


def _kind(value: JSON) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | Decimal):
        return "a number" if isinstance(value, int) else "a number with a fraction"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, list | tuple):
        return f"an array of {len(value)}"
    return "an object" if isinstance(value, dict) else f"a Python {type(value).__name__}"


def _shown(value: JSON) -> str:
    return f'"{value}"' if isinstance(value, str) and len(value) <= 40 else _kind(value)


def _too_long(message: str, instead: str, place: Place, most: int) -> Diagnostic:
    return Diagnostic("too-long", message, instead, place, facts={"threshold": most})


def _order_meant(value: JSON) -> str | None:
    if isinstance(value, str):
        word = value.strip().upper()
        if word in ("ASC", "ASCENDING", "1"):
            return "ASC"
        return "DESC" if word in ("DESC", "DESCENDING", "-1") else None
    if isinstance(value, int) and not isinstance(value, bool) and value in (1, -1):
        return "ASC" if value == 1 else "DESC"
    return None


def _integer_meant(value: JSON) -> int | None:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 10:
        return int(value)
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal) and value.is_finite() and -(10**9) < value < 10**9 and value == int(value):
        return int(value)
    return None


def _decoded(value: JSON) -> JSON:
    """A filter that was sent as a string of JSON, as an older version of the service wanted it."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            decoded = json.loads(value)
        except (ValueError, RecursionError):
            return None
        return decoded if isinstance(decoded, dict) else None
    return None


# -- printing ---------------------------------------------------------------------------------------------------
