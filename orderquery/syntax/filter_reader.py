"""A decoded filter to the AST of what it means, mistakes included.

A mistake with one certain meaning is reported and read as that meaning, so that everything inside it is checked, too. A
part without a certain meaning is reported and kept as it was written (:class:`~orderquery.syntax.ast.Unreadable`).
Fields and operands are checked by the checker.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from ..diagnostics.diagnostic import Fix
from ..diagnostics.place import Path, Place, step_text
from ..diagnostics.quoting import quoted
from ..language.elsewhere import certain_field, connective_reading, operator_reading
from ..language.fields import Field
from ..language.limits import MAX_FILTER_LEVELS, MAX_FILTER_NODES, MAX_LIST_ITEMS, MAX_STRING_CHARS
from ..language.operators import CONNECTIVES, OPERATORS
from ..language.schema import Schema
from .ast import Comparison, Filter, Not, Unreadable, both, either
from .filter_helps import (
    conditions_apart,
    empty_connective,
    flattened,
    is_nested,
    list_under_not,
    object_for_list,
    several_operators,
)
from .filter_keys import help_for_key, name_and_operator, operator_in_parts, wraps_filter
from .foreign_filters import ForeignFilters
from .foreign_operators import Use, help_beside_fields
from .holes import Hole, described_value, is_spread, without_spreads
from .json_printer import print_filter, write_help
from .json_strings import filter_in_string
from .operator_guesses import guesser, operator_guess
from .problems import Problems

JSON = Any


class LimitReached(Exception):
    """The filter is over a limit: the rest of it is not read."""


class FilterReader:
    """Reads the filters of one request; their nodes are counted together."""

    def __init__(self, problems: Problems, schema: Schema, rest_names: dict[str, str]) -> None:
        self._problems = problems
        self._schema = schema
        self._rows = schema.by_name
        self._rest_names = rest_names
        self._nodes = 0
        self._guesser = guesser(self._knows, problems)
        self.foreign = ForeignFilters(schema, self._row_of, self._guesser)

    def read(self, value: JSON, path: Path) -> Filter:
        """Return the AST of a filter.

        Raises:
            LimitReached: it is too deep or too large; the diagnostic is added.

        """
        return self._filter(value, path, 0)

    def _filter(self, value: JSON, path: Path, depth: int) -> Filter:
        if not isinstance(value, dict):
            if self._problems.is_hole(value):
                return Unreadable(value)
            decoded = filter_in_string(value)
            help_, fix = self.foreign.help_for_value(value) if decoded is None else (write_help(decoded), "intended")
            self._shape(path, "a filter must be an object", value, help_, fix)
            return Unreadable(value) if decoded is None else self._filter(decoded, path, depth)
        first = next(iter(value), None)
        described = self.foreign.help(value) if isinstance(first, str) and first not in self._rows else ""
        if described:
            self._problems.add(
                "wrong-shape", f"a filter has fields as keys, not {quoted(str(first))}", described, path, "guess"
            )
            return Unreadable(value)
        parts = []
        for key, inner in value.items():
            self._count(path)
            if key.__class__ is str and key in self._rows:
                parts.append(self._condition(key, inner, (*path, key), depth))
            else:
                parts.append(self._other(key, inner, (*path, key), depth))
        return both(parts)

    def _other(self, key: JSON, value: JSON, path: Path, depth: int) -> Filter:
        """Read a key that is not a field of the table."""
        if not isinstance(key, str):
            if not self._problems.is_hole(key):
                self._problems.shape(path, "a field name", "a string", key, at_key=True)
            return Unreadable({key: value})
        if key in CONNECTIVES:
            return self._connective(key, value, path, depth)
        connective = connective_reading(key)
        if connective is not None and isinstance(value, dict | list | tuple | Hole):
            help_ = f"did you mean {quoted(connective)}?"
            if connective == "$nor":
                help_ = 'write: {"$not": {"$or": ...}}' if value else f"remove {quoted(key)}, or add a filter to it"
            self._problems.add(
                "unknown-operator", f"unknown operator {quoted(key)}", help_, path, "intended", at_key=True
            )
            return self._connective(connective, value, path, depth)
        if key.startswith("$"):
            help_ = help_beside_fields(key, value, self._row_of)
            guess: Fix | None = "guess" if help_.startswith(("write: ", "remove ", "did you")) else None
            message = f"{quoted(key)} is not allowed beside fields"
            self._problems.add("unknown-operator", message, help_, path, guess, at_key=True)
            return Unreadable({key: value})
        split = self._operator_in_name(key)
        if split is not None:
            return self._split(key, *split, value, path)
        is_wrapper = wraps_filter(key, value, self._belongs)
        help_ = help_for_key(key, value, self._knows, is_wrapper=is_wrapper)
        if help_:
            fix: Fix = "intended" if is_wrapper else "guess"
            self._problems.add("unknown-field", f"unknown field {quoted(key)}", help_, path, fix, at_key=True)
            return self._filter(value, path, depth + 1) if is_wrapper else Unreadable({key: value})
        return self._condition(key, value, path, depth)

    def _belongs(self, key: str, value: JSON) -> bool:
        """Return whether a key of a filter certainly is a condition."""
        return is_nested(self._rest(key), value, self._knows) or self._operator_in_name(key) is not None

    def _split(self, key: str, field: str, operator: str, value: JSON, path: Path) -> Filter:
        """Read a name that has an operator in it."""
        made = self._operator(field, operator, value, path, Place(path, at="key"))
        if not isinstance(made, Unreadable):
            fix: Fix | None = "intended"
            help_ = write_help(print_filter(made))
            if isinstance(made, Comparison) and made.operand == value:
                help_ = f'write: {{{json.dumps(field)}: {{"{made.operator}": ...}}}}'
                if made.operator not in OPERATORS:
                    help_, fix = f"write {quoted(field)} with the opposite of {value}", None
            self._problems.add("unknown-field", f"unknown field {quoted(key)}", help_, path, fix, at_key=True)
        return made

    def _operator_in_name(self, key: str) -> tuple[str, str] | None:
        """Split a name such as ``createdDate.$gte`` or ``createdDate_gte``."""
        found = name_and_operator(key)
        if found is None or self._rest(key) in self._rows:
            return None
        # fulfillmentStatus_eq is one edit from fulfillmentStatuses: a field and an operator are the better reading.
        name = self._rest(found[0])
        certain = certain_field(self._schema, name)
        return None if certain is None else (name if name in self._rows else certain, found[1])

    # -- connectives --------------------------------------------------------------------------------------------

    def _connective(self, name: str, value: JSON, path: Path, depth: int) -> Filter:
        if name == "$not":
            return self._not(value, path, depth)
        if not isinstance(value, list | tuple):
            if self._problems.is_hole(value):
                return Not(Unreadable({"$or": value})) if name == "$nor" else Unreadable({name: value})
            help_, fix = object_for_list(name, value)
            self._shape(path, f"{name} must be a list of filters", value, help_, fix)
            if fix == "intended":
                return self._joined(name, [self._filter(value, path, depth + 1)])
            return Not(Unreadable({"$or": value})) if name == "$nor" else Unreadable({name: value})
        self._deeper(path, depth)
        if not value and name != "$nor":
            message, help_, fix = empty_connective(name)
            self._problems.add("empty-list", message, help_, path, fix)
        return self._joined(name, [self._filter(part, (*path, i), depth + 1) for i, part in enumerate(value)])

    @staticmethod
    def _joined(name: str, parts: list[Filter]) -> Filter:
        if name == "$nor" and parts:
            return Not(either(parts))
        return either(parts) if name == "$or" else both(parts)

    def _not(self, value: JSON, path: Path, depth: int) -> Filter:
        self._deeper(path, depth)
        if isinstance(value, list | tuple):
            if any(map(is_spread, value)) and len(without_spreads(value)) < 2:
                self._problems.has_holes = True
                return Unreadable({"$not": value})
            if len(value) != 1:
                wanted = "$not must be one filter, or a list with one filter"
                self._shape(path, wanted, value, *list_under_not(value))
                return Unreadable({"$not": value})
            value, path = value[0], (*path, 0)
        return Not(self._filter(value, path, depth + 1))

    # -- conditions ---------------------------------------------------------------------------------------------

    def _condition(self, name: str, value: JSON, path: Path, depth: int) -> Filter:
        field = self._rest(name) if self._rest_names else name
        if not isinstance(value, dict):
            return Comparison(field, "$eq", self._operand(value, path), Place(path), None, None, True)
        if not value:
            return self._no_operator(name, value, path)
        first = next(iter(value))
        row = self._row(field) if first not in OPERATORS else None
        described = "" if row is None else operator_in_parts(value, row, self._guesser(row))
        if described:
            message = f"unknown operator {quoted(first)}"
            self._problems.add("unknown-operator", message, described, path, "guess", at_key=True)
            return Unreadable({name: value})
        parts = self._under(field, value, path, Place(path, at="key"), depth)
        operators = [part for part in parts if isinstance(part, Comparison) and part.field == field]
        if len(operators) > 1 and self._row(field) is not None:
            self._several(name, operators, value, path)
        return both(parts)

    def _no_operator(self, name: str, value: JSON, path: Path) -> Filter:
        help_ = f'write: {{{json.dumps(name)}: {{"$eq": ...}}}}'
        self._problems.add("wrong-shape", f"no operator for field {quoted(name)}", help_, path)
        return Unreadable({name: value})

    def _under(self, field: str, value: dict[str, JSON], path: Path, name: Place, depth: int) -> list[Filter]:
        """Read the keys under a field: operators, or misplaced connectives and fields."""
        parts: list[Filter] = []
        for key, raw in value.items():
            self._count(path)
            at = (*path, key)
            if key in OPERATORS:
                place = None if at[:-1] == name.path else name
                parts.append(Comparison(field, key, self._operand(raw, at), Place(at), place))
            elif key.__class__ is not str:
                if not self._problems.is_hole(key):
                    message = f"unknown operator {quoted(step_text(key))}"
                    self._problems.add("unknown-operator", message, "", at, at_key=True)
                parts.append(Unreadable({field: {key: raw}}))
            else:
                parts.append(self._misread(field, key, value, at, name, depth))
        return parts

    def _misread(self, field: str, key: str, value: JSON, path: Path, name: Place, depth: int) -> Filter:
        """Read a key under a field that is not an operator."""
        nested, raw = f"{field}.{key}", value[key]
        if not self._knows(nested):
            connective = connective_reading(key)
            if connective is not None:
                return self._connective_under(field, key, connective, raw, path, name, depth)
            if operator_reading(key) is not None:
                return self._operator(field, key, raw, path, name)
        if not key.startswith("$") and is_nested(nested, raw, self._knows):
            flat = dict(flattened(nested, raw, self._knows))
            message = f"unknown operator {quoted(key)}"
            self._problems.add("unknown-operator", message, write_help(flat), path, "intended", at_key=True)
            return self._nested(nested, raw, path, depth)
        row = self._row(field)
        operators = row.list_operators(row.operators) if row else f"operators: {', '.join(OPERATORS)}"
        guess = operator_guess(key, Use(field, raw, row, value, self._knows), self._problems)
        help_ = f"{guess}\n{operators}" if guess else operators
        fix: Fix | None = "guess" if guess else None
        self._problems.add("unknown-operator", f"unknown operator {quoted(key)}", help_, path, fix, at_key=True)
        return Unreadable({field: {key: raw}})

    def _nested(self, name: str, value: JSON, path: Path, depth: int) -> Filter:
        if self._knows(name):
            return self._condition(name, value, path, depth)
        return both([self._nested(f"{name}.{key}", part, (*path, key), depth) for key, part in value.items()])

    def _operator(self, field: str, key: str, raw: JSON, path: Path, name: Place) -> Filter:
        """Read an operator that is written otherwise, and so certain in its meaning."""
        reading = operator_reading(key)
        assert reading is not None
        operator, operand = reading.operator, raw
        row = self._row(field)
        if reading.inverted:
            if self._problems.is_hole(raw):
                if path[-1] == key:
                    help_ = f"write {operator} with the opposite of {raw}"
                    self._problems.add("unknown-operator", f"unknown operator {quoted(key)}", help_, path, at_key=True)
                return Comparison(field, key, raw, Place(path), name)
            if not isinstance(raw, bool):
                help_ = f"{quoted(key)} takes true or false"
                self._problems.add("unknown-operator", f"unknown operator {quoted(key)}", help_, path, at_key=True)
                return Unreadable({field: {key: raw}})
            operand = not raw
            if row is not None and operator not in row.operators:
                operator, operand = ("$eq" if raw else "$ne"), None
        made: Filter = Comparison(field, operator, self._operand(operand, path), Place(path), name)
        made = Not(made) if reading.negated else made
        if key not in OPERATORS and path[-1] == key:
            is_other = reading.negated or reading.inverted
            help_ = write_help(print_filter(made)) if is_other else f"did you mean {quoted(operator)}?"
            self._problems.add(
                "unknown-operator", f"unknown operator {quoted(key)}", help_, path, "intended", at_key=True
            )
        return made

    def _connective_under(
        self, field: str, key: str, connective: str, raw: JSON, path: Path, name: Place, depth: int
    ) -> Filter:
        """Read a connective under its field, where it does not belong."""
        self._deeper(path, depth)
        row = self._row(field)

        def each(value: JSON, at: Path) -> Filter:
            if value == {}:
                return self._no_operator(field, value, at)
            if isinstance(value, dict):
                return both(self._under(field, value, at, name, depth + 1))
            # A hole may hold operators.
            return Comparison(field, "$eq", self._operand(value, at), Place(at), name, None, isinstance(value, Hole))

        message = f"{quoted(key)} is not allowed under a field"
        listed = isinstance(raw, list | tuple)
        has_nin = connective == "$not" and row is not None and "$nin" in row.operators
        if self._problems.is_hole(raw) or (listed and any(map(is_spread, raw)) and not has_nin):
            self._problems.has_holes = True
            self._problems.add("unknown-operator", message, f"write {connective} beside fields", path, at_key=True)
            return Unreadable({field: {key: raw}}, Comparison(field, "$eq", raw, Place(path), name))
        if connective == "$not" and listed and (not raw or row is None or row.many):
            help_ = "write $not beside the field" if raw else "add a value, or remove the condition"
            self._problems.add("unknown-operator", message, help_, path, at_key=True)
            return Unreadable({field: {key: raw}})
        if connective == "$not":
            help_ = f'write: {{"$not": {{{json.dumps(field)}: ...}}}}'
            if listed and has_nin and all(not isinstance(item, dict) for item in raw):
                help_ = write_help({field: {"$nin": list(raw)}})
                self._problems.add("unknown-operator", message, help_, path, "intended", at_key=True)
                return Comparison(field, "$nin", self._operand(raw, path), Place(path), name)
            if listed:
                help_ = f'write: {{"$not": {{"$or": [{{{json.dumps(field)}: ...}}]}}}}'
            help_ = self._apart(field, "$not", raw if listed else [raw]) or help_
            self._problems.add("unknown-operator", message, help_, path, "intended", at_key=True)
            inner = [each(item, (*path, i)) for i, item in enumerate(raw)] if listed else [each(raw, path)]
            return Not(either(inner))
        if not listed or not raw:
            self._problems.add("unknown-operator", message, f"write {connective} beside fields", path, at_key=True)
            return Unreadable({field: {key: raw}})
        help_ = f'write: {{"{connective}": [{{{json.dumps(field)}: ...}}]}}'
        if connective == "$nor":
            help_ = f'write: {{"$not": {{"$or": [{{{json.dumps(field)}: ...}}]}}}}'
        help_ = self._apart(field, connective, raw) or help_
        self._problems.add("unknown-operator", message, help_, path, "intended", at_key=True)
        return self._joined(connective, [each(item, (*path, i)) for i, item in enumerate(raw)])

    def _apart(self, field: str, connective: str, items: Sequence[JSON]) -> str:
        row = self._row(field)
        return "" if row is None else conditions_apart(field if field in self._rows else row.name, connective, items)

    def _several(self, name: str, operators: list[Comparison], value: dict[str, JSON], path: Path) -> None:
        row = self._row(self._rest(name))
        shown = name if self._rest(name) in self._rows or row is None else row.name
        message, help_ = several_operators(name, shown, len(operators), value)
        self._problems.add("several-operators", message, help_, path, "same-answer")

    def _operand(self, value: JSON, path: Path) -> JSON:
        if isinstance(value, str):
            if len(value) > MAX_STRING_CHARS:
                self._problems.too_large(path, "the string", MAX_STRING_CHARS, "characters", len(value))
                raise LimitReached
            return value
        if isinstance(value, list | tuple):
            if len(value) > MAX_LIST_ITEMS:
                self._problems.too_large(path, "the list", MAX_LIST_ITEMS, "values", len(value))
                raise LimitReached
            return tuple([self._item(item, path, index) for index, item in enumerate(value)])
        return Decimal(repr(value)) if isinstance(value, float) else value

    def _item(self, item: JSON, path: Path, index: int) -> JSON:
        if item.__class__ is str and len(item) <= MAX_STRING_CHARS:
            return item
        return item if isinstance(item, list | tuple) else self._operand(item, (*path, index))

    def _shape(self, path: Path, wanted: str, found: JSON, help_: str, fix: Fix | None) -> None:
        self._problems.add("wrong-shape", f"{wanted}, not {described_value(found)}", help_, path, fix)

    # -- names and limits ---------------------------------------------------------------------------------------

    def _rest(self, name: str) -> str:
        return ".".join([self._rest_names.get(part, part) for part in name.split(".")]) if self._rest_names else name

    def _row(self, name: str) -> Field | None:
        """Return the one field that a REST name certainly means."""
        return self._rows.get(name) or self._rows.get(certain_field(self._schema, name) or "")

    def _row_of(self, name: str) -> Field | None:
        return self._row(self._rest(name))

    def _knows(self, name: str) -> bool:
        """Return whether a name means one field for certain."""
        return certain_field(self._schema, self._rest(name)) is not None

    def _deeper(self, path: Path, depth: int) -> None:
        if depth >= MAX_FILTER_LEVELS:
            message = f"the filter nests more than {MAX_FILTER_LEVELS} levels"
            self._problems.add("too-deep", message, "flatten the filter", path)
            raise LimitReached

    def _count(self, path: Path) -> None:
        self._nodes += 1
        if self._nodes > MAX_FILTER_NODES:
            self._problems.too_large(path, "the filter", MAX_FILTER_NODES, "conditions")
            raise LimitReached
