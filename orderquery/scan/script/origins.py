"""Where an expression comes from: which package, and which of its exports."""

from __future__ import annotations

import re
from typing import NamedTuple

from tree_sitter import Node

from .called_values import local_function, returns_of
from .literals import key_of, string_of, value_of_key
from .scopes import DeclaredName, Scopes
from .tree import FUNCTIONS, ScriptTree, arguments, callee, expressions, field, inner

_MAX_DEPTH = 16
_MAX_STEPS = 200
_WIX = re.compile(r"wix", re.IGNORECASE)
_MAKES_CLIENT = ("createClient",)
_SAME = ("elevate", "use", "useMemo", "useCallback", "bind")
"""Calls whose result is their argument, or what their argument returns, in another context."""
_CLIENT = "<client>"


class PackageExport(NamedTuple):
    """An export of a package, or a part of one.

    A client of ``createClient`` is the module ``<client>``; its parts are found in ``modules``.
    """

    module: str
    path: tuple[str, ...] = ()
    modules: Node | None = None


class Origins:
    """The packages of the expressions of a script."""

    def __init__(self, tree: ScriptTree, scopes: Scopes) -> None:
        self._tree = tree
        self._scopes = scopes
        self._steps = 0
        self.has_wix_import = (
            any(
                (module := self._module_of(statement)) is not None and module.startswith(("@wix/", "wix-"))
                for statement in tree.nodes["import_statement"]
            )
            or re.search(r"""(?:require|import)\s*\(\s*["'](?:@wix/|wix-)""", tree.source) is not None
        )

    def of(self, node: Node) -> PackageExport | None:
        """Return the origin of an expression, if the file tells it."""
        self._steps = 0
        return self._of(node, 0)

    def _of(self, node: Node, depth: int) -> PackageExport | None:
        self._steps += 1
        node = inner(node)
        if depth > _MAX_DEPTH or self._steps > _MAX_STEPS:
            return None
        if node.type in ("identifier", "shorthand_property_identifier"):
            binding = self._scopes.binding(node)
            return None if binding is None else self._of_binding(binding, depth)
        if node.type == "await_expression":
            children = expressions(node)
            return self._of(children[0], depth + 1) if children else None
        if node.type == "call_expression":
            return self._of_call(node, depth)
        if node.type in ("member_expression", "subscript_expression"):
            holder, key = field(node, "object"), field(node, "property") or field(node, "index")
            if holder is None or key is None:
                return None
            name = key_of(self._tree, key)
            if holder.type == "this" and name is not None:
                values = self._scopes.fields.get(name, [])
                return self._of(values[0], depth + 1) if len(values) == 1 else None
            return None if name is None else self._part(self._of(holder, depth + 1), name, depth)
        if node.type in ("binary_expression", "assignment_expression"):
            left, right = field(node, "left"), field(node, "right")
            found = None if right is None else self._of(right, depth + 1)
            return found if found is not None or left is None else self._of(left, depth + 1)
        return None

    def _part(self, origin: PackageExport | None, name: str, depth: int) -> PackageExport | None:
        if origin is None:
            return None
        if origin.modules is None:
            return origin._replace(path=(*origin.path, name))
        for child in reversed(expressions(origin.modules)):
            key = field(child, "key")
            if child.type == "shorthand_property_identifier" and self._tree.text(child) == name:
                return self._of(child, depth + 1)
            if child.type == "pair" and key is not None and key_of(self._tree, key) == name:
                value = field(child, "value")
                return None if value is None else self._of(value, depth + 1)
        return None

    def _of_binding(self, binding: DeclaredName, depth: int) -> PackageExport | None:
        if binding.kind == "import" and binding.value is not None:
            module = self._module_of(binding.value)
            return None if module is None else PackageExport(module, tuple(map(str, binding.path)))
        if binding.kind != "variable" or binding.is_rest:
            return None
        settings = [w for w in binding.writes if not w.path and w.change in ("set", "default")]
        others = [w for w in binding.writes if not w.path and w.change == "unknown"]
        if others or len(settings) > 1:
            return None
        value = settings[0].values[0] if settings else binding.value
        if value is None:
            return None
        found = self._of(value, depth + 1)
        for key in binding.path if not settings else ():
            found = self._part(found, str(key), depth) if found is not None else None
        return found

    def _module_of(self, statement: Node) -> str | None:
        source = field(statement, "source")
        for clause in statement.named_children if source is None else ():
            if clause.type == "import_require_clause":
                source = field(clause, "source")
        return None if source is None else string_of(self._tree, source)

    def _of_call(self, call: Node, depth: int) -> PackageExport | None:
        function, given = callee(call), arguments(call)
        if function is None:
            return None
        called = field(function, "property") if function.type == "member_expression" else function
        name = self._tree.name(function)
        if name in ("require", "import") and given:
            module = string_of(self._tree, given[0])
            return None if module is None else PackageExport(module)
        last = "" if called is None else self._tree.name(called)
        if last in _MAKES_CLIENT and given:
            found = self._of(function, depth + 1)
            modules = value_of_key(self._tree, given[0], "modules")
            known = found is not None and found.module.startswith("@wix/")
            if modules is not None and modules.type == "identifier":
                binding = self._scopes.binding(modules)
                modules = None if binding is None or binding.value is None else inner(binding.value)
            if modules is not None and modules.type == "object" and (known or found is None):
                return PackageExport(_CLIENT, (), modules)
            return None
        if last in _SAME:
            holder = field(function, "object")
            if last == "bind" and holder is not None:
                return self._of(holder, depth + 1)
            if given:
                callback = inner(given[0])
                return self._returned(callback, depth) if callback.type in FUNCTIONS else self._of(callback, depth + 1)
        if function.type in ("identifier", "parenthesized_expression", *FUNCTIONS):
            plain = inner(function)
            binding = self._scopes.binding(plain) if plain.type == "identifier" else None
            local = plain if plain.type in FUNCTIONS else None if binding is None else local_function(binding)
            return None if local is None else self._returned(local, depth)
        return None

    def _returned(self, function: Node, depth: int) -> PackageExport | None:
        body = field(function, "body")
        if body is None:
            return None
        if body.type != "statement_block":
            return self._of(body, depth + 1)
        for node in returns_of(body) or ():
            children = expressions(node)
            found = self._of(children[0], depth + 1) if children else None
            if found is not None:
                return found
        return None

    # -- clients that another file makes ------------------------------------------------------------------------

    def _has_wix_type(self, binding: DeclaredName) -> bool:
        """Return whether the type of a name is of Wix, such as ``WixClient``."""
        declared = self._tree.parent(binding.node)
        written = None if declared is None or binding.path else field(declared, "type")
        return written is not None and _WIX.search(self._tree.start_of(written, 200)) is not None

    def names_wix(self, node: Node) -> bool:
        """Return whether an unknown client is one of Wix, by its name or its import."""
        node = inner(node)
        for _ in range(_MAX_DEPTH):
            if node.type not in ("member_expression", "call_expression", "await_expression", "subscript_expression"):
                break
            children = expressions(node)
            if node.type == "member_expression" and _WIX.search(self._tree.name(node)):
                return True
            if not children:
                break
            node = inner(children[0])
        if _WIX.search(self._tree.start_of(node, 80)):
            return True
        binding = self._scopes.binding(node) if node.type == "identifier" else None
        if binding is not None and self._has_wix_type(binding):
            return True
        if binding is None or binding.value is None:
            return self.has_wix_import
        if binding.kind == "import":
            module = self._module_of(binding.value) or ""
            is_own = module.startswith((".", "@/", "~", "#", "$"))
            return _WIX.search(module) is not None or (is_own and self.has_wix_import)
        return _WIX.search(self._tree.start_of(binding.value, 400)) is not None or self.has_wix_import
