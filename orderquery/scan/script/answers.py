"""Where the code reads the answer of a call."""

from __future__ import annotations

import re
from collections import deque
from typing import Literal, NamedTuple

from tree_sitter import Node

from ..around import ORDERS, AnswerRead, right_path
from ..nodes import Span
from .callers import ScriptCallers, calls
from .literals import key_of
from .reached_uses import ReachedUses
from .returned import OtherValues, keys_of, other_returns, other_value
from .scopes import DeclaredName, Scopes
from .tree import FUNCTIONS, ScriptTree, arguments, callee, expressions, field, inner, is_wrapper, nodes_of

AnswerKind = Literal["answer", "response", "axios", "got", "unknown"]
"""What a call returns: the answer, a Response with json(), an object with data, one with body, or another thing."""
Path = tuple[str, ...]
ITEM = "*"
"""In a path, an order."""
ANY_KEY = "@any"
_ALL = "@all "
"""In a path, with an index: one of the values of ``Promise.all``."""
_EACH_VALUE = "@each"
"""In a path: a value that a generator yields."""
_MAX_STEPS = 2_000
_MAX_USES = 500
_EACH = ("forEach", "map", "filter", "find", "some", "every", "flatMap", "findLast", "findIndex")
_SAME_LIST = ("filter", "slice", "sort", "reverse", "toSorted", "toReversed")
_ONE = ("find", "findLast", "at", "pop", "shift")
_BODY: dict[str, str] = {"axios": "data", "got": "body"}


class Read(NamedTuple):
    """Code that reads a part of the answer, by the keys from the answer to the part."""

    path: Path
    key: Node
    expression: Node


class Answer:
    """Follows the answer of a call through the code around it.

    ``reads`` are the reads of its parts, and ``names`` the variables that hold a part, each with the keys to it. With
    ``shares_names``, a variable that gets other values, too, is read like one that holds this answer alone.
    """

    def __init__(
        self, tree: ScriptTree, scopes: Scopes, callers: ScriptCallers, reached: ReachedUses, call: Node,
        kind: AnswerKind, *, shares_names: bool = False,
    ) -> None:  # fmt: skip
        self._tree = tree
        self._scopes = scopes
        self._callers = callers
        self._reached = reached
        self._call, self._kind = call, kind
        self._by_url = kind != "answer"
        self._shares_names = shares_names
        self.reads: list[Read] = []
        self.names: dict[int, Path] = {}
        self._added: set[Path] = set()
        self._replaced: set[Path] = set()
        self._seen: set[tuple[int, Path]] = set()
        self._waiting: deque[tuple[Node, Path]] = deque([(call, () if kind == "answer" else (f"@{kind}",))])
        for _ in range(_MAX_STEPS):
            if not self._waiting:
                break
            node, path = self._waiting.popleft()
            if (node.id, path) not in self._seen:
                self._seen.add((node.id, path))
                self._follow(node, path)

    def is_added(self, path: Path) -> bool:
        """Return whether the code itself gives the answer such a part."""
        is_inside = any(path[:length] in self._replaced for length in range(1, len(path)))
        return is_inside or path in self._added or (*path[:-1], ANY_KEY) in self._added

    def judged(self, *, is_sdk: bool) -> list[AnswerRead]:
        """Return the reads with what decides whether a wrong key is a mistake."""
        return [self._judged(read, is_wrong=right_path(read.path, is_sdk=is_sdk) is not None) for read in self.reads]

    def _judged(self, read: Read, *, is_wrong: bool) -> AnswerRead:
        span = self._tree.span(read.key)
        if not is_wrong:
            return AnswerRead(read.path, span)
        return AnswerRead(read.path, span, joined=self._joined(read), is_tested=self._is_tested(read))

    def _joined(self, read: Read) -> Span | None:
        """Return the place of ``??`` and ``||`` around a read."""
        top = None
        for above in self._tree.ancestors(read.expression):
            operator = field(above, "operator")
            if above.type == "binary_expression" and operator is not None and operator.type in ("??", "||"):
                top = above
            elif above.type not in ("member_expression", "call_expression", "subscript_expression") and not is_wrapper(
                above
            ):
                break
        return None if top is None else self._tree.span(top)

    def _is_tested(self, read: Read) -> bool:
        """Return whether a condition around a read asks with ``in`` for its key."""
        for above in self._tree.ancestors(read.expression):
            condition = field(above, "condition") if above.type in ("if_statement", "ternary_expression") else None
            text = "" if condition is None else self._tree.text(condition)
            if re.search(rf"""["'`]{re.escape(read.path[-1])}["'`] in |hasOwn\w*\(""", text):
                return True
            if above.type in FUNCTIONS:
                break
        return False

    # -- steps --------------------------------------------------------------------------------------------------

    def _push(self, node: Node, path: Path) -> None:
        self._waiting.append((node, path))

    def _follow(self, node: Node, path: Path) -> None:
        parent = self._tree.parent(node)
        if parent is None:
            return
        kind = parent.type
        if is_wrapper(parent) or kind == "await_expression":
            self._push(parent, path)
        elif kind == "arguments" and self._awaits(parent):
            self._push(self._tree.parent(parent) or parent, path)
        elif kind in ("arguments", "array"):
            self._given(parent, node, path)
        elif kind in ("member_expression", "subscript_expression") and _is(parent, "object", node):
            self._member(parent, path)
        elif kind == "variable_declarator" and _is(parent, "value", node):
            name = field(parent, "name")
            if name is not None:
                self._pattern(name, path)
        elif kind == "assignment_expression" and _is(parent, "right", node):
            self._assigned(parent, path)
        elif kind == "for_in_statement" and _is(parent, "right", node):
            left = field(parent, "left")
            if left is not None and (path == ORDERS or path[:1] == (_EACH_VALUE,)):
                self._pattern(left, (*path, ITEM) if path == ORDERS else path[1:])
        elif kind == "return_statement" or (kind == "arrow_function" and _is(parent, "body", node)):
            self._returned(parent, path)
        elif kind == "yield_expression":
            self._yielded(parent, path)
        elif kind == "binary_expression":
            operator = field(parent, "operator")
            if operator is not None and operator.type in ("??", "||", "&&"):
                self._push(parent, path)
        elif kind == "ternary_expression" and not _is(parent, "condition", node):
            other = field(parent, "alternative" if _is(parent, "consequence", node) else "consequence")
            if other is not None and self._takes(other_value(self._tree, other, self._call, by_url=self._by_url), path):
                self._push(parent, path)
        elif kind == "spread_element" and path == ORDERS:
            self._collected(parent)

    def _awaits(self, given: Node) -> bool:
        """Return whether arguments are those of ``await (x).json()``.

        The grammar reads ``await (x)`` as a call.
        """
        call = self._tree.parent(given)
        called = None if call is None or call.type != "call_expression" else callee(call)
        return called is not None and called.type == "identifier" and self._tree.name(called) == "await"

    def _given(self, holder: Node, node: Node, path: Path) -> None:
        """Follow an argument of ``Object.assign``, or an item of ``Promise.all``."""
        given = holder if holder.type == "arguments" else self._tree.parent(holder)
        call = None if given is None or given.type != "arguments" else self._tree.parent(given)
        name = None if call is None else self._tree.name(callee(call) or call)
        items = expressions(holder)
        index = next(index for index, item in enumerate(items) if item.id == node.id)
        if call is None or any(item.type == "spread_element" for item in items[:index]):
            return
        if name == "Promise.all" and holder.type == "array":
            self._push(call, (f"{_ALL}{index}", *path))
        elif name == "Object.assign" and holder.id == (given or holder).id and index == 0:
            for added in map(inner, items[1:]):
                self._added.update((*path, key or ANY_KEY) for key in keys_of(self._tree, added))

    def _member(self, member: Node, path: Path) -> None:
        key = field(member, "property") or field(member, "index")
        if key is None:
            return
        name = self._tree.text(key) if member.type == "member_expression" else key_of(self._tree, key)
        around = self._tree.parent(member)
        if around is not None and around.type == "assignment_expression" and _is(around, "left", member):
            self._added.add((*path, name or ANY_KEY))
            self._replaced.update([] if name is None else [(*path, name)])
            return
        is_called = around is not None and calls(around, member)
        if around is not None and is_called and self._called(around, name or "", path):
            return
        if path[:1] and path[0].startswith(_ALL):
            if path[0] == f"{_ALL}{name}":
                self._push(member, path[1:])
            return
        if path == ORDERS and (name is None or name.isdecimal()):
            self._push(member, (*path, ITEM))
            return
        if name is None:
            return
        if path == ORDERS and name in ("length",):
            return
        self._push(member, self._part(path, name, key, member))

    def _part(self, path: Path, name: str, key: Node, expression: Node) -> Path:
        if path[:1] and path[0].startswith("@"):
            return () if _BODY.get(path[0][1:]) == name and len(path) == 1 else ("@none",)
        self.reads.append(Read((*path, name), key, expression))
        return (*path, name)

    def _called(self, call: Node, name: str, path: Path) -> bool:
        """Follow the result of a method; return whether it is one, and no wrong key."""
        given = arguments(call)
        if name == "then" and given:
            callback = inner(given[0])
            if callback.type in FUNCTIONS:
                parameter = _parameter(callback, 0)
                if parameter is not None:
                    self._pattern(parameter, path)
            return True
        if name in ("catch", "finally"):
            self._push(call, path)
            return True
        if path and path[0].startswith("@"):
            if name == "json" and path[0] in ("@response", "@got", "@unknown") and len(path) == 1:
                self._push(call, ())
            return True
        if path != ORDERS:
            return name in ("toString", "hasOwnProperty")
        if name in _EACH and given and inner(given[0]).type in FUNCTIONS:
            parameter = _parameter(inner(given[0]), 0)
            if parameter is not None:
                self._pattern(parameter, (*path, ITEM))
        if name == "reduce" and given and inner(given[0]).type in FUNCTIONS:
            parameter = _parameter(inner(given[0]), 1)
            if parameter is not None:
                self._pattern(parameter, (*path, ITEM))
        if name in _SAME_LIST:
            self._push(call, path)
        elif name in _ONE:
            self._push(call, (*path, ITEM))
        return True

    def _pattern(self, pattern: Node, path: Path) -> None:
        waiting = [(pattern, path)]
        while waiting:
            node, at = waiting.pop()
            if node.type.endswith("_parameter"):
                node = field(node, "pattern") or node
            if node.type in ("assignment_pattern", "object_assignment_pattern"):
                node = field(node, "left") or node
            if node.type == "shorthand_property_identifier_pattern":
                binding = self._scopes.binding(node)
                found = self._part(at, self._tree.text(node), node, node)
                if binding is not None:
                    self._name(binding, found, node)
            elif node.type == "identifier":
                binding = self._scopes.binding(node)
                if binding is not None:
                    self._name(binding, at, node)
            elif node.type == "object_pattern":
                for child in expressions(node):
                    if child.type == "pair_pattern":
                        key, value = field(child, "key"), field(child, "value")
                        name = None if key is None else key_of(self._tree, key)
                        if key is not None and value is not None and name is not None:
                            waiting.append((value, self._part(at, name, key, child)))
                    elif child.type != "rest_pattern":
                        waiting.append((child, at))
            elif node.type == "array_pattern" and at[:1] and at[0].startswith(_ALL):
                index = int(at[0].removeprefix(_ALL))
                waiting += [(child, at[1:]) for place, child in _places(node) if place == index]
            elif node.type == "array_pattern" and at == ORDERS:
                waiting += [(child, (*at, ITEM)) for child in expressions(node)]
            elif node.type in ("lexical_declaration", "variable_declaration"):
                waiting += [(child, at) for child in expressions(node)]

    def _name(self, binding: DeclaredName, path: Path, at: Node) -> None:
        """Follow a variable that gets a part at a node to the uses that hold it."""
        if not self._reached.is_followed(binding):
            return
        self.names.setdefault(id(binding), path)
        uses = binding.uses if self._shares_names else self._reached.of(binding, at, self._call, by_url=self._by_url)
        for use in uses[:_MAX_USES]:
            self._push(use, path)

    def _assigned(self, assignment: Node, path: Path) -> None:
        left = field(assignment, "left")
        if left is None:
            return
        if left.type == "identifier":
            binding = self._scopes.binding(left)
            if binding is not None:
                self._name(binding, path, left)
        elif left.type == "object_pattern":
            self._pattern(left, path)
        elif left.type == "member_expression" and self._shares_names:
            name = self._tree.name(left)
            for use in nodes_of(self._tree.function_of(left)):
                if name and use.type == left.type and use.id != left.id and self._tree.name(use) == name:
                    self._push(use, path)

    def _returned(self, node: Node, path: Path) -> None:
        function = node if node.type == "arrow_function" else self._tree.function_of(node)
        if not self._takes(other_returns(self._tree, function, node, self._call, by_url=self._by_url), path):
            return
        parent = self._tree.parent(function)
        if parent is not None and parent.type == "arguments":
            call = self._tree.parent(parent)
            called = None if call is None else callee(call)
            method = None if called is None else field(called, "property")
            if call is not None and method is not None and self._tree.text(method) == "then":
                self._push(call, path)
            return
        for call in self._callers.get_result(function):
            self._push(call, path)

    def _takes(self, others: OtherValues, path: Path) -> bool:
        """Return whether other values leave it certain what there is in a part."""
        self._added.update((*path, key or ANY_KEY) for key in others.keys)
        return others.is_nothing

    def _yielded(self, node: Node, path: Path) -> None:
        is_each = any(part.type == "*" for part in node.children)
        if is_each and path != ORDERS and path[:1] != (_EACH_VALUE,):
            return
        values = path if path[:1] == (_EACH_VALUE,) else (_EACH_VALUE, *path, *((ITEM,) if is_each else ()))
        for call in self._callers.get_result(self._tree.function_of(node)):
            self._push(call, values)

    def _collected(self, spread: Node) -> None:
        """Follow the orders of all pages in a list: LIST.push(...answer.orders)."""
        given = self._tree.parent(spread)
        call = None if given is None or given.type != "arguments" else self._tree.parent(given)
        function = None if call is None else callee(call)
        holder = None if function is None else field(function, "object")
        if holder is None or holder.type != "identifier" or function is None:
            return
        binding, method = self._scopes.binding(holder), field(function, "property")
        is_push = method is not None and self._tree.text(method) == "push"
        if binding is not None and is_push and len(binding.writes) == 1 and id(binding) not in self.names:
            self.names[id(binding)] = ORDERS
            for use in binding.uses[:_MAX_USES]:
                self._push(use, ORDERS)


def _places(pattern: Node) -> list[tuple[int, Node]]:
    """Return the parts of an array pattern with their places; ``[, b]`` has none at 0."""
    found, place = [], 0
    for child in pattern.children:
        if child.type == ",":
            place += 1
        elif child.is_named and child.type not in ("comment", "rest_pattern"):
            found.append((place, child))
    return found


def _is(node: Node, name: str, child: Node) -> bool:
    found = field(node, name)
    return found is not None and found.id == child.id


def _parameter(function: Node, index: int) -> Node | None:
    alone, listed = field(function, "parameter"), field(function, "parameters")
    found = [alone] if alone is not None else [] if listed is None else expressions(listed)
    return found[index] if index < len(found) else None
