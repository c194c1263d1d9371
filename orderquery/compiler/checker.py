"""A search against a table: every problem, each once, and a plan whenever nothing is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..compiler.query import Query
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.edits import Edit
from ..diagnostics.place import Path, Place
from ..language.conditions import TRUE, Condition, Kind, all_of, any_of, negate, one_of, tests_of
from ..language.datetimes import could_begin_instant, has_offset
from ..language.fields import Field
from ..language.operators import CONNECTIVES, OPERATORS, Operator, Takes
from ..language.schema import Schema
from ..language.types import UnfitOperand, fold, has_lone_surrogate, is_guid
from ..syntax.ast import EVERYTHING, And, Comparison, Filter, Not, Or, Search, SortKey
from ..syntax.unknown_keys import corrected_help
from . import suggestions as advice
from .query import SortField

JSON = Any


def check_search(search: Search, schema: Schema) -> tuple[tuple[Diagnostic, ...], Query | None]:
    """All that is wrong with a tree, and what it means if nothing in it is refused."""
    checker = _Checker(schema)
    condition = checker.condition(search.filter)
    sort = checker.sort(search)
    limit = checker.limit(search)
    if search.paging.cursor:
        checker.sent_along(search)
    diagnostics = tuple(checker.diagnostics)
    if any(diagnostic.refused for diagnostic in diagnostics):
        return diagnostics, None
    return diagnostics, Query(
        schema=schema,
        tree=replace(search, filter=checker.named(search.filter), sort=_named_sort(search.sort, schema)),
        condition=all_of([visible(schema), condition]),
        sort=sort,
        limit=limit,
        cursor=search.paging.cursor,
        filter_sent=search.filter != EVERYTHING,
        sort_sent=bool(search.sort),
        limit_sent=search.paging.limit is not None,
    )


def visible(schema: Schema) -> Condition:
    """That an order is none of those no search returns."""
    if schema.hidden is None:
        return TRUE
    field, values = schema.hidden
    return negate(one_of(field, values))


def _named_sort(keys: tuple[SortKey, ...], schema: Schema) -> tuple[SortKey, ...]:
    found = ((key, schema.find(key.field)) for key in keys)
    return tuple(replace(key, field=row.name) for key, row in found if row is not None)


class _Checker:
    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.diagnostics: list[Diagnostic] = []
        self._unknown: set[Place] = set()

    def named(self, tree: Filter) -> Filter:
        """The tree under the table's own field names."""
        if isinstance(tree, Comparison):
            return replace(tree, field=self.schema.by_name[tree.field].name)
        if isinstance(tree, Not):
            return Not(self.named(tree.child))
        children = tuple(self.named(child) for child in tree.children)
        return And(children) if isinstance(tree, And) else Or(children)

    # -- the filter --------------------------------------------------------------------------------------------

    def condition(self, tree: Filter) -> Condition:
        if isinstance(tree, Comparison):
            return self._comparison(tree) or TRUE
        if isinstance(tree, Not):
            return negate(self.condition(tree.child))
        join = all_of if isinstance(tree, And) else any_of
        return join([self.condition(child) for child in tree.children])

    def _comparison(self, node: Comparison) -> Condition | None:
        row, operator = self.schema.find(node.field), OPERATORS.get(node.operator)
        nested = operator is None and (not node.operator.startswith("$") or node.operator in CONNECTIVES)
        field_place = node.field_place or node.place
        if row is None and not nested and field_place not in self._unknown:
            self._unknown.add(field_place)
            said, fix = advice.unknown_field(self.schema, node.field, field_place.path)
            self._say("unknown-field", f"there is no field {_short(node.field)}", said, field_place, fix)
        if operator is None:
            said, fix = advice.unknown_operator(self.schema, node, node.place.path)
            message = f"there is no operator {_short(node.operator)}"
            if node.operator in CONNECTIVES:
                message = f"{node.operator} does not stand under a field"
            elif nested:
                message = f"{_short(node.operator)} is no operator: fields do not nest"
            self._say("unknown-operator", message, said, node.place.of_key(), fix)
        if row is None or operator is None:
            return None
        if operator.name not in row.operators:
            said, fix = advice.operator_not_allowed(node, row, self.schema)
            place = node.operator_place or node.place.of_key()
            message = f"{row.name} does not have {operator.name if place.path is not None else operator.spelled}"
            self._say("operator-not-allowed", message, said, place, fix)
            return None
        before = len(self.diagnostics)
        operand = self._operand(node, row, operator)
        if self.schema.hidden is not None and self.schema.hidden[0] is row and operand is not None:
            self._hidden(node, row, operator.meaning(row, operand))
        if any(diagnostic.refused for diagnostic in self.diagnostics[before:]):
            return None
        return operator.meaning(row, operand)

    def _operand(self, node: Comparison, row: Field, operator: Operator) -> Any:
        operand, place = node.operand, node.place
        if operator.takes is Takes.FLAG:
            return operand if isinstance(operand, bool) else self._misshapen(node, row)
        if isinstance(operand, dict):
            return self._misshapen(node, row)
        if operator.takes is Takes.VALUES:
            if not isinstance(operand, tuple):
                return self._misshapen(node, row)
            if not operand:
                self._empty(operator, place)
            return tuple(self._element(node, item, index, row, operator) for index, item in enumerate(operand))
        if isinstance(operand, tuple):
            if not (operator.lists and row.many):
                return self._misshapen(node, row)
            if not operand:
                self._empty(operator, place)
            nulls = [index for index, item in enumerate(operand) if item is None]
            for index in nulls:
                self._say_type("null in a list that is compared as a whole", "leave null out", place / index)
            return [self._element(node, item, i, row, operator) for i, item in enumerate(operand) if i not in nulls]
        if operator.takes is Takes.TEXT:
            return self._prefix(node, row)
        if operand is None and operator.nulls:
            return None
        return self._value(operand, row, operator, place)

    def _element(self, node: Comparison, item: JSON, index: int, row: Field, operator: Operator) -> Any:
        place = node.place / index if node.place.path is not None else node.place
        if isinstance(item, tuple | list | dict):
            message = f"a list inside the list of {operator.name}"
            self._say("operand-shape", message, "write the values in one list", place)
            return None
        return None if item is None and operator.nulls else self._value(item, row, operator, place)

    def _value(self, item: JSON, row: Field, operator: Operator, place: Place) -> Any:
        if item is None:
            instead = f"{operator.name} takes no null: "
            instead += '{"$eq": null} asks for orders without a value' if "$eq" in row.operators else "leave it out"
            self._say_type(f"null as an operand of {operator.name}", instead, place)
            return None
        try:
            value = row.type.operand(item)
        except UnfitOperand as problem:
            said = f"write {problem.wanted}"
            fix: tuple[Edit, ...] = ()
            if problem.instead is not None:
                said = corrected_help("write", problem.instead)
                fix = _put(place, problem.instead)
            self._say("operand-type", f"{row.name} wants {problem.wanted}, not {_kind(item)}", said, place, fix)
            return None
        self._doubt(item, row, place)
        return value

    def _doubt(self, item: JSON, row: Field, place: Place) -> None:
        kind = row.type.name
        if kind == "enum" and row.values and item not in row.values:
            said, meant = advice.unknown_enum_value(row, item)
            fix = _put(place, meant) if meant else ()
            self._say("unknown-enum-value", f"{row.name} is never {_short(item)}", said, place, fix)
        elif kind == "guid" and not is_guid(item):
            said = f"{row.name} holds GUIDs such as 6f759095-0701-4075-9908-c9c31ff013e1"
            self._say("not-a-guid", f"{_short(item)} is not a GUID", said, place)
        elif kind == "instant" and not has_offset(item):
            message, said = "a date-time without an offset is read as UTC", f'write "{item}Z"'
            self._say("no-offset", message, said, place, _put(place, item + "Z"))

    def _prefix(self, node: Comparison, row: Field) -> str | None:
        operand, place = node.operand, node.place
        if not isinstance(operand, str) or has_lone_surrogate(operand):
            wanted = "a string" if not isinstance(operand, str) else "a string without lone surrogates"
            instead = "true" if operand is True else "false" if operand is False else None
            fix = _put(place, instead) if instead else ()
            self._say_type(f"{node.operator} wants {wanted}, not {_kind(operand)}", f"write {wanted}", place, fix)
            return None
        kind = row.type.name
        if kind == "boolean":
            possible = any(text.startswith(fold(operand)) for text in ("true", "false"))
            code = "prefix-of-boolean" if possible else "never-matches"
            message = f"{node.operator} on a boolean compares with the texts true and false"
            begun = [word == "true" for word in ("true", "false") if operand and word.startswith(fold(operand))]
            value = begun[0] if begun else None
            fix = (Edit("put", place.path[:-1], value),) if begun and place.path else ()
            self._say(code, message, corrected_help("write", {row.name: bool(value)}), place, fix)
        elif kind == "instant" and not could_begin_instant(operand):
            message = f"no date-time begins with {_short(operand)}"
            self._say("never-matches", message, 'a date-time is written as "2024-03-07T10:24:03.380Z"', place)
        return operand

    def _hidden(self, node: Comparison, row: Field, condition: Condition) -> None:
        assert self.schema.hidden is not None
        asked = {
            value
            for test in tests_of(condition)
            if not test.negated and test.kind in (Kind.EQUALS, Kind.ONE_OF)
            for value in (test.operand if test.kind is Kind.ONE_OF else (test.operand,))
        }
        for value in self.schema.hidden[1]:
            if value in asked:
                place = node.place
                if isinstance(node.operand, tuple) and place.path is not None:
                    place = place / node.operand.index(value)
                self._say("hidden-value", f"orders with {row.name} {value} are never returned", "leave it out", place)

    def _empty(self, operator: Operator, place: Place) -> None:
        message = f"an empty list: {operator.name} {operator.when_empty}"
        self._say("empty-list", message, "fill the list, or leave the comparison out", place)

    def _misshapen(self, node: Comparison, row: Field) -> None:
        said, instead = advice.operand_shape(node, row)
        message = f"{node.operator} takes {OPERATORS[node.operator].takes.value}, not {_kind(node.operand)}"
        self._say("operand-shape", message, said, node.place, _put(node.place, instead) if instead is not None else ())

    # -- sort and paging ---------------------------------------------------------------------------------------

    def sort(self, search: Search) -> tuple[SortField, ...]:
        schema = self.schema
        if len(search.sort) > schema.max_sorts:
            path = search.sort_place.path
            kept = [_entry(key) for key in search.sort[: schema.max_sorts]]
            fix = (Edit("put", path, kept),) if path is not None else ()
            message = f"{len(search.sort)} sort entries, the most is {schema.max_sorts}"
            place = search.sort_place if path is not None else search.sort[schema.max_sorts].place
            facts = {"threshold": schema.max_sorts}
            self._say("too-many-sorts", message, f"keep the first {schema.max_sorts}", place, fix, facts)
        keys: dict[Field, bool] = {}
        for key in search.sort:
            row = self._sort_field(key)
            if row is None:
                continue
            if row in keys:
                path = key.place.path
                fix = (Edit("drop", path[:-1]),) if path is not None else ()
                message = f"{row.name} is sorted by already: this entry changes nothing"
                self._say("duplicate-sort", message, "leave it out", key.place, fix)
            else:
                keys[row] = key.descending
        if not keys and not search.sort:
            keys = dict(schema.sort)
        if schema.key in keys:
            # Nothing ties beyond the key, so what comes after it cannot matter: the key is always the last.
            keys = dict(list(keys.items())[: list(keys).index(schema.key) + 1])
        else:
            keys[schema.key] = list(keys.values())[-1] if keys else False
        return tuple(SortField(row, descending) for row, descending in keys.items())

    def _sort_field(self, key: SortKey) -> Field | None:
        row = self.schema.find(key.field)
        if row is None:
            said, fix = advice.unknown_field(self.schema, key.field, key.place.path, sorting=True)
            self._say("unknown-field", f"there is no field {_short(key.field)}", said, key.place, fix)
        elif not row.sortable:
            said = advice.not_sortable(self.schema)
            self._say("not-sortable", f"{row.name} cannot be sorted by", said, key.place)
            return None
        elif not row.documented_sort:
            message = f"the table does not mark {row.name} as sortable, though the documented sample sorts by it"
            self._say("undocumented-sort", message, advice.not_sortable(self.schema), key.place)
        return row

    def limit(self, search: Search) -> int:
        limit, schema = search.paging.limit, self.schema
        if limit is None:
            return schema.limit
        if not 1 <= limit <= schema.max_limit:
            nearest = 1 if limit < 1 else schema.max_limit
            shown = str(limit) if abs(limit) < 10**12 else "a huge number"
            message = f"limit is {shown}, not within 1 to {schema.max_limit}"
            place = search.paging.place
            said = f"write {nearest} and follow the cursors"
            facts = {"threshold": nearest, "bound": "MIN" if limit < 1 else "MAX"}
            self._say("limit-out-of-range", message, said, place, _put(place, nearest), facts)
        return limit

    def sent_along(self, search: Search) -> None:
        parts: tuple[tuple[str, bool, Place], ...] = (
            ("filter", search.filter != EVERYTHING, search.filter_place),
            ("sort", bool(search.sort), search.sort_place),
        )
        for name, sent, place in parts:
            if sent:
                message = f"{name} sent along with a cursor, which carries it already"
                fix = (Edit("drop", place.path),) if place.path is not None else ()
                self._say("cursor-with-search", message, "send the cursor alone", place, fix)

    def _say_type(self, message: str, help_: str, place: Place, fix: tuple[Edit, ...] = ()) -> None:
        self._say("operand-type", message, help_, place, fix)

    def _say(
        self,
        code: str,
        message: str,
        help_: str,
        place: Place,
        fix: tuple[Edit, ...] = (),
        facts: Mapping[str, JSON] | None = None,
    ) -> None:
        self.diagnostics.append(Diagnostic(code, message, help_, place, span=place.span, fix=fix, facts=facts or {}))


def _entry(key: SortKey) -> dict[str, str]:
    return {"fieldName": key.field, "order": "DESC" if key.descending else "ASC"}


def _put(place: Place, value: JSON) -> tuple[Edit, ...]:
    path: Path | None = place.path
    return (Edit("put", path, value),) if path is not None else ()


def _short(text: str) -> str:
    shown = text if len(text) <= 60 else text[:57] + "..."
    return shown.encode("utf-8", "backslashreplace").decode() if shown else '""'


def _kind(value: JSON) -> str:
    kinds: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
        (type(None), lambda _: "null"),
        (bool, lambda flag: str(flag).lower()),
        (str, lambda text: f'"{_short(text)}"'),
        ((tuple, list), lambda items: f"a list of {len(items)}"),
        (dict, lambda _: "an object"),
        (int, lambda number: str(number) if abs(number) < 10**40 else "a huge number"),
    )
    for kind, shown in kinds:
        if isinstance(value, kind):
            return shown(value)
    return str(value)[:60] if type(value).__module__ in ("decimal", "builtins") else f"a Python {type(value).__name__}"
