"""The uses of a variable that hold one certain value of several."""

from __future__ import annotations

from bisect import bisect_left

from tree_sitter import Node

from .scopes import DeclaredName, Write
from .tree import FUNCTIONS, LOOPS, ScriptTree, arguments, callee, inner

_BLOCKS = (
    frozenset(("program", "statement_block", "if_statement", "else_clause", "switch_case", "switch_default")) | LOOPS
)
_MAX_USES = 500
_MAX_WRITES = 100
"""Of one variable that are looked at before and after one of them."""
_SETS = ("assignment_expression", "augmented_assignment_expression", "variable_declarator")


class _Uses:
    """Where a variable gets a whole value and is used, in the order of the script."""

    def __init__(self, tree: ScriptTree, binding: DeclaredName) -> None:
        writes = [write for write in binding.writes if not write.path and write.change in ("set", "default")]
        self.writes = sorted(writes, key=lambda write: write.node.start_byte)
        self.is_unknown = any(not write.path and write.change == "unknown" for write in binding.writes)
        self.starts = [write.node.start_byte for write in self.writes]
        self._functions: dict[int, list[Node]] = {}
        for use in sorted(binding.uses, key=lambda use: use.start_byte):
            self._functions.setdefault(tree.function_of(use).id, []).append(use)

    def between(self, function: Node, start: int, end: int) -> list[Node]:
        """Return the uses in a function that begin between two bytes."""
        uses = self._functions.get(function.id, [])
        first = bisect_left(uses, start, key=lambda use: use.start_byte)
        found = uses[first : first + _MAX_USES]
        return [use for use in found if use.start_byte < end]

    def outside(self, function: Node) -> list[Node]:
        """Return the uses in other functions."""
        return [use for id_, uses in self._functions.items() if id_ != function.id for use in uses]


class ReachedUses:
    """Finds the uses that hold the value of a call."""

    def __init__(self, tree: ScriptTree) -> None:
        self._tree = tree
        self._known: dict[int, _Uses] = {}

    def of(self, binding: DeclaredName, at: Node, call: Node, *, by_url: bool) -> list[Node]:
        """Return the uses of a variable that hold the value of a call.

        The variable gets it at the name ``at``. Another call of the same function gives the same kind of value;
        ``by_url`` if only with the same first argument.
        """
        tree = self._tree
        known = self._uses(binding)
        own = self._setting(at)
        function = tree.function_of(at)
        block = self._block(own)
        others: list[Node] = []
        ends = function.end_byte
        after = bisect_left(known.starts, own.end_byte)
        for write in known.writes[after : after + _MAX_WRITES]:
            if self._block(write.node).id == block.id:
                # From here on the variable has another value.
                ends = write.node.end_byte
                break
            if not self._is_same(write, call, by_url=by_url):
                others.append(write.node)
        is_last = ends == function.end_byte
        if others or self._has_before(known, binding, own, at, call, by_url=by_url):
            return [
                use
                for use in known.between(function, own.end_byte, min(block.end_byte, ends))
                if not any(other.end_byte <= use.start_byte for other in others)
                and not _comes_round(tree, use, own, others)
            ]
        loops = [node for node in tree.ancestors(own) if node.type in LOOPS and _is_in(node, function)]
        start = loops[-1].start_byte if loops and is_last else own.end_byte
        return [*known.between(function, start, ends), *(known.outside(function) if is_last else ())]

    def is_followed(self, binding: DeclaredName) -> bool:
        """Return whether it is known where a variable gets a value."""
        return not self._uses(binding).is_unknown

    def _uses(self, binding: DeclaredName) -> _Uses:
        found = self._known.get(id(binding))
        if found is None:
            found = self._known[id(binding)] = _Uses(self._tree, binding)
        return found

    def _setting(self, at: Node) -> Node:
        """Return the code that gives a name its value; a parameter is that itself."""
        for above in self._tree.ancestors(at):
            if above.type in _SETS:
                return above
            if above.type in FUNCTIONS:
                break
        return at

    def _block(self, node: Node) -> Node:
        return next((above for above in self._tree.ancestors(node) if above.type in _BLOCKS), self._tree.root)

    def _is_same(self, write: Write, call: Node, *, by_url: bool) -> bool:
        value = inner(write.values[0]) if write.values else None
        return value is not None and (
            is_nothing(self._tree, value) or calls_same(self._tree, value, call, by_url=by_url)
        )

    def _has_before(
        self, known: _Uses, binding: DeclaredName, own: Node, at: Node, call: Node, *, by_url: bool
    ) -> bool:
        """Return whether the variable may have another value before a call sets it."""
        end = bisect_left(known.starts, own.start_byte)
        for write in reversed(known.writes[max(0, end - _MAX_WRITES) : end]):
            if not self._is_same(write, call, by_url=by_url):
                return True
            if _is_in(own, self._block(write.node)):
                return False
        is_declared = binding.value is not None and binding.node.id != at.id
        return end > _MAX_WRITES or (is_declared and not is_nothing(self._tree, binding.value))


def is_nothing(tree: ScriptTree, value: Node | None) -> bool:
    """Return whether a declared value is only a place for a later one."""
    return value is None or tree.text(value) in ("null", "undefined", "{}", "[]", "false", "''", '""', "0")


def calls_same(tree: ScriptTree, value: Node, call: Node, *, by_url: bool) -> bool:
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
