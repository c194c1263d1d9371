"""What each name of a script is, and where its value is set."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

from tree_sitter import Node

from .literals import key_of
from .tree import FUNCTIONS, LOOPS, SCOPES, ScriptTree, arguments, callee, inner
from .tree import field as part

_MAX_PATTERN_NODES = 2_000
_MAX_PATH = 8
_ADDS = ("push", "unshift")
_REORDERS = ("splice", "pop", "shift", "sort", "reverse", "fill", "copyWithin")

BindingKind = Literal["variable", "parameter", "import", "function", "class", "enum", "element"]
Key = str | Node
"""A key of a path: a name, or the expression in brackets."""


@dataclass(slots=True, eq=False)
class Write:
    """Code that sets a variable or a part of it.

    ``change`` is ``set``, ``default`` (only if it is not set), ``push``, ``merge`` (``Object.assign``), ``delete`` or
    ``unknown``.
    """

    node: Node
    path: tuple[Key, ...]
    change: Literal["set", "default", "push", "merge", "delete", "unknown"]
    values: tuple[Node, ...]


@dataclass(slots=True, eq=False)
class DeclaredName:
    """A declared name.

    ``value`` is the expression of its declaration and ``path`` the keys by which a pattern takes it from there; for an
    import they are its statement and the imported name. ``default`` is the value in a pattern or of a parameter.
    """

    name: str
    kind: BindingKind
    node: Node
    function: Node
    value: Node | None = None
    path: tuple[str | int, ...] = ()
    default: Node | None = None
    is_rest: bool = False
    writes: list[Write] = field(default_factory=list)
    uses: list[Node] = field(default_factory=list)


class Scopes:
    """The names of a script."""

    def __init__(self, tree: ScriptTree) -> None:
        self._tree = tree
        self._declared: dict[int, dict[str, DeclaredName]] = defaultdict(dict)
        self._resolved: dict[int, DeclaredName | None] = {}
        self._of_function: dict[int, list[DeclaredName]] = defaultdict(list)
        self.fields: dict[str, list[Node]] = defaultdict(list)
        """Values set to ``this.NAME``, and of the fields of classes."""
        self._declare_all()
        for kind in ("identifier", "shorthand_property_identifier"):
            for node in tree.nodes[kind]:
                binding = self.binding(node)
                if binding is not None and node.id != binding.node.id:
                    binding.uses.append(node)
        self._write_all()
        self._share_writes()

    def binding(self, node: Node) -> DeclaredName | None:
        """Return what a name is; ``None`` for a global."""
        if node.id not in self._resolved:
            self._resolved[node.id] = self._find(node)
        return self._resolved[node.id]

    def _find(self, node: Node) -> DeclaredName | None:
        name = self._tree.text(node)
        for scope in self._tree.scopes_of(node):
            declared = self._declared.get(scope)
            if declared is not None and name in declared:
                return declared[name]
        return None

    # -- declarations -------------------------------------------------------------------------------------------

    def _declare_all(self) -> None:
        nodes = self._tree.nodes
        for statement in nodes["import_statement"]:
            self._imports(statement)
        for declarator in nodes["variable_declarator"]:
            declaration = self._tree.parent(declarator)
            is_var = declaration is not None and declaration.type == "variable_declaration"
            name = part(declarator, "name")
            if name is not None:
                scope = self._tree.function_of(declarator) if is_var else self._scope(declarator)
                self._pattern(name, "variable", scope, part(declarator, "value"))
        for loop in nodes["for_in_statement"]:
            left = part(loop, "left")
            if left is not None and part(loop, "kind") is not None:
                self._pattern(left, "element", loop, part(loop, "right"))
        for clause in nodes["catch_clause"]:
            left = part(clause, "parameter")
            if left is not None:
                self._pattern(left, "element", clause, None)
        for kind in FUNCTIONS:
            for function in nodes[kind]:
                self._function(function)
        for kind, as_kind in (("class_declaration", "class"), ("enum_declaration", "enum")):
            for node in nodes[kind]:
                name = part(node, "name")
                if name is not None:
                    self._declare(name, "class" if as_kind == "class" else "enum", self._scope(node), node)

    def _scope(self, node: Node) -> Node:
        return next((found for found in self._tree.ancestors(node) if found.type in SCOPES), self._tree.root)

    def _declare(
        self,
        name: Node,
        kind: BindingKind,
        scope: Node,
        value: Node | None,
        path: tuple[str | int, ...] = (),
        default: Node | None = None,
        *,
        is_rest: bool = False,
    ) -> None:
        text = self._tree.text(name)
        function = scope if scope.type in FUNCTIONS else self._tree.function_of(scope)
        binding = DeclaredName(text, kind, name, function, value, path, default, is_rest)
        first = self._declared[scope.id].setdefault(text, binding)
        self._of_function[function.id].append(first)
        if first is not binding and value is not None:
            # A second declaration with var sets the value again.
            first.writes.append(Write(name, (), "unknown", ()))

    def _imports(self, statement: Node) -> None:
        """Declare the names of an import; a path of none is the whole module."""
        root = self._tree.root
        for clause in statement.named_children:
            if clause.type == "import_require_clause":
                for name in clause.named_children:
                    if name.type == "identifier":
                        self._declare(name, "import", root, statement)
            for child in clause.named_children if clause.type == "import_clause" else ():
                if child.type == "identifier":
                    self._declare(child, "import", root, statement, ("default",))
                elif child.type == "namespace_import":
                    for name in child.named_children:
                        self._declare(name, "import", root, statement)
                for specifier in child.named_children if child.type == "named_imports" else ():
                    outer = part(specifier, "name")
                    if outer is not None:
                        local = part(specifier, "alias") or outer
                        self._declare(local, "import", root, statement, (self._tree.text(outer).strip("\"'"),))

    def _function(self, function: Node) -> None:
        name = part(function, "name")
        if name is not None and function.type != "method_definition":
            is_inside = function.type in ("function_expression", "generator_function")
            scope = function if is_inside else self._scope(function)
            self._declare(name, "function", scope, function)
        alone = part(function, "parameter")
        listed = part(function, "parameters")
        for parameter in [alone] if alone is not None else [] if listed is None else listed.named_children:
            pattern = part(parameter, "pattern") if parameter.type.endswith("_parameter") else parameter
            if pattern is not None:
                default = part(parameter, "value") if parameter.type.endswith("_parameter") else None
                self._pattern(pattern, "parameter", function, None, default)

    def _pattern(
        self, pattern: Node, kind: BindingKind, scope: Node, value: Node | None, default: Node | None = None
    ) -> None:
        waiting: list[tuple[Node, tuple[str | int, ...], Node | None, bool]] = [(pattern, (), default, False)]
        for _ in range(_MAX_PATTERN_NODES):
            if not waiting:
                return
            node, path, fallback, is_rest = waiting.pop()
            if node.type in ("identifier", "shorthand_property_identifier_pattern"):
                own = path
                if node.type == "shorthand_property_identifier_pattern":
                    own = (*path, self._tree.text(node))
                self._declare(node, kind, scope, value, own, fallback, is_rest=is_rest)
            elif node.type in ("assignment_pattern", "object_assignment_pattern"):
                left, right = part(node, "left"), part(node, "right")
                if left is not None:
                    waiting.append((left, path, right, is_rest))
            elif node.type == "rest_pattern":
                waiting += [(child, path, None, True) for child in node.named_children]
            elif node.type == "object_pattern":
                for child in node.named_children:
                    if child.type == "pair_pattern":
                        key, inside = part(child, "key"), part(child, "value")
                        name = None if key is None else key_of(self._tree, key)
                        if inside is not None:
                            waiting.append((inside, (*path, "?" if name is None else name), None, name is None))
                    else:
                        waiting.append((child, path, None, is_rest))
            elif node.type == "array_pattern":
                waiting += [(child, (*path, index), None, False) for index, child in enumerate(node.named_children)]

    # -- writes -------------------------------------------------------------------------------------------------

    def _write_all(self) -> None:
        nodes = self._tree.nodes
        for node in nodes["assignment_expression"]:
            left, right = part(node, "left"), part(node, "right")
            if left is None or right is None:
                continue
            if left.type in ("object_pattern", "array_pattern"):
                for name in _names_in(left):
                    self._write(name, node, "unknown", ())
                continue
            self._write(left, node, "set", (right,))
            self._field(left, right)
        for node in nodes["augmented_assignment_expression"]:
            left, right, operator = part(node, "left"), part(node, "right"), part(node, "operator")
            if left is not None and right is not None:
                is_default = operator is not None and operator.type in ("??=", "||=")
                self._write(left, node, "default" if is_default else "unknown", (right,))
        for node in nodes["update_expression"]:
            left = part(node, "argument")
            if left is not None:
                self._write(left, node, "unknown", ())
        for node in nodes["unary_expression"]:
            operand, operator = part(node, "argument"), part(node, "operator")
            if operand is not None and operator is not None and operator.type == "delete":
                self._write(operand, node, "delete", ())
        for node in nodes["for_in_statement"]:
            left = part(node, "left")
            if left is not None and part(node, "kind") is None:
                self._write(left, node, "unknown", ())
        for kind in ("public_field_definition", "field_definition"):
            for node in nodes[kind]:
                key, value = part(node, "name") or part(node, "property"), part(node, "value")
                if key is not None and value is not None:
                    self.fields[self._tree.text(key)].append(value)
        for node in nodes["call_expression"]:
            self._call(node)

    def _field(self, left: Node, right: Node) -> None:
        if left.type == "member_expression":
            holder, name = part(left, "object"), part(left, "property")
            if holder is not None and holder.type == "this" and name is not None:
                self.fields[self._tree.text(name)].append(right)

    def _call(self, call: Node) -> None:
        function, given = callee(call), arguments(call)
        if function is not None and function.type == "member_expression":
            holder, method = part(function, "object"), part(function, "property")
            if holder is None or method is None:
                return
            name = self._tree.text(method)
            on = self._tree.name(holder)
            if name in _ADDS:
                self._write(holder, call, "push", tuple(given))
                return
            if name in _REORDERS:
                self._write(holder, call, "set", (call,))
                return
            if name == "assign" and on == "Object" and given:
                self._write(given[0], call, "merge", tuple(given[1:]))
                return
            if on in ("console", "logger", "log", "JSON"):
                return
        around = self._tree.parent(call)
        if around is not None and around.type == "await_expression":
            around = self._tree.parent(around)
        if around is not None and around.type == "expression_statement":
            for argument in given:
                if argument.type in ("identifier", "member_expression"):
                    self._write(argument, call, "unknown", ())

    def _write(
        self, target: Node, node: Node, change: Literal["set", "default", "push", "merge", "delete", "unknown"],
        values: tuple[Node, ...],
    ) -> None:  # fmt: skip
        place = self._place(target)
        if place is None:
            return
        binding, path = place
        if change == "unknown" and node.type == "call_expression":
            # A function may set parts of its argument, not the variable.
            change, values = "merge", (node,)
        binding.writes.append(Write(node, path, change, values))

    def _place(self, target: Node) -> tuple[DeclaredName, tuple[Key, ...]] | None:
        """Return the variable and the keys of an expression such as ``name.key[0]``."""
        path: list[Key] = []
        target = inner(target)
        while target.type in ("member_expression", "subscript_expression") and len(path) < _MAX_PATH:
            holder, key = part(target, "object"), part(target, "property") or part(target, "index")
            if holder is None or key is None:
                return None
            name = key_of(self._tree, key) if target.type == "subscript_expression" else self._tree.text(key)
            path.insert(0, key if name is None else name)
            target = inner(holder)
        binding = self.binding(target) if target.type == "identifier" else None
        return None if binding is None else (binding, tuple(path))

    def _share_writes(self) -> None:
        """Share the writes of two names of one object, as ``const part = whole.part``."""
        for declarator in reversed(self._tree.nodes["variable_declarator"]):
            pattern = part(declarator, "name")
            for name in [] if pattern is None else _names_in(pattern):
                binding = self._declared_at(name)
                if binding is None or binding.value is None or binding.is_rest:
                    continue
                inside = [write for write in binding.writes if write.path or write.change in ("push", "merge")]
                if not inside or len(inside) != len(binding.writes):
                    continue
                whole = self._place(binding.value)
                if whole is not None and whole[0] is not binding:
                    path = (*whole[1], *(str(key) for key in binding.path))
                    whole[0].writes += [Write(w.node, (*path, *w.path), w.change, w.values) for w in inside]

    def _declared_at(self, name: Node) -> DeclaredName | None:
        binding = self.binding(name)
        return binding if binding is not None and binding.node.id == name.id and binding.kind == "variable" else None

    def declared_in(self, function: Node) -> list[DeclaredName]:
        """Return the parameters and variables of a function, those of its blocks too."""
        return self._of_function[function.id]

    def loops_around(self, node: Node) -> list[Node]:
        """Return the loops around a node within its function, from the inside."""
        found = []
        for around in self._tree.ancestors(node):
            if around.type in FUNCTIONS:
                break
            if around.type in LOOPS:
                found.append(around)
        return found


def _names_in(pattern: Node) -> list[Node]:
    found: list[Node] = []
    waiting = [pattern]
    while waiting and len(found) < _MAX_PATTERN_NODES:
        node = waiting.pop()
        if node.type in ("identifier", "shorthand_property_identifier_pattern"):
            found.append(node)
        waiting += node.named_children
    return found
