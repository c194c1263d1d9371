"""The calls of the functions and methods of a script."""

from __future__ import annotations

import re

from tree_sitter import Node

from .called_values import local_function
from .scopes import DeclaredName, Scopes
from .tree import FUNCTIONS, ScriptTree, callee, expressions, field, inner

_MAX_USES = 500
_MAX_METHODS = 10
"""With one name, of several classes."""
_TESTS = ("it", "test", "specify")
_MOCKS = re.compile(r"mock|stub|fake|nock|\bspy|jest\.fn|vi\.fn", re.IGNORECASE)
_FIELDS = ("public_field_definition", "field_definition")


class ScriptCallers:
    """Finds the calls of functions by their names, and of methods by their objects."""

    def __init__(self, tree: ScriptTree, scopes: Scopes) -> None:
        self._tree = tree
        self._scopes = scopes
        self._by_method: dict[str, list[Node]] | None = None
        self._methods: dict[str, list[Node]] | None = None
        self._known: dict[int, list[Node]] = {}
        self._are_mocks: dict[int, bool] = {}

    def of(self, function: Node) -> list[Node]:
        """Return the calls of a function of the file; one of another object is none."""
        found = self._known.get(function.id)
        if found is None:
            label, owner = self._member(function)
            found = self._of_name(function) if label is None or owner is None else self._of_method(label, owner)
            self._known[function.id] = found
        return found

    def get_result(self, function: Node) -> list[Node]:
        """Return the calls that get what a function returns, but tests with a mock."""
        return [call for call in self.of(function) if not self._mocks(call)]

    def _mocks(self, call: Node) -> bool:
        for above in self._tree.ancestors(call):
            test = self._tree.parent(above) if above.type == "arguments" else None
            name = None if test is None else callee(test)
            if test is not None and name is not None and self._tree.name(name).partition(".")[0] in _TESTS:
                if test.id not in self._are_mocks:
                    self._are_mocks[test.id] = _MOCKS.search(self._tree.text(test)) is not None
                return self._are_mocks[test.id]
        return False

    def target(self, call: Node) -> Node | None:
        """Return the function of the file that a call calls; ``None`` if it is not known."""
        function = callee(call)
        function = None if function is None else inner(function)
        if function is None or function.type == "identifier":
            binding = None if function is None else self._scopes.binding(function)
            return None if binding is None else local_function(binding)
        method = field(function, "property")
        if method is None:
            return None
        if self._methods is None:
            self._methods = {}
            for kind in FUNCTIONS:
                for node in self._tree.nodes[kind]:
                    label, _ = self._member(node)
                    if label is not None:
                        self._methods.setdefault(self._tree.text(label), []).append(node)
        for node in self._methods.get(self._tree.text(method), [])[:_MAX_METHODS]:
            if any(found.id == call.id for found in self.of(node)):
                return node
        return None

    def _of_name(self, function: Node) -> list[Node]:
        name, parent = field(function, "name"), self._tree.parent(function)
        if parent is not None and parent.type == "variable_declarator":
            name = field(parent, "name")
        binding = None if name is None or name.type != "identifier" else self._scopes.binding(name)
        local = None if binding is None else local_function(binding)
        found: list[Node] = []
        for use in [] if binding is None or local is None or local.id != function.id else binding.uses[:_MAX_USES]:
            call = self._tree.parent(use)
            if call is not None and call.type == "await_expression":
                call = self._tree.parent(call)
            if call is not None and calls(call, use):
                found.append(call)
        return found

    # -- methods -------------------------------------------------------------------------------------------------

    def _member(self, function: Node) -> tuple[Node | None, Node | None]:
        """Return the name of a method, and the class or object that has it."""
        holder: Node | None = function
        if function.type != "method_definition":
            holder = self._tree.parent(function)
            if holder is None or holder.type not in (*_FIELDS, "pair"):
                return None, None
        if holder is None:
            return None, None
        return field(holder, "name") or field(holder, "property") or field(holder, "key"), self._tree.parent(holder)

    def _of_method(self, label: Node, owner: Node) -> list[Node]:
        name = self._tree.text(label)
        if sum(1 for member in expressions(owner) if self._is_named(member, name)) != 1:
            return []
        if self._by_method is None:
            self._by_method = {}
            for call in self._tree.nodes["call_expression"]:
                function = callee(call)
                method = None if function is None else field(inner(function), "property")
                if method is not None:
                    self._by_method.setdefault(self._tree.text(method), []).append(call)
        return [call for call in self._by_method.get(name, [])[:_MAX_USES] if self._is_of(call, owner, name)]

    def _is_named(self, member: Node, name: str) -> bool:
        label = field(member, "name") or field(member, "property") or field(member, "key")
        return label is not None and self._tree.text(label) == name

    def _is_of(self, call: Node, owner: Node, name: str) -> bool:
        function = callee(call)
        holder = None if function is None else field(inner(function), "object")
        if holder is None:
            return False
        holder = inner(holder)
        if holder.type == "this":
            around = self._this(holder)
            return around is not None and (around.id == owner.id or self._inherits(around, owner, name))
        if owner.type == "object":
            binding = self._scopes.binding(holder) if holder.type == "identifier" else None
            value = None if binding is None or binding.writes or binding.path else binding.value
            return value is not None and inner(value).id == owner.id
        return self._is_instance(holder, owner)

    def _this(self, node: Node) -> Node | None:
        """Return the class or object that ``this`` is one of."""
        for above in self._tree.ancestors(node):
            if above.type == "class_body":
                return above
            if above.type == "method_definition":
                return self._tree.parent(above)
            if above.type in FUNCTIONS and above.type != "arrow_function":
                pair = self._tree.parent(above)
                return self._tree.parent(pair) if pair is not None and pair.type == "pair" else None
        return None

    def _inherits(self, body: Node, owner: Node, method: str) -> bool:
        """Return whether a class has the method of another one."""
        own, other = self._tree.parent(body), self._class_name(owner)
        heritage = [] if own is None else [part for part in own.named_children if part.type == "class_heritage"]
        is_derived = other != "" and any(other in self._tree.text(part).split() for part in heritage)
        return is_derived and not any(self._is_named(member, method) for member in expressions(body))

    def _class_name(self, body: Node) -> str:
        declaration = self._tree.parent(body)
        name = None if declaration is None else field(declaration, "name")
        return "" if name is None else self._tree.text(name)

    # -- instances -----------------------------------------------------------------------------------------------

    def _is_instance(self, holder: Node, owner: Node) -> bool:
        """Return whether the file tells that an expression is an object of a class."""
        name = self._class_name(owner)
        declared = [node for node in self._tree.nodes["class_declaration"] if self._class_name_of(node) == name]
        if not name or len(declared) != 1:
            return False
        if holder.type == "new_expression":
            return self._makes(holder, name)
        if holder.type == "identifier":
            binding = self._scopes.binding(holder)
            return binding is not None and self._holds(binding, name)
        this, key = field(holder, "object"), field(holder, "property")
        if holder.type != "member_expression" or this is None or this.type != "this" or key is None:
            return False
        values = self._scopes.fields.get(self._tree.text(key), [])
        if len(values) == 1:
            value = inner(values[0])
            binding = self._scopes.binding(value) if value.type == "identifier" else None
            return self._makes(value, name) or (binding is not None and self._holds(binding, name))
        body = self._this(this)
        return not values and body is not None and self._declares(body, self._tree.text(key), name)

    def _class_name_of(self, declaration: Node) -> str:
        name = field(declaration, "name")
        return "" if name is None else self._tree.text(name)

    def _holds(self, binding: DeclaredName, name: str) -> bool:
        if any(not write.path and write.change in ("set", "default", "unknown") for write in binding.writes):
            return False
        if binding.kind == "parameter":
            parent = self._tree.parent(binding.node)
            return parent is not None and self._is_typed(parent, name)
        return binding.kind == "variable" and binding.value is not None and self._makes(inner(binding.value), name)

    def _declares(self, body: Node, key: str, name: str) -> bool:
        """Return whether a class declares a field of a type, in its constructor too."""
        for member in expressions(body):
            if member.type in _FIELDS and self._is_named(member, key):
                return self._is_typed(member, name)
            if self._is_named(member, "constructor"):
                parameters = field(member, "parameters")
                for parameter in [] if parameters is None else expressions(parameters):
                    pattern = field(parameter, "pattern")
                    if pattern is not None and self._tree.text(pattern) == key:
                        return self._is_typed(parameter, name)
        return False

    def _is_typed(self, node: Node, name: str) -> bool:
        written = field(node, "type")
        return written is not None and self._tree.text(written).lstrip(": ") == name

    def _makes(self, node: Node, name: str) -> bool:
        constructor = field(node, "constructor") if node.type == "new_expression" else None
        return constructor is not None and self._tree.text(constructor) == name


def calls(node: Node, function: Node) -> bool:
    """Return whether a node is a call of an expression."""
    found = callee(node) if node.type == "call_expression" else None
    return found is not None and found.id == function.id
