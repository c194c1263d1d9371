"""The values that calls return: of functions of the file, and of a few built-ins."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from tree_sitter import Node

from ..nodes import ListLiteral, ObjectLiteral, Scalar, SourceValue, Unknown
from .objects import merged
from .reading import Reading
from .scopes import DeclaredName
from .tree import FUNCTIONS, arguments, callee, expressions, field, inner

JSON = Any
_SAME = ("Object.freeze", "Object.seal", "structuredClone")
_MAX_CALLS = 6
"""Of functions in one another."""
_MAX_BODY_NODES = 5_000


class CalledValues:
    """The values of calls, as one reader of values sees them."""

    def __init__(self, reader: Reading) -> None:
        self._reader = reader
        self._tree = reader.tree
        self._calls = 0

    def value(self, call: Node) -> SourceValue | None:
        """Return the value of a call."""
        function = callee(call)
        if function is None:
            return self._reader.unknown(call)
        given = arguments(call)
        built = self._reader.built(call)
        if built is not None:
            return built
        name = self._tree.name(function)
        if name == "JSON.stringify" and given:
            return self._stringified(given[0], call)
        if name in _SAME and given:
            return self._reader.value(given[0])
        if name == "Object.assign" and given:
            value = self._reader.value(given[0])
            for source in given[1:]:
                value = merged(value, self._reader.optional(source))
            return value
        if function.type == "member_expression":
            return self._method(call, function, given)
        local = self._local(function)
        if local is not None:
            return self._inlined(local, given, call)
        return self._reader.unknown(call)

    def _stringified(self, node: Node, call: Node) -> SourceValue | None:
        reader = self._reader
        if reader.inlines != "never":
            return reader.value(node)
        value = reader.value(node)
        if value is None:
            return None
        plain = plain_json(value)
        return reader.unknown(call) if plain is _UNKNOWN else Scalar(json.dumps(plain), self._tree.span(call))

    def _method(self, call: Node, function: Node, given: list[Node]) -> SourceValue | None:
        holder, method = field(function, "object"), field(function, "property")
        name = "" if method is None else self._tree.text(method)
        if holder is not None and name == "filter" and given and self._tree.name(given[0]) == "Boolean":
            found = inner(holder)
            if found.type == "array":
                items: list[SourceValue] = []
                for child in expressions(found):
                    if child.type == "spread_element":
                        items += self._reader.items(self._reader.spread(child), child)
                        continue
                    value = self._reader.optional(child)
                    items += [] if value is None else [value]
                return ListLiteral(tuple(items), self._tree.span(found))
            value = self._reader.value(found)
            if isinstance(value, ListLiteral):
                kept = tuple(item for item in value.items if not isinstance(item, Scalar) or item.value)
                return ListLiteral(kept, value.span)
        if holder is not None and name == "concat":
            value = self._reader.value(holder)
            if isinstance(value, ListLiteral):
                added = [(self._reader.value(node), node) for node in given]
                parts = [part.items for part, _ in added if isinstance(part, ListLiteral)]
                if len(parts) == len(added):
                    return ListLiteral((*value.items, *(item for part in parts for item in part)), value.span)
        target = self._reader.target(call)
        return self._reader.unknown(call) if target is None else self._inlined(target, given, call)

    # -- functions of the file ----------------------------------------------------------------------------------

    def _local(self, function: Node) -> Node | None:
        function = inner(function)
        if function.type in FUNCTIONS:
            return function
        binding = self._reader.scopes.binding(function) if function.type == "identifier" else None
        return None if binding is None else local_function(binding)

    def _inlined(self, function: Node, given: list[Node], call: Node) -> SourceValue | None:
        body = field(function, "body")
        if body is None or self._calls >= _MAX_CALLS or any(node.type == "spread_element" for node in given):
            return self._reader.unknown(call)
        values = [self._reader.value(node) for node in given]
        self._calls += 1
        try:
            self.bind(function, values)
            if body.type != "statement_block":
                return self._reader.value(body)
            returns = returns_of(body)
            if returns is None:
                return self._reader.unknown(call)
            for node in returns:
                if self._reader.conditions.is_reached(node, function):
                    children = expressions(node)
                    return self._reader.value(children[0]) if children else None
            return None
        finally:
            self._calls -= 1

    def bind(self, function: Node, values: list[SourceValue | None]) -> None:
        """Give the parameters of a function the values of a call."""
        alone = field(function, "parameter")
        listed = field(function, "parameters")
        parameters = [alone] if alone is not None else [] if listed is None else expressions(listed)
        for index, parameter in enumerate(parameters):
            pattern = field(parameter, "pattern") or field(parameter, "left") or parameter
            given = index < len(values)
            if pattern.type == "identifier":
                binding = self._reader.scopes.binding(pattern)
                if binding is not None:
                    value = values[index] if given else None
                    if value is None and binding.default is not None:
                        value = self._reader.value(binding.default)
                    self._reader.bind(binding, value)
            elif pattern.type == "object_pattern":
                self._bind_pattern(pattern, values[index] if given else None)

    def _bind_pattern(self, pattern: Node, value: SourceValue | None) -> None:
        for child in pattern.named_children:
            name = field(child, "left") if child.type == "object_assignment_pattern" else child
            if name is None or name.type != "shorthand_property_identifier_pattern":
                continue
            binding = self._reader.scopes.binding(name)
            if binding is not None:
                part = self._reader.part(value, self._tree.text(name), name) if value is not None else None
                if part is None and binding.default is not None:
                    part = self._reader.value(binding.default)
                self._reader.bind(binding, part)


def local_function(binding: DeclaredName) -> Node | None:
    """Return the function that a name is."""
    if binding.kind == "function":
        return binding.value
    if binding.kind != "variable" or binding.value is None or binding.writes or binding.path:
        return None
    value = inner(binding.value)
    return value if value.type in FUNCTIONS else None


def returns_of(body: Node) -> list[Node] | None:
    """Return the return statements of a function; ``None`` if it is too long."""
    found: list[Node] = []
    waiting = [body]
    for _ in range(_MAX_BODY_NODES):
        if not waiting:
            return found
        node = waiting.pop()
        if node.type == "return_statement":
            found.append(node)
        elif node.type not in FUNCTIONS or node.id == body.id:
            waiting += reversed(node.named_children)
    return None


_UNKNOWN = object()


def plain_json(value: SourceValue) -> JSON:
    """Return a value without holes as plain JSON."""
    if isinstance(value, Scalar):
        if isinstance(value.value, Decimal):
            return float(value.value)
        return value.value
    if isinstance(value, ListLiteral):
        items = [plain_json(item) for item in value.items]
        return _UNKNOWN if any(item is _UNKNOWN for item in items) else items
    if isinstance(value, ObjectLiteral):
        found = {}
        for entry in value.entries:
            part = plain_json(entry.value)
            if isinstance(entry.key, Unknown) or part is _UNKNOWN:
                return _UNKNOWN
            found[entry.key] = part
        return found
    return _UNKNOWN
