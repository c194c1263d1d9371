"""Functions of a script that send a request for their callers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from .called_values import returns_of
from .callers import ScriptCallers
from .reading import Reading
from .tree import expressions, field, inner
from .urls import HOLE, url_of

_JSON = re.compile(r"\.json\(\)\W*(?:as\s+[\w.<>\[\]]+\W*)?$")
_MAX_RETURN_CHARS = 300
_MAX_NODES = 2_000
_TEXTS = ("template_string", "binary_expression", "new_expression")


class Wrappers:
    """The functions that the calls of a script call, as far as they send requests."""

    def __init__(self, reader: Reading, callers: ScriptCallers) -> None:
        self._reader = reader
        self._tree = reader.tree
        self._callers = callers

    def base(self, call: Node, index: int) -> str:
        """Return what a function puts before the path that is an argument of a call."""
        function = self._callers.target(call)
        name = None if function is None else _parameter(function, index)
        binding = None if name is None else self._reader.scopes.binding(name)
        if function is None or binding is None or binding.writes:
            return ""
        uses = {use.id for use in binding.uses}
        for node in self._texts(function):
            parts = [inside for child in node.named_children for inside in (child, *expressions(child))]
            url = url_of(self._reader, node) if any(part.id in uses for part in parts) else None
            if url is not None and url.endswith(HOLE):
                return url.replace(HOLE, "")
        return ""

    def _texts(self, function: Node) -> Iterator[Node]:
        waiting = [function]
        for _ in range(_MAX_NODES):
            if not waiting:
                return
            node = waiting.pop()
            if node.type in _TEXTS:
                yield node
            waiting += reversed(node.named_children)

    def returns_json(self, call: Node) -> bool:
        """Return whether a call is of a function that returns the decoded answer."""
        function = self._callers.target(call)
        body = None if function is None else field(function, "body")
        if body is None:
            return False
        found = [body] if body.type != "statement_block" else returns_of(body) or []
        return any(self._is_json(node) for node in found)

    def _is_json(self, node: Node) -> bool:
        if _JSON.search(self._tree.start_of(node, _MAX_RETURN_CHARS)) is not None:
            return True
        # const { data } = await http.post(path, body); return data;
        given = expressions(node) if node.type == "return_statement" else []
        name = inner(given[0]) if given else None
        binding = self._reader.scopes.binding(name) if name is not None and name.type == "identifier" else None
        return binding is not None and binding.kind == "variable" and binding.path == ("data",)


def _parameter(function: Node, index: int) -> Node | None:
    alone, listed = field(function, "parameter"), field(function, "parameters")
    parameters = [alone] if alone is not None else [] if listed is None else expressions(listed)
    if index >= len(parameters):
        return None
    parameter = parameters[index]
    pattern = field(parameter, "pattern") or field(parameter, "left") or parameter
    return pattern if pattern.type == "identifier" else None
