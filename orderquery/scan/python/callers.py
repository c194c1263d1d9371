"""The calls of the functions and methods of a Python file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .reached_uses import NameUses
from .scopes import MOCKS, NamesReader, ScopeNames, function_of, methods_of, parameters_of, scopes_in
from .source import NEW_SCOPES, PythonSource, called_name, child, named

if TYPE_CHECKING:
    from tree_sitter import Node

_TESTS = ("def test", "async def test")
_CALLED = re.compile(rb"\b(\w+)(?=\s*\()")
_KEEPING = frozenset({
    "staticmethod", "classmethod", "retry", "on_exception", "cache", "lru_cache", "wraps", "override", "final",
    "cached", "abstractmethod", "limits", "sleep_and_retry", "timed", "trace", "task", "flow", "get", "post", "route",
})  # fmt: skip
"""Decorators whose function still returns the same, as far as is known."""


class PythonCallers:
    """Finds the calls of functions, and knows the names of scopes."""

    def __init__(self, source: PythonSource, uses: NameUses) -> None:
        self._source = source
        self._uses = uses
        self._scopes: dict[int, ScopeNames] = {}
        self._calls: dict[str, list[int]] | None = None
        self._are_mocks: dict[int, bool] = {}
        self._definitions: dict[str, list[Node]] | None = None

    def scope_names(self, scope: Node) -> ScopeNames:
        """Return the names of a scope."""
        found = self._scopes.get(scope.id)
        if found is None:
            found = self._scopes[scope.id] = NamesReader(self._source, scope).read()
        return found

    def definitions(self, name: str) -> list[Node]:
        """Return the functions and classes of the module with a name."""
        if self._definitions is None:
            self._definitions = {}
            for node in self._source.root.named_children:
                inner = child(node, "definition") if node.type == "decorated_definition" else node
                label = child(inner, "name") if inner is not None and inner.type in NEW_SCOPES else None
                if inner is not None and label is not None:
                    self._definitions.setdefault(self._source.text_of(label), []).append(inner)
        return self._definitions.get(name, [])

    def of(self, path: list[Node], *, gets_result: bool = False) -> Iterator[list[Node]]:
        """Yield the paths to the calls of the function at the end of a path.

        A call of another function with the same name is none, nor one of the function itself. With ``gets_result``,
        there are none if a decorator may change what it returns.
        """
        function = path[-1]
        label = child(function, "name")
        if label is None or (gets_result and not self._keeps(path)):
            return
        scopes = scopes_in(path)
        owner = scopes[-1]
        name = self._source.text_of(label)
        if owner.type == "class_definition" and len([m for m in methods_of(owner) if self._is_named(m, name)]) != 1:
            return
        for caller in self._calls_of(name):
            if function.start_byte <= caller[-1].start_byte < function.end_byte:
                continue
            called = child(caller[-1], "function")
            if gets_result and self._mocks(caller):
                continue
            if called is not None and self._calls_this(caller, called, name, owner):
                yield caller

    def _mocks(self, caller: list[Node]) -> bool:
        """Return whether the function around a call is a test whose answer is made up."""
        scope = caller[function_of(caller)]
        if scope.type != "function_definition":
            return False
        found = self._are_mocks.get(scope.id)
        if found is None:
            text = self._source.text_of(scope)
            found = self._are_mocks[scope.id] = text.startswith(_TESTS) and MOCKS.search(text) is not None
        return found

    def _keeps(self, path: list[Node]) -> bool:
        """Return whether the decorators of a function leave what it returns."""
        above = path[-2]
        decorators = [part for part in above.children if part.type == "decorator"]
        for decorator in decorators if above.type == "decorated_definition" else []:
            inside = named(decorator)[0] if named(decorator) else decorator
            if called_name(self._source, child(inside, "function") or inside) not in _KEEPING:
                return False
        return True

    def _is_named(self, function: Node, name: str) -> bool:
        label = child(function, "name")
        return label is not None and self._source.text_of(label) == name

    def _calls_of(self, name: str) -> Iterator[list[Node]]:
        if self._calls is None:
            self._calls = {}
            for found in _CALLED.finditer(self._source.data):
                self._calls.setdefault(found[1].decode("utf-8", "ignore"), []).append(found.start())
        width = len(name.encode("utf-8"))
        for start in self._calls.get(name, ()):
            node = self._source.root.descendant_for_byte_range(start, start + width - 1)
            path = self._source.call_of(node) if node is not None and node.type == "identifier" else None
            if path is not None:
                yield path

    def _calls_this(self, caller: list[Node], called: Node, name: str, owner: Node) -> bool:
        if called.type == "identifier":
            return owner.type != "class_definition" and self._scope_of(caller, name) == owner
        holder = child(called, "object") if called.type == "attribute" else None
        if holder is None or owner.type != "class_definition":
            return False
        if holder.type == "identifier" and self._source.text_of(holder) in ("self", "cls"):
            return self._is_class(self._class_around(caller), owner, name)
        return self._is_instance(caller, holder, owner)

    def _scope_of(self, path: list[Node], name: str) -> Node | None:
        """Return the scope whose name a name is."""
        scopes = scopes_in(path)
        for index, scope in enumerate(reversed(scopes)):
            is_hidden = index > 0 and scope.type == "class_definition"
            if not is_hidden and name in self.scope_names(scope).bound:
                # A name that is also set by an assignment may be another function.
                return None if name in self.scope_names(scope).assigned else scope
        return None

    def _class_around(self, path: list[Node]) -> Node | None:
        return next((node for node in reversed(path) if node.type == "class_definition"), None)

    def _is_class(self, found: Node | None, owner: Node, method: str) -> bool:
        """Return whether a class is another one, or a class of the file with its method."""
        if found is None or found == owner:
            return found is not None
        bases, label = child(found, "superclasses"), child(owner, "name")
        names = [] if bases is None else [self._source.text_of(base) for base in named(bases)]
        is_derived = label is not None and self._source.text_of(label) in names
        return is_derived and not any(self._is_named(own, method) for own in methods_of(found))

    # -- instances -----------------------------------------------------------------------------------------------

    def _is_instance(self, caller: list[Node], holder: Node, owner: Node) -> bool:
        """Return whether the file tells that an expression is an object of a class."""
        label = child(owner, "name")
        name = "" if label is None else self._source.text_of(label)
        if self.definitions(name) != [owner]:
            return False
        if holder.type == "call":
            return self._makes(holder, name)
        if holder.type == "identifier":
            return self._holds_instance(caller, self._source.text_of(holder), name)
        if holder.type != "attribute" or self._source.text_of(child(holder, "object") or holder) != "self":
            return False
        around, attribute = self._class_around(caller), child(holder, "attribute")
        if around is None or attribute is None:
            return False
        wanted = f"self.{self._source.text_of(attribute)}"
        values = [
            self._value_of(binding.statement, method)
            for method in methods_of(around)
            for binding in self._uses.of(method, wanted).bindings
        ]
        return len(values) == 1 and self._is_made(values[0], name)

    def _holds_instance(self, caller: list[Node], variable: str, name: str) -> bool:
        for scope in reversed(scopes_in(caller)):
            bindings = self._uses.of(scope, variable).bindings
            if bindings:
                return all(self._is_made(self._value_of(binding.statement, scope), name) for binding in bindings)
            parameters = child(scope, "parameters")
            for parameter, node in [] if parameters is None else parameters_of(self._source, parameters):
                if parameter == variable:
                    written = child(node, "type")
                    return written is not None and self._source.text_of(written).strip("\"'") == name
        return False

    def _value_of(self, statement: Node, scope: Node) -> tuple[Node, Node] | None:
        value = child(statement, "right") or child(statement, "value")
        if value is None and statement.type == "as_pattern" and named(statement):
            value = named(statement)[0]
        return None if value is None else (value, scope)

    def _is_made(self, found: tuple[Node, Node] | None, name: str) -> bool:
        """Return whether a value is a new object of a class, or a parameter of that type."""
        if found is None:
            return False
        value, scope = found
        if value.type == "await" and named(value):
            value = named(value)[0]
        if value.type == "call":
            return self._makes(value, name)
        parameters = child(scope, "parameters")
        for parameter, node in [] if parameters is None else parameters_of(self._source, parameters):
            written = child(node, "type")
            if value.type == "identifier" and parameter == self._source.text_of(value) and written is not None:
                return self._source.text_of(written).strip("\"'") == name
        return False

    def _makes(self, call: Node, name: str) -> bool:
        function = child(call, "function")
        return function is not None and function.type == "identifier" and self._source.text_of(function) == name
