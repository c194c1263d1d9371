"""Check an AST against a table of fields, and build its query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.edits import Edit
from ..diagnostics.place import Place
from ..diagnostics.quoting import described, quoted
from ..language.conditions import TRUE, Condition, Kind, all_of, any_of, negate, one_of, tests_of
from ..language.datetimes import could_begin_instant, has_offset
from ..language.fields import Field
from ..language.operators import CONNECTIVES, OPERATORS, Operator, Takes
from ..language.schema import Schema
from ..language.types import UnfitOperand, fold, has_lone_surrogate, is_guid
from ..syntax.ast import EVERYTHING, And, Comparison, Filter, Not, Or, Search, SortKey
from ..syntax.json_printer import write_help
from . import suggestions
from .query import Query, SortField

JSON = Any


def check_search(search: Search, schema: Schema) -> tuple[tuple[Diagnostic, ...], Query | None]:
    """Return every problem of an AST, and its query if none of them is refused."""
    checker = _Checker(schema)
    condition = checker.condition(search.filter)
    sort = checker.sort(search)
    limit = checker.limit(search)
    if search.paging.cursor:
        checker.sent_along(search)
    diagnostics = tuple(checker.diagnostics)
    if diagnostics and any(diagnostic.refused for diagnostic in diagnostics):
        return diagnostics, None
    return diagnostics, Query(
        schema=schema,
        tree=_with_table_names(search, schema) if checker.aliases else search,
        condition=all_of((visible(schema), condition)),
        sort=sort,
        limit=limit,
        cursor=search.paging.cursor,
        filter_sent=search.filter != EVERYTHING,
        sort_sent=bool(search.sort),
        limit_sent=search.paging.limit is not None,
    )


@lru_cache(maxsize=64)
def visible(schema: Schema) -> Condition:
    """Return the condition that an order is not one of those that no search returns."""
    if schema.hidden is None:
        return TRUE
    field, values = schema.hidden
    return negate(one_of(field, values))


def _with_table_names(search: Search, schema: Schema) -> Search:
    names = {name: row.name for name, row in schema.by_name.items()}
    sort = tuple(replace(key, field=names[key.field]) for key in search.sort)
    return replace(search, filter=_renamed(search.filter, names), sort=sort)


def _renamed(tree: Filter, names: Mapping[str, str]) -> Filter:
    if isinstance(tree, Comparison):
        return replace(tree, field=names[tree.field])
    if isinstance(tree, Not):
        return Not(_renamed(tree.child, names))
    children = tuple(_renamed(child, names) for child in tree.children)
    return And(children) if isinstance(tree, And) else Or(children)


class _Checker:
    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.diagnostics: list[Diagnostic] = []
        self.aliases = False
        """Whether the search names a field by an alias."""
        self._rows = schema.by_name
        self._hidden_field = None if schema.hidden is None else schema.hidden[0]
        self._unknown: set[Place] = set()

    # -- the filter --------------------------------------------------------------------------------------------

    def condition(self, tree: Filter) -> Condition:
        if isinstance(tree, Comparison):
            return self._comparison(tree) or TRUE
        if isinstance(tree, Not):
            return negate(self.condition(tree.child))
        join = all_of if isinstance(tree, And) else any_of
        return join([self.condition(child) for child in tree.children])

    def _comparison(self, node: Comparison) -> Condition | None:
        row, operator = self._rows.get(node.field), OPERATORS.get(node.operator)
        if row is None or operator is None or operator.name not in row.operators:
            self._unusable(node, row, operator)
            return None
        if row.name != node.field:
            self.aliases = True
        before = len(self.diagnostics)
        operand = self._operand(node, row, operator)
        if row is self._hidden_field and operand is not None:
            self._hidden(node, row, operator.meaning(row, operand))
        if len(self.diagnostics) > before and any(diagnostic.refused for diagnostic in self.diagnostics[before:]):
            return None
        return operator.meaning(row, operand)

    def _unusable(self, node: Comparison, row: Field | None, operator: Operator | None) -> None:
        """Report a field or an operator that does not exist, or that do not go together."""
        name = node.operator
        nested = operator is None and (not name.startswith("$") or name in CONNECTIVES)
        if row is None and not nested and node.field_place not in self._unknown:
            place = node.field_place
            self._unknown.add(place)
            help_, fix = suggestions.unknown_field(self.schema, node.field, place.path)
            self._add("unknown-field", f"unknown field {quoted(node.field)}", help_, place, fix)
        if operator is None:
            help_, fix = suggestions.unknown_operator(self.schema, node, node.place.path)
            message = f"unknown operator {quoted(name)}"
            if name in CONNECTIVES:
                message = f"{quoted(name)} is not allowed under a field"
            self._add("unknown-operator", message, help_, node.place.of_key(), fix)
        elif row is not None:
            help_, fix = suggestions.operator_not_allowed(node, row, self.schema)
            place = node.operator_place or node.place.of_key()
            spelled = operator.name if place.path is not None else operator.spellings[0].words
            self._add("operator-not-allowed", f"{quoted(spelled)} is not supported for {row.name}", help_, place, fix)

    def _operand(self, node: Comparison, row: Field, operator: Operator) -> Any:
        operand, takes = node.operand, operator.takes
        if takes is Takes.FLAG:
            return operand if isinstance(operand, bool) else self._misshapen(node, row)
        if isinstance(operand, dict):
            return self._misshapen(node, row)
        if takes is Takes.VALUES:
            if not isinstance(operand, tuple):
                return self._misshapen(node, row)
            if not operand:
                self._empty(operator, node.place)
            return tuple([self._element(node, item, index, row, operator) for index, item in enumerate(operand)])
        if isinstance(operand, tuple):
            if not (operator.lists and row.many):
                return self._misshapen(node, row)
            return self._whole_list(node, operand, row, operator)
        if takes is Takes.TEXT:
            return self._prefix(node, row)
        return None if operand is None and operator.nulls else self._value(operand, row, operator, node.place)

    def _whole_list(self, node: Comparison, operand: tuple[JSON, ...], row: Field, operator: Operator) -> list[Any]:
        if not operand:
            self._empty(operator, node.place)
        nulls = [index for index, item in enumerate(operand) if item is None]
        for index in nulls:
            message = f"null is not allowed in a list that {operator.name} compares as a whole"
            self._add("operand-type", message, "remove null", _item_place(node.place, index))
        return [self._element(node, item, i, row, operator) for i, item in enumerate(operand) if i not in nulls]

    def _element(self, node: Comparison, item: JSON, index: int, row: Field, operator: Operator) -> Any:
        if isinstance(item, tuple | list | dict):
            message = f"a list inside the list of {operator.name}"
            self._add("operand-shape", message, "put all values into one list", _item_place(node.place, index))
            return None
        return None if item is None and operator.nulls else self._value(item, row, operator, node.place, index)

    def _value(self, item: JSON, row: Field, operator: Operator, at: Place, index: int | None = None) -> Any:
        kind = row.type
        try:
            if item is None:
                return self._null(row, operator, _item_place(at, index))
            value = kind.operand(item)
        except UnfitOperand as problem:
            self._unfit(problem, row, item, _item_place(at, index))
            return None
        name = kind.name
        if name == "enum":
            if row.values and item not in row.values:
                help_, near = suggestions.unknown_enum_value(row, item)
                place = _item_place(at, index)
                message = f"{quoted(item)} is not a value of {row.name}"
                self._add("unknown-enum-value", message, help_, place, _put(place, near) if near else ())
        elif name == "instant":
            if item[-1] not in "Zz" and not has_offset(item):
                place = _item_place(at, index)
                message = f"{quoted(item)} has no UTC offset and is read as UTC"
                self._add("no-offset", message, f'write: "{item}Z"', place, _put(place, item + "Z"))
        elif name == "guid" and not is_guid(item):
            help_ = 'write a GUID such as "6f759095-0701-4075-9908-c9c31ff013e1"'
            self._add("not-a-guid", f"{quoted(item)} is not a GUID", help_, _item_place(at, index))
        return value

    def _unfit(self, problem: UnfitOperand, row: Field, item: JSON, place: Place) -> None:
        message = f"{row.name} takes {problem.wanted}, not {described(item)}"
        if problem.instead is None:
            self._add("operand-type", message, f"write {problem.wanted}", place)
        else:
            self._add("operand-type", message, write_help(problem.instead), place, _put(place, problem.instead))

    def _null(self, row: Field, operator: Operator, place: Place) -> None:
        help_ = "remove null"
        if "$eq" in row.operators:
            help_ = 'write: {"$eq": null} to find orders without a value'
        self._add("operand-type", f"{operator.name} does not take null", help_, place)

    def _prefix(self, node: Comparison, row: Field) -> str | None:
        operand, place = node.operand, node.place
        if not isinstance(operand, str) or has_lone_surrogate(operand):
            wanted = "a string" if not isinstance(operand, str) else "a string without lone surrogates"
            instead = "true" if operand is True else "false" if operand is False else None
            fix = _put(place, instead) if instead else ()
            message = f"{node.operator} takes {wanted}, not {described(operand)}"
            self._add("operand-type", message, write_help(instead) if instead else f"write {wanted}", place, fix)
            return None
        kind = row.type.name
        if kind == "boolean":
            possible = any(text.startswith(fold(operand)) for text in ("true", "false"))
            code = "prefix-of-boolean" if possible else "never-matches"
            message = f'{node.operator} compares {row.name} as the text "true" or "false"'
            begun = [word == "true" for word in ("true", "false") if operand and word.startswith(fold(operand))]
            value = begun[0] if begun else None
            fix = (Edit("put", place.path[:-1], value),) if begun and place.path else ()
            self._add(code, message, write_help({row.name: bool(value)}), place, fix)
        elif kind == "instant" and not could_begin_instant(operand):
            message = f"no date-time starts with {quoted(operand)}"
            help_ = 'write the start of a date-time such as "2024-03-07T10:24:03.380Z"'
            self._add("never-matches", message, help_, place)
        return operand

    def _hidden(self, node: Comparison, row: Field, condition: Condition) -> None:
        assert self.schema.hidden is not None
        wanted = {
            value
            for test in tests_of(condition)
            if not test.negated and test.kind in (Kind.EQUALS, Kind.ONE_OF)
            for value in (test.operand if test.kind is Kind.ONE_OF else (test.operand,))
        }
        for value in self.schema.hidden[1]:
            if value in wanted:
                index = node.operand.index(value) if isinstance(node.operand, tuple) else None
                message = f"no search returns orders with {row.name} {quoted(value)}"
                self._add("hidden-value", message, f"remove {quoted(value)}", _item_place(node.place, index))

    def _empty(self, operator: Operator, place: Place) -> None:
        message = f"{operator.name} with an empty list {operator.when_empty}"
        self._add("empty-list", message, "add a value, or remove the condition", place)

    def _misshapen(self, node: Comparison, row: Field) -> None:
        help_, instead = suggestions.operand_shape(node, row)
        message = f"{node.operator} takes {OPERATORS[node.operator].takes.value}, not {described(node.operand)}"
        self._add("operand-shape", message, help_, node.place, _put(node.place, instead) if instead is not None else ())

    # -- sort and paging ---------------------------------------------------------------------------------------

    def sort(self, search: Search) -> tuple[SortField, ...]:
        if not search.sort:
            return _default_sort(self.schema)
        if len(search.sort) > self.schema.max_sorts:
            self._too_many_sorts(search)
        keys: dict[Field, bool] = {}
        for key in search.sort:
            row = self._sort_field(key)
            if row is None:
                continue
            if row in keys:
                path = key.place.path
                fix = (Edit("drop", path[:-1]),) if path is not None else ()
                message = f"duplicate sort field {quoted(row.name)}: this entry has no effect"
                self._add("duplicate-sort", message, "remove this entry", key.place, fix)
            else:
                keys[row] = key.descending
        return _total_order(keys, self.schema)

    def _too_many_sorts(self, search: Search) -> None:
        most, path = self.schema.max_sorts, search.sort_place.path
        kept = [_entry(key) for key in search.sort[:most]]
        fix = (Edit("put", path, kept),) if path is not None else ()
        message = f"sort has {len(search.sort)} entries; the limit is {most}"
        place = search.sort_place if path is not None else search.sort[most].place
        self._add("too-many-sorts", message, f"keep the first {most}", place, fix, {"threshold": most})

    def _sort_field(self, key: SortKey) -> Field | None:
        row = self._rows.get(key.field)
        if row is None:
            help_, fix = suggestions.unknown_field(self.schema, key.field, key.place.path, sorting=True)
            self._add("unknown-field", f"unknown field {quoted(key.field)}", help_, key.place, fix)
            return None
        if row.name != key.field:
            self.aliases = True
        if not row.sortable:
            help_ = suggestions.sortable_fields(self.schema)
            self._add("not-sortable", f"{quoted(row.name)} is not sortable", help_, key.place)
            return None
        if not row.documented_sort:
            message = f"{quoted(row.name)} is not documented as sortable; only the documented sample sorts by it"
            self._add("undocumented-sort", message, suggestions.sortable_fields(self.schema), key.place)
        return row

    def limit(self, search: Search) -> int:
        limit, most = search.paging.limit, self.schema.max_limit
        if limit is None:
            return self.schema.limit
        if not 1 <= limit <= most:
            nearest = 1 if limit < 1 else most
            place = search.paging.place
            facts = {"threshold": nearest, "bound": "MIN" if limit < 1 else "MAX"}
            message = f"limit must be 1 to {most}, not {described(limit)}"
            help_ = f"write {nearest} and follow the cursors"
            self._add("limit-out-of-range", message, help_, place, _put(place, nearest), facts)
        return limit

    def sent_along(self, search: Search) -> None:
        parts: tuple[tuple[str, bool, Place], ...] = (
            ("filter", search.filter != EVERYTHING, search.filter_place),
            ("sort", bool(search.sort), search.sort_place),
        )
        for name, sent, place in parts:
            if sent:
                message = f"{name} sent with a cursor, which already contains it"
                fix = (Edit("drop", place.path),) if place.path is not None else ()
                self._add("cursor-with-search", message, f"remove {name}", place, fix)

    def _add(
        self,
        code: str,
        message: str,
        help_: str,
        place: Place,
        fix: tuple[Edit, ...] = (),
        facts: Mapping[str, JSON] | None = None,
    ) -> None:
        self.diagnostics.append(Diagnostic(code, message, help_, place, span=place.span, fix=fix, facts=facts or {}))


@lru_cache(maxsize=64)
def _default_sort(schema: Schema) -> tuple[SortField, ...]:
    return _total_order(dict(schema.sort), schema)


def _total_order(keys: dict[Field, bool], schema: Schema) -> tuple[SortField, ...]:
    if schema.key in keys:
        # No two orders share a key, so fields after it cannot change the order.
        keys = dict(list(keys.items())[: list(keys).index(schema.key) + 1])
    else:
        keys[schema.key] = list(keys.values())[-1] if keys else False
    return tuple(SortField(row, descending) for row, descending in keys.items())


def _item_place(place: Place, index: int | None) -> Place:
    return place if index is None or place.path is None else place / index


def _entry(key: SortKey) -> dict[str, str]:
    return {"fieldName": key.field, "order": "DESC" if key.descending else "ASC"}


def _put(place: Place, value: JSON) -> tuple[Edit, ...]:
    return (Edit("put", place.path, value),) if place.path is not None else ()
