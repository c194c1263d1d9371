"""Read the values of expressions, as far as the script tells them."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from ..nodes import Alternatives, ListLiteral, ObjectEntry, ObjectLiteral, Scalar, SourceValue, Span, Unknown
from .builders import Builders
from .called_values import CalledValues
from .callers import ScriptCallers
from .choices import Choices, explore
from .conditions import Conditions, Fixed
from .literals import cooked, key_of, number_of, string_of
from .objects import entry_of, identity_of, merged, spread_entry, spread_item, unknown
from .reading import Inlines
from .scopes import DeclaredName, Scopes
from .tree import FUNCTIONS, ScriptTree, expressions, field, inner
from .variables import Variables

_MAX_DEPTH = 48
_MAX_STEPS = 5_000
"""Of one reading."""
MAX_SCRIPT_STEPS = 400_000
"""Of all readings of a script; later values are unknown."""
_MAX_WRITTEN_CHARS = 80
_MAX_SOURCE_CHARS = 400
_WORDS = {"true": True, "false": False, "null": None}


class Budget:
    """The steps that the readings of a script have left."""

    def __init__(self) -> None:
        self.steps_left = MAX_SCRIPT_STEPS


class ValueReader:
    """Reads values at a call, on one way through the script.

    ``inlines`` tells where the text that ``JSON.stringify`` makes is read as the value in it.
    """

    def __init__(
        self,
        tree: ScriptTree,
        scopes: Scopes,
        call: Node,
        choices: Choices,
        budget: Budget,
        builders: Builders | None = None,
        callers: ScriptCallers | None = None,
        *,
        inlines: Inlines = "never",
    ) -> None:
        self.tree = tree
        self.scopes = scopes
        self.call = call
        self.choices = choices
        self._builders = builders
        self._callers = callers
        self.inlines: Inlines = inlines
        self.conditions = Conditions(tree, choices, self.value)
        self._variables = Variables(self)
        self._calls = CalledValues(self)
        self._depth = 0
        self._steps_left = _MAX_STEPS
        self._budget = budget

    def unknown(self, node: Node) -> Unknown:
        """Return the hole for an expression."""
        text = " ".join(self.tree.start_of(node, _MAX_SOURCE_CHARS).split())
        if len(text) > _MAX_WRITTEN_CHARS:
            text = text[: _MAX_WRITTEN_CHARS - 3] + "..."
        return unknown(text, self.tree.span(node))

    def value(self, node: Node) -> SourceValue | None:
        """Return the value of an expression; ``None`` for undefined and functions."""
        self._steps_left -= 1
        self._budget.steps_left -= 1
        if self._depth >= _MAX_DEPTH or self._is_exhausted():
            return self.unknown(node)
        self._depth += 1
        try:
            return self._read(inner(node))
        finally:
            self._depth -= 1

    def _is_exhausted(self) -> bool:
        return self._steps_left < 0 or self._budget.steps_left < 0

    def _parts(self, node: Node) -> SourceValue:
        """Return an object or a list; its parts are not outside any more."""
        inlines = self.inlines
        if inlines == "outside":
            self.inlines = "never"
        try:
            return self._object(node) if node.type == "object" else self._array(node)
        finally:
            self.inlines = inlines

    def built(self, call: Node) -> SourceValue | None:
        """Return what a chain of a builder builds; ``None`` if a call is none."""
        return None if self._builders is None else self._builders.value(self, call)

    def target(self, call: Node) -> Node | None:
        """Return the function of the file that a call calls; ``None`` if it is not known."""
        return None if self._callers is None else self._callers.target(call)

    def bind(self, binding: DeclaredName, value: SourceValue | None) -> None:
        """Set the value of a parameter while its function is read."""
        self._variables.bound[id(binding)] = value

    def give(self, function: Node, values: list[SourceValue | None]) -> None:
        """Give the parameters of a function the values of a call of it."""
        self._calls.bind(function, values)

    def _read(self, node: Node) -> SourceValue | None:
        kind = node.type
        if kind in ("object", "array"):
            return self._parts(node)
        if kind in ("string", "template_string"):
            return self._text(node)
        if kind == "number":
            number = number_of(self.tree.text(node))
            return self.unknown(node) if number is None else Scalar(number, self.tree.span(node))
        if kind in _WORDS:
            return Scalar(_WORDS[kind], self.tree.span(node))
        if kind == "undefined" or kind in FUNCTIONS:
            return None
        if kind == "identifier":
            return self._variables.value(node)
        if kind == "member_expression" or kind == "subscript_expression":
            return self._member(node)
        if kind == "ternary_expression":
            condition = field(node, "condition")
            is_true = condition is None or self.conditions.decide(condition)
            branch = field(node, "consequence" if is_true else "alternative")
            return self.unknown(node) if branch is None else self.value(branch)
        if kind == "binary_expression":
            return self._binary(node)
        if kind == "unary_expression":
            return self._unary(node)
        if kind == "call_expression":
            return self._calls.value(node)
        if kind == "await_expression":
            children = expressions(node)
            is_call = bool(children) and inner(children[0]).type == "call_expression"
            value = self.value(children[0]) if is_call else None
            return value if isinstance(value, ObjectLiteral | ListLiteral) else self.unknown(node)
        return self.unknown(node)

    # -- parts --------------------------------------------------------------------------------------------------

    def _object(self, node: Node) -> ObjectLiteral:
        span = self.tree.span(node)
        entries: list[ObjectEntry] = []
        for child in expressions(node):
            if self._is_exhausted():
                entries.append(spread_entry(self.unknown(node)))
                break
            if child.type == "pair":
                key, inside = field(child, "key"), field(child, "value")
                value = None if inside is None else self.value(inside)
                if key is not None and value is not None:
                    entries.append(ObjectEntry(self.key(key), self.tree.span(key), value))
            elif child.type == "shorthand_property_identifier":
                value = self._variables.value(child)
                if value is not None:
                    entries.append(ObjectEntry(self.tree.text(child), self.tree.span(child), value))
            elif child.type == "spread_element":
                self._spread_into(entries, self.spread(child), span)
        return ObjectLiteral(tuple(entries), span)

    def _spread_into(self, entries: list[ObjectEntry], source: SourceValue | None, span: Span) -> None:
        names = {entry.key for entry in entries}
        is_new = isinstance(source, ObjectLiteral) and not any(entry.key in names for entry in source.entries)
        if isinstance(source, ObjectLiteral) and is_new:
            entries += source.entries
            return
        whole = merged(ObjectLiteral(tuple(entries), span), source)
        if isinstance(whole, ObjectLiteral):
            entries[:] = whole.entries

    def key(self, node: Node) -> str | Unknown:
        """Return a key of an object or of a path."""
        name = key_of(self.tree, node)
        if name is not None:
            return name
        inside = node
        if node.type == "computed_property_name":
            children = expressions(node)
            if not children:
                return self.unknown(node)
            inside = children[0]
        value = self.value(inside)
        if isinstance(value, Scalar) and isinstance(value.value, str | int) and not isinstance(value.value, bool):
            return str(value.value)
        return value if isinstance(value, Unknown) else self.unknown(inside)

    def spread(self, node: Node) -> SourceValue | None:
        """Return what is spread; ``None`` for nothing."""
        children = expressions(node)
        return self.optional(children[0]) if children else None

    def optional(self, node: Node) -> SourceValue | None:
        """Return a value that counts only if it is true, such as that of a spread."""
        node = inner(node)
        left, right = field(node, "left"), field(node, "right")
        operator = field(node, "operator")
        if node.type == "binary_expression" and operator is not None and left is not None and right is not None:
            if operator.type == "&&":
                return self.optional(right) if self.conditions.decide(left) else None
            if operator.type in ("||", "??"):
                return self.optional(left if self.conditions.decide(left) else right)
        if node.type == "ternary_expression":
            condition = field(node, "condition")
            is_true = condition is None or self.conditions.decide(condition)
            branch = field(node, "consequence" if is_true else "alternative")
            return None if branch is None else self.optional(branch)
        value = self.value(node)
        return None if isinstance(value, Scalar) and not value.value else value

    def _array(self, node: Node) -> ListLiteral:
        items: list[SourceValue] = []
        for child in expressions(node):
            if self._is_exhausted():
                items.append(spread_item(self.unknown(node)))
                break
            if child.type == "spread_element":
                items += self.items(self.spread(child), child)
            else:
                value = self.value(child)
                items.append(Scalar(None, self.tree.span(child)) if value is None else value)
        return ListLiteral(tuple(items), self.tree.span(node))

    def items(self, value: SourceValue | None, node: Node) -> list[SourceValue]:
        """Return the items of a list that is spread."""
        if value is None:
            return []
        if isinstance(value, ListLiteral):
            return [*value.items]
        hole = value if isinstance(value, Unknown) else self.unknown(expressions(node)[0])
        return [spread_item(hole)]

    def _text(self, node: Node) -> SourceValue:
        text = self.template(node) if node.type == "template_string" else string_of(self.tree, node)
        return self.unknown(node) if text is None else Scalar(text, self.tree.span(node))

    def template(self, node: Node) -> str | None:
        """Return the text of a template; ``None`` if a part is not known."""
        parts = self.template_parts(node)
        return None if None in parts else "".join(part for part in parts if part is not None)

    def template_parts(self, node: Node) -> list[str | None]:
        """Return the parts of a template; ``None`` for an unknown one."""
        parts: list[str | None] = []
        plain = ""
        for child in node.named_children:
            if child.type == "template_substitution":
                inside = expressions(child)
                value = self.value(inside[0]) if inside else None
                parts += [cooked(plain), text_of(value)]
                plain = ""
            elif child.type != "comment":
                plain += self.tree.text(child)
        return [*parts, cooked(plain)]

    def _binary(self, node: Node) -> SourceValue | None:
        left, right, operator = field(node, "left"), field(node, "right"), field(node, "operator")
        if left is None or right is None or operator is None:
            return self.unknown(node)
        if operator.type == "&&":
            if self.conditions.decide(left):
                return self.value(right)
            value = self.value(left)
            return value if value is None or isinstance(value, Scalar) else self.unknown(node)
        if operator.type in ("||", "??"):
            return self.value(left if self.conditions.decide(left) else right)
        if operator.type == "+":
            first, second = self.value(left), self.value(right)
            texts = text_of(first), text_of(second)
            is_text = any(isinstance(v, Scalar) and isinstance(v.value, str) for v in (first, second))
            if is_text and texts[0] is not None and texts[1] is not None:
                return Scalar(texts[0] + texts[1], self.tree.span(node))
        return self.unknown(node)

    def _unary(self, node: Node) -> SourceValue | None:
        operator, operand = field(node, "operator"), field(node, "argument")
        if operator is None or operand is None or operator.type == "void":
            return None if operator is not None else self.unknown(node)
        value = self.value(operand) if operator.type in ("-", "+", "!") else None
        if isinstance(value, Scalar) and operator.type == "!":
            return Scalar(not value.value, self.tree.span(node))
        is_number = isinstance(value, Scalar) and not isinstance(value.value, str | bool | None)
        if isinstance(value, Scalar) and is_number and operator.type in ("-", "+"):
            return Scalar(-value.value if operator.type == "-" else value.value, self.tree.span(node))
        return self.unknown(node)

    def _member(self, node: Node) -> SourceValue | None:
        holder, key = field(node, "object"), field(node, "property") or field(node, "index")
        if holder is None or key is None:
            return self.unknown(node)
        name = self.tree.text(key) if node.type == "member_expression" else self.key(key)
        if not isinstance(name, str):
            return self.unknown(node)
        if holder.type == "this":
            values = self.scopes.fields.get(name, [])
            value = self.value(values[0]) if len(values) == 1 else None
            return value if isinstance(value, Scalar) else self.unknown(node)
        if name == "filter":
            built = self._variables.built(inner(holder))
            if built is not None:
                return built
        if self._builders is not None and self._builders.is_enumeration(holder):
            return Scalar(name, self.tree.span(node))
        if holder.type == "identifier":
            found = self._variables.constant_member(holder, name)
            if found is not None:
                value = self.value(found)
                return self.unknown(node) if isinstance(value, Unknown) else value
        return self.part(self.value(holder), name, node)

    def part(self, value: SourceValue | None, key: str, node: Node) -> SourceValue | None:
        """Return a part of a value, read by an expression."""
        if isinstance(value, ObjectLiteral):
            entry = entry_of(value, key)
            if entry is None:
                # Often the object is only the default of another one.
                return self.unknown(node)
            is_last = not any(isinstance(e.key, Unknown) for e in value.entries[value.entries.index(entry) :])
            return self.unknown(node) if isinstance(entry.value, Unknown) or not is_last else entry.value
        if isinstance(value, ListLiteral) and key.isdecimal() and len(key) < _MAX_DEPTH:
            before = value.items[: int(key) + 1]
            if len(before) == int(key) + 1 and not any(map(_is_unknown, before)):
                return before[-1]
        return self.unknown(node)


def _is_unknown(value: SourceValue) -> bool:
    return isinstance(value, Unknown)


def text_of(value: SourceValue | None) -> str | None:
    """Return the text that a value becomes in a template; ``None`` if not known."""
    if not isinstance(value, Scalar) or value.value is None:
        return None
    if isinstance(value.value, bool):
        return str(value.value).lower()
    return str(value.value)


def read_value(reader: Callable[[Choices], ValueReader], node: Node, fixed: Fixed) -> SourceValue | None:
    """Return the value of an expression on the different ways through the script."""
    found: dict[object, SourceValue] = {}
    span = (0, 0)

    def read(choices: Choices) -> tuple[SourceValue | None, bool]:
        one = reader(choices)
        value = one.value(node)
        return value, all(one.conditions.may_be(test, truth=truth) for test, truth in fixed.tests)

    ways = explore(read, fixed.truths)
    possible = [value for value, is_possible in ways if is_possible] or [value for value, _ in ways]
    for value in possible:
        if value is not None:
            span = value.span
            found.setdefault(identity_of(value), value)
    values = tuple(found.values())
    return None if not values else values[0] if len(values) == 1 else Alternatives(values, span)
