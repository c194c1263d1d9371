"""Whether a condition of a script is true, and whether a write runs before a use."""

from __future__ import annotations

import operator as operators
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from tree_sitter import Node

from ..nodes import ListLiteral, ObjectLiteral, Scalar, SourceValue
from .choices import Choices
from .tree import FUNCTIONS, LOOPS, ScriptTree, arguments, expressions, field, inner

Runs = Literal["no", "once", "often"]
_NOTHING = ("undefined", "null", "''", '""', "void 0")
_EXITS = ("return_statement", "throw_statement", "continue_statement", "break_statement")
_MAX_DEPTH = 20
_MAX_CONDITION_CHARS = 500
_MAX_GUARDS = 100


class Conditions:
    """The truth of conditions in one reading.

    ``value`` reads an expression; its result decides where it is known.
    """

    def __init__(self, tree: ScriptTree, choices: Choices, value: Callable[[Node], SourceValue | None]) -> None:
        self._tree = tree
        self._choices = choices
        self._value = value

    def decide(self, node: Node, depth: int = 0) -> bool:
        """Return whether a condition is true in this reading."""
        node = inner(node)
        operator = field(node, "operator")
        sign = "" if operator is None else operator.type
        if depth > _MAX_DEPTH:
            return self._choices.choose(self._text(node))
        if node.type == "unary_expression" and sign == "!":
            operand = field(node, "argument")
            return operand is None or not self.decide(operand, depth + 1)
        if node.type == "binary_expression":
            left, right = field(node, "left"), field(node, "right")
            if left is None or right is None:
                return True
            if sign == "&&":
                return self.decide(left, depth + 1) and self.decide(right, depth + 1)
            if sign in ("||", "??"):
                return self.decide(left, depth + 1) or self.decide(right, depth + 1)
            if sign in ("===", "==", "!==", "!="):
                return self._equal(left, right, depth) == (sign[0] == "=")
            compare = _COMPARISONS.get(sign)
            if compare is not None:
                first, second = self._number(left), self._number(right)
                if first is not None and second is not None:
                    return compare(first, second)
            return self._choices.choose(self._text(node))
        if node.type == "call_expression" and self._tree.start_of(node, 8) == "Boolean(":
            given = field(node, "arguments")
            operands = [] if given is None else expressions(given)
            return bool(operands) and self.decide(operands[0], depth + 1)
        if node.type == "call_expression" and self._tree.start_of(node, 14) == "Array.isArray(":
            listed = arguments(node)
            value = self._value(listed[0]) if listed else None
            if isinstance(value, ListLiteral | ObjectLiteral | Scalar):
                return isinstance(value, ListLiteral)
        text = self._text(node)
        if self._choices.is_fixed(text):
            return self._choices.choose(text)
        known = self._value(node) if node.type in _VALUED else None
        if known is None and node.type in _VALUED:
            return False
        if isinstance(known, Scalar):
            return bool(known.value)
        if isinstance(known, ObjectLiteral | ListLiteral):
            return True
        return self._choices.choose(text)

    def _number(self, node: Node) -> Any:
        """Return the number that an expression is; ``None`` if it is not known."""
        found = self._value(node) if inner(node).type in _VALUED else None
        is_number = isinstance(found, Scalar) and type(found.value) in (int, Decimal)
        return found.value if isinstance(found, Scalar) and is_number else None

    def _equal(self, left: Node, right: Node, depth: int) -> bool:
        if self._tree.name(left) in _NOTHING:
            left, right = right, left
        if self._tree.name(right) in _NOTHING:
            return not self.decide(left, depth + 1)
        left, right = inner(left), inner(right)
        if left.type == "unary_expression" and self._tree.name(right).strip("'\"`") == "undefined":
            operand = field(left, "argument")
            return operand is not None and not self.decide(operand, depth + 1)
        if left.type == "unary_expression" and self._tree.start_of(left, 6) == "typeof":
            operand = field(left, "argument")
            kind = None if operand is None else _type_of(self._value(operand))
            if kind is not None:
                return kind == self._tree.name(right).strip("'\"`")
        known = self._value(left) if left.type in _VALUED else None
        other = self._value(right) if right.type in _VALUED else None
        if isinstance(known, Scalar) and isinstance(other, Scalar):
            return bool(known.value == other.value)
        return self._choices.choose_equal(self._text(left), self._text(right))

    def _text(self, node: Node) -> str:
        return " ".join(self._tree.start_of(node, _MAX_CONDITION_CHARS).split())

    def may_be(self, node: Node, *, truth: bool) -> bool:
        """Return whether a name or member may have a truth in this reading."""
        known = self._value(node)
        if known is None:
            return not truth
        if isinstance(known, Scalar):
            return bool(known.value) is truth
        return truth or not isinstance(known, ObjectLiteral | ListLiteral)

    # -- which code runs ----------------------------------------------------------------------------------------

    def runs(self, node: Node, use: Node) -> Runs:
        """Return whether code runs before a use in the same function."""
        around_use = {use.id: use}
        for above in self._tree.ancestors(use):
            around_use[above.id] = above
        often = False
        for child, above in self._steps(node):
            if above.id in around_use:
                return "no" if _is_other_branch(child, above, around_use) else "often" if often else "once"
            if above.type in FUNCTIONS or above.type in LOOPS:
                often = True
            elif not self.is_followed(child, above) or (
                above.type in ("if_statement", "else_clause") and _leaves(child)
            ):
                return "no"
        return "often" if often else "once"

    def _steps(self, node: Node) -> Iterator[tuple[Node, Node]]:
        child = node
        for above in self._tree.ancestors(node):
            yield child, above
            child = above

    def is_followed(self, child: Node, above: Node) -> bool:
        """Return whether control reaches a child of a node that branches."""
        if above.type in ("if_statement", "ternary_expression"):
            condition = field(above, "condition")
            if condition is None or condition.id == child.id:
                return True
            consequence = field(above, "consequence")
            return self.decide(condition) == (consequence is not None and consequence.id == child.id)
        if above.type == "binary_expression":
            left, operator = field(above, "left"), field(above, "operator")
            if left is None or operator is None or left.id == child.id or operator.type not in ("&&", "||", "??"):
                return True
            return self.decide(left) == (operator.type == "&&")
        if above.type == "switch_case":
            value = field(above, "value")
            body = self._tree.parent(above)
            switch = None if body is None else self._tree.parent(body)
            subject = None if switch is None else field(switch, "value")
            if value is None or subject is None or value.id == child.id:
                return True
            return self._equal(subject, value, 0)
        if above.type == "switch_default":
            body = self._tree.parent(above)
            cases = [] if body is None else [case for case in body.named_children if case.type == "switch_case"]
            return not any(self.is_followed(above, case) for case in cases)
        if above.type == "catch_clause":
            return self._choices.choose(f"catch {above.start_byte}", usual=False)
        return True

    def is_reached(self, node: Node, function: Node) -> bool:
        """Return whether the conditions around a node of a function let it run."""
        for child, above in self._steps(node):
            if above.id == function.id:
                return True
            if not self.is_followed(child, above):
                return False
        return True

    def may_come_to(self, node: Node, function: Node) -> bool:
        """Return whether no statement before a node of a function leaves it first."""
        for child, above in self._steps(node):
            for guard in guards_of(self._tree, above) if above.type in ("statement_block", "program") else ():
                condition = field(guard, "condition")
                if guard.start_byte < child.start_byte and condition is not None and self.decide(condition):
                    return False
            if above.id == function.id:
                return True
            if not self.is_followed(child, above):
                return False
        return True


def _type_of(value: SourceValue | None) -> str | None:
    if isinstance(value, ObjectLiteral | ListLiteral):
        return "object"
    if not isinstance(value, Scalar) or value.value is None:
        return None
    return "string" if isinstance(value.value, str) else "boolean" if isinstance(value.value, bool) else "number"


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operators.lt, "<=": operators.le, ">": operators.gt, ">=": operators.ge,
}  # fmt: skip
_VALUED = frozenset(
    (
        "identifier", "member_expression", "string", "number", "true", "false", "null", "undefined", "object", "array",
        "template_string",
    )
)  # fmt: skip


def _is_other_branch(child: Node, above: Node, around_use: dict[int, Node]) -> bool:
    """Return whether a node is in one branch of ``above`` and the use in another."""
    if child.id in around_use:
        return False
    if above.type in ("if_statement", "ternary_expression"):
        condition = field(above, "condition")
        others = [branch for branch in above.named_children if condition is None or branch.id != condition.id]
        return child in others and any(branch.id in around_use for branch in others)
    return above.type == "switch_body"


def _leaves(branch: Node) -> bool:
    """Return whether a branch ends the function or the round of the loop."""
    if branch.type == "statement_block":
        children = expressions(branch)
        return bool(children) and children[-1].type in _EXITS
    return branch.type in _EXITS


class Fixed(NamedTuple):
    """What holds at a call.

    It is the truth of conditions by their text, and of the names and members that are tested.
    """

    truths: dict[str, bool]
    tests: list[tuple[Node, bool]]


def fixed_at(tree: ScriptTree, call: Node) -> Fixed:
    """Return the conditions around a call, and of what leaves the code before it."""
    truths: dict[str, bool] = {}
    tests: list[tuple[Node, bool]] = []
    child = call
    for above in tree.ancestors(call):
        if above.type in FUNCTIONS:
            break
        if above.type in ("if_statement", "ternary_expression"):
            condition, consequence = field(above, "condition"), field(above, "consequence")
            if condition is not None and condition.id != child.id and consequence is not None:
                _fix(tree, condition, consequence.id == child.id, truths, tests)
        elif above.type in ("statement_block", "program"):
            for guard in guards_of(tree, above):
                if guard.start_byte >= child.start_byte:
                    break
                condition = field(guard, "condition")
                if condition is not None:
                    _fix(tree, condition, False, truths, tests)
        child = above
    return Fixed(truths, tests)


def guards_of(tree: ScriptTree, block: Node) -> list[Node]:
    """Return the statements of a block that leave it under a condition."""
    found = tree.guards.get(block.id)
    if found is None:
        found = []
        for node in block.named_children:
            consequence = field(node, "consequence") if node.type == "if_statement" else None
            is_guard = consequence is not None and field(node, "alternative") is None and _leaves(consequence)
            if is_guard and len(found) < _MAX_GUARDS:
                found.append(node)
        tree.guards[block.id] = found
    return found


def _fix(
    tree: ScriptTree, condition: Node, truth: bool, truths: dict[str, bool], tests: list[tuple[Node, bool]]
) -> None:  # fmt: skip
    waiting = [(condition, truth)]
    while waiting and len(truths) < _MAX_GUARDS:
        node, holds = waiting.pop()
        node = inner(node)
        operator = field(node, "operator")
        sign = "" if operator is None else operator.type
        operand, left, right = field(node, "argument"), field(node, "left"), field(node, "right")
        if sign == "!" and operand is not None:
            waiting.append((operand, not holds))
        elif left is not None and right is not None and sign == ("&&" if holds else "||"):
            waiting += [(left, holds), (right, holds)]
        elif right is not None and left is not None and tree.name(right) in _NOTHING and sign[:2] in ("==", "!="):
            waiting.append((left, holds == (sign[0] == "!")))
        elif sign not in ("&&", "||"):
            # The innermost condition is the last one that was tested.
            truths.setdefault(" ".join(tree.start_of(node, _MAX_CONDITION_CHARS).split()), holds)
            if node.type in ("identifier", "member_expression"):
                tests.append((node, holds))
