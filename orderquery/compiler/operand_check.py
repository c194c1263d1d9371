"""Check the operand of a condition: its shape, its type, and the values in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..diagnostics.diagnostic import Diagnostic, Fix
from ..diagnostics.place import Place
from ..diagnostics.quoting import described, quoted
from ..language.datetimes import could_begin_instant
from ..language.fields import Field
from ..language.operators import OPERATORS, Operator, Takes
from ..language.schema import Schema
from ..language.types import UnfitOperand, has_lone_surrogate
from ..syntax.ast import Comparison
from ..syntax.holes import Hole, described_value, without_holes
from ..syntax.problems import Problems
from . import suggestions
from .enum_suggestions import several_enum_values, unknown_enum_value
from .signed_values import help_for_signed
from .suggestions import spelled
from .value_warnings import ValueWarning, odd_characters, pattern_value, unfilled_operand, value_warning

JSON = Any
_LEFT_OUT = object()
"""Stands for a value of a list that a correction leaves out."""


class OperandCheck:
    """The check of one operand.

    ``operand`` is its value, ``node`` its condition with the operand in its right shape, and ``mended`` the condition
    with the values and the operator to write instead where they are certain.
    """

    def __init__(self, node: Comparison, row: Field, operator: Operator, schema: Schema, problems: Problems) -> None:
        self._schema, self._problems = schema, problems
        self._operator: str | None = None
        self._values: dict[int | None, JSON] = {}
        """The operator to write instead, and the operands, by their index in a list."""
        self._siblings: tuple[JSON, ...] = ()
        """The values of the list if one may be left out."""
        instead = self._shape_instead(node, row, operator)
        self.node = node if instead is None else replace(node, operand=instead)
        self.operand = self._operand(self.node, row, operator)
        self.mended = self._mended(self.node) if self._values else self.node

    def _shape_instead(self, node: Comparison, row: Field, operator: Operator) -> JSON:
        """Report an operand of the wrong shape, and return its certain meaning."""
        instead = suggestions.operand_instead(node.operand, row, operator)
        if instead is not None:
            message = (
                f"{spelled(node.operator, node.place)} takes {operator.takes.value}, not {described(node.operand)}"
            )
            help_ = suggestions.shape_help(node, instead, self._schema)
            self._add("operand-shape", message, help_, node.place, "intended")
        return instead

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
                self._empty(operator, node)
            self._siblings = operand
            items = [self._element(node, item, index, row, operator) for index, item in enumerate(operand)]
            return tuple(without_holes(items) if self._problems.has_holes else items)
        if isinstance(operand, tuple):
            if not (operator.lists and row.many):
                return self._misshapen(node, row)
            return self._whole_list(node, operand, row, operator)
        if takes is Takes.TEXT:
            return self._prefix(node, row)
        return None if operand is None and operator.nulls else self._value(operand, row, operator, node.place)

    def _whole_list(self, node: Comparison, operand: tuple[JSON, ...], row: Field, operator: Operator) -> list[Any]:
        if not operand:
            self._empty(operator, node)
        self._siblings = ()
        nulls = [index for index, item in enumerate(operand) if item is None]
        for index in nulls:
            message = f"null is not allowed in a list that {spelled(node.operator, node.place)} compares as a whole"
            self._add("operand-type", message, "remove null", node.place.item(index))
        items = [self._element(node, item, i, row, operator) for i, item in enumerate(operand) if i not in nulls]
        return without_holes(items)

    def _element(self, node: Comparison, item: JSON, index: int, row: Field, operator: Operator) -> Any:
        if isinstance(item, tuple | list | dict):
            message = f"a list inside the list of {spelled(node.operator, node.place)}"
            self._add("operand-shape", message, "put all values into one list", node.place.item(index))
            return None
        if item.__class__ is Hole and self._problems.is_hole(item):
            return item
        return None if item is None and operator.nulls else self._value(item, row, operator, node.place, index)

    def _mended(self, node: Comparison) -> Comparison:
        """Return the condition with the values and the operator to write instead."""
        operand = self._values.get(None, node.operand)
        if isinstance(node.operand, tuple):
            items = [self._values.get(index, item) for index, item in enumerate(node.operand)]
            operand = tuple([item for item in items if item is not _LEFT_OUT])
        return replace(node, operand=operand, operator=self._operator or node.operator)

    def _value(self, item: JSON, row: Field, operator: Operator, at: Place, index: int | None = None) -> Any:
        kind = row.type
        try:
            if item is None:
                self._add("operand-type", *suggestions.null_operand(row, operator, at), at.item(index), "guess")
                return None
            value = kind.operand(item)
        except UnfitOperand as problem:
            in_text = at.path is None
            signed = help_for_signed(item, row, operator, self._schema, in_text=in_text)
            if signed:
                found = suggestions.Instead(signed, "guess")
            else:
                found = suggestions.unfit_operand(problem, item, row, operator, in_text=in_text)
            if found.fix == "intended":
                self._values[index] = found.value
                self._operator = found.operator
            message = f"{row.name} takes {problem.wanted}, not {described(item)}"
            self._add("operand-type", message, found.help, at.item(index), found.fix)
            return None
        if kind.name == "enum":
            unfilled = unfilled_operand(Comparison(row.name, operator.name, item, at), self._schema, index)
            if unfilled is not None:
                self._warn(unfilled, at, index)
            elif row.values and item not in row.values:
                self._unknown_value(item, row, operator, at, index)
            return value
        self._warn(value_warning(item, row, operator, at, self._schema, index), at, index)
        return value

    def _warn(self, found: ValueWarning | None, at: Place, index: int | None = None) -> None:
        if found is not None:
            if found.value is not None:
                self._values[index] = found.value
            self._add(found.code, found.message, found.help, at.item(index), found.fix)

    def _unknown_value(self, item: str, row: Field, operator: Operator, at: Place, index: int | None) -> None:
        signed = help_for_signed(item, row, operator, self._schema, in_text=at.path is None)
        if signed:
            self._add("unknown-enum-value", f"{quoted(item)} is not a value of {row.name}", signed, at, "guess")
            return
        several = several_enum_values(row, item, operator, at, index, self._schema)
        help_, near, misspelt = several or unknown_enum_value(row, item, self._problems)
        fix: Fix | None = "guess" if near else None
        siblings = self._siblings if index is not None else ()
        if near is not None and misspelt and near in siblings:
            help_, fix = f"remove {quoted(item)}: the list contains {quoted(near)}", "same-answer"
            self._values[index] = _LEFT_OUT
        message = f"{quoted(item)} is not a value of {row.name}"
        self._add("unknown-enum-value", message, help_, at.item(index), fix)

    def _prefix(self, node: Comparison, row: Field) -> str | None:
        operand, place = node.operand, node.place
        if not isinstance(operand, str) or has_lone_surrogate(operand):
            wanted = "a string" if not isinstance(operand, str) else "a string without lone surrogates"
            instead = suggestions.prefix_instead(node, row, self._schema, wanted)
            if instead.fix is not None:
                self._values[None], self._operator = instead.value, instead.operator
            message = f"{spelled(node.operator, node.place)} takes {wanted}, not {described(operand)}"
            self._add("operand-type", message, instead.help, place, instead.fix)
            return None
        kind = row.type.name
        if kind == "boolean":
            self._add(*suggestions.boolean_prefix(node, row, self._schema))
        elif kind == "instant" and not could_begin_instant(operand):
            message = f"no date-time starts with {quoted(operand)}"
            help_ = 'write the start of a date-time such as "2024-03-07T10:24:03.380Z"'
            self._add("never-matches", message, help_, place)
        elif row.type.textual:
            node = replace(node, field=row.name)
            warning = unfilled_operand(node, self._schema) or pattern_value(node, row, self._schema)
            self._warn(warning or odd_characters(node, self._schema), place)
        return operand

    def _empty(self, operator: Operator, node: Comparison) -> None:
        message = f"{spelled(node.operator, node.place)} with an empty list {operator.when_empty}"
        self._add("empty-list", message, "add a value, or remove the condition", node.place)

    def _misshapen(self, node: Comparison, row: Field) -> None:
        takes = OPERATORS[node.operator].takes.value
        message = f"{spelled(node.operator, node.place)} takes {takes}, not {described_value(node.operand)}"
        help_, fix = suggestions.operand_shape(node, row, self._schema)
        self._add("operand-shape", message, help_, node.place, fix)
        pieces, before = suggestions.pieces_of(node.operand), len(self._problems)
        if OPERATORS[node.operator].takes is not Takes.VALUES or pieces == (node.operand,):
            return
        self._siblings = ()  # the text may stand for a list, whose values are checked, too, but not mended
        for index, piece in enumerate(pieces):
            self._value(piece, row, OPERATORS[node.operator], node.place, index)
        self._values, self._operator = {}, None
        self._problems[before:] = [replace(one, fix=one.fix and "guess") for one in self._problems[before:]]

    def _add(self, code: str, message: str, help_: str, place: Place, fix: Fix | None = None) -> None:
        self._problems.append(Diagnostic(code, message, help_, place, span=place.span, fix=fix))
