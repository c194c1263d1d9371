"""The values of names at a place of a Python file, from every scope around it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice, takewhile
from typing import TYPE_CHECKING, NamedTuple

from ..nodes import Scalar, Unknown
from .blocks import Blocks, Progress
from .callers import PythonCallers
from .expressions import Evaluator, truth_of
from .protocols import ExpressionEvaluator
from .scopes import ScopeNames, methods_of, name_of, names_in, parameters_of, scope_of, scopes_in
from .source import PythonSource, child, named, own_nodes
from .statements import MAX_STEPS, Follower, TooManySteps
from .values import Copier, Names, ObjectValue, PythonValue, choice_of

if TYPE_CHECKING:
    from tree_sitter import Node

_REST = ("list_splat_pattern", "dictionary_splat_pattern")
_MAX_CALL_DEPTH = 4
_MAX_CALLERS = 8
_MAX_STATES_OF_CALLER = 4
_MAX_CALLER_DEPTH = 1
"""Of callers whose callers tell what they give."""
_GLOBAL = re.compile(r"^[ \t]*(?:global|nonlocal)[ \t]+(.+)$", re.MULTILINE)
_COMPREHENSIONS = frozenset({
    "list_comprehension", "dictionary_comprehension", "set_comprehension", "generator_expression",
})  # fmt: skip


class CallerStates(NamedTuple):
    """A call of a function, and the values of names in that with what it gives.

    ``is_whole`` if these are all values that it may give.
    """

    path: list[Node]
    states: list[Names]
    is_whole: bool


class Resolver:
    """Finds the values of names; a name that it cannot follow is a hole."""

    def __init__(self, source: PythonSource, callers: PythonCallers) -> None:
        self._source = source
        self._callers = callers
        self._values: dict[tuple[int, str], PythonValue | None] = {}
        self._active: set[tuple[int, str]] = set()
        self._steps = 0
        self._call_depth = 0
        self._blocks = Blocks(source)
        self._progress: dict[object, Progress] = {}
        self._path: list[Node] = []
        self._rebound = {
            name.strip() for found in _GLOBAL.finditer(source.text) for name in found[1].partition("#")[0].split(",")
        }

    def count_step(self) -> None:
        """Count a statement that is followed.

        Raises:
            TooManySteps: there were too many for one value.

        """
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooManySteps

    def states_at(self, path: list[Node], wanted: Iterable[str]) -> list[Names]:
        """Return the values that names may have at the last node of a path."""
        self._steps = 0
        self._path = path
        scope_index = scope_of(path)
        target, scope = path[-1], path[scope_index]
        hidden = {name for node in path[scope_index + 1 :] for name in self._inner_names(node)}
        try:
            states = self._follow(scopes_in(path), set(wanted) - hidden, target).reached
        except TooManySteps:
            states = []
        for names in states:
            for name in hidden:
                names[name] = self._source.unknown(scope)
        return states or [{}]

    def states_of_callers(self, path: list[Node], wanted: set[str], depth: int = 0) -> list[CallerStates]:
        """Return each caller in the file, and the values of names with what it gives."""
        scopes = scopes_in(path)
        function = scopes[-1]
        parameters = child(function, "parameters")
        if parameters is None or function.type != "function_definition":
            return []
        hidden = {name for node in path[scope_of(path) + 1 :] for name in self._inner_names(node)}
        given_names = {name for name, _ in parameters_of(self._source, parameters)} - {"self", "cls"}
        if not self.scope_names(function).closure(wanted - hidden) & given_names:
            return []
        is_method = scopes[-2].type == "class_definition"
        found: list[CallerStates] = []
        for caller in islice(self._callers.of(path[: path.index(function) + 1]), _MAX_CALLERS):
            arguments = names_in(self._source, child(caller[-1], "arguments"))
            reached: list[Names] = []
            states = self.states_at(caller, arguments)
            is_whole = len(states) <= _MAX_STATES_OF_CALLER
            states = states[:_MAX_STATES_OF_CALLER]
            if depth < _MAX_CALLER_DEPTH:
                for outer in self.states_of_callers(caller, arguments, depth + 1)[:_MAX_STATES_OF_CALLER]:
                    states += outer.states[:_MAX_STATES_OF_CALLER]
            for index, names in enumerate(states):
                evaluator = Evaluator(self._source, names, self)
                given = self._given(evaluator, function, caller[-1], is_method=is_method)
                if all(isinstance(value, Unknown) for value in given.values()):
                    is_whole = False
                else:
                    self._path = path
                    with suppress(TooManySteps):
                        at = (caller[-1].id, index)
                        reached += self._follow(scopes, wanted - hidden, path[-1], given, at).reached
            for names in reached:
                names.update({name: self._source.unknown(function) for name in hidden})
            found.append(CallerStates(caller, reached, is_whole))
        return found

    def _inner_names(self, node: Node) -> set[str]:
        """Return the names that a lambda or a comprehension binds."""
        if node.type == "lambda":
            parameters = child(node, "parameters")
            return set() if parameters is None else {name for name, _ in parameters_of(self._source, parameters)}
        if node.type in _COMPREHENSIONS:
            clauses = [part for part in node.named_children if part.type == "for_in_clause"]
            return {name for part in clauses for name in names_in(self._source, child(part, "left"))}
        return set()

    def scope_names(self, scope: Node) -> ScopeNames:
        """Return the names of a scope."""
        return self._callers.scope_names(scope)

    def _follow(
        self, scopes: list[Node], wanted: set[str], stop: Node | None, given: Names | None = None, caller: object = None
    ) -> Follower:
        """Follow the statements of the last of some scopes, each inside the one before.

        ``caller`` tells apart what callers give.
        """
        scope = scopes[-1]
        scope_names = self.scope_names(scope)
        relevant = scope_names.closure(wanted)
        start: Names = {}
        for name in sorted(relevant):
            value = (given or {}).get(name)
            value = self._initial(name, scopes, scope_names) if value is None else value
            if value is not None:
                start[name] = value
        progress = None
        if stop is not None:
            progress = self._progress.setdefault((scope.id, caller, frozenset(relevant)), Progress())
        is_forced = caller is None
        follower = Follower(self._source, self, self._blocks, relevant, stop, progress, is_forced=is_forced)
        body = child(scope, "body") or scope
        follower.ended = follower.block(body, [start])
        return follower

    def _initial(self, name: str, scopes: list[Node], scope_names: ScopeNames) -> PythonValue | None:
        """Return the value of a name before the first statement of a scope."""
        parameters = child(scopes[-1], "parameters")
        if parameters is not None:
            for parameter, node in parameters_of(self._source, parameters):
                if parameter == name:
                    return self._parameter(node, scopes[:-1])
        if name.startswith("self."):
            return self._attribute_of_class(name.removeprefix("self."), scopes)
        if name in scope_names.bound and name not in scope_names.outer:
            return None
        return self._outer(name, scopes[:-1])

    def _parameter(self, node: Node, outer: list[Node]) -> PythonValue:
        default = child(node, "value")
        if default is None:
            return self._source.unknown(node)
        hole = self._source.unknown(child(node, "name") or node)
        names = {name: self._outer(name, outer) for name in names_in(self._source, default)}
        known = {name: value for name, value in names.items() if value is not None}
        value = Evaluator(self._source, known, self).value(default)
        # None, "" and {} say that there is no argument; the code around replaces them.
        if isinstance(value, Unknown) or truth_of(value) is False:
            return hole
        return choice_of([value, hole], hole.span)

    def _outer(self, name: str, scopes: list[Node]) -> PythonValue | None:
        """Return the value of a name from the scopes around."""
        for index in range(len(scopes) - 1, -1, -1):
            scope = scopes[index]
            if scope.type != "class_definition" and name in self.scope_names(scope).bound:
                return None if name in self._rebound else self._final(name, scopes[: index + 1])
        return None

    def _final(self, name: str, scopes: list[Node]) -> PythonValue | None:
        """Return the value of a name after the last statement of a scope."""
        key = (scopes[-1].id, name)
        if key in self._active:
            return None
        if key not in self._values:
            self._active.add(key)
            try:
                follower = self._follow(scopes, {name}, None)
                ends = [*follower.ended, *(names for _, names in follower.returned)]
                found = [names[name] for names in ends if name in names]
                self._values[key] = choice_of(found, self._source.span(scopes[-1])) if found else None
            finally:
                self._active.discard(key)
        value = self._values[key]
        return None if value is None else Copier().copy(value)

    # -- attributes ----------------------------------------------------------------------------------------------

    def _attribute_of_class(self, attribute: str, scopes: list[Node]) -> PythonValue | None:
        index = next((i for i in range(len(scopes) - 1, -1, -1) if scopes[i].type == "class_definition"), None)
        if index is None:
            return None
        within = scopes[: index + 1]
        found: list[PythonValue | None] = []
        if attribute in self.scope_names(scopes[index]).bound:
            method = self._method(scopes[index], attribute)
            found.append(self._final(attribute, within) if method is None else self._property(method, within))
        for method in methods_of(scopes[index]):
            if method != scopes[-1] and f"self.{attribute}" in self.scope_names(method).bound:
                found.append(self._final(f"self.{attribute}", [*within, method]))
        values = [value for value in found if value is not None]
        if not values or len(values) < len(found):
            return None
        return choice_of(values, values[0].span)

    def _method(self, owner: Node, name: str) -> Node | None:
        found = [m for m in methods_of(owner) if self._source.text_of(child(m, "name") or m) == name]
        return found[0] if len(found) == 1 else None

    def _property(self, method: Node, within: list[Node]) -> PythonValue | None:
        return self._result(method, within, {})

    def attribute(self, node: Node) -> PythonValue | None:
        """Return an attribute of a class of the file, such as ``Settings.URL``."""
        holder, attribute = child(node, "object"), child(node, "attribute")
        if holder is None or attribute is None or holder.type != "identifier":
            return None
        owner = next(
            (d for d in self._callers.definitions(self._source.text_of(holder)) if d.type == "class_definition"), None
        )
        name = self._source.text_of(attribute)
        if owner is None or name not in self.scope_names(owner).bound or self._method(owner, name) is not None:
            return None
        return self._final(name, [self._source.root, owner])

    # -- functions -----------------------------------------------------------------------------------------------

    def returned(self, evaluator: ExpressionEvaluator, function: Node, call: Node) -> PythonValue | None:
        """Return what a function of the file returns for a call.

        ``None`` if that is not known.
        """
        name = name_of(self._source, function)
        if name is None:
            return None
        within: list[Node] = [self._source.root]
        if name.startswith("self."):
            owner = next((node for node in reversed(self._path) if node.type == "class_definition"), None)
            method = None if owner is None else self._method(owner, name.removeprefix("self."))
            if owner is None or method is None:
                return None
            within.append(owner)
        else:
            found = [d for d in self._callers.definitions(name) if d.type == "function_definition"]
            method = found[0] if len(found) == 1 else None
        if method is None:
            return None
        return self._result(method, within, self._given(evaluator, method, call, is_method=len(within) > 1))

    def _given(self, evaluator: ExpressionEvaluator, method: Node, call: Node, *, is_method: bool) -> Names:
        """Return the parameters of a function with the values of a call."""
        parameters, arguments = child(method, "parameters"), child(call, "arguments")
        if parameters is None or arguments is None:
            return {}
        nodes = parameters_of(self._source, parameters)[is_method:]
        names = [name for name, node in nodes if node.type not in _REST]
        places = [name for name, _ in takewhile(lambda each: each[1].type not in _REST, nodes)]
        rest = next((name for name, node in nodes if node.type == "dictionary_splat_pattern"), None)
        others = ObjectValue([], self._source.span(arguments))
        given: Names = {}
        position = 0
        for argument in named(arguments):
            key = child(argument, "name") if argument.type == "keyword_argument" else None
            if key is not None:
                name = self._source.text_of(key)
                value = evaluator.value(child(argument, "value"), argument)
                if name in names:
                    given[name] = value
                else:
                    others.put(name, self._source.span(key), value)
            elif argument.type in ("list_splat", "dictionary_splat"):
                return {}
            elif position < len(places):
                given[places[position]] = evaluator.value(argument)
                position += 1
        if rest is not None:
            given[rest] = others
        return given

    def _result(self, function: Node, within: list[Node], given: Names) -> PythonValue | None:
        key = (function.id, "return")
        if key in self._active or self._call_depth >= _MAX_CALL_DEPTH:
            return None
        body = child(function, "body")
        returns = [node for node in own_nodes(body) if node.type == "return_statement"] if body is not None else []
        if not returns or any(node.type == "yield" for node in own_nodes(body or function)):
            return None
        self._active.add(key)
        self._call_depth += 1
        try:
            wanted = {name for node in returns for name in names_in(self._source, node)}
            found: list[PythonValue] = []
            for node, names in self._follow([*within, function], wanted, None, given).returned:
                parts = named(node)
                evaluator = Evaluator(self._source, names, self)
                found.append(evaluator.value(parts[0]) if parts else Scalar(None, self._source.span(node)))
            useful = [value for value in found if not isinstance(value, Unknown)]
            return choice_of(found, self._source.span(function)) if useful else None
        finally:
            self._active.discard(key)
            self._call_depth -= 1
