"""Where Python code reads the answer of a call, by its keys."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..nodes import Span
from .reached_uses import BoundName, reached_uses
from .scopes import name_of
from .source import PythonSource, called_name, child, named

if TYPE_CHECKING:
    from tree_sitter import Node

_MAX_NAMES = 30
_TRANSPARENT = frozenset({"await", "parenthesized_expression", "argument_list", "expression_statement"})
_DECODERS = frozenset({"json", "loads", "load"})
_ANY_KEY = ""
_RAW = frozenset({"text", "content", "read", "data", "body", "result"})


@dataclass(frozen=True, slots=True)
class AnswerRead:
    """A read of a key of the answer; ``*`` in the keys is any order.

    ``is_certain`` unless the call may return something else, as a function of the project's own.
    """

    keys: tuple[str, ...]
    span: Span
    is_certain: bool


@dataclass(frozen=True, slots=True)
class _AnswerPart:
    """A part of the answer in an expression.

    ``keys`` is its path, and ``is_decoded`` whether it is JSON yet. ``index`` is its place in the values of a tuple.
    """

    keys: tuple[str, ...]
    is_decoded: bool
    index: int | None = None


@dataclass(slots=True)
class AnswerReads:
    """The reads of one answer, and the names that hold its parts."""

    reads: list[AnswerRead] = field(default_factory=list)
    added: set[tuple[str, ...]] = field(default_factory=set)
    """The parts that the code itself gives the answer."""
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)


class AnswerReader:
    """Follows the answer of a call through the names of its function."""

    def __init__(self, source: PythonSource, scope: Node) -> None:
        self._source = source
        self._scope = scope
        self._found = AnswerReads()
        self._waiting: list[tuple[BoundName, _AnswerPart]] = []

    def read(self, path: list[Node]) -> AnswerReads:
        """Return where the answer of the call at the end of a path is read."""
        self._follow(path, _AnswerPart((), is_decoded=False))
        seen: set[tuple[str, int]] = set()
        while self._waiting and len(seen) < _MAX_NAMES:
            binding, part = self._waiting.pop()
            if (binding.name, binding.statement.id) not in seen:
                seen.add((binding.name, binding.statement.id))
                for use in reached_uses(self._source, self._scope, binding, path[-1]):
                    self._follow(use, part)
        added = self._found.added
        reads = [read for read in self._found.reads if not {read.keys, (*read.keys[:-1], _ANY_KEY)} & added]
        self._found.reads = sorted(reads, key=lambda read: read.span)
        return self._found

    def _follow(self, path: list[Node], part: _AnswerPart) -> None:
        """Follow an expression that holds a part of the answer to what is done with it."""
        index = len(path) - 1
        while index > 0:
            node, parent = path[index], path[index - 1]
            if parent.type in _TRANSPARENT or (parent.type == "boolean_operator" and child(parent, "left") == node):
                index -= 1
            elif parent.type in ("expression_list", "tuple") and part.index is None:
                part, index = replace(part, index=named(parent).index(node)), index - 1
            elif parent.type == "subscript" and child(parent, "value") == node:
                key = self._key(parent.children_by_field_name("subscript"))
                if child(path[index - 2], "left") == parent and path[index - 2].type == "assignment":
                    self._found.added.add((*part.keys, _ANY_KEY if key is None else key[0]))
                    return
                stepped = self._item(part, parent) if part.index is not None else self._step(part, key)
                if stepped is None:
                    return
                part, index = stepped, index - 1
            elif parent.type == "attribute" and child(parent, "object") == node and part.index is None:
                found = self._attribute(path, index - 1, part)
                if found is None:
                    return
                part, index = found
            elif parent.type == "call" and child(parent, "arguments") == node:
                function = child(parent, "function")
                name = called_name(self._source, function)
                if name in _DECODERS:
                    part = _AnswerPart(part.keys, is_decoded=True)
                elif name == "gather" and part.index is None:
                    given = named(node)
                    place = given.index(path[index + 1])
                    if any(other.type == "list_splat" for other in given[:place]):
                        return
                    part = replace(part, index=place)
                elif name not in ("list", "dict", "cast", "run"):
                    return
                index -= 1
            else:
                self._bind(parent, node, part)
                return

    def _attribute(self, path: list[Node], index: int, part: _AnswerPart) -> tuple[_AnswerPart, int] | None:
        """Return what an attribute of a part holds, and the index of its expression."""
        node = path[index]
        attribute = child(node, "attribute")
        name = "" if attribute is None else self._source.text_of(attribute)
        call = path[index - 1] if index > 0 and path[index - 1].type == "call" else None
        called = call is not None and child(call, "function") == node
        if not part.is_decoded and name in _DECODERS and called:
            return _AnswerPart(part.keys, is_decoded=True), index - 1
        if not part.is_decoded and name in _RAW:
            return part, index - 1 if called else index
        if name in ("update", "setdefault") and called and call is not None:
            self._add(call, name, part)
            return None
        if name == "get" and called and call is not None:
            arguments = child(call, "arguments")
            stepped = self._step(part, self._key(named(arguments)[:1] if arguments is not None else []))
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
                pairs = [child(pair, "key") for pair in named(given)]
                keys = [None if key is None else self._source.string(key) for key in pairs]
            else:
                keys = [self._source.string(given) if name == "setdefault" else None]
            self._found.added.update((*part.keys, key or _ANY_KEY) for key in keys)
            if name == "setdefault":
                return

    def _key(self, nodes: list[Node]) -> tuple[str, Span] | None:
        value = self._source.string(nodes[0]) if len(nodes) == 1 else None
        if value is not None:
            return value, self._source.span(nodes[0])
        return ("*", self._source.span(nodes[0])) if len(nodes) == 1 and nodes[0].type == "integer" else None

    def _step(self, part: _AnswerPart, key: tuple[str, Span] | None) -> _AnswerPart | None:
        if key is None:
            return None
        keys = (*part.keys, key[0])
        if key[0] != "*":
            self._found.reads.append(AnswerRead(keys, key[1], part.is_decoded))
        return _AnswerPart(keys, part.is_decoded)

    def _bind(self, parent: Node, node: Node, part: _AnswerPart) -> None:
        if parent.type in ("assignment", "named_expression"):
            value = child(parent, "right") or child(parent, "value")
            target = child(parent, "left") or child(parent, "name")
            if parent.type == "assignment" and part.index is not None and target is not None:
                # Only a name, or as many names as there are values.
                targets = named(target) if target.type in ("pattern_list", "tuple_pattern", "list_pattern") else []
                if part.index < len(targets) and all(one.type != "list_splat_pattern" for one in targets):
                    target, part = targets[part.index], replace(part, index=None)
            if value == node and target is not None:
                self._wait_for(target, part, parent, parent.end_byte)
        elif parent.type == "as_pattern":
            alias = child(parent, "alias")
            if alias is not None and named(alias):
                self._wait_for(named(alias)[0], part, parent, alias.end_byte)
        elif parent.type in ("for_statement", "for_in_clause") and child(parent, "right") == node:
            target = child(parent, "left")
            if part.keys and target is not None and part.index is None:
                # In a comprehension the target comes after the expression that uses it.
                start = target.end_byte if parent.type == "for_statement" else self._scope.start_byte
                self._wait_for(target, _AnswerPart((*part.keys, "*"), part.is_decoded), parent, start)

    def _wait_for(self, target: Node, part: _AnswerPart, statement: Node, holds_from: int) -> None:
        name = name_of(self._source, target)
        if name is not None:
            self._waiting.append((BoundName(name, statement, holds_from), part))
            if part.keys and part.index is None:
                self._found.names[name] = part.keys
