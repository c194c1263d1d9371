"""Where Python code reads the answer of a call, by its keys."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from ..around import ORDER, ORDERS, AnswerRead, right_path
from ..nodes import Span
from .callers import PythonCallers
from .reached_uses import BoundName, NameUses, block_of, calls_same, is_nothing
from .scopes import MUTATORS, function_of, name_of
from .source import PythonSource, called_name, child, named, own_nodes

if TYPE_CHECKING:
    from tree_sitter import Node

_MAX_NAMES = 400
_MAX_CALLERS = 300
_TRANSPARENT = frozenset({"await", "parenthesized_expression", "argument_list", "expression_statement"})
_DECODERS = frozenset({"json", "loads", "load"})
_SAME = frozenset({"list", "dict", "cast", "run", "run_until_complete", "urlopen", "send", "open"})
_SAME_LIST = frozenset({"sorted", "reversed", "iter", "tuple", "islice", "tqdm", "track"})
"""Functions that return the items of their first argument."""
_ANY_KEY = ""
_EACH_VALUE = "@each"
"""In a path: a value that a generator yields."""
_RAW = frozenset({"text", "content", "read", "data", "body", "result"})
_JOINING = frozenset({"boolean_operator", "conditional_expression"})
_READING = frozenset({"subscript", "call", "attribute", "argument_list", "parenthesized_expression", "await"})


@dataclass(frozen=True, slots=True)
class _AnswerPart:
    """A part of the answer in an expression.

    ``keys`` is its path, and ``is_decoded`` whether it is JSON yet. ``index`` is its place in the values of a tuple.
    ``call`` returned it: the call that sends, or that of a function around it.
    """

    keys: tuple[str, ...]
    is_decoded: bool
    call: Node
    index: int | None = None


@dataclass(slots=True)
class AnswerReads:
    """The reads of one answer, and the names that hold its parts."""

    reads: list[AnswerRead] = field(default_factory=list)
    added: set[tuple[str, ...]] = field(default_factory=set)
    """The parts that the code itself gives the answer."""
    replaced: set[tuple[str, ...]] = field(default_factory=set)
    """Those that it had before."""
    names: dict[tuple[int, str], tuple[str, ...]] = field(default_factory=dict)
    """By the id of a scope and a name, the keys of the part that the name holds."""
    sites: list[list[Node]] = field(default_factory=list)
    """The paths to the calls of functions that return the whole answer."""

    def is_added(self, keys: tuple[str, ...]) -> bool:
        """Return whether the code itself may give the answer such a part."""
        is_inside = any(keys[:length] in self.replaced for length in range(1, len(keys)))
        return is_inside or keys in self.added or (*keys[:-1], _ANY_KEY) in self.added


class AnswerReader:
    """Follows the answer of a call through its function, and to the callers of that."""

    def __init__(self, source: PythonSource, uses: NameUses, callers: PythonCallers) -> None:
        self._source = source
        self._uses = uses
        self._callers = callers
        self._found = AnswerReads()
        self._waiting: list[tuple[BoundName, _AnswerPart, Node]] = []
        self._open: list[tuple[list[Node], _AnswerPart]] = []
        self._returned: set[tuple[int, tuple[str, ...], int | None]] = set()

    def read(self, path: list[Node]) -> AnswerReads:
        """Return where the answer of the call at the end of a path is read."""
        self._open.append((path, _AnswerPart((), is_decoded=False, call=path[-1])))
        seen: set[tuple[str, int, tuple[str, ...]]] = set()
        while (self._open or self._waiting) and len(seen) < _MAX_NAMES:
            if self._open:
                self._follow(*self._open.pop())
                continue
            binding, part, scope = self._waiting.pop()
            key = (binding.name, binding.statement.id, part.keys)
            if key not in seen:
                seen.add(key)
                for use in self._uses.reached(scope, binding, part.call):
                    self._follow(use, part)
        self._found.reads.sort(key=lambda read: read.span)
        return self._found

    def _follow(self, path: list[Node], part: _AnswerPart) -> None:
        """Follow an expression that holds a part of the answer to what is done with it."""
        index = len(path) - 1
        while index > 0:
            node, parent = path[index], path[index - 1]
            if parent.type in _TRANSPARENT or self._is_only_value(parent, node):
                index -= 1
            elif parent.type in ("expression_list", "tuple") and part.index is None:
                part, index = replace(part, index=named(parent).index(node)), index - 1
            elif parent.type == "subscript" and child(parent, "value") == node:
                keys = parent.children_by_field_name("subscript")
                key = self._key(keys)
                if child(path[index - 2], "left") == parent and path[index - 2].type == "assignment":
                    self._found.added.add((*part.keys, _ANY_KEY if key is None else key[0]))
                    self._found.replaced.update([] if key is None else [(*part.keys, key[0])])
                    return
                if part.keys == ORDERS and keys and keys[0].type == "slice":
                    index -= 1
                    continue
                stepped = self._item(part, parent) if part.index is not None else self._step(part, key, path[:index])
                if stepped is None:
                    return
                part, index = stepped, index - 1
            elif parent.type == "attribute" and child(parent, "object") == node and part.index is None:
                found = self._attribute(path, index - 1, part)
                if found is None:
                    return
                part, index = found
            elif parent.type == "call" and child(parent, "arguments") == node:
                given = self._given(parent, node, path[index + 1], part)
                if given is None:
                    return
                part, index = given, index - 1
            elif parent.type in ("return_statement", "yield"):
                self._return(path[:index], part)
                return
            else:
                self._bind(path[:index], node, part)
                return

    def _is_only_value(self, node: Node, part: Node) -> bool:
        """Return whether ``a or b``, or a conditional, is the part or nothing."""
        if node.type == "boolean_operator":
            return child(node, "left") == part
        parts = named(node) if node.type == "conditional_expression" else []
        others = [other for other in (parts[0], parts[2]) if other != part] if len(parts) == 3 else []
        return len(others) == 1 and is_nothing(self._source, others[0])

    def _given(self, call: Node, arguments: Node, node: Node, part: _AnswerPart) -> _AnswerPart | None:
        """Return what a function returns that gets a part of the answer."""
        name = called_name(self._source, child(call, "function"))
        if name in _DECODERS:
            return replace(part, is_decoded=True, index=None)
        if name == "gather" and part.index is None:
            given = named(arguments)
            place = given.index(node)
            if any(other.type == "list_splat" for other in given[:place]):
                return None
            return replace(part, index=place)
        if name == "list" and part.keys == (_EACH_VALUE, *ORDER):
            return replace(part, keys=ORDERS)
        is_list = part.keys == ORDERS and part.index is None and named(arguments)[:1] == [node]
        if name == "extend" and is_list:
            self._collect(call, part)
        if name in ("extend", "append") or (name in _SAME_LIST and not is_list):
            return None
        return part if name in _SAME or name in _SAME_LIST else None

    def _collect(self, extend: Node, part: _AnswerPart) -> None:
        """Follow a list that gets the orders of all pages, and nothing else."""
        function = child(extend, "function")
        holder = None if function is None or function.type != "attribute" else child(function, "object")
        name = None if holder is None else name_of(self._source, holder)
        if holder is None or name is None or name.startswith("self."):
            return
        path = self._source.path_to(holder)
        scope = path[function_of(path)]
        known = self._uses.of(scope, name)
        mutations = [use for use in known.uses if self._mutates(use)]
        if len(known.bindings) == 1 and len(mutations) == 1:
            binding = known.bindings[0]
            value = self._value_of(binding)
            if value is not None and is_nothing(self._source, value):
                self._waiting.append((binding, part, scope))

    def _value_of(self, binding: BoundName) -> Node | None:
        """Return the value of a binding, also in ``found, cursor = [], None``."""
        target, value = child(binding.statement, "left"), child(binding.statement, "right")
        if target is None or value is None or target.type != "pattern_list":
            return value
        names = [name_of(self._source, part) for part in named(target)]
        values = named(value) if value.type == "expression_list" else []
        return values[names.index(binding.name)] if len(values) == len(names) else None

    def _mutates(self, use: list[Node]) -> bool:
        """Return whether code changes a list at a use of its name."""
        attribute = child(use[-2], "attribute") if use[-2].type == "attribute" else None
        return attribute is not None and self._source.text_of(attribute) in MUTATORS

    def _attribute(self, path: list[Node], index: int, part: _AnswerPart) -> tuple[_AnswerPart, int] | None:
        """Return what an attribute of a part holds, and the index of its expression."""
        node = path[index]
        attribute = child(node, "attribute")
        name = "" if attribute is None else self._source.text_of(attribute)
        call = path[index - 1] if index > 0 and path[index - 1].type == "call" else None
        called = call is not None and child(call, "function") == node
        if not part.is_decoded and name in _DECODERS and called:
            return replace(part, is_decoded=True, index=None), index - 1
        if not part.is_decoded and name in _RAW:
            return part, index - 1 if called else index
        if name in ("update", "setdefault") and called and call is not None:
            self._add(call, name, part)
            return None
        if name == "get" and called and call is not None:
            arguments = child(call, "arguments")
            key = self._key(named(arguments)[:1] if arguments is not None else [])
            stepped = self._step(part, key, path[: index + 1])
            return None if stepped is None else (stepped, index - 1)
        # A response that is checked first: response.raise_for_status().json() of some clients.
        return (part, index - 1) if not part.is_decoded and called and name == "raise_for_status" else None

    def _item(self, part: _AnswerPart, subscript: Node) -> _AnswerPart | None:
        """Return the part that ``values[0]`` reads out of several values."""
        written = [self._source.text_of(key) for key in subscript.children_by_field_name("subscript")]
        return replace(part, index=None) if written == [str(part.index)] else None

    def _add(self, call: Node, name: str, part: _AnswerPart) -> None:
        """Note the keys that ``update`` or ``setdefault`` gives a part."""
        arguments = child(call, "arguments")
        for given in [] if arguments is None else named(arguments):
            if given.type == "keyword_argument":
                key = child(given, "name")
                keys = [None if key is None else self._source.text_of(key)]
            elif given.type == "dictionary" and name == "update":
                keys = self._keys_of(given)
            else:
                keys = [self._source.string(given) if name == "setdefault" else None]
            self._found.added.update((*part.keys, key or _ANY_KEY) for key in keys)
            if name == "setdefault":
                return

    def _keys_of(self, dictionary: Node) -> list[str | None]:
        pairs = [child(pair, "key") for pair in named(dictionary)]
        return [None if key is None else self._source.string(key) for key in pairs]

    def _key(self, nodes: list[Node]) -> tuple[str, Span] | None:
        value = self._source.string(nodes[0]) if len(nodes) == 1 else None
        if value is not None:
            return value, self._source.span(nodes[0])
        is_index = len(nodes) == 1 and self._source.text_of(nodes[0]).removeprefix("-").isdecimal()
        return ("*", self._source.span(nodes[0])) if is_index else None

    def _step(self, part: _AnswerPart, key: tuple[str, Span] | None, path: list[Node]) -> _AnswerPart | None:
        if key is None or part.keys[:1] == (_EACH_VALUE,):
            return None
        keys = (*part.keys, key[0])
        if key[0] != "*":
            is_wrong = right_path(keys, is_sdk=False) is not None
            joined, is_tested = self._around(path, key[0]) if is_wrong else (None, False)
            self._found.reads.append(AnswerRead(keys, key[1], part.is_decoded, joined, is_tested))
        return replace(part, keys=keys)

    def _around(self, path: list[Node], key: str) -> tuple[Span | None, bool]:
        """Return the place of ``a or b`` around a read, and whether the key is tested."""
        joined: Span | None = None
        is_inside, is_tested = True, False
        for above in reversed(path[:-1]):
            if above.type in _JOINING and is_inside:
                joined = self._source.span(above)
            elif above.type not in _READING:
                is_inside = False
            condition = child(above, "condition") if above.type in ("if_statement", "elif_clause") else None
            if above.type == "conditional_expression" and len(named(above)) == 3:
                condition = named(above)[1]
            if condition is not None and not is_tested:
                is_tested = f'{key}" in ' in self._source.text_of(condition).replace("'", '"')
            if above.type == "function_definition":
                break
        return joined, is_tested

    def _bind(self, above: list[Node], node: Node, part: _AnswerPart) -> None:
        """Follow a part to the name that gets it."""
        parent = above[-1]
        if parent.type in ("assignment", "named_expression"):
            value = child(parent, "right") or child(parent, "value")
            target = child(parent, "left") or child(parent, "name")
            if parent.type == "assignment" and part.index is not None and target is not None:
                # Only a name, or as many names as there are values.
                targets = named(target) if target.type in ("pattern_list", "tuple_pattern", "list_pattern") else []
                if part.index < len(targets) and all(one.type != "list_splat_pattern" for one in targets):
                    target, part = targets[part.index], replace(part, index=None)
            if value == node and target is not None:
                self._wait_for(target, part, above, parent.end_byte)
        elif parent.type == "as_pattern":
            alias = child(parent, "alias")
            if alias is not None and named(alias):
                self._wait_for(named(alias)[0], part, above, alias.end_byte)
        elif parent.type in ("for_statement", "for_in_clause") and child(parent, "right") == node:
            target = child(parent, "left")
            is_each = part.keys[:1] == (_EACH_VALUE,)
            if (part.keys == ORDERS or is_each) and target is not None and part.index is None:
                keys = part.keys[1:] if is_each else ORDER
                self._wait_for(target, replace(part, keys=keys), above, target.end_byte)

    def _wait_for(self, target: Node, part: _AnswerPart, above: list[Node], holds_from: int) -> None:
        name = name_of(self._source, target)
        if name is not None:
            scope = above[function_of([*above, target])]
            # A comprehension has its names for itself.
            block = above[-2] if above[-1].type == "for_in_clause" else block_of(above)
            self._waiting.append((BoundName(name, above[-1], holds_from, block), part, scope))
            if part.keys and part.index is None:
                self._found.names[scope.id, name] = part.keys

    # -- callers -------------------------------------------------------------------------------------------------

    def _return(self, path: list[Node], part: _AnswerPart) -> None:
        """Follow what a function returns or yields to its callers."""
        at = function_of(path)
        function, statement = path[at], path[-1]
        if function.type != "function_definition" or (function.id, part.keys, part.index) in self._returned:
            return
        others = [
            node
            for node in own_nodes(child(function, "body") or function)
            if node.type in ("return_statement", "yield")
        ]
        is_generator = any(node.type == "yield" for node in others)
        if statement.type == "yield":
            is_each = any(node.type == "from" for node in statement.children)
            is_generator_of = part.keys[:1] == (_EACH_VALUE,)
            if part.index is not None or (is_each and part.keys != ORDERS and not is_generator_of):
                return
            if not is_generator_of:
                part = replace(part, keys=(_EACH_VALUE, *part.keys, *(("*",) if is_each else ())))
        elif is_generator:
            return
        if not all(
            self._is_no_other(node, statement, part) for node in others if not is_generator or node.type == "yield"
        ):
            return
        self._returned.add((function.id, part.keys, part.index))
        for caller in islice(self._callers.of(path[: at + 1], gets_result=True), _MAX_CALLERS):
            if not part.keys and part.index is None:
                self._found.sites.append(caller)
            self._open.append((caller, replace(part, call=caller[-1])))

    def _is_no_other(self, other: Node, own: Node, part: _AnswerPart) -> bool:
        """Return whether a function returns nothing else there than a part of the answer."""
        parts = named(other)
        if (
            other == own
            or not parts
            or is_nothing(self._source, parts[0])
            or calls_same(self._source, parts[0], part.call)
        ):
            return True
        if parts[0].type == "dictionary" and part.index is None:
            self._found.added.update((*part.keys, key or _ANY_KEY) for key in self._keys_of(parts[0]))
            return True
        return named(own)[:1] != [] and self._source.text_of(parts[0]) == self._source.text_of(named(own)[0])
