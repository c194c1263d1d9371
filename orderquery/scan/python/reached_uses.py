"""The uses of a name that hold one certain value of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .scopes import name_of
from .source import PythonSource, child, named, own_nodes

if TYPE_CHECKING:
    from tree_sitter import Node

_GROUPS = frozenset({"pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern"})
_LOOPS = frozenset({"for_statement", "while_statement"})
_NOTHING = ("None", "{}", "[]", "()", '""', "''", "dict()", "list()")
_MAX_USES = 300


@dataclass(frozen=True, slots=True)
class BoundName:
    """Code that gives a name a value, and the byte from which the name has it."""

    name: str
    statement: Node
    holds_from: int


def binding_of(source: PythonSource, path: list[Node]) -> BoundName | None:
    """Return what the name at the end of a path is bound by; ``None`` for a use."""
    name = name_of(source, path[-1])
    case = next((index for index, node in enumerate(path) if node.type == "case_pattern"), 0)
    if name is not None and case:
        return BoundName(name, path[case - 1], path[-1].end_byte)
    index = len(path) - 1
    while index > 1 and path[index - 1].type in _GROUPS:
        index -= 1
    target, statement = path[index], path[index - 1]
    if name is None or index == 0:
        return None
    if statement.type in ("assignment", "augmented_assignment") and child(statement, "left") == target:
        return BoundName(name, statement, statement.end_byte)
    if statement.type == "named_expression" and child(statement, "name") == target:
        return BoundName(name, statement, statement.end_byte)
    if statement.type == "for_statement" and child(statement, "left") == target:
        return BoundName(name, statement, target.end_byte)
    if statement.type == "as_pattern_target":
        return BoundName(name, path[index - 2], target.end_byte)
    return BoundName(name, statement, statement.end_byte) if statement.type == "delete_statement" else None


def reached_uses(source: PythonSource, scope: Node, own: BoundName, call: Node) -> list[list[Node]]:
    """Return the paths to the uses of a name that hold the value of a binding.

    ``call`` made the value: another call of the same function with the same first argument gives the same kind.
    """
    body = child(scope, "body") or scope
    paths = [
        source.path_to(node)
        for node in own_nodes(body)
        if node.type in ("identifier", "attribute") and name_of(source, node) == own.name
    ]
    uses: list[list[Node]] = []
    others: list[BoundName] = []
    for path in paths:
        found = binding_of(source, path)
        if found is None:
            uses.append(path)
        elif found.statement != own.statement and not _is_same(source, found.statement, call):
            others.append(found)
    reached = [path for path in uses if path[-1].start_byte >= own.holds_from]
    if others:
        block = _block_of(source.path_to(own.statement))
        reached = [path for path in reached if _is_certain(path, own, others, block)]
    return reached[:_MAX_USES]


def _is_certain(path: list[Node], own: BoundName, others: list[BoundName], block: Node) -> bool:
    at = path[-1].start_byte
    if not block.start_byte <= at < block.end_byte:
        return False
    if any(own.holds_from <= other.holds_from <= at for other in others):
        return False
    loops = [node for node in path if node.type in _LOOPS and not _is_in(own.statement, node)]
    return not any(_is_in(other.statement, loop) for loop in loops for other in others)


def _block_of(path: list[Node]) -> Node:
    return next((node for node in reversed(path[:-1]) if node.type == "block"), path[0])


def _is_in(node: Node, outer: Node) -> bool:
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte


def _is_same(source: PythonSource, statement: Node, call: Node) -> bool:
    """Return whether a name gets nothing, or another answer of the same function."""
    value = child(statement, "right") or child(statement, "value")
    if value is None:
        return False
    calls = [node for node in (value, *own_nodes(value)) if node.type == "call"]
    return source.text_of(value) in _NOTHING or any(_called(source, node) == _called(source, call) for node in calls)


def _called(source: PythonSource, call: Node) -> tuple[str, str]:
    """Return the function of a call and its first argument, as written."""
    function, given = child(call, "function"), child(call, "arguments")
    arguments = [] if given is None else named(given)
    return (
        "" if function is None else source.text_of(function),
        source.text_of(arguments[0]) if arguments and arguments[0].type != "keyword_argument" else "",
    )
