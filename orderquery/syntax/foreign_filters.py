"""Filters of other tools in JSON, as the filter that they mean; help only.

Such as the query DSL of Elasticsearch, the rules of query builders, and the pipelines of MongoDB.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from ..diagnostics.diagnostic import Fix
from ..diagnostics.place import Path
from ..diagnostics.quoting import quoted
from ..language.fields import Field
from ..language.near import plain_name
from ..language.schema import Schema
from .ast import EVERYTHING, NO_PAGING, comparisons
from .filter_helps import list_for_filter
from .filter_keys import Guess, condition_in_parts
from .foreign_operators import value_of_field
from .json_printer import print_filter, write_help

JSON = Any
RowOf = Callable[[str], Field | None]

_MAX_LEVELS = 8
_MAX_PARTS = 50
_MAX_TEXT_CHARS = 1_000
_JOINS = ("combinator", "condition", "conjunction", "logic", "logicaloperator", "operator", "op", "type")
_LISTS = (
    "rules",
    "conditions",
    "filters",
    "children",
    "filtergroups",
    "groups",
    "expressions",
    "clauses",
    "predicates",
)
_CONNECTIVES = {"and": "$and", "&&": "$and", "all": "$and", "or": "$or", "||": "$or", "any": "$or"}
_BOOL = ("must", "filter", "should", "must_not", "minimum_should_match", "boost")
_RANGE = ("gt", "gte", "lt", "lte")
_MARK = "write: "


class ForeignFilters:
    """Reads the filters of other tools; a part that is not certain makes it ``None``."""

    def __init__(self, schema: Schema, row_of: RowOf, guess: Callable[[Field], Guess]) -> None:
        self._schema, self._row_of, self._guess = schema, row_of, guess

    def help_for_value(self, value: JSON) -> tuple[str, Fix | None]:
        """Return the help for a filter that is no object, and how sure it is."""
        help_ = self._help_for_text(value) if isinstance(value, str) and len(value) <= _MAX_TEXT_CHARS else ""
        return (help_, "guess") if help_ else list_for_filter(value, self.read_all)

    def _help_for_text(self, text: str) -> str:
        """Return the filter that a text in the text form is, or ``""``."""
        from .text_parser import parse_text

        search, _ = parse_text(text, self._schema)
        if search is None or search.sort or search.paging != NO_PAGING or search.filter == EVERYTHING:
            return ""
        for node in comparisons(search.filter):
            row = self._schema.by_name.get(node.field)
            values = node.operand if isinstance(node.operand, tuple) else (node.operand,)
            if row is None or node.operator not in row.operators:
                return ""
            if any(value is not None and value_of_field(value, row) != value for value in values):
                return ""
        return write_help(print_filter(search.filter))

    def help(self, value: dict[str, JSON]) -> str:
        """Return the help for an object in place of a filter, or ``""``."""
        if len(value) > _MAX_PARTS:
            return ""
        filter_ = self.read(value)
        if filter_ is not None:
            return write_help(filter_)
        first, inner = next(iter(value.items()))
        if len(value) == 1 and first in _CLAUSES and isinstance(inner, dict):
            return f"write the conditions of {quoted(first)} as fields of the filter"
        return condition_in_parts(value, self._row_of, self._guess)

    def help_outside(self, document: JSON, path: Path, *, in_search: bool) -> str:
        """Return the help for a key beside the parts of a search, or ``""``."""
        for step in path[:-1]:
            document = document[step]
        key, value = path[-1], document[path[-1]]
        if isinstance(key, str) and plain_name(key) in ("ids", "orderids") and isinstance(value, list):
            filter_ = self.ids({"values": value}, 0)
            return "" if filter_ is None else _placed(filter_, in_search=in_search)
        rules = rules_around(document, path[-1])
        filter_ = self.read({path[-1]: document[path[-1]]} if rules is None else rules)
        return "" if filter_ is None else _placed(filter_, in_search=in_search)

    def read(self, value: JSON, levels: int = _MAX_LEVELS) -> dict[str, JSON] | None:
        """Return the filter that an object of another tool means, or ``None``."""
        if not isinstance(value, dict) or not 0 < len(value) <= _MAX_PARTS or not levels:
            return None
        if not all(isinstance(key, str) for key in value):
            return None
        if len(value) == 1:
            ((key, inner),) = value.items()
            make = _CLAUSES.get(key)
            if make is not None:
                return make(self, inner, levels - 1)
        help_ = condition_in_parts(value, self._row_of, self._guess)
        if help_:
            return _filter_in(help_)
        return self._of_rules(value, levels - 1)

    def read_all(self, values: Iterable[JSON], levels: int = _MAX_LEVELS) -> list[JSON] | None:
        """Return the filters of a list, or ``None`` if one is not certain."""
        found = [self.read(value, levels) for value in list(values)[: _MAX_PARTS + 1]]
        return None if not found or len(found) > _MAX_PARTS or None in found else list(found)

    def _of_rules(self, value: dict[str, JSON], levels: int) -> dict[str, JSON] | None:
        """Read the rules of a query builder, with the word that joins them."""
        names = {plain_name(key): key for key in value}
        lists = [names[name] for name in names if name in _LISTS and isinstance(value[names[name]], list)]
        joins = [value[names[name]] for name in names if name in _JOINS]
        negated = any(name in ("not", "negated") and value[names[name]] is True for name in names)
        others = [name for name in names if name not in (*_LISTS, *_JOINS, "not", "negated", "id", "valid")]
        if len(lists) != 1 or len(joins) > 1 or others:
            return None
        default = "or" if plain_name(lists[0]) in ("filtergroups", "groups") else "and"
        connective = (
            _CONNECTIVES.get(joins[0].strip().lower() if isinstance(joins[0], str) else "")
            if joins
            else _CONNECTIVES[default]
        )
        parts = self.read_all(value[lists[0]], levels)
        if connective is None or parts is None:
            return None
        joined = _joined(connective, parts)
        return {"$not": joined} if negated else joined

    # -- the query DSL of Elasticsearch -------------------------------------------------------------------------

    def bool_(self, value: JSON, levels: int) -> dict[str, JSON] | None:
        """Read a join of clauses."""
        if not isinstance(value, dict) or not value or not set(value) <= set(_BOOL):
            return None
        lists = {key: part if isinstance(part, list) else [part] for key, part in value.items() if key in _BOOL[:4]}
        needed = value.get("minimum_should_match", 1)
        if lists.get("should") and (needed != 1 or (len(lists) > 1 and "minimum_should_match" not in value)):
            return None
        parts: list[JSON] = []
        for key, items in lists.items():
            read = self.read_all(items, levels) if items else []
            if read is None:
                return None
            if key == "must_not" and read:
                parts.append({"$not": _joined("$or", read)})
            elif key == "should" and read:
                parts.append(_joined("$or", read))
            else:
                parts += read
        return _joined("$and", parts) if parts else None

    def term(self, value: JSON, levels: int) -> dict[str, JSON] | None:
        """Read one value."""
        row, operand = self._field_and_value(value, ("value", "query"))
        return {row.name: operand} if row is not None and _fits(row, "$eq", [operand]) else None

    def match(self, value: JSON, levels: int) -> dict[str, JSON] | None:
        """Read one value, unless it is words of a text."""
        row, _ = self._field_and_value(value, ("value", "query"))
        # In a text it finds words.
        return None if row is None or row.type.name == "text" else self.term(value, levels)

    def terms(self, value: JSON, levels: int) -> dict[str, JSON] | None:
        """Read several values."""
        row, operand = self._field_and_value(value, ())
        is_list = isinstance(operand, list) and operand
        return {row.name: {"$in": operand}} if row is not None and is_list and _fits(row, "$in", operand) else None

    def range_(self, value: JSON, levels: int) -> dict[str, JSON] | None:
        """Read the bounds of a field."""
        row, bounds = self._field_and_value(value, ())
        if row is None or not isinstance(bounds, dict) or not bounds or not set(bounds) <= set(_RANGE):
            return None
        parts: list[JSON] = []
        for key, bound in bounds.items():
            written = value_of_field(bound, row) if key in ("gte", "lt") else bound
            if not _fits(row, f"${key}", [written]):
                return None
            parts.append({row.name: {f"${key}": written}})
        return _joined("$and", parts)

    def exists(self, value: JSON, levels: int) -> dict[str, JSON] | None:
        """Read a field that has a value."""
        row = self._named(value.get("field")) if isinstance(value, dict) and len(value) == 1 else None
        if row is None:
            return None
        return {row.name: {"$exists": True} if "$exists" in row.operators else {"$ne": None}}

    def prefix(self, value: JSON, levels: int) -> dict[str, JSON] | None:
        """Read the start of a text."""
        row, operand = self._field_and_value(value, ("value",))
        is_text = isinstance(operand, str) and operand
        return {row.name: {"$startsWith": operand}} if row and is_text and "$startsWith" in row.operators else None

    def ids(self, value: JSON, levels: int) -> dict[str, JSON] | None:
        """Read the ids of orders."""
        row = self._row_of("id")
        values = value.get("values") if isinstance(value, dict) else None
        if row is None or not isinstance(values, list) or not values:
            return None
        return {row.name: {"$in": values}} if _fits(row, "$in", values) else None

    def nested(self, value: JSON, levels: int) -> dict[str, JSON] | None:
        """Read the clause inside."""
        return self.read(value.get("query"), levels) if isinstance(value, dict) else None

    def _field_and_value(self, value: JSON, wrappers: tuple[str, ...]) -> tuple[Field | None, JSON]:
        if not isinstance(value, dict) or len(value) != 1:
            return None, None
        ((name, operand),) = value.items()
        if isinstance(operand, dict) and len(operand) == 1 and next(iter(operand)) in wrappers:
            operand = next(iter(operand.values()))
        return self._named(name), operand

    def _named(self, name: JSON) -> Field | None:
        return self._row_of(name.removesuffix(".keyword")) if isinstance(name, str) else None


_CLAUSES: dict[str, Callable[[ForeignFilters, JSON, int], dict[str, JSON] | None]] = {
    "bool": ForeignFilters.bool_,
    "term": ForeignFilters.term,
    "match": ForeignFilters.match,
    "match_phrase": ForeignFilters.match,
    "terms": ForeignFilters.terms,
    "range": ForeignFilters.range_,
    "exists": ForeignFilters.exists,
    "prefix": ForeignFilters.prefix,
    "ids": ForeignFilters.ids,
    "nested": ForeignFilters.nested,
}
"""Of Elasticsearch: a clause, and what reads its body."""


def rules_around(holder: JSON, key: JSON) -> dict[str, JSON] | None:
    """Return the rules of a query builder that a key holds, with the word beside it."""
    if not isinstance(key, str) or plain_name(key) not in _LISTS or not isinstance(holder[key], list):
        return None
    names = [name for name in holder if isinstance(name, str) and plain_name(name) in (*_JOINS, "not", "negated")]
    return {name: holder[name] for name in (*names, key)}


def shown_request(document: JSON) -> dict[str, JSON]:
    """Return what the help for a request that is no object shows."""
    instead = _request_of_pipeline(document)
    return {"example": {"search": {}}} if instead is None else {"instead": instead, "fix": "guess"}


def _request_of_pipeline(stages: JSON) -> dict[str, JSON] | None:
    """Return the request that the stages of a MongoDB pipeline are, or ``None``."""
    if not isinstance(stages, list) or not all(isinstance(stage, dict) and len(stage) == 1 for stage in stages):
        return None
    found: dict[str, JSON] = {}
    filters: list[JSON] = []
    for stage in stages:
        ((name, value),) = stage.items()
        if name == "$match" and isinstance(value, dict) and value and not set(found) & {"limit"}:
            filters.append(value)
        elif name == "$sort" and isinstance(value, dict) and "sort" not in found and "limit" not in found:
            if not value or not all(isinstance(key, str) and way in (1, -1) for key, way in value.items()):
                return None
            found["sort"] = [{"fieldName": key, "order": "ASC" if way == 1 else "DESC"} for key, way in value.items()]
        elif name == "$limit" and type(value) is int and "limit" not in found:
            found["limit"] = value
        else:
            return None
    search = {"filter": _joined("$and", filters)} if filters else {}
    search.update({"sort": found["sort"]} if "sort" in found else {})
    search.update({"cursorPaging": {"limit": found["limit"]}} if "limit" in found else {})
    return {"search": search} if search else None


def _placed(filter_: JSON, *, in_search: bool) -> str:
    """Return the help that writes a filter at the place of a key."""
    return write_help({"filter": filter_} if in_search else {"search": {"filter": filter_}})


def _joined(connective: str, parts: list[JSON]) -> dict[str, JSON]:
    return parts[0] if len(parts) == 1 else {connective: parts}


def _fits(row: Field, operator: str, values: Iterable[JSON]) -> bool:
    fits = all(value is not None and value_of_field(value, row) == value for value in values)
    return operator in row.operators and fits


def _filter_in(help_: str) -> dict[str, JSON] | None:
    """Return the filter that a help shows."""
    if not help_.startswith(_MARK):
        return None
    try:
        found = json.loads(help_.removeprefix(_MARK).split("\n")[0])
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
