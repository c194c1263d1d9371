"""The AST of a search over one table to that of the same search over another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Place
from ..diagnostics.quoting import described, quoted
from ..language.fields import Field
from ..syntax.ast import EVERYTHING, And, Comparison, Filter, Not, Or, Paging, Search, SortKey, Unreadable, both, either
from ..syntax.filter_reader import FilterReader
from ..syntax.json_printer import print_filter, write_help
from ..syntax.problems import Problems
from .query_mapping import QueryField, QueryMapping
from .spelling import opposite, spell

JSON = Any
_VALUE_OPERATORS = frozenset(("$eq", "$ne", "$in", "$nin"))
"""Operators whose operands may be values with a meaning of their own."""


class QueryTranslator:
    """Translates a search; ``losses`` says what is not the same afterwards.

    The search must be free of errors in the table that it is for.
    """

    def __init__(self, mapping: QueryMapping) -> None:
        self.losses: list[Diagnostic] = []
        self._mapping = mapping
        self._target = mapping.target

    def search(self, search: Search) -> Search:
        """Return the translated search."""
        tree = self._top(search.filter)
        keys = self._sort(search)
        return Search(tree, keys, self._paging(search.paging))

    # -- the filter ---------------------------------------------------------------------------------------------

    def _top(self, tree: Filter) -> Filter:
        """Translate a filter without the conditions that only walk from page to page."""
        parts = tree.children if isinstance(tree, And) else (tree,)
        kept = [part for part in parts if not self._walks(part)]
        return both([self.filter(part) for part in kept])

    def _walks(self, tree: Filter) -> bool:
        row = self._row(tree.field) if isinstance(tree, Comparison) else None
        if row is None or not row.walked or not isinstance(tree, Comparison):
            return False
        message = f"{row.source} is left out: it only serves to walk from page to page"
        self._lose("dropped-part", message, "start without a cursor and follow metadata.cursors.next", tree.field_place)
        return True

    def filter(self, tree: Filter) -> Filter:
        """Return the translated filter; a condition without a counterpart is reported."""
        if isinstance(tree, Comparison):
            return self._comparison(tree)
        if isinstance(tree, Not):
            return Not(self.filter(tree.child))
        if isinstance(tree, Unreadable):
            return tree
        return (both if isinstance(tree, And) else either)([self.filter(child) for child in tree.children])

    def _row(self, name: str) -> QueryField | None:
        field = self._mapping.source.find(name)
        return None if field is None else self._mapping.rows.get(field.name)

    def _comparison(self, node: Comparison) -> Filter:
        row = self._row(node.field)
        targets = [] if row is None else [field for name in row.targets if (field := self._target.find(name))]
        if row is None or not targets or len(targets) < len(row.targets):
            message = f"{self._target.name} has no field for {node.field}"
            help_ = "remove it and follow metadata.cursors.next" if row is not None and row.walked else ""
            return self._fail(message, help_ or "remove the condition; more orders match then", node.field_place, node)
        if row.partial:
            message = f"{targets[0].name} does not have {row.partial}"
            self._lose("partial-counterpart", message, self._partial_help(targets[0]), node.field_place)
        if node.operator in _VALUE_OPERATORS:
            return self._of_values(node, row, targets)
        operand = _converted(node.operand, targets[0])
        return self._spelled(targets[0], node.operator, operand, node)

    def _partial_help(self, target: Field) -> str:
        return f"filter the others in your program; the request finds those with {target.name}"

    def _of_values(self, node: Comparison, row: QueryField, targets: list[Field]) -> Filter:
        """Translate a condition that asks for one of some values, or for none of them."""
        is_list = node.operator in ("$in", "$nin")
        values = node.operand if is_list else (node.operand,)
        plain: list[JSON] = []
        parts: list[Filter] = []
        for index, value in enumerate(values):
            place = node.place.item(index if is_list else None)
            other = None if isinstance(value, tuple) else row.instead.get(value)
            if other is not None:
                parts.append(self._instead(node, value, other, place))
            else:
                plain.append(self._renamed(node, row, value, place))
        if plain or not parts:
            operator, operand = ("$in", tuple(plain)) if is_list and len(plain) != 1 else ("$eq", plain[0])
            found = self._first_of(targets, operator, _converted(operand, targets[0]), node)
            also = None if row.also is None else self._read(row.also)
            parts.insert(0, found if also is None else both([found, also]))
        whole = either(parts)
        return opposite(whole, self._target) if node.operator in ("$ne", "$nin") else whole

    def _first_of(self, targets: list[Field], operator: str, operand: JSON, node: Comparison) -> Filter:
        """Return a condition on the first of some fields that an order has."""
        first, *others = targets
        if not others:
            return self._spelled(first, operator, operand, node)
        present = tuple(value for value in (operand if operator == "$in" else (operand,)) if value is not None)
        missing = self._spelled(first, "$eq", None, node)
        parts = [both([missing, self._first_of(others, operator, operand, node)])]
        if present:
            one = len(present) == 1
            parts.insert(0, self._spelled(first, "$eq" if one else "$in", present[0] if one else present, node))
        return either(parts)

    def _instead(self, node: Comparison, value: str, condition: JSON, place: Place) -> Filter:
        tree = self._read(condition)
        if any(self._is_hidden(part) for part in _comparisons(tree)):
            message = f"{quoted(value)} is no longer a value of {node.field}, and no search returns these orders"
            self._lose(
                "other-meaning", message, f"it became {write_help(print_filter(tree), '').removeprefix(': ')}", place
            )
        return tree

    def _is_hidden(self, node: Comparison) -> bool:
        hidden = self._target.hidden
        return hidden is not None and self._target.find(node.field) is hidden[0] and node.operand in hidden[1]

    def _renamed(self, node: Comparison, row: QueryField, value: JSON, place: Place) -> JSON:
        new = row.values.get(value) if isinstance(value, str) else None
        if new is None:
            return value
        message = f"{quoted(value)} of {node.field} is {quoted(new)} now"
        self._lose("other-meaning", message, "the name is not documented: look at an order that has it", place)
        return new

    def _read(self, condition: JSON) -> Filter:
        return FilterReader(Problems(), self._target, {}).read(condition, ())

    def _spelled(self, row: Field, operator: str, operand: JSON, node: Comparison) -> Filter:
        found = spell(row, operator, operand)
        if found is not None:
            return found
        message = f"{row.name} has no operator for {node.operator} {described(operand)}"
        return self._fail(message, row.list_operators(row.operators), node.operator_place or node.place.of_key(), node)

    # -- sort and paging ----------------------------------------------------------------------------------------

    def _sort(self, search: Search) -> tuple[SortKey, ...]:
        source, target = self._mapping.source, self._target
        keys = search.sort or tuple(SortKey(row.name, descending) for row, descending in source.sort)
        found = [key for key in map(self._sort_key, keys) if key is not None]
        default = [(row.name, descending) for row, descending in target.sort]
        is_default = [(key.field, key.descending) for key in found] == default
        if len(found) > target.max_sorts:
            message = f"{target.name} sorts by at most {target.max_sorts} fields"
            self._fail(message, f"keep the first {target.max_sorts}", search.sort_place)
        return () if is_default and not search.sort else tuple(found)

    def _sort_key(self, key: SortKey) -> SortKey | None:
        row = self._row(key.field)
        if row is not None and row.walked:
            message = f"the sort by {row.source} is left out: it only serves to walk from page to page"
            self._lose("dropped-part", message, "follow metadata.cursors.next", key.place)
            return None
        field = self._target.find(row.targets[0]) if row is not None else None
        if row is None or field is None or not field.sortable or len(row.targets) > 1:
            self._fail(f"{self._target.name} cannot sort by {key.field}", "sort by another field", key.place)
            return None
        return replace(key, field=field.name)

    def _paging(self, paging: Paging) -> Paging:
        most = self._target.max_limit
        if paging.cursor is not None:
            self._fail("a cursor belongs to one table of fields", "start without a cursor", paging.place)
        limit = paging.limit
        if limit is None and self._mapping.source.limit != self._target.limit:
            limit = self._mapping.source.limit
        if limit is not None and limit > most:
            message = f"limit {limit} becomes {most}, the most orders of a page"
            self._lose("dropped-part", message, "follow metadata.cursors.next for the other orders", paging.place)
            limit = most
        return Paging(limit)

    # -- losses -------------------------------------------------------------------------------------------------

    def _lose(self, code: str, message: str, help_: str, place: Place) -> None:
        self.losses.append(Diagnostic(code, message, help_, place))

    def _fail(self, message: str, help_: str, place: Place, node: Filter = EVERYTHING) -> Filter:
        self._lose("no-counterpart", message, help_, place)
        return node


def _converted(operand: JSON, target: Field) -> JSON:
    """Return an operand as the new field has it: a number of an order is a text."""
    if isinstance(operand, tuple):
        return tuple([_converted(item, target) for item in operand])
    is_number = isinstance(operand, int) and not isinstance(operand, bool)
    return str(operand) if is_number and target.type.name == "sequence" else operand


def _comparisons(tree: Filter) -> Iterable[Comparison]:
    if isinstance(tree, Comparison):
        return [tree]
    children = tree.children if isinstance(tree, And | Or) else ()
    return [part for child in children for part in _comparisons(child)]
