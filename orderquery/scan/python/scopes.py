"""The names of a scope: what binds and changes them, and by which other names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from .source import NEW_SCOPES, PythonSource, called_name, child, named, own_nodes

if TYPE_CHECKING:
    from tree_sitter import Node

CONDITIONS = ("if_statement", "elif_clause", "while_statement", "conditional_expression")
MUTATORS = frozenset({"update", "setdefault", "pop", "clear", "append", "extend", "insert", "remove", "popitem"})
MOCKS = re.compile(r"mock|responses|respx|rsps|httpretty|stub|fake|vcr", re.IGNORECASE)
READERS = re.compile(
    r"^(?:len|repr|str|bool|isinstance|type|list|dict|tuple|set|sorted|sum|any|all|min|max|enumerate|zip|next|iter|copy|"
    r"deepcopy|hash|id|format|get|items|keys|values|join|encode|append|open|super)$"
    r"|print|log|debug|info|warn|error|exception|dump|post|request|fetch|send|urlopen|check|valid|assert|call",
    re.IGNORECASE,
)
"""Names of functions that do not change their arguments, or hardly ever."""
_PARAMETERS = frozenset({"default_parameter", "typed_default_parameter", "typed_parameter", "identifier"})


@dataclass(slots=True)
class ScopeNames:
    """The names that a scope binds, and the names that each depends on."""

    bound: set[str] = field(default_factory=set)
    assigned: set[str] = field(default_factory=set)
    """Those that get a value, and are no functions alone."""
    outer: set[str] = field(default_factory=set)
    """Declared ``global`` or ``nonlocal``."""
    sources: dict[str, set[str]] = field(default_factory=dict)

    def depend(self, name: str, others: Iterable[str]) -> None:
        """Note that a name is bound or changed by an expression with other names."""
        self.sources.setdefault(name, set()).update(others)

    def closure(self, names: Iterable[str]) -> set[str]:
        """Return names with all that their values depend on."""
        found, open_ = set(), list(names)
        while open_:
            name = open_.pop()
            if name not in found:
                found.add(name)
                open_ += self.sources.get(name, ())
        return found


def name_of(source: PythonSource, node: Node) -> str | None:
    """Return a name that can be followed.

    That is an identifier, or an attribute of ``self`` or ``cls``.
    """
    if node.type == "identifier":
        return source.text_of(node)
    if node.type == "attribute":
        holder, attribute = child(node, "object"), child(node, "attribute")
        if holder is not None and attribute is not None and holder.type == "identifier":
            owner = source.text_of(holder)
            if owner in ("self", "cls"):
                return f"self.{source.text_of(attribute)}"
    return None


def root_of(source: PythonSource, node: Node | None) -> str | None:
    """Return the name at the start of ``name["key"].attribute``."""
    while node is not None:
        found = name_of(source, node)
        if found is not None:
            return found
        if node.type == "subscript":
            node = child(node, "value")
        elif node.type == "attribute":
            node = child(node, "object")
        elif node.type in ("parenthesized_expression", "await"):
            node = named(node)[0] if named(node) else None
        else:
            return None
    return None


def names_in(source: PythonSource, node: Node | None) -> set[str]:
    """Return the names that an expression reads."""
    found: set[str] = set()
    if node is None:
        return found
    for part in (node, *own_nodes(node)) if node.type not in NEW_SCOPES else ():
        name = name_of(source, part) if part.type in ("identifier", "attribute") else None
        if name is not None:
            found.add(name)
    return found


def target_names(source: PythonSource, node: Node) -> list[str]:
    """Return the names that an assignment to ``node`` binds."""
    name = name_of(source, node)
    if name is not None:
        return [name]
    if node.type in ("pattern_list", "tuple_pattern", "list_pattern", "as_pattern_target", "list_splat_pattern",
                     "expression_list", "tuple", "list", "parenthesized_expression"):  # fmt: skip
        return [found for part in named(node) for found in target_names(source, part)]
    return []


class NamesReader:
    """Reads the names of one scope."""

    def __init__(self, source: PythonSource, scope: Node) -> None:
        self._source = source
        self._scope = scope
        self.names = ScopeNames()

    def read(self) -> ScopeNames:
        """Return the names of the scope."""
        parameters = child(self._scope, "parameters")
        if parameters is not None:
            self.names.bound.update(name for name, _ in parameters_of(self._source, parameters))
        body = child(self._scope, "body") or self._scope
        conditions: list[tuple[int, set[str]]] = []
        for node in own_nodes(body):
            while conditions and node.start_byte >= conditions[-1][0]:
                conditions.pop()
            if node.type in CONDITIONS:
                conditions.append((node.end_byte, names_in(self._source, child(node, "condition"))))
            self._read(node, set().union(*(names for _, names in conditions)) if conditions else set())
        return self.names

    def _read(self, node: Node, conditions: set[str]) -> None:
        source, names = self._source, self.names
        kind = node.type
        if kind in ("assignment", "augmented_assignment", "named_expression"):
            target = child(node, "left") or child(node, "name")
            value = child(node, "right") or child(node, "value")
            if target is not None:
                self._assign(target, names_in(source, value) | conditions, value)
        elif kind in ("for_statement", "for_in_clause"):
            target = child(node, "left")
            if target is not None and kind == "for_statement":
                self._assign(target, names_in(source, child(node, "right")) | conditions, None)
        elif kind == "as_pattern":
            target = child(node, "alias")
            if target is not None:
                self._assign(target, names_in(source, node) | conditions, None)
        elif kind in ("function_definition", "class_definition"):
            name = child(node, "name")
            if name is not None:
                names.bound.add(source.text_of(name))
        elif kind in ("import_statement", "import_from_statement"):
            names.bound.update(imported_names(source, node))
        elif kind in ("global_statement", "nonlocal_statement"):
            names.outer.update(source.text_of(part) for part in named(node))
        elif kind == "call":
            self._read_call(node, conditions)
        elif kind == "delete_statement":
            for part in named(node):
                root = root_of(source, part)
                if root is not None:
                    names.depend(root, conditions)

    def _assign(self, target: Node, others: set[str], value: Node | None) -> None:
        source, names = self._source, self.names
        for name in target_names(source, target):
            names.bound.add(name)
            names.assigned.add(name)
            names.depend(name, others)
        if target.type in ("subscript", "attribute"):
            root = root_of(source, target)
            if root is not None:
                names.depend(root, others | names_in(source, target))
        # Two names for one object: a change by one is a change of the other.
        alias = root_of(source, value) if value is not None else None
        if alias is not None:
            for name in target_names(source, target):
                names.depend(alias, {name})

    def _read_call(self, node: Node, conditions: set[str]) -> None:
        source = self._source
        function, arguments = child(node, "function"), child(node, "arguments")
        given = names_in(source, arguments)
        if function is not None and function.type == "attribute":
            attribute, holder = child(function, "attribute"), child(function, "object")
            if attribute is not None and source.text_of(attribute) in MUTATORS:
                root = root_of(source, holder)
                if root is not None:
                    self.names.depend(root, given | conditions)
        for name in given:
            self.names.depend(name, conditions)


def parameters_of(source: PythonSource, parameters: Node) -> list[tuple[str, Node]]:
    """Return the parameters of a function: their names and nodes."""
    found = []
    for node in named(parameters):
        if node.type in _PARAMETERS:
            name = child(node, "name") or (node if node.type == "identifier" else named(node)[0])
            found.append((source.text_of(name).lstrip("*"), node))
        elif node.type in ("list_splat_pattern", "dictionary_splat_pattern") and named(node):
            found.append((source.text_of(named(node)[0]), node))
    return found


def imported_names(source: PythonSource, node: Node) -> list[str]:
    """Return the names that an import binds."""
    found = []
    for part in node.children_by_field_name("name"):
        alias = child(part, "alias") if part.type == "aliased_import" else None
        found.append(source.text_of(alias) if alias is not None else source.text_of(part).partition(".")[0])
    return found


_LEAVES = frozenset({"return_statement", "raise_statement", "break_statement", "continue_statement"})
LEAVES_MARK = "return"
"""Among the names of a statement that may leave its block; no name of Python is so."""


def touched_names(source: PythonSource, statement: Node) -> frozenset[str]:
    """Return the names that a statement may bind or change, found once.

    :data:`LEAVES_MARK` is one of them if the statement may leave its block.
    """
    found = source.touched.get(statement.id)
    if found is None:
        names: set[str] = set()
        if statement.type not in (*NEW_SCOPES, "decorated_definition"):
            for node in (statement, *own_nodes(statement)):
                if node.is_named:
                    names.update(_touched_by(source, node))
        found = source.touched[statement.id] = frozenset(names)
    return found


def _touched_by(source: PythonSource, node: Node) -> Iterable[str]:
    kind = node.type
    if kind in _LEAVES:
        return (LEAVES_MARK,)
    if kind == "call":
        arguments, function = child(node, "arguments"), child(node, "function")
        name = called_name(source, function)
        changes = function is not None and name in MUTATORS
        roots = [root_of(source, child(function, "object"))] if changes and function is not None else []
        for part in named(arguments) if arguments is not None and not READERS.search(name) else []:
            roots.append(root_of(source, child(part, "value") if part.type == "keyword_argument" else part))
        return [root for root in roots if root is not None]
    targets: list[Node] = []
    if kind in ("assignment", "augmented_assignment", "named_expression", "for_statement"):
        targets = [part for part in (child(node, "left"), child(node, "name")) if part is not None]
    elif kind == "as_pattern":
        alias = child(node, "alias")
        targets = [] if alias is None else [alias]
    elif kind in ("delete_statement", "case_clause"):
        return names_in(source, node)
    found = [name for target in targets for name in target_names(source, target)]
    return [*found, *(root for root in (root_of(source, target) for target in targets) if root is not None)]


def methods_of(owner: Node) -> list[Node]:
    """Return the functions of a class."""
    found = []
    for node in named(child(owner, "body") or owner):
        inner = child(node, "definition") if node.type == "decorated_definition" else node
        if inner is not None and inner.type == "function_definition":
            found.append(inner)
    return found


def scope_of(path: list[Node]) -> int:
    """Return the index of the innermost scope around the last node of a path."""
    for index in range(len(path) - 2, 0, -1):
        node = path[index]
        if node.type in ("function_definition", "class_definition") and path[index + 1] == child(node, "body"):
            return index
    return 0


def scopes_in(path: list[Node]) -> list[Node]:
    """Return the scopes around the last node of a path, the module first."""
    pairs = pairwise(path[1:])
    kinds = ("function_definition", "class_definition")
    return [path[0], *(node for node, inner in pairs if node.type in kinds and inner == child(node, "body"))]


def function_of(path: list[Node]) -> int:
    """Return the index of the innermost function around the last node; 0 if none."""
    return next((index for index in range(len(path) - 2, 0, -1) if path[index].type == "function_definition"), 0)
