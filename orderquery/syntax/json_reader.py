"""The wire form: decoded JSON to the AST, with its diagnostics.

Shapes, unknown keys and limits are checked here; fields, operators and operands by the checker. An unknown operator
is kept as it was written.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from decimal import Decimal
from typing import Any, Literal

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.edits import Edit
from ..diagnostics.place import Path, Place, step_text
from ..diagnostics.quoting import described, quoted
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
from .json_printer import write_help
from .unknown_keys import (
    ENTRY_KEYS,
    PAGING_KEYS,
    REQUEST_KEYS,
    SEARCH_KEYS,
    field_name_key,
    sort_order_of,
    unknown_key,
)

JSON = Any
Shape = Literal["request", "search", "sdk"]
SHAPES: tuple[Shape, ...] = ("request", "search", "sdk")

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class _LimitReached(Exception):
    """The filter is over a limit: the rest of it is not read."""


class Reader:
    """Reads one decoded request. ``search`` and ``diagnostics`` are its result."""

    def __init__(self, document: JSON, shape: Shape, rest_names: dict[str, str], fields: Collection[str] = ()) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._rest_names = rest_names if shape == "sdk" else {}
        self._fields = fields
        self._nodes = 0
        self.search = self._request(document) if shape == "request" else self._search(document, ())

    # -- the envelope ------------------------------------------------------------------------------------------

    def _request(self, document: JSON) -> Search:
        if not isinstance(document, dict):
            self._shape((), "the request", "an object", document, example={"search": {}})
            return Search()
        self._keys(document, REQUEST_KEYS, ())
        return self._search(document.get("search"), ("search",))

    def _search(self, value: JSON, path: Path) -> Search:
        if value is None:
            return Search()
        if not isinstance(value, dict):
            self._shape(path, "search", "an object", value, example={"filter": {}})
            return Search()
        self._keys(value, SEARCH_KEYS, path)
        return Search(
            self._whole_filter(value.get("filter"), (*path, "filter")),
            self._sort(value.get("sort"), (*path, "sort")),
            self._paging(value.get("cursorPaging"), (*path, "cursorPaging")),
            Place((*path, "filter")),
            Place((*path, "sort")),
        )

    def _keys(self, value: dict[str, JSON], known: tuple[str, ...], path: Path) -> None:
        for key in value:
            if key not in known:
                self.diagnostics.append(unknown_key(value, key, known, Place(path), self._fields))

    # -- sort and paging ---------------------------------------------------------------------------------------

    def _sort(self, value: JSON, path: Path) -> tuple[SortKey, ...]:
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            fix = [value] if isinstance(value, dict) else None
            self._shape(path, "sort", "a list of objects", value, fix, example=[{"fieldName": "createdDate"}])
            return ()
        if len(value) > MAX_LIST_ITEMS:
            self._too_large(path, "sort", MAX_LIST_ITEMS, "entries", len(value))
            return ()
        keys = [self._sort_key(entry, (*path, index)) for index, entry in enumerate(value)]
        return tuple([key for key in keys if key is not None])

    def _sort_key(self, entry: JSON, path: Path) -> SortKey | None:
        if not isinstance(entry, dict):
            fix = {"fieldName": entry} if isinstance(entry, str) else None
            self._shape(path, "a sort entry", "an object", entry, fix, example={"fieldName": "createdDate"})
            return None
        name = entry.get("fieldName")
        renamed = None if name is not None else field_name_key(entry, self._fields)
        self._keys({key: value for key, value in entry.items() if key != renamed}, ENTRY_KEYS, path)
        descending = self._descending(entry.get("order"), (*path, "order"))
        if name is None:
            fix_ = (Edit("rename", (*path, renamed), "fieldName"),) if renamed else ()
            help_ = f'rename {quoted(renamed)} to "fieldName"' if renamed else 'write: {"fieldName": "createdDate"}'
            self._add("missing-field-name", 'missing key "fieldName" in a sort entry', help_, path, fix_)
            return None
        at = (*path, "fieldName")
        if not isinstance(name, str):
            self._shape(at, "fieldName", "a string", name)
            return None
        if len(name) > MAX_FIELD_NAME_CHARS:
            self._too_long(at, "fieldName", MAX_FIELD_NAME_CHARS, len(name), "write a field of the table")
            return None
        return SortKey(self._rest(name), descending, Place(at))

    def _descending(self, value: JSON, path: Path) -> bool:
        if value in (None, "ASC", "DESC") and not isinstance(value, bool):
            return bool(value == "DESC")
        order = sort_order_of(value)
        fix = (Edit("put", path, order),) if order else ()
        help_ = f'write: "{order}"' if order else 'write: "ASC" or "DESC"'
        self._add("bad-order", f"{described(value)} is not a sort order", help_, path, fix)
        return False

    def _paging(self, value: JSON, path: Path) -> Paging:
        if value is None:
            return Paging()
        if not isinstance(value, dict):
            self._shape(path, "cursorPaging", "an object", value, example={"limit": 50})
            return Paging()
        self._keys(value, PAGING_KEYS, path)
        limit, cursor = value.get("limit"), value.get("cursor")
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int)):
            self._shape((*path, "limit"), "limit", "an integer", limit, _integer_of(limit))
            limit = None
        if cursor is not None and not isinstance(cursor, str):
            self._shape((*path, "cursor"), "cursor", "a string", cursor)
            cursor = None
        elif cursor and len(cursor) > MAX_CURSOR_CHARS:
            help_ = "send the cursor exactly as it was received"
            self._too_long((*path, "cursor"), "cursor", MAX_CURSOR_CHARS, len(cursor), help_)
            cursor = None
        return Paging(limit, cursor or None, Place((*path, "limit")))

    # -- the filter --------------------------------------------------------------------------------------------

    def _whole_filter(self, value: JSON, path: Path) -> Filter:
        if value is None:
            return EVERYTHING
        try:
            return self._filter(value, path, 0) or EVERYTHING
        except _LimitReached:
            return EVERYTHING

    def _filter(self, value: JSON, path: Path, depth: int) -> Filter | None:
        if not isinstance(value, dict):
            self._shape(path, "a filter", "an object", value, _filter_in_text(value), example={"field": "value"})
            return None
        parts: list[Filter] = []
        for key, inner in value.items():
            self._count(path)
            if key.__class__ is str and key[:1] != "$":
                part = self._condition(value, key, inner, (*path, key))
            else:
                part = self._special(value, key, inner, (*path, key), depth)
            if part is not None:
                parts.append(part)
        return both(parts)

    def _special(self, parent: dict[str, JSON], key: JSON, value: JSON, path: Path, depth: int) -> Filter | None:
        if not isinstance(key, str):
            self._shape(path, "a field name", "a string", key, at_key=True)
            return None
        if not key.startswith("$"):
            return self._condition(parent, key, value, path)
        if key in ("$and", "$or"):
            return self._connective(key, value, path, depth)
        if key == "$not":
            return self._not(value, path, depth)
        help_ = f'put it under a field: {{"field": {{{json.dumps(key)}: ...}}}}'
        self._add("unknown-operator", f"{quoted(key)} is not allowed beside fields", help_, path, at_key=True)
        return None

    def _connective(self, key: str, value: JSON, path: Path, depth: int) -> Filter | None:
        if not isinstance(value, list | tuple):
            fix = [value] if isinstance(value, dict) else None
            self._shape(path, key, "a list of filters", value, fix, example={key: [{"field": "value"}]})
            return None
        self._deeper(path, depth)
        if not value:
            self._empty(key, path)
        parts = [self._filter(part, (*path, index), depth + 1) for index, part in enumerate(value)]
        join = both if key == "$and" else either
        return join([part for part in parts if part is not None])

    def _empty(self, key: str, path: Path) -> None:
        if key == "$and":
            message, help_ = "an empty $and matches every order", "remove $and, or add a filter to it"
            self._add("empty-list", message, help_, path, (Edit("drop", path),))
        else:
            message, help_ = "an empty $or matches no order", "add a filter to $or; without $or more orders match"
            self._add("empty-list", message, help_, path)

    def _not(self, value: JSON, path: Path, depth: int) -> Filter | None:
        self._deeper(path, depth)
        if isinstance(value, list | tuple):
            if len(value) != 1:
                fix = {"$and": list(value)} if value else None
                self._shape(path, "$not", "one filter, or a list with one filter", value, fix)
                return None
            value, path = value[0], (*path, 0)
        child = self._filter(value, path, depth + 1)
        return None if child is None else Not(child)

    def _condition(self, parent: dict[str, JSON], name: str, value: JSON, path: Path) -> Filter | None:
        field = self._rest(name) if self._rest_names else name
        if not isinstance(value, dict):
            return Comparison(field, "$eq", self._operand(value, path), Place(path), None, None, True)
        if not value:
            help_ = f'write: {{{json.dumps(name)}: {{"$eq": ...}}}}'
            self._add("wrong-shape", f"no operator for field {quoted(name)}", help_, path)
            return None
        if len(value) > 1 and (field in self._fields or not self._fields):
            known = [key for key in value if key in OPERATORS]
            if len(known) > 1:
                self._several(parent, name, value, known, path)
        parts: list[Filter] = []
        for key, raw in value.items():
            self._count(path)
            at = (*path, key)
            operator = key if key.__class__ is str else step_text(key)
            parts.append(Comparison(field, operator, self._operand(raw, at), Place(at)))
        return both(parts)

    def _several(
        self, parent: dict[str, JSON], name: str, value: dict[str, JSON], known: list[str], path: Path
    ) -> None:
        present = parent.get("$and")
        conditions = [{name: {key: value[key]}} for key in known]
        fix = (
            Edit("put", (*path[:-1], "$and"), [*(present if isinstance(present, list) else ()), *conditions]),
            Edit("drop", path),
        )
        count = _COUNTS[len(known)] if len(known) < len(_COUNTS) else len(known)
        help_ = write_help({"$and": conditions}, "use $and")
        self._add("several-operators", f"{count} operators on {name}: Wix may refuse this", help_, path, fix)

    def _operand(self, value: JSON, path: Path) -> JSON:
        if isinstance(value, str):
            if len(value) > MAX_STRING_CHARS:
                self._too_large(path, "the string", MAX_STRING_CHARS, "characters", len(value))
                raise _LimitReached
            return value
        if isinstance(value, list | tuple):
            if len(value) > MAX_LIST_ITEMS:
                self._too_large(path, "the list", MAX_LIST_ITEMS, "values", len(value))
                raise _LimitReached
            return tuple([self._item(item, path, index) for index, item in enumerate(value)])
        return Decimal(repr(value)) if isinstance(value, float) else value

    def _item(self, item: JSON, path: Path, index: int) -> JSON:
        if item.__class__ is str and len(item) <= MAX_STRING_CHARS:
            return item
        return item if isinstance(item, list | tuple) else self._operand(item, (*path, index))

    def _rest(self, name: str) -> str:
        if not self._rest_names:
            return name
        return ".".join([self._rest_names.get(part, part) for part in name.split(".")])

    # -- limits and diagnostics --------------------------------------------------------------------------------

    def _deeper(self, path: Path, depth: int) -> None:
        if depth >= MAX_FILTER_LEVELS:
            self._add("too-deep", f"the filter nests more than {MAX_FILTER_LEVELS} levels", "flatten the filter", path)
            raise _LimitReached

    def _count(self, path: Path) -> None:
        self._nodes += 1
        if self._nodes > MAX_FILTER_NODES:
            self._too_large(path, "the filter", MAX_FILTER_NODES, "conditions")
            raise _LimitReached

    def _too_large(self, path: Path, what: str, most: int, unit: str, size: int | None = None) -> None:
        self._add("too-large", *too_large(what, most, unit, size), path)

    def _too_long(self, path: Path, what: str, most: int, size: int, help_: str) -> None:
        message, _ = too_large(what, most, "characters", size)
        self.diagnostics.append(Diagnostic("too-long", message, help_, Place(path), facts={"threshold": most}))

    def _shape(
        self,
        path: Path,
        what: str,
        wanted: str,
        found: JSON,
        instead: JSON = None,
        *,
        example: JSON = None,
        at_key: bool = False,
    ) -> None:
        fix = (Edit("put", path, instead),) if instead is not None else ()
        shown = instead if instead is not None else example
        help_ = f"write {wanted}" if shown is None else write_help(shown)
        self._add("wrong-shape", f"{what} must be {wanted}, not {described(found)}", help_, path, fix, at_key)

    def _add(
        self, code: str, message: str, help_: str, path: Path, fix: tuple[Edit, ...] = (), at_key: bool = False
    ) -> None:
        place = Place(path, at="key" if at_key else "value")
        self.diagnostics.append(Diagnostic(code, message, help_, place, fix=fix))


def _integer_of(value: JSON) -> int | None:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit() and len(value) < 10:
        return int(value)
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal) and value.is_finite() and -(10**9) < value < 10**9 and value == int(value):
        return int(value)
    return None


def _filter_in_text(value: JSON) -> JSON:
    """Return the filter in a string of JSON, which an older service expected."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            decoded = json.loads(value)
        except (ValueError, RecursionError):
            return None
        return decoded if isinstance(decoded, dict) else None
    return None
