"""Functions of a Python file that send a request for their callers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .callers import PythonCallers
from .expressions import Evaluator
from .resolver import Resolver
from .scopes import methods_of, name_of, names_in, parameters_of
from .source import PythonSource, child, named, own_nodes
from .values import PythonValue, joined_text, options_of, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_TEXTS = frozenset({"string", "binary_operator", "call", "concatenated_string"})
_JOINS = frozenset({"urljoin", "format", "join"})


class PythonWrappers:
    """The functions that the calls of a file call, with the URL before their path."""

    def __init__(self, source: PythonSource, callers: PythonCallers, resolver: Resolver) -> None:
        self._source = source
        self._callers = callers
        self._resolver = resolver
        self._bases: dict[int, PythonValue | None] = {}

    def base(self, path: list[Node]) -> PythonValue | None:
        """Return what the function of a call at the end of a path puts before a path."""
        function = self._target(path)
        if function is None:
            return None
        if function.id not in self._bases:
            self._bases[function.id] = None
            self._bases[function.id] = self._base(function)
        return self._bases[function.id]

    def _target(self, path: list[Node]) -> Node | None:
        function = child(path[-1], "function")
        name = None if function is None else name_of(self._source, function)
        if name is None:
            return None
        if not name.startswith("self."):
            found = [node for node in self._callers.definitions(name) if node.type == "function_definition"]
        else:
            owner = next((node for node in reversed(path) if node.type == "class_definition"), None)
            methods = [] if owner is None else methods_of(owner)
            wanted = name.removeprefix("self.")
            found = [node for node in methods if self._source.text_of(child(node, "name") or node) == wanted]
        return found[0] if len(found) == 1 else None

    def _base(self, function: Node) -> PythonValue | None:
        parameters = child(function, "parameters")
        given = set() if parameters is None else {name for name, _ in parameters_of(self._source, parameters)}
        for node in own_nodes(child(function, "body") or function):
            names = names_in(self._source, node) & given - {"self", "cls"} if node.type in _TEXTS else set()
            if not names or (node.type == "call" and not self._joins(node)):
                continue
            path = self._source.path_to(node)
            for state in self._resolver.states_at(path, names_in(self._source, node)):
                for value in options_of(Evaluator(self._source, state, self._resolver).value(node)):
                    parts = text_of(value) or ()
                    if len(parts) > 1 and parts[-1] is None and parts[-2]:
                        return joined_text(parts[:-1], value.span, "")
        return None

    def _joins(self, call: Node) -> bool:
        function = child(call, "function")
        last = function if function is None or function.type == "identifier" else child(function, "attribute")
        return last is not None and self._source.text_of(last) in _JOINS and len(named(call)) > 0
