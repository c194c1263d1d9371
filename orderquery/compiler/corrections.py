"""Corrections: a request with every certain fix made.

Only the parts of a request that a certain fix touches are printed anew, from what they mean; every other part stays as
it was written. How conditions share an object is decided in one place (:func:`~orderquery.syntax.json_printer.joined`),
so that no fix can overwrite another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import OrderQueryError
from ..diagnostics.place import Path
from ..language.schema import Schema
from ..syntax.ast import Search
from ..syntax.filter_reader import FilterReader, LimitReached
from ..syntax.holes import has_hole_key
from ..syntax.json_printer import joined, print_filter
from ..syntax.json_reader import Reader, Shape
from ..syntax.json_strings import filter_in_string
from ..syntax.part_names import part_elsewhere
from ..syntax.problems import Guesses, Problems
from ..syntax.sort_reader import SortEntry
from .checker import check_search

JSON = Any
MAX_ROUNDS = 8
"""A fix may reveal another mistake; more rounds than this are a fault of ours."""


Only = Literal["same-answer"] | Diagnostic | None
"""Which certain fixes to make: those of one class, that of one diagnostic, or all."""


class EndlessFixes(OrderQueryError):
    """Fixes that bring back what others removed: the search is left as it was."""


class Correction(NamedTuple):
    """A corrected request, and the diagnostics that are left in it."""

    value: JSON
    remaining: tuple[Diagnostic, ...]

    @property
    def whole(self) -> bool:
        """Whether no error is left."""
        return not any(diagnostic.severity == "error" for diagnostic in self.remaining)


def correct(
    value: JSON,
    check: Callable[[JSON], tuple[Diagnostic, ...]],
    fix: Callable[[JSON, Only], JSON],
    only: Only = None,
) -> Correction | None:
    """Fix a search until no certain fix is left.

    ``None`` if there is nothing to fix. With ``only``, some of the fixes are made.

    Raises:
        EndlessFixes: the fixes do not end.

    """
    current = value
    try:
        if isinstance(only, Diagnostic):
            fixed = fix(value, only)
            left = check(fixed)
            if any((d.code, d.place) == (only.code, only.place) for d in left):
                # In place only a part of the fix could be made.
                return correct(value, check, fix)
            return Correction(fixed, left)
        for _ in range(MAX_ROUNDS):
            diagnostics = check(current)
            is_left = any(diagnostic.certain for diagnostic in diagnostics)
            fixed = fix(current, only) if is_left else current
            # A limited fix may have to leave a place that has other mistakes, too.
            if not is_left or (only is not None and fixed == current):
                return None if current is value else Correction(current, diagnostics)
            current = fixed
    except RecursionError:
        # A Python object may contain itself; JSON cannot.
        return None
    raise EndlessFixes("the fixes of this search do not end, so none is made")


def fixed_request(document: JSON, shape: Shape, schema: Schema, diagnostics: Iterable[Diagnostic]) -> JSON:
    """Return a decoded request with the certain fixes of its diagnostics made."""
    return Fixer(document, shape, schema, diagnostics).request()


class Fixer:
    """Makes the certain fixes of some diagnostics of a decoded request."""

    def __init__(self, document: JSON, shape: Shape, schema: Schema, diagnostics: Iterable[Diagnostic]) -> None:
        self._document = document
        self._shape = shape
        self._schema = schema
        self._reader = Reader(document, shape, schema)
        paths = [d.place.path for d in diagnostics if d.certain and d.place.path is not None]
        self._touched = {path[:length] for path in paths for length in range(len(path) + 1)}

    def request(self) -> JSON:
        """Return the request with its fixes made."""
        reader = self._reader
        parts = {
            "filter": self._filter(),
            "sort": self._sort(),
            "cursorPaging": self._paging(),
        }
        found = {name: part for name, part in parts.items() if part is not None}
        names = [*(self._name_of(name) for name in reader.order), *found]
        search: dict[str, JSON] = {}
        for name in names:
            if name in found:
                search.setdefault(name, found[name])
            elif name in reader.rest["search"]:
                search.setdefault(name, reader.rest["search"][name])
        search |= {key: value for key, value in reader.rest["search"].items() if key not in search}
        if self._shape != "request":
            return search
        rest = dict(reader.rest["request"])
        if not isinstance(self._document, dict):
            return self._document
        if not isinstance(self._document.get("search") or {}, dict):
            # A search that cannot be read must not be lost.
            return self._document
        ordered = {key: rest[key] for key in self._document if key in rest}
        return {"search": search, **ordered}

    @staticmethod
    def _name_of(key: str) -> str:
        return part_elsewhere(key) or key

    # -- the filter --------------------------------------------------------------------------------------------

    def _filter(self) -> JSON:
        parts = self._reader.parts["filter"]
        filters = [self._filter_of(part.value, part.path) for part in parts]
        if not filters:
            return None
        if len(filters) == 1:
            return filters[0]
        return joined([part if isinstance(part, dict) else {"$and": [part]} for part in filters])

    def _filter_of(self, value: JSON, path: Path) -> JSON:
        if not isinstance(value, dict):
            decoded = filter_in_string(value)
            return value if decoded is None else self._filter_of(decoded, path)
        if path not in self._touched:
            return value
        return joined([self._entry(key, inner, (*path, key)) for key, inner in value.items()])

    def _entry(self, key: JSON, value: JSON, path: Path) -> dict[str, JSON]:
        """Return one key of a filter object, fixed."""
        if path not in self._touched or not isinstance(key, str):
            return {key: value}
        if key in ("$and", "$or") and isinstance(value, list | tuple) and value:
            return {key: [self._filter_of(part, (*path, index)) for index, part in enumerate(value)]}
        if key == "$not" and isinstance(value, dict):
            return {key: self._filter_of(value, path)}
        if key == "$not" and isinstance(value, list | tuple) and len(value) == 1:
            return {key: [self._filter_of(value[0], (*path, 0))]}
        rest_names = self._schema.rest_names if self._shape == "sdk" else {}
        try:
            tree = FilterReader(Problems(Guesses(0)), self._schema, rest_names).read({key: value}, path[:-1])
        except LimitReached:
            return {key: value}
        return print_filter(_mended(Search(tree), self._schema).filter, self._written_name)

    def _written_name(self, field: str) -> str:
        """Return the name of a field in the shape of the request."""
        return self._schema.to_sdk(field) if self._shape == "sdk" else field

    # -- sort and paging ---------------------------------------------------------------------------------------

    def _sort(self) -> JSON:
        parts = self._reader.parts["sort"]
        if not parts:
            return None
        value, path = parts[0].value, parts[0].path
        entries = self._reader.sort_entries
        if path not in self._touched or entries is None:
            return value
        keys = _mended(self._reader.search, self._schema).sort
        if not isinstance(value, list | tuple) or len(entries) != len(value):
            names = [(self._written_name(key.field), "DESC" if key.descending else "ASC") for key in keys]
            return [{"fieldName": name, "order": order} for name, order in names]
        by_place = {key.place: key for key in keys}
        fixed: list[JSON] = []
        for index, entry in enumerate(entries):
            if (*path, index) not in self._touched or (entry.key is None and not isinstance(entry.written, dict)):
                fixed.append(entry.written)
            elif entry.key is None:
                fixed.append(_made_entry(entry, entry.name))
            elif entry.key.place in by_place:
                fixed.append(_made_entry(entry, self._written_name(by_place[entry.key.place].field)))
            elif has_hole_key(entry.written):
                fixed.append(entry.written)
            # Another entry that has no effect is left out.
        return fixed

    def _paging(self) -> JSON:
        reader, found = self._reader, dict(self._reader.rest["cursorPaging"])
        limit, cursor = reader.parts["limit"], reader.parts["cursor"]
        paging: dict[str, JSON] = {}
        if limit:
            certain = limit[0].path in self._touched and reader.search.paging.limit is not None
            paging["limit"] = reader.search.paging.limit if certain else limit[0].value
        if cursor:
            paging["cursor"] = cursor[0].value
        return {**paging, **found} or None


def _mended(search: Search, schema: Schema) -> Search:
    """Return a search with its certain fixes made; without guesses, which are help."""
    return check_search(search, schema, guesses=Guesses(0)).mended


def _made_entry(entry: SortEntry, name: JSON) -> dict[str, JSON]:
    """Return a sort entry with its certain fixes, its keys in the order they had."""
    parts = {"fieldName": name, "order": entry.order}
    made = {**{key: part for key, part in parts.items() if part is not None}, **entry.rest}
    keeps_order = isinstance(entry.written, dict) and ("fieldName" in entry.written or has_hole_key(entry.written))
    written = entry.written if keeps_order else {}
    return {**{key: made[key] for key in written if key in made}, **made}
