"""A request of the older Stores API, read as a bare search, and written back.

``{"query": {"filter": "<JSON text>", "sort": "<JSON text>", "paging": {"limit", "offset"}}}``, in every form that
clients send it: filter and sort as text or as values, one sort object, dates as milliseconds, the inner object alone
(D90).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ..diagnostics.diagnostic import Diagnostic, Fix
from ..diagnostics.place import Path, Place
from ..diagnostics.quoting import described, quoted
from ..language.datetimes import instant_from
from ..language.elsewhere import certain_field
from ..language.fields import Field
from ..language.limits import MAX_FILTER_LEVELS, MAX_FILTER_NODES
from ..language.near import near_name
from ..language.operators import CONNECTIVES, OPERATORS, Takes
from ..language.schema import DEFAULT_SCHEMA, STORES_SCHEMA, Schema, load_schema
from .holes import Hole, has_hole_key, is_spread
from .json_decoder import json_mistake
from .json_printer import encode_json, write_help
from .json_strings import json_in_string
from .problems import Problems
from .sort_words import is_descending

JSON = Any
QUERY_KEYS = ("filter", "sort", "paging")
PAGING_KEYS = ("limit", "offset")
_MAX_NODES = MAX_FILTER_NODES
"""Of a filter; the rest is left to the reader of searches, which reports it. A Python object may contain itself."""
_MAX_STEPS = 2 * MAX_FILTER_LEVELS + 2
_MAX_DIGITS = 15
"""Of a number of milliseconds."""
_ANY_OF = "$hasSome"
"""On a field of one value it means ``$in``."""
_SORT_EXAMPLE = [{"dateCreated": "desc"}]


class StoresQuery:
    """A decoded request, and the bare search that it means.

    ``search`` has the names of the table, ``diagnostics`` what is wrong with the form of the request. ``offset`` is the
    number of orders to skip. ``has_misnamed_part`` tells that a filter, a sort or a paging is under another key.
    """

    def __init__(self, document: JSON, schema: Schema) -> None:
        self.diagnostics = Problems()
        self.search: dict[str, JSON] = {}
        self.has_misnamed_part = False
        self.offset = 0
        self.offset_path: Path | None = None
        self._document = document
        self._schema = schema
        self._moved: dict[Path, Place] = {}
        self._nodes = 0
        self._sort_keys = 0
        self._base: Path = ("query",) if isinstance(document, dict) and "query" in document else ()
        self._moved[()] = Place(self._base)
        self._request()

    # -- reading ------------------------------------------------------------------------------------------------

    def _request(self) -> None:
        document = self._document
        if self.diagnostics.is_hole(document):
            return
        if not isinstance(document, dict):
            self.diagnostics.shape((), "the request", "an object", document, example={"query": {}})
            return
        for key in document if self._base else ():
            if key != "query":
                self._unknown(key, (key,), "the request")
        query = document["query"] if self._base else document
        if query is None or self.diagnostics.is_hole(query):
            return
        if not isinstance(query, dict):
            self.diagnostics.shape(
                self._base, "query", "an object", query, example={"filter": '{"paymentStatus": "PAID"}'}
            )
            return
        for key, value in query.items():
            path = (*self._base, key)
            if key not in QUERY_KEYS:
                self._unknown(key, path, "query")
            elif value is not None and value != "":
                {"filter": self._filter, "sort": self._sort, "paging": self._paging}[key](value, path)

    def _unknown(self, key: JSON, path: Path, where: str) -> None:
        if self.diagnostics.is_hole(key):
            return
        shown = quoted(key) if isinstance(key, str) else "that is not a string"
        help_ = f"remove {quoted(key)}" if isinstance(key, str) else "remove it"
        part = near_name(key, QUERY_KEYS) if isinstance(key, str) and where != "paging" else None
        if part is not None:
            self.has_misnamed_part = True
            help_ = f"did you mean {quoted(part)}?" if where == "query" else f'move {quoted(key)} into "query"'
        self.diagnostics.add("ignored-key", f"unknown key {shown} in {where}", help_, path, "guess", at_key=True)

    def _decoded(self, value: JSON, path: Path, openings: str) -> JSON:
        """Return the JSON that a text holds; ``None`` after a mistake, which is reported."""
        if not isinstance(value, str):
            return value
        decoded = json_in_string(value, openings)
        if decoded is not None:
            return decoded
        from .literal_parser import read_literal

        located = read_literal(value, self._schema)
        found = list(located.diagnostics)
        if not found and isinstance(located.value, dict | list):
            mistake = json_mistake(value)
            found = [] if mistake is None else [mistake]
        for problem in found:
            at = Place(path, problem.span)
            if problem.code == "duplicate-key":
                at = Place((*path, *(problem.place.path or ())), None, "key")
            self.diagnostics.append(Diagnostic(problem.code, problem.message, problem.help, at))
        return located.value if isinstance(located.value, dict | list) else None

    def _filter(self, value: JSON, path: Path) -> None:
        decoded = self._decoded(value, path, "{")
        self._moved[("filter",)] = Place(path)
        if decoded is not None:
            self.search["filter"] = self._read_filter(decoded, ("filter",))
        elif not any(problem.place.path and problem.place.path[: len(path)] == path for problem in self.diagnostics):
            self.diagnostics.shape(path, "a filter", "an object", value, example={"paymentStatus": "PAID"})

    def _read_filter(self, value: JSON, path: Path) -> JSON:
        """Return a filter with the operators and dates of the language."""
        self._nodes += 1
        if not isinstance(value, dict) or self._nodes > _MAX_NODES or len(path) > _MAX_STEPS:
            return value
        found: dict[str, JSON] = {}
        for key, inner in value.items():
            at = (*path, key)
            row = self._schema.find(certain_field(self._schema, key) or "") if isinstance(key, str) else None
            if key in CONNECTIVES:
                is_list = isinstance(inner, list | tuple)
                parts = [self._read_filter(part, (*at, i)) for i, part in enumerate(inner)] if is_list else []
                found[key] = parts if is_list else self._read_filter(inner, at)
            elif row is not None and isinstance(inner, dict):
                condition = dict(self._operators(row, inner, at))
                if condition or not inner:
                    found[key] = condition
            else:
                found[key] = inner if row is None else _values(row, inner)
        return found

    def _operators(self, row: Field, written: dict[str, JSON], path: Path) -> Iterator[tuple[str, JSON]]:
        for name, operand in written.items():
            if name in row.unread_operators and name not in OPERATORS:
                self._no_operator(row, name, operand, (*path, name))
                continue
            read = "$in" if name == _ANY_OF and not row.many and "$in" in row.operators else name
            if read != name and read not in written:
                self._moved[(*path, read)] = Place(self.place(Place((*path, name))).path)
            yield (read if read not in written or read == name else name), _values(row, operand)

    def _no_operator(self, row: Field, name: str, operand: JSON, path: Path) -> None:
        message = f"{quoted(name)} of {row.name} has no counterpart"
        prefix = [other for other in row.operators if OPERATORS[other].takes is Takes.TEXT]
        help_ = write_help({row.name: {prefix[0]: operand}}) if prefix and isinstance(operand, str) else ""
        help_ = f"{help_}, which finds the start of the text only" if help_ else row.list_operators(row.operators)
        place = self.place(Place(path, None, "key"))
        fix: Fix | None = "guess" if prefix else None
        self.diagnostics.append(Diagnostic("no-counterpart", message, help_, place, fix=fix))

    def _sort(self, value: JSON, path: Path) -> None:
        decoded = self._decoded(value, path, "[{")
        if decoded is None:
            if not any(problem.place.path == path for problem in self.diagnostics):
                self._bad_sort(value, path)
            return
        self._moved[("sort",)] = Place(path)
        entries = [decoded] if isinstance(decoded, dict) else decoded
        if self.diagnostics.is_hole(entries):
            self.search["sort"] = entries
            return
        if not isinstance(entries, list):
            self._bad_sort(value, path)
            return
        places = [path] if entries is not decoded else [(*path, index) for index in range(len(entries))]
        keys = [key for at, entry in zip(places, entries, strict=True) for key in self._entry(entry, at)]
        if keys:
            self.search["sort"] = keys

    def _bad_sort(self, value: JSON, path: Path) -> None:
        self.diagnostics.shape(path, "sort", "a list of objects", value, example=_SORT_EXAMPLE)

    def _entry(self, entry: JSON, at: Path) -> Iterator[JSON]:
        """Yield the sort keys of an object such as ``{"number": "desc"}``."""
        if self.diagnostics.is_hole(entry):
            self._sort_keys += 1
            yield entry
            return
        if not isinstance(entry, dict) or not entry:
            self.diagnostics.shape(at, "a sort entry", "an object", entry, example=_SORT_EXAMPLE[0])
            return
        if isinstance(entry.get("fieldName"), str | Hole):
            entry = {entry["fieldName"]: entry.get("order", "asc")}
        for name, order in entry.items():
            if is_spread(name):
                self._sort_keys += 1
                yield {name: name}
                continue
            descending = is_descending(order)
            is_hole = self.diagnostics.is_hole(order)
            if descending is None and not is_hole:
                message = f"{described(order)} is not a sort order"
                self.diagnostics.add(
                    "bad-order", message, 'write: "asc" or "desc"', (*at, name) if isinstance(name, str) else at
                )
                descending = False
            inner = ("sort", self._sort_keys)
            self._sort_keys += 1
            self._moved[(*inner, "fieldName")] = Place((*at, name), None, "key")
            self._moved[inner] = Place((*at, name))
            yield {"fieldName": name, "order": order if is_hole else "DESC" if descending else "ASC"}

    def _paging(self, value: JSON, path: Path) -> None:
        if self.diagnostics.is_hole(value):
            return
        if not isinstance(value, dict):
            self.diagnostics.shape(path, "paging", "an object", value, example={"limit": 50, "offset": 0})
            return
        self._moved[("cursorPaging",)] = Place(path)
        for key, inner in value.items():
            if key == "limit" and inner is not None:
                self.search["cursorPaging"] = {"limit": inner}
            elif key == "offset" and inner is not None:
                self._offset(inner, (*path, key))
            elif key not in PAGING_KEYS:
                self._unknown(key, (*path, key), "paging")

    def _offset(self, value: JSON, path: Path) -> None:
        if self.diagnostics.is_hole(value):
            return
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.diagnostics.shape(path, "offset", "a non-negative integer", value)
        else:
            self.offset, self.offset_path = value, path

    # -- places -------------------------------------------------------------------------------------------------

    def place(self, place: Place) -> Place:
        """Return the place in the request of a place in the bare search."""
        path = place.path or ()
        for length in range(len(path), -1, -1):
            start = self._moved.get(path[:length])
            if start is not None:
                at = start.at if length == len(path) and start.at == "key" else place.at
                return Place((*(start.path or ()), *path[length:]), None, at)
        return place

    # -- writing ------------------------------------------------------------------------------------------------

    def written(self, search: dict[str, JSON]) -> JSON:
        """Return the request with another search in it; equal parts stay as written."""
        query = self._document["query"] if self._base else self._document
        changed = dict(query)
        if search.get("filter") != self.search.get("filter"):
            self._put(changed, "filter", self._write_filter(search.get("filter")))
        if search.get("sort") != self.search.get("sort"):
            keys = list(map(_written_key, search.get("sort") or ()))
            one = isinstance(query.get("sort"), dict) and len(keys) == 1
            self._put(changed, "sort", keys[0] if one else keys)
        limit = (search.get("cursorPaging") or {}).get("limit")
        if limit is not None and limit is not (self.search.get("cursorPaging") or {}).get("limit"):
            changed["paging"] = {**query["paging"], "limit": limit}
        return {**self._document, "query": changed} if self._base else changed

    @staticmethod
    def _put(query: dict[str, JSON], key: str, value: JSON) -> None:
        """Put a part into the query: as text if it was a text."""
        if not value:
            query.pop(key, None)
        else:
            query[key] = encode_json(value).decode("utf-8") if isinstance(query.get(key), str) else value

    def _write_filter(self, value: JSON) -> JSON:
        if isinstance(value, list):
            return [self._write_filter(part) for part in value]
        if not isinstance(value, dict):
            return value
        return {key: self._write_condition(key, inner) for key, inner in value.items()}

    def _write_condition(self, key: str, inner: JSON) -> JSON:
        if key in CONNECTIVES or not isinstance(inner, dict):
            return self._write_filter(inner) if key in CONNECTIVES else inner
        return {wire_operator(name): operand for name, operand in inner.items()}


def _written_key(key: JSON) -> JSON:
    if isinstance(key, Hole) or has_hole_key(key):
        return key
    order = key.get("order", "ASC")
    return {key["fieldName"]: order if isinstance(order, Hole) else order.lower()}


def wire_operator(name: str) -> str:
    """Return the name of an operator in a request of the Stores API."""
    return _ANY_OF if name == "$in" else name


def _values(row: Field, operand: JSON) -> JSON:
    """Return an operand with date-times in place of milliseconds."""
    if row.type.name != "instant":
        return operand
    if isinstance(operand, list | tuple):
        return [_values(row, item) for item in operand]
    number = Decimal(repr(operand)) if isinstance(operand, float) else operand
    if isinstance(number, Decimal) and number.is_finite() and number.adjusted() < _MAX_DIGITS and number == int(number):
        number = int(number)
    is_integer = isinstance(number, int) and not isinstance(number, bool)
    return (instant_from(number) or operand) if is_integer else operand


def looks_like_stores_query(document: JSON) -> bool:
    """Return whether a request is certainly one of the older Stores API (D90).

    It has a ``query`` without a ``search``, and in it a text for filter or sort, an offset, or a name that only the
    older table has; and it has no name that only the newer table has.
    """
    if not isinstance(document, dict) or "search" in document or not isinstance(document.get("query"), dict):
        return False
    query = document["query"]
    filter_, sort, paging = (query.get(key) for key in QUERY_KEYS)
    decoded = json_in_string(filter_, "{") or filter_, json_in_string(sort, "[{") or sort
    names = {*_names(decoded[0]), *_sort_names(decoded[1])}
    old, new = load_schema(STORES_SCHEMA).by_name.keys(), load_schema(DEFAULT_SCHEMA).by_name.keys()
    if names & (new - old):
        return False
    has_text = _opens(filter_, "{") or _opens(sort, "[{")
    return has_text or (isinstance(paging, dict) and "offset" in paging) or bool(names & (old - new))


def _opens(value: JSON, brackets: str) -> bool:
    return isinstance(value, str) and value.strip()[:1] in tuple(brackets)


def _names(value: JSON) -> Iterator[str]:
    """Yield the field names of a filter."""
    waiting, count = [value], 0
    while waiting and count < _MAX_NODES:
        part = waiting.pop()
        count += 1
        if isinstance(part, list):
            waiting += part[:_MAX_NODES]
        elif isinstance(part, dict):
            waiting += [inner for key, inner in part.items() if key in CONNECTIVES]
            yield from (key for key in part if isinstance(key, str))


def _sort_names(sort: JSON) -> Iterator[str]:
    for entry in [sort] if isinstance(sort, dict) else sort if isinstance(sort, list) else ():
        if isinstance(entry, dict):
            yield from (key for key in (*entry, entry.get("fieldName")) if isinstance(key, str))
