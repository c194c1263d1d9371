"""A decoded request to the search that it means, and the problems of its shape.

Parts in the wrong place or under another name are reported and read as what they mean. ``Reader.search`` is the search
with them, ``Reader.served`` the one without, as the service answers it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, NamedTuple

from ..diagnostics.diagnostic import Fix
from ..diagnostics.place import NOWHERE, Path, Place
from ..diagnostics.quoting import quoted
from ..language.elsewhere import certain_field
from ..language.limits import MAX_CURSOR_CHARS
from ..language.near import near_name
from ..language.schema import Schema
from .ast import EVERYTHING, Filter, Paging, Search, SortKey, both
from .filter_reader import FilterReader, LimitReached
from .foreign_filters import shown_request
from .holes import Hole, has_hole_key
from .json_printer import write_help
from .json_strings import json_in_string
from .part_names import (
    MAX_WRAPPERS,
    PAGING_KEYS,
    SEARCH_KEYS,
    brings_parts,
    direction_beside,
    holds_conditions,
    holds_parts,
    integer_of,
    is_limit_word,
    is_offset_word,
    is_wrapper,
    may_wrap,
    names_cursor,
    part_elsewhere,
)
from .problems import REMOVE_LIST, Problems, is_listed_object
from .same_values import SameValues
from .sort_reader import SortEntry, SortReader

JSON = Any
Shape = Literal["request", "search", "sdk", "stores"]
SHAPES: tuple[Shape, ...] = ("request", "search", "sdk", "stores")

_EXAMPLES = {"search": {"filter": {}}, "cursorPaging": {"limit": 50}}
Level = Literal["request", "search", "cursorPaging"]


class Part(NamedTuple):
    """One part of a search as written, and whether the service ignores it there."""

    path: Path
    value: JSON
    ignored: bool
    key: str | None = None
    """Of a condition outside a filter: its field."""


class Reader:
    """Reads one decoded request; its results are the attributes.

    ``parts`` has every part by the name it means, ``rest`` what has no certain meaning, by its place: the request, the
    search or ``cursorPaging``. ``order`` has the names in the order of the search as it was written.

    A hole among the keys may bring any part. A part in the wrong place is then reported, and stays where it is.
    """

    def __init__(self, document: JSON, shape: Shape, schema: Schema) -> None:
        self.diagnostics = Problems()
        self.parts: dict[str, list[Part]] = {"filter": [], "sort": [], "limit": [], "cursor": []}
        self.rest: dict[Level, dict[str, JSON]] = {"request": {}, "search": {}, "cursorPaging": {}}
        self.order: list[str] = []
        self.sort_entries: list[SortEntry] | None = []
        self._has_search = True
        self._document = document
        self._descending: dict[Path, bool | Hole | str] = {}
        self._values = SameValues()
        self._is_open: bool | None = None
        self._may_be_second = False
        """Whether a hole that was passed may hold the parts that are read next."""
        self._schema = schema
        self._shape, self._whole_name = shape, "the argument" if shape == "sdk" else '"search"'
        self._rest_names = schema.rest_names if shape == "sdk" else {}
        if shape == "request":
            self._request(document)
        else:
            self._search(document, (), ignored=False)
        self.search = self._whole()
        self.served = self._served()

    @property
    def is_open(self) -> bool:
        """Whether holes may bring any part, so that none can be moved to its place."""
        if self._is_open is None:
            self._is_open = brings_parts(self._document)
        return self._is_open

    @property
    def _has_open_paging(self) -> bool:
        paging = self.rest["search"].get("cursorPaging")
        return isinstance(paging, Hole) or has_hole_key(paging)

    # -- the places of the parts --------------------------------------------------------------------------------

    def _request(self, document: JSON) -> None:
        if not isinstance(document, dict):
            if self.diagnostics.is_hole(document):
                return
            self.diagnostics.shape((), "the request", "an object", document, **shown_request(document))
            return
        self._has_search = document.get("search") is not None
        self._may_be_second = has_hole_key(document)
        self._search(document.get("search"), ("search",), ignored=False)
        for key, value in document.items():
            if key != "search":
                self._unknown(key, value, (), "request")

    def _search(self, value: JSON, path: Path, *, ignored: bool) -> dict[str, JSON]:
        """Read a search; return the parts that differ from those read before."""
        left: dict[str, JSON] = {}
        if value is None:
            return left
        if not isinstance(value, dict):
            if self.diagnostics.is_hole(value):
                self._may_be_second = True
            else:
                self.diagnostics.shape(path, "search", "an object", value, example=_EXAMPLES["search"])
            return left
        for key in SEARCH_KEYS:
            other = self._part(key, value[key], (*path, key), ignored) if key in value else None
            if other is not None:
                left[key] = other
        unknown = [key for key in value if key not in SEARCH_KEYS]
        if unknown and has_hole_key(value):
            self._may_be_second = True
        for key in unknown:
            self._unknown(key, value[key], path, "search")
        if not self.order:
            self.order = [key if isinstance(key, str) else "" for key in value]
        return left

    def _part(self, name: str, value: JSON, path: Path, ignored: bool) -> JSON:
        """Read a part; return what differs from a part read before, else ``None``."""
        if value is None:
            return None
        if name == "cursorPaging":
            return self._paging(value, path, ignored)
        if ignored and name != "filter" and (self._may_be_second or (name in PAGING_KEYS and self._has_open_paging)):
            # A hole may bring the part, and then that one counts.
            return value
        found = self.parts[name]
        if any(self._values.is_same(part.value, value) for part in found):
            return None
        if found and name != "filter":
            return value
        found.append(Part(path, value, ignored))
        return None

    def _paging(self, value: JSON, path: Path, ignored: bool) -> JSON:
        is_later = bool(self.parts["limit"] or self.parts["cursor"]) or (ignored and self._may_be_second)
        if is_later and (not isinstance(value, dict) or has_hole_key(value)):
            return value
        if not isinstance(value, dict):
            if self.diagnostics.is_hole(value):
                return None if self.rest["search"].setdefault("cursorPaging", value) is value else value
            self.diagnostics.shape(path, "cursorPaging", "an object", value, example=_EXAMPLES["cursorPaging"])
            self.rest["search"]["cursorPaging"] = value
            return None
        if "cursorPaging" in self.rest["search"]:
            return value
        left: dict[str, JSON] = {}
        for key in PAGING_KEYS:
            other = self._part(key, value.get(key), (*path, key), ignored)
            if other is not None:
                left[key] = other
        unknown = [key for key in value if key not in PAGING_KEYS]
        if unknown and has_hole_key(value):
            self.rest["search"]["cursorPaging"] = value
        for key in unknown:
            self._unknown(key, value[key], path, "cursorPaging")
        return left or None

    # -- unknown keys -------------------------------------------------------------------------------------------

    def _unknown(self, key: JSON, value: JSON, base: Path, level: Level) -> None:
        path = (*base, key)
        where = "the request" if level == "request" else level
        if not isinstance(key, str):
            if self.diagnostics.is_hole(key):
                self.rest[level][key] = value
                return
            self.diagnostics.add(
                "ignored-key", f"a key that is not a string in {where}", "remove it", path, at_key=True
            )
            return
        help_, fix = self._moved(key, value, path, level)
        if fix is not None and self.is_open:
            fix = "guess"
        if fix is None or fix == "guess":
            self.rest[level][key] = value
        self.diagnostics.add("ignored-key", f"unknown key {quoted(key)} in {where}", help_, path, fix, at_key=True)

    def _moved(self, key: str, value: JSON, path: Path, level: Level) -> tuple[str, Fix | None]:
        """Read an unknown key by its certain meaning; return the help, and how sure."""
        if level == "cursorPaging":
            return self._in_paging(key, value, path)
        if isinstance(value, dict) and len(path) <= MAX_WRAPPERS and is_wrapper(key, value):
            left = self._search(value, path, ignored=True)
            renames = level == "request" and near_name(key, ("search",)) and key != "search" and not self._has_search
            help_ = f'rename {quoted(key)} to "search"' if renames else f"move the parts of {quoted(key)} directly into"
            return self._merged(key, value, left, level, help_ if renames else f"{help_} {self._whole_name}")
        if isinstance(value, Hole) and may_wrap(key):
            self._may_be_second = True
            return f"move the parts of {quoted(key)} directly into {self._whole_name}", "guess"
        if is_listed_object(value) and is_wrapper(key):
            return REMOVE_LIST, "guess"
        name = part_elsewhere(key) or near_name(key, SEARCH_KEYS)
        if name is not None:
            return self._as_part(key, name, value, path, level)
        if is_limit_word(key) or names_cursor(key):
            name = "cursor" if names_cursor(key) else "limit"
            whole = integer_of(value) if name == "limit" else None
            shown = {"cursorPaging": {name: value if whole is None else whole}}
            help_ = write_help(shown if level == "search" else {"search": shown})
            return help_, self._alias(name, value, path)
        if self._rest(key) in self._schema.by_name:
            self.parts["filter"].append(Part(path[:-1], {key: value}, True, key))
            return f"move {quoted(key)} into {quoted('search.filter' if level == 'request' else 'filter')}", "intended"
        if is_offset_word(key):
            return f"remove {quoted(key)} and follow metadata.cursors.next", "guess"
        beside = direction_beside(self._document, path)
        if beside is not None and beside.is_repeated:
            return f"remove {quoted(key)}", "same-answer"
        if beside is not None and not beside.order:
            self._descending[path[:-1]] = "unclear"
            return f"remove {quoted(key)}", "guess"
        if beside is not None and isinstance(beside.order, Hole):
            self._descending[path[:-1]] = beside.order
            return 'write it in the entry of "sort" as "order"', "guess"
        if beside is not None:
            self._descending[path[:-1]] = beside.order == "DESC"
            return f'write it in "sort": "order": "{beside.order}"', "intended"
        reader = FilterReader(self.diagnostics, self._schema, self._rest_names)
        foreign = reader.foreign.help_outside(self._document, path, in_search=level == "search")
        if foreign:
            return foreign, "guess"
        if holds_parts(value) or holds_parts(json_in_string(value, "{")):
            return f"move the parts of {quoted(key)} directly into {self._whole_name}", "guess"
        filter_ = "search.filter" if level == "request" else "filter"
        if holds_conditions(key, value, self._knows):
            return f"write the conditions of {quoted(key)} in {quoted(filter_)}", "guess"
        close = self.diagnostics.closest(key, ("search",) if level == "request" else SEARCH_KEYS, 0.7)
        return (f"did you mean {quoted(close)}?" if close else f"remove {quoted(key)}"), "guess"

    def _as_part(self, key: str, name: str, value: JSON, path: Path, level: Level) -> tuple[str, Fix | None]:
        renamed = f" as {quoted(name)}" if name != key else ""
        help_ = (
            f'move {quoted(key)} into "search"{renamed}'
            if level == "request"
            else f"rename {quoted(key)} to {quoted(name)}"
        )
        before = self._read_parts()
        left = self._part(name, value, path, ignored=True)
        if value and left is None and self._read_parts() == before:
            return f"remove {quoted(key)}", "same-answer"
        return self._merged(key, value, left, level, help_)

    def _read_parts(self) -> int:
        return sum(map(len, (*self.parts.values(), self.rest["search"], self.rest["cursorPaging"])))

    def _merged(self, key: str, value: JSON, left: JSON, level: Level, help_: str) -> tuple[str, Fix]:
        """Keep what differs from a part read before: all of it, or the rest."""
        if not left:
            return help_, "intended"
        if self._values.is_same(left, value):
            return help_ if self.is_open else f"remove {quoted(key)}", "guess"
        self.rest[level][key] = left
        return help_, "intended"

    def _in_paging(self, key: str, value: JSON, path: Path) -> tuple[str, Fix | None]:
        name = (
            "cursor"
            if key in ("next", "token") or names_cursor(key)
            else "limit"
            if is_limit_word(key)
            else near_name(key, PAGING_KEYS)
        )
        if name is not None:
            return f"rename {quoted(key)} to {quoted(name)}", self._alias(name, value, path)
        if is_offset_word(key):
            return f"remove {quoted(key)} and follow metadata.cursors.next", "guess"
        return f"remove {quoted(key)}", "guess"

    def _alias(self, name: str, value: JSON, path: Path) -> Fix | None:
        """Read a limit or a cursor under another name, unless there is one already."""
        wanted = (str if name == "cursor" else int, Hole)
        is_whole = name == "limit" and integer_of(value) is not None
        if (not isinstance(value, wanted) and not is_whole) or isinstance(value, bool):
            return "guess"
        is_first = not self.parts[name]
        if self._part(name, value, path, ignored=True) is not None:
            return "guess"
        return "intended" if is_first else "same-answer"

    # -- the search ---------------------------------------------------------------------------------------------

    def _whole(self) -> Search:
        reader = FilterReader(self.diagnostics, self._schema, self._rest_names)
        self._filters: list[tuple[Filter, bool]] = []
        try:
            for part in self.parts["filter"]:
                self._filters.append((reader.read(part.value, part.path), part.ignored))
        except LimitReached:
            self._filters = []
        sort = self.parts["sort"][:1]
        if sort:
            descending = self._descending.get(sort[0].path[:-1])
            reader_of_sort = SortReader(self.diagnostics, self._knows, self._rest, descending)
            self.sort_entries = reader_of_sort.read(sort[0].value, sort[0].path)
        keys = tuple([entry.key for entry in self.sort_entries or () if entry.key is not None])
        base: Path = ("search",) if self._shape == "request" else ()
        return Search(
            both([tree for tree, _ in self._filters]) if self._filters else EVERYTHING,
            keys,
            Paging(self._limit(), self._cursor(), self._paging_place(base), self._cursor_place()),
            Place(self.parts["filter"][0].path if self.parts["filter"] else (*base, "filter")),
            Place(sort[0].path if sort else (*base, "sort")),
        )

    def _served(self) -> Search:
        """Return the search without the parts that the service ignores."""
        found, entries = self.search, self.sort_entries or []
        has_ignored = any(part.ignored for parts in self.parts.values() for part in parts)
        if not has_ignored and all(entry.served is None for entry in entries):
            return found
        filters = [tree for tree, ignored in self._filters if not ignored]
        sort: tuple[SortKey, ...] = ()
        if not any(part.ignored for part in self.parts["sort"][:1]):
            sort = tuple([entry.served or entry.key for entry in entries if entry.key is not None])
        limit = None if any(part.ignored for part in self.parts["limit"]) else found.paging.limit
        cursor = None if any(part.ignored for part in self.parts["cursor"]) else found.paging.cursor
        tree = both(filters) if filters else EVERYTHING
        paging = replace(found.paging, limit=limit, cursor=cursor)
        return Search(tree, sort, paging, found.filter_place, found.sort_place)

    @property
    def ignored_paths(self) -> tuple[Path, ...]:
        """The paths of the parts that the service ignores."""
        ignored = [part for parts in self.parts.values() for part in parts if part.ignored]
        return tuple(part.path if part.key is None else (*part.path, part.key) for part in ignored)

    def _paging_place(self, base: Path) -> Place:
        limit, cursor = self.parts["limit"], self.parts["cursor"]
        if limit:
            return Place(limit[0].path)
        return Place((*cursor[0].path[:-1], "limit") if cursor else (*base, "cursorPaging", "limit"))

    def _cursor_place(self) -> Place:
        cursor = self.parts["cursor"]
        return Place(cursor[0].path) if cursor else NOWHERE

    def _limit(self) -> int | None:
        for part in self.parts["limit"][:1]:
            limit = part.value
            if isinstance(limit, int) and not isinstance(limit, bool):
                return limit
            if self.diagnostics.is_hole(limit):
                return None
            instead = integer_of(limit)
            fix: Fix | None = None if instead is None else "intended"
            self.diagnostics.shape(part.path, "limit", "an integer", limit, instead=instead, fix=fix)
            return instead
        return None

    def _cursor(self) -> str | None:
        for part in self.parts["cursor"][:1]:
            cursor = part.value
            if self.diagnostics.is_hole(cursor):
                return None
            if not isinstance(cursor, str):
                self.diagnostics.shape(part.path, "cursor", "a string", cursor)
            elif len(cursor) > MAX_CURSOR_CHARS:
                help_ = "send the cursor exactly as it was received"
                self.diagnostics.too_long(part.path, "cursor", MAX_CURSOR_CHARS, len(cursor), help_)
            else:
                return cursor or None
        return None

    # -- names --------------------------------------------------------------------------------------------------

    def _rest(self, name: str) -> str:
        return ".".join([self._rest_names.get(part, part) for part in name.split(".")]) if self._rest_names else name

    def _knows(self, name: str) -> bool:
        return certain_field(self._schema, self._rest(name)) is not None
