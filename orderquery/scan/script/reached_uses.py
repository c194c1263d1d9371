"""The uses of a variable that hold one certain value of several."""

from __future__ import annotations

from tree_sitter import Node

from .scopes import DeclaredName
from .tree import LOOPS, ScriptTree, arguments, callee, inner

_BLOCKS = (
    frozenset(("program", "statement_block", "if_statement", "else_clause", "switch_case", "switch_default")) | LOOPS
)
_SETS = ("assignment_expression", "augmented_assignment_expression", "variable_declarator")


def reached_uses(tree: ScriptTree, binding: DeclaredName, at: Node, call: Node, *, by_url: bool) -> list[Node]:
    """Return the uses that hold the value of a call.

    The variable gets it at the name ``at``. Where it gets no other value, these are all uses. Another call of the same
    function gives the same kind of value; ``by_url`` if only with the same first argument.
    """
    own = next((node for node in tree.ancestors(at) if node.type in _SETS), at)
    others = [
        write.node
        for write in binding.writes
        if not write.path
        and write.change in ("set", "default")
        and write.node.id != own.id
        and not (write.values and _is_same(tree, inner(write.values[0]), call, by_url))
    ]
    if binding.value is not None and binding.node.id != at.id and not is_nothing(tree, binding.value):
        others.append(binding.node)
    if not others:
        return binding.uses
    block = next((node for node in tree.ancestors(own) if node.type in _BLOCKS), tree.root)
    function = tree.function_of(at)
    return [
        use
        for use in binding.uses
        if own.end_byte <= use.start_byte < block.end_byte
        and tree.function_of(use).id == function.id
        and not any(own.end_byte <= other.start_byte and other.end_byte <= use.start_byte for other in others)
        and not _comes_round(tree, use, own, others)
    ]


def is_nothing(tree: ScriptTree, value: Node | None) -> bool:
    """Return whether a declared value is only a place for a later one."""
    return value is None or tree.text(value) in ("null", "undefined", "{}", "[]")


def _is_same(tree: ScriptTree, value: Node, call: Node, by_url: bool) -> bool:
    """Return whether a value is another answer of the same function."""
    if value.type == "await_expression" and value.named_children:
        value = inner(value.named_children[0])
    function, first = (None, None) if value.type != "call_expression" else (callee(value), callee(call))
    if function is None or first is None:
        return False
    if tree.name(function) != tree.name(first) or not tree.name(first):
        return False
    urls = [tree.name(given[0]) if given else "" for given in (arguments(value), arguments(call))]
    return not by_url or urls[0] == urls[1] != ""


def _comes_round(tree: ScriptTree, use: Node, own: Node, others: list[Node]) -> bool:
    """Return whether a loop brings another value to a use."""
    loops = [node for node in tree.ancestors(use) if node.type in LOOPS and not _is_in(own, node)]
    return any(_is_in(other, loop) for loop in loops for other in others)


def _is_in(node: Node, outer: Node) -> bool:
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte
