"""Check an AST against a table of fields, and build its query."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from ..diagnostics.diagnostic import Diagnostic, Fix
from ..diagnostics.place import Place
from ..diagnostics.quoting import quoted
from ..language.conditions import TRUE, Condition, all_of, any_of, negate
from ..language.elsewhere import certain_field, may_begin_a_field
from ..language.fields import Field
from ..language.near import without_minus
from ..language.operators import OPERATORS, Operator
from ..language.schema import Schema
from ..syntax.ast import EVERYTHING, And, Comparison, Filter, Not, Search, SortKey, Unreadable, both, either
from ..syntax.holes import Hole, contains_hole
from ..syntax.problems import Guesses, Problems
from . import suggestions
from .operand_check import OperandCheck
from .paging_problems import cursor_problems, limit_problem
from .query import Query, SortField, SourceShape, asked_values, default_sort, total_order, visible, with_table_names
from .suggestions import Instead
from .unknown_names import instead_of_name, instead_of_sort, sortable_fields, unknown_field
from .value_warnings import hidden_values

JSON = Any


class Checked(NamedTuple):
    """The result of a check.

    ``query`` is ``None`` if the service refuses the search, or if it has holes; ``mended`` is the search with the
    certain fixes made.
    """

    diagnostics: tuple[Diagnostic, ...]
    query: Query | None
    mended: Search


def check_search(
    search: Search, schema: Schema, shape: SourceShape = "search", guesses: Guesses | None = None
) -> Checked:
    """Check an AST that was read from a source of this shape."""
    checker = _Checker(schema, guesses)
    condition, mended = checker.filter(search.filter)
    (sort, keys), limit = checker.sort(search), checker.limit(search)
    if search.paging.cursor:
        checker.diagnostics.extend(cursor_problems(search))
    changed = mended is not search.filter or keys is not search.sort
    mended_search = Search(mended, keys, search.paging, search.filter_place, search.sort_place) if changed else search
    diagnostics = tuple(checker.diagnostics)
    if checker.diagnostics.has_holes or (diagnostics and any(diagnostic.refused for diagnostic in diagnostics)):
        return Checked(diagnostics, None, mended_search)
    query = Query(
        schema=schema,
        tree=with_table_names(search, schema) if checker.aliases else search,
        condition=all_of((visible(schema, asked_values(mended, schema)), condition)),
        sort=sort,
        limit=limit,
        cursor=search.paging.cursor,
        filter_sent=search.filter != EVERYTHING,
        sort_sent=bool(search.sort),
        limit_sent=search.paging.limit is not None,
        shape=shape,
    )
    return Checked(diagnostics, query, mended_search)


def meaning(tree: Filter, schema: Schema) -> Condition:
    """Return the condition of a filter that was checked."""
    return _Checker(schema).filter(tree)[0]


class _Checker:
    def __init__(self, schema: Schema, guesses: Guesses | None = None) -> None:
        self.schema, self.diagnostics = schema, Problems(guesses)
        self.aliases = False
        """Whether the search names a field by an alias."""
        self._rows = schema.by_name
        self._hidden_field = None if schema.hidden is None else schema.hidden[0]
        self._unknown: set[Place] = set()
        self._unsupported: set[Place] = set()
        """Places of operators. In a text ``between`` is one operator and two conditions."""

    # -- the filter --------------------------------------------------------------------------------------------

    def filter(self, tree: Filter) -> tuple[Condition, Filter]:
        """Return the condition of a filter, and the filter with its certain fixes made.

        Without fixes it is the same object.
        """
        if isinstance(tree, Comparison):
            condition, mended = self._comparison(tree)
            return TRUE if condition is None else condition, mended
        if isinstance(tree, Not):
            condition, mended = self.filter(tree.child)
            return negate(condition), tree if mended is tree.child else Not(mended)
        if isinstance(tree, Unreadable):
            self.diagnostics.has_holes = True
            self._check_field_of(tree.of_field)
            return TRUE, tree
        join, join_trees = (all_of, both) if isinstance(tree, And) else (any_of, either)
        conditions, children, changed = [], [], False
        for child in tree.children:
            condition, mended = self.filter(child)
            conditions.append(condition)
            children.append(mended)
            changed = changed or mended is not child
        return join(conditions), join_trees(children) if changed else tree

    def _comparison(self, node: Comparison) -> tuple[Condition | None, Filter]:
        row, operator = self._rows.get(node.field), OPERATORS.get(node.operator)
        is_hole = node.operand.__class__ is Hole and self.diagnostics.is_hole(node.operand)
        if row is None:
            if is_hole and node.implicit and may_begin_a_field(self.schema, node.field):
                return None, node
            row = self._row_of(node)
            node = node if row is None else replace(node, field=row.name, name_place=node.field_place)
        if row is None or operator is None:
            return None, node
        if row.name != node.field:
            self.aliases = True
        if is_hole and (node.implicit or operator.name in row.operators):
            return None, node
        if operator.name not in row.operators:
            return None, self._not_supported(node, row, operator)
        before = len(self.diagnostics)
        checked = OperandCheck(node, row, operator, self.schema, self.diagnostics)
        node, operand = checked.node, checked.operand
        if row is self._hidden_field and operand is not None and self.schema.hidden is not None:
            for found in hidden_values(node, row, self.schema.hidden[1], operator.meaning(row, operand)):
                self._add("hidden-value", *found, "guess")
        if len(self.diagnostics) == before:
            return operator.meaning(row, operand), node
        if any(diagnostic.refused for diagnostic in self.diagnostics[before:]):
            return None, checked.mended
        return operator.meaning(row, operand), checked.mended

    def _check_field_of(self, node: Comparison | None) -> None:
        """Report a field that is unknown whatever a hole under it holds."""
        if node is not None and node.field not in self._rows and not may_begin_a_field(self.schema, node.field):
            self._row_of(node)

    def _row_of(self, node: Comparison) -> Field | None:
        """Report an unknown field, once at its place; return its certain meaning."""
        certain = certain_field(self.schema, node.field)
        if node.field_place not in self._unknown:
            self._unknown.add(node.field_place)
            instead = instead_of_name(self.schema, node) if certain is None else None
            self._unknown_field(node.field, certain, node.field_place, instead, sorting=False)
        return None if certain is None else self._rows[certain]

    def _unknown_field(
        self, name: str, certain: str | None, place: Place, instead: Instead | None, *, sorting: bool
    ) -> None:
        if instead is not None:
            help_, fix = instead.help, instead.fix
        elif certain is not None:
            help_, fix = f"did you mean {quoted(certain)}?", "intended"
        else:
            help_, fix = unknown_field(self.schema, name, self.diagnostics, sorting=sorting)
        self._add("unknown-field", f"unknown field {quoted(name)}", help_, place, fix)

    def _not_supported(self, node: Comparison, row: Field, operator: Operator) -> Filter:
        """Report an unsupported operator; return the same condition with others."""
        place = node.operator_place or node.place.of_key()
        if place.span is not None and place in self._unsupported:
            return node
        self._unsupported.add(place)
        help_, instead = suggestions.operator_not_allowed(node, row, self.schema)
        spelled = operator.name if place.path is not None else operator.spellings[0].words
        is_certain = instead is not None and not contains_hole(node.operand)
        fix: Fix | None = "intended" if is_certain else "guess" if help_.startswith("write: ") else None
        self._add("operator-not-allowed", f"{quoted(spelled)} is not supported for {row.name}", help_, place, fix)
        mended = self.filter(instead)[1] if instead is not None else node
        return mended if is_certain else node

    # -- sort and paging ---------------------------------------------------------------------------------------

    def sort(self, search: Search) -> tuple[tuple[SortField, ...], tuple[SortKey, ...]]:
        """Return the total order, and the sort keys with their certain fixes made.

        Without fixes they are the same object.
        """
        if not search.sort:
            return default_sort(self.schema), search.sort
        if len(search.sort) > self.schema.max_sorts:
            self._too_many_sorts(search)
        keys: dict[Field, bool] = {}
        mended = []
        for key in search.sort:
            row = self._sort_field(key)
            if row is not None and row in keys:
                message = f"duplicate sort field {quoted(row.name)}: this entry has no effect"
                self._add("duplicate-sort", message, "remove this entry", key.place, "same-answer")
                continue
            unknown = row is not None and key.field not in self._rows
            descending = key.descending or (unknown and without_minus(key.field) is not None)
            mended.append(replace(key, field=row.name, descending=descending) if unknown and row is not None else key)
            if row is not None:
                keys[row] = descending
        same = len(mended) == len(search.sort) and all(map(operator.is_, mended, search.sort))
        return total_order(keys, self.schema), search.sort if same else tuple(mended)

    def _too_many_sorts(self, search: Search) -> None:
        most, path = self.schema.max_sorts, search.sort_place.path
        message = f"sort has {len(search.sort)} entries; the limit is {most}"
        place = search.sort_place if path is not None else search.sort[most].place
        self._add("too-many-sorts", message, f"keep the first {most}", place, "guess", {"threshold": most})

    def _sort_field(self, key: SortKey) -> Field | None:
        row = self._rows.get(key.field)
        if row is None:
            instead = instead_of_sort(self.schema, key)
            certain = certain_field(self.schema, key.field) if instead is None else instead.value
            self._unknown_field(key.field, certain, key.place, instead, sorting=True)
            if certain is None:
                return None
            row = self._rows[certain]
        elif row.name != key.field:
            self.aliases = True
        if not row.sortable:
            help_ = sortable_fields(self.schema)
            self._add("not-sortable", f"{quoted(row.name)} is not sortable", help_, key.place)
            return None
        if not row.documented_sort:
            message = f"{quoted(row.name)} is not documented as sortable; only the documented sample sorts by it"
            self._add("undocumented-sort", message, sortable_fields(self.schema), key.place)
        return row

    def limit(self, search: Search) -> int:
        problem = limit_problem(search, self.schema)
        if problem is not None:
            self.diagnostics.append(problem)
        return self.schema.limit if search.paging.limit is None else search.paging.limit

    def _add(
        self,
        code: str,
        message: str,
        help_: str,
        place: Place,
        fix: Fix | None = None,
        facts: Mapping[str, JSON] | None = None,
    ) -> None:
        self.diagnostics.append(Diagnostic(code, message, help_, place, span=place.span, fix=fix, facts=facts or {}))
