"""The value of a Python expression, where the names around it have known values."""

from __future__ import annotations

import ast
import operator as operators
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..nodes import Scalar, Unknown
from . import texts
from .calls_of_values import CallEvaluator
from .protocols import NameResolver
from .scopes import name_of, names_in
from .source import PythonSource, called_name, child, named
from .values import (
    MAX_CHOICES,
    Choice,
    ListValue,
    Names,
    ObjectEntryValue,
    ObjectValue,
    PythonValue,
    choice_of,
    options_of,
    text_of,
    unknown_of,
)

if TYPE_CHECKING:
    from tree_sitter import Node


JSON = Any
MAX_DEPTH = 60
_MAX_NUMBER_CHARS = 100
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operators.eq, "!=": operators.ne, "<": operators.lt, "<=": operators.le, ">": operators.gt,
    ">=": operators.ge,
}  # fmt: skip
_Evaluate = Callable[["Evaluator", "Node"], PythonValue]


class Evaluator:
    """Evaluates expressions among names; anything it does not know is a hole."""

    def __init__(self, source: PythonSource, names: Names, resolver: NameResolver) -> None:
        self.source = source
        self.names = names
        self.resolver = resolver
        self._depth = 0

    def value(self, node: Node | None, fallback: Node | None = None) -> PythonValue:
        """Return the value of an expression."""
        if node is None:
            assert fallback is not None
            return self.source.unknown(fallback)
        evaluate = _BY_KIND.get(node.type)
        if evaluate is None or self._depth >= MAX_DEPTH:
            return self.source.unknown(node)
        self._depth += 1
        try:
            return evaluate(self, node)
        finally:
            self._depth -= 1

    def truth(self, node: Node | None) -> bool | None:
        """Return whether a condition holds; ``None`` if the file does not tell."""
        if node is None:
            return None
        parts = named(node)
        if node.type == "not_operator" and parts:
            found = self.truth(parts[0])
            return None if found is None else not found
        if node.type == "parenthesized_expression" and len(parts) == 1:
            return self.truth(parts[0])
        if node.type == "boolean_operator" and len(parts) == 2:
            return self._both(node, parts)
        if node.type == "comparison_operator":
            found = self._compared(node, parts)
            return self._is_none(node, parts) if found is None else found
        if node.type == "call":
            found = self._is_instance(node)
            return truth_of(self.value(node)) if found is None else found
        return truth_of(self.value(node))

    def _both(self, node: Node, parts: list[Node]) -> bool | None:
        decides = any(part.type == "or" for part in node.children)
        found = [self.truth(part) for part in parts]
        if decides in found:
            return decides
        return None if None in found else not decides

    def _compared(self, node: Node, parts: list[Node]) -> bool | None:
        """Return the result of a comparison of known strings or numbers, if it is one."""
        operators = [part.type for part in node.children if not part.is_named]
        compare = _COMPARISONS.get(operators[0]) if len(operators) == 1 and len(parts) == 2 else None
        if compare is None:
            return None
        left, right = self.value(parts[0]), self.value(parts[1])
        if not isinstance(left, Scalar) or not isinstance(right, Scalar):
            return None
        kinds = [(str,) if isinstance(value.value, str) else (int, Decimal) for value in (left, right)]
        known = kinds[0] == kinds[1] and type(left.value) in kinds[0] and type(right.value) in kinds[1]
        return compare(left.value, right.value) if known else None

    def _is_instance(self, node: Node) -> bool | None:
        """Return the result of ``isinstance(value, list)`` of a known value."""
        arguments = child(node, "arguments")
        given = named(arguments) if arguments is not None else []
        if called_name(self.source, child(node, "function")) != "isinstance" or len(given) != 2:
            return None
        value, kind = self.value(given[0]), self.source.text_of(given[1])
        if kind not in ("list", "dict", "str") or not isinstance(value, Scalar | ListValue | ObjectValue):
            return None
        is_text = isinstance(value, Scalar) and isinstance(value.value, str)
        found = {"list": isinstance(value, ListValue), "dict": isinstance(value, ObjectValue), "str": is_text}
        return found[kind]

    def _is_none(self, node: Node, parts: list[Node]) -> bool | None:
        operators = [part.type for part in node.children if not part.is_named or part.type in ("is not", "not in")]
        if len(parts) != 2 or parts[1].type != "none" or operators not in (["is"], ["is not"]):
            return None
        value = self.value(parts[0])
        if isinstance(value, Unknown | Choice):
            return None
        found = isinstance(value, Scalar) and value.value is None
        return found if operators == ["is"] else not found

    # -- literals ------------------------------------------------------------------------------------------------

    def _string(self, node: Node) -> PythonValue:
        value = self.source.string(node)
        if value is not None:
            return Scalar(value, self.source.span(node))
        return texts.formatted(self, node)

    def _number(self, node: Node) -> PythonValue:
        text = self.source.text_of(node)
        try:
            value = ast.literal_eval(text) if len(text) <= _MAX_NUMBER_CHARS else None
        except (ValueError, SyntaxError):
            value = None
        if isinstance(value, int):
            return Scalar(value, self.source.span(node))
        return Scalar(Decimal(repr(value)), self.source.span(node)) if isinstance(value, float) else self._hole(node)

    def _unary(self, node: Node) -> PythonValue:
        value = self.value(child(node, "argument"), node)
        operator = child(node, "operator")
        if not isinstance(value, Scalar) or type(value.value) not in (int, Decimal):
            return self._hole(node)
        if operator is None or operator.type not in ("+", "-"):
            return self._hole(node)
        return Scalar(-value.value if operator.type == "-" else value.value, self.source.span(node))

    def _hole(self, node: Node) -> PythonValue:
        return self.source.unknown(node)

    def _constant(self, node: Node) -> PythonValue:
        return Scalar({"true": True, "false": False}.get(node.type), self.source.span(node))

    def _list(self, node: Node) -> PythonValue:
        items: list[PythonValue] = []
        for part in named(node):
            if part.type == "list_splat":
                spread = self.value(named(part)[0] if named(part) else None, part)
                items += spread.items if isinstance(spread, ListValue) else [unknown_of(spread, "spread")]
            elif part.type == "ERROR":
                return self._hole(node)
            else:
                items.append(self.value(part))
        return ListValue(items, self.source.span(node))

    def _dictionary(self, node: Node) -> PythonValue:
        variants = [ObjectValue([], self.source.span(node))]
        for part in named(node):
            if part.type == "pair":
                key = child(part, "key")
                if key is None:
                    return self._hole(node)
                name, span, value = self.key(key), self.source.span(key), self.value(child(part, "value"), part)
                for found in variants:
                    # A key that is written twice is kept: it is a mistake to report.
                    found.entries.append(ObjectEntryValue(name, span, value))
            elif part.type == "dictionary_splat" and named(part):
                variants = self._spread(variants, self.value(named(part)[0]), part)
            else:
                return self._hole(node)
        return choice_of(variants, self.source.span(node))

    def _spread(self, variants: list[ObjectValue], value: PythonValue, node: Node) -> list[ObjectValue]:
        """Return objects with a value spread into each, one for each of its options."""
        options = options_of(value)
        known = all(isinstance(option, ObjectValue) or truth_of(option) is False for option in options)
        if not known or len(options) * len(variants) > MAX_CHOICES:
            options = (value,)
        made = []
        for found in variants:
            for option in options:
                changed = ObjectValue([replace(entry) for entry in found.entries], found.span)
                self.merge(changed, option, node)
                made.append(changed)
        return made

    def key(self, node: Node) -> str | Unknown:
        """Return a key of an object; a hole if it is computed."""
        value = self.value(node)
        return value.value if isinstance(value, Scalar) and isinstance(value.value, str) else self.source.unknown(node)

    def merge(self, target: ObjectValue, value: PythonValue, node: Node) -> None:
        """Add the entries of a value to an object."""
        if isinstance(value, ObjectValue):
            for entry in list(value.entries):
                target.put(entry.key, entry.key_span, entry.value)
            return
        falsy = [option for option in options_of(value) if truth_of(option) is False]
        if not falsy or len(falsy) < len(options_of(value)):
            target.add_unknown(self.source.unknown(node))

    # -- names and parts -----------------------------------------------------------------------------------------

    def _name(self, node: Node) -> PythonValue:
        name = name_of(self.source, node)
        value = None if name is None else self.names.get(name)
        if value is None and node.type == "attribute":
            value = self.resolver.attribute(node)
        return self._hole(node) if value is None or isinstance(value, Unknown) else value

    def _subscript(self, node: Node) -> PythonValue:
        keys = node.children_by_field_name("subscript")
        if len(keys) != 1:
            return self._hole(node)
        found = [self.item(holder, keys[0]) for holder in options_of(self.value(child(node, "value"), node))]
        values = [self._hole(node) if value is None else value for value in found]
        return choice_of(values, self.source.span(node))

    def item(self, holder: PythonValue, key: Node) -> PythonValue | None:
        """Return a part of an object or a list; ``None`` if it is not known."""
        index = self.value(key)
        if not isinstance(index, Scalar):
            return None
        if isinstance(holder, ObjectValue) and isinstance(index.value, str):
            entry = holder.find(index.value)
            return None if entry is None else entry.value
        if isinstance(holder, ListValue) and type(index.value) is int and 0 <= index.value < len(holder.items):
            before = holder.items[: index.value + 1]
            return None if any(_is_spread(item) for item in before) else before[-1]
        return None

    # -- operators -----------------------------------------------------------------------------------------------

    def _conditional(self, node: Node) -> PythonValue:
        parts = named(node)
        if len(parts) != 3:
            return self._hole(node)
        holds = self.truth(parts[1])
        if holds is not None:
            return self.value(parts[0] if holds else parts[2])
        return choice_of([self.value(parts[0]), self.value(parts[2])], self.source.span(node))

    def _boolean(self, node: Node) -> PythonValue:
        left, right = child(node, "left"), child(node, "right")
        operator = child(node, "operator")
        if left is None or right is None or operator is None:
            return self._hole(node)
        value = self.value(left)
        holds = truth_of(value)
        if operator.type == "and":
            return self._hole(node) if holds is None else self.value(right) if holds else value
        if holds is not None:
            return value if holds else self.value(right)
        kept = [option for option in options_of(value) if truth_of(option) is not False]
        return choice_of([*kept, self.value(right)], self.source.span(node))

    def _binary(self, node: Node) -> PythonValue:
        operator = child(node, "operator")
        left, right = (self.value(child(node, side), node) for side in ("left", "right"))
        return self.combined(node, "" if operator is None else operator.type, left, right)

    def combined(self, node: Node, operator: str, left: PythonValue, right: PythonValue) -> PythonValue:
        """Return the value of an operator between two values."""
        span = self.source.span(node)
        if operator == "|" and isinstance(left, ObjectValue):
            made = ObjectValue([], span)
            self.merge(made, left, node)
            self.merge(made, right, node)
            return made
        if operator == "+" and isinstance(left, ListValue):
            added = right.items if isinstance(right, ListValue) else [self.source.unknown(node, is_spread=True)]
            return ListValue([*left.items, *added], span)
        # A name in it may be a counter of a loop, whose value is not that of the first round.
        is_literal = isinstance(left, Scalar) and isinstance(right, Scalar) and not names_in(self.source, node)
        if is_literal and operator in ("+", "-", "*"):
            assert isinstance(left, Scalar)
            assert isinstance(right, Scalar)
            number = _computed(operator, left.value, right.value)
            if number is not None:
                return Scalar(number, span)
        if operator == "+":
            return texts.concatenated(self, node, [left, right])
        if operator == "%":
            return texts.percent(self, node, left, child(node, "right"))
        if operator == "/":
            return texts.joined_path(self, node, left, right)
        return self._hole(node)

    def _call(self, node: Node) -> PythonValue:
        return CallEvaluator(self, node).value()

    def _inner(self, node: Node) -> PythonValue:
        parts = named(node)
        return self.value(parts[0]) if len(parts) == 1 else self._hole(node)

    def _walrus(self, node: Node) -> PythonValue:
        return self.value(child(node, "value"), node)


def _is_spread(value: PythonValue) -> bool:
    return isinstance(value, Unknown) and value.hole.kind == "spread"


def _computed(operator: str, left: JSON, right: JSON) -> int | None:
    if type(left) is not int or type(right) is not int or max(abs(left), abs(right)) > 10**9:
        return None
    return left + right if operator == "+" else left - right if operator == "-" else left * right


def truth_of(value: PythonValue) -> bool | None:
    """Return whether a value is true in a condition; ``None`` if it is not known."""
    if isinstance(value, Scalar):
        return bool(value.value)
    if isinstance(value, ObjectValue):
        return None if value.is_open and not any(isinstance(e.key, str) for e in value.entries) else bool(value.entries)
    if isinstance(value, ListValue):
        return None if any(map(_is_spread, value.items)) else bool(value.items)
    if isinstance(value, Choice):
        found = {truth_of(option) for option in value.values}
        return found.pop() if len(found) == 1 else None
    text = text_of(value)
    return True if text is not None and any(text) else None


_BY_KIND: dict[str, _Evaluate] = {
    "string": Evaluator._string,
    "concatenated_string": Evaluator._string,
    "integer": Evaluator._number,
    "float": Evaluator._number,
    "true": Evaluator._constant,
    "false": Evaluator._constant,
    "none": Evaluator._constant,
    "unary_operator": Evaluator._unary,
    "list": Evaluator._list,
    "tuple": Evaluator._list,
    "dictionary": Evaluator._dictionary,
    "identifier": Evaluator._name,
    "attribute": Evaluator._name,
    "subscript": Evaluator._subscript,
    "conditional_expression": Evaluator._conditional,
    "boolean_operator": Evaluator._boolean,
    "binary_operator": Evaluator._binary,
    "call": Evaluator._call,
    "parenthesized_expression": Evaluator._inner,
    "await": Evaluator._inner,
    "named_expression": Evaluator._walrus,
    "expression_list": Evaluator._list,
}
