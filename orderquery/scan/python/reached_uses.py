"""The uses of a name that hold one certain value of several."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from .scopes import name_of, parameters_of
from .source import PythonSource, child, named, own_nodes

if TYPE_CHECKING:
    from tree_sitter import Node

_GROUPS = frozenset({"pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern"})
_LOOPS = frozenset({"for_statement", "while_statement"})
_NOTHING = ("None", "{}", "[]", "()", '""', "''", "dict()", "list()", "set()")
_MAX_USES = 300
_MAX_BINDINGS = 100
"""Of one name that are looked at before and after one of them."""


@dataclass(frozen=True, slots=True)
class BoundName:
    """Code that gives a name a value, and the byte from which the name has it.

    ``block`` is what the code is in; a comprehension has its names for itself.
    """

    name: str
    statement: Node
    holds_from: int
    block: Node


@dataclass(slots=True)
class _NameUses:
    """Where a scope uses and binds one name, in the order of the file."""

    uses: list[list[Node]] = field(default_factory=list)
    bindings: list[BoundName] = field(default_factory=list)


class NameUses:
    """Where the scopes of a file use and bind their names, each found once."""

    def __init__(self, source: PythonSource) -> None:
        self._source = source
        self._nodes: dict[int, dict[str, list[Node]]] = {}
        self._uses: dict[tuple[int, str], _NameUses] = {}

    def of(self, scope: Node, name: str) -> _NameUses:
        """Return the uses and the bindings of a name in a scope."""
        found = self._uses.get((scope.id, name))
        if found is None:
            found = self._uses[scope.id, name] = _NameUses()
            for node in self._nodes_of(scope).get(name, ()):
                path = self._source.path_to(node)
                binding = binding_of(self._source, path)
                if binding is None:
                    found.uses.append(path)
                else:
                    found.bindings.append(binding)
        return found

    def _nodes_of(self, scope: Node) -> dict[str, list[Node]]:
        found = self._nodes.get(scope.id)
        if found is None:
            found = self._nodes[scope.id] = {}
            for node in own_nodes(child(scope, "body") or scope):
                name = name_of(self._source, node) if node.type in ("identifier", "attribute") else None
                if name is not None:
                    found.setdefault(name, []).append(node)
        return found

    def reached(self, scope: Node, own: BoundName, call: Node) -> list[list[Node]]:
        """Return the paths to the uses of a name that hold the value of a binding.

        ``call`` made the value: another call of the same function with the same first argument gives the same kind.
        """
        known = self.of(scope, own.name)
        start = own.block.start_byte if own.statement.type == "for_in_clause" else own.holds_from
        first = bisect_left(known.uses, start, key=lambda path: path[-1].start_byte)
        reached = known.uses[first : first + _MAX_USES]
        if own.statement.type == "for_in_clause":
            return [path for path in reached if _is_in(path[-1], own.block)]
        at = bisect_right(known.bindings, own.holds_from, key=lambda other: other.holds_from)
        others: list[BoundName] = []
        for count, other in enumerate(known.bindings[at : at + _MAX_BINDINGS + 1]):
            if other.block == own.block or count == _MAX_BINDINGS:
                reached = [path for path in reached if path[-1].start_byte < other.holds_from]
                break
            if not _is_same(self._source, other.statement, call):
                others.append(other)
        if others or self._has_before(scope, known.bindings, at, own, call):
            reached = [path for path in reached if _is_certain(path, own, others)]
        return reached

    def _has_before(self, scope: Node, bindings: list[BoundName], at: int, own: BoundName, call: Node) -> bool:
        """Return whether the name may have another value before a binding."""
        before = (binding for binding in reversed(bindings[:at]) if binding.statement != own.statement)
        for count, other in enumerate(islice(before, _MAX_BINDINGS + 1)):
            if count == _MAX_BINDINGS or not _is_same(self._source, other.statement, call):
                return True
            if _is_in(own.block, other.block):
                return False
        parameters = child(scope, "parameters")
        return parameters is not None and own.name in {name for name, _ in parameters_of(self._source, parameters)}


def binding_of(source: PythonSource, path: list[Node]) -> BoundName | None:
    """Return what the name at the end of a path is bound by; ``None`` for a use."""
    name = name_of(source, path[-1])
    case = next((index for index, node in enumerate(path) if node.type == "case_pattern"), 0)
    if name is not None and case:
        return BoundName(name, path[case - 1], path[-1].end_byte, block_of(path[:case]))
    index = len(path) - 1
    while index > 1 and path[index - 1].type in _GROUPS:
        index -= 1
    target, statement = path[index], path[index - 1]
    if name is None or index == 0:
        return None
    block = block_of(path[:index])
    if statement.type in ("assignment", "augmented_assignment") and child(statement, "left") == target:
        return BoundName(name, statement, statement.end_byte, block)
    if statement.type == "named_expression" and child(statement, "name") == target:
        return BoundName(name, statement, statement.end_byte, block)
    if statement.type == "for_statement" and child(statement, "left") == target:
        return BoundName(name, statement, target.end_byte, block)
    if statement.type == "as_pattern_target":
        return BoundName(name, path[index - 2], target.end_byte, block)
    return BoundName(name, statement, statement.end_byte, block) if statement.type == "delete_statement" else None


def _is_certain(path: list[Node], own: BoundName, others: list[BoundName]) -> bool:
    at = path[-1].start_byte
    if not own.block.start_byte <= at < own.block.end_byte:
        return False
    if any(other.holds_from <= at for other in others):
        return False
    loops = [node for node in path if node.type in _LOOPS and not _is_in(own.statement, node)] if others else []
    return not any(_is_in(other.statement, loop) for loop in loops for other in others)


def block_of(path: list[Node]) -> Node:
    """Return the block in which the last statement of a path is."""
    return next((node for node in reversed(path[:-1]) if node.type == "block"), path[0])


def _is_in(node: Node, outer: Node) -> bool:
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte


def is_nothing(source: PythonSource, value: Node) -> bool:
    """Return whether a value is only a place for a later one."""
    return value.end_byte - value.start_byte < 8 and source.text_of(value) in _NOTHING


def _is_same(source: PythonSource, statement: Node, call: Node) -> bool:
    """Return whether a name gets nothing, or another answer of the same function."""
    value = child(statement, "right") or child(statement, "value")
    return value is not None and (is_nothing(source, value) or calls_same(source, value, call))


def calls_same(source: PythonSource, value: Node, call: Node) -> bool:
    """Return whether an expression calls the function with its first argument."""
    calls = (node for node in (value, *own_nodes(value)) if node.type == "call")
    wanted = _called(source, call)
    return any(_called(source, node) == wanted for node in calls)


def _called(source: PythonSource, call: Node) -> tuple[str, str]:
    """Return the function of a call and its first argument, as written."""
    function, given = child(call, "function"), child(call, "arguments")
    arguments = [] if given is None else named(given)
    return (
        "" if function is None else source.text_of(function),
        source.text_of(arguments[0]) if arguments and arguments[0].type != "keyword_argument" else "",
    )
