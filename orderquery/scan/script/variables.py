"""The value of a variable where it is used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from tree_sitter import Node

from ..nodes import ListLiteral, ObjectLiteral, Scalar, SourceValue, Unknown
from .literals import key_of
from .objects import NamedKey, entry_of, merged, spread_item, with_items, with_part
from .reading import Reading
from .scopes import DeclaredName, Write
from .tree import expressions, field, inner, is_wrapper

_BY_REFERENCE = frozenset(
    (
        "pair", "shorthand_property_identifier", "array", "arguments", "variable_declarator", "object",
        "await_expression", "assignment_expression", "ternary_expression", "binary_expression", "return_statement",
        "arrow_function",
    )
)  # fmt: skip
"""Around a name whose object is meant, not its entries: what is set in it later counts."""


_MAX_WRITES = 200
"""Of one variable; the value of one with more is unknown."""
_Change = Callable[[SourceValue | None], SourceValue | None]


class _WriteEvent(NamedTuple):
    write: Write
    is_often: bool
    """It runs any number of times."""


class Variables:
    """The variables of a script, as one reader of values sees them."""

    def __init__(self, reader: Reading) -> None:
        self._reader = reader
        self._tree = reader.tree
        self.bound: dict[int, SourceValue | None] = {}
        """The values of parameters, by the identity of the binding."""

    def value(self, node: Node) -> SourceValue | None:
        """Return the value of a name at its use."""
        name = self._tree.text(node)
        binding = self._reader.scopes.binding(node)
        if binding is None:
            return None if name == "undefined" else self._reader.unknown(node)
        if id(binding) in self.bound and not binding.writes:
            value = self.bound[id(binding)]
            return self._reader.unknown(node) if isinstance(value, Unknown) else value
        if binding.kind in ("import", "class", "enum", "element"):
            return self._reader.unknown(node)
        if binding.kind == "function":
            return None
        value = self._flow(binding, node)
        return self._reader.unknown(node) if isinstance(value, Unknown) else value

    def built(self, node: Node) -> SourceValue | None:
        """Return what a builder builds: a chain, or a constant that is one."""
        binding = self._reader.scopes.binding(node) if node.type == "identifier" else None
        if binding is not None and binding.kind == "variable" and binding.value is not None and not binding.writes:
            node = inner(binding.value)
        return self._reader.built(node) if node.type == "call_expression" else None

    def constant_member(self, holder: Node, name: str) -> Node | None:
        """Return the expression of a key of a constant object or of an enum."""
        binding = self._reader.scopes.binding(holder)
        if binding is None or binding.value is None or binding.writes or binding.path or id(binding) in self.bound:
            return None
        if binding.kind == "enum":
            body = field(binding.value, "body")
            for member in () if body is None else body.named_children:
                key, value = field(member, "name"), field(member, "value")
                if key is not None and value is not None and self._tree.text(key).strip("\"'") == name:
                    return value
            return None
        value = inner(binding.value)
        if binding.kind != "variable" or value.type != "object":
            return None
        for child in reversed(expressions(value)):
            if child.type != "pair":
                return None
            key = field(child, "key")
            known = None if key is None else key_of(self._tree, key)
            if known is None:
                return None
            if known == name:
                return field(child, "value")
        return None

    # -- flow ---------------------------------------------------------------------------------------------------

    def _flow(self, binding: DeclaredName, use: Node) -> SourceValue | None:
        function = self._tree.function_of(use)
        is_own = binding.function.id == function.id
        if len(binding.writes) > _MAX_WRITES:
            return self._reader.unknown(use)
        # What another function sets may or may not be set here.
        settings = [write for write in binding.writes if not write.path and write.change not in ("push", "merge")]
        if settings and not is_own:
            return self._reader.unknown(use)
        nested = [write for write in binding.writes if self._tree.function_of(write.node).id != function.id]
        if is_own and any(write in nested for write in settings):
            return self._reader.unknown(use)
        value = self._declared(binding, use)
        for write, is_often in self._events(binding, use, function):
            value = self._after(value, write, use, is_often=is_often)
        return value

    def _declared(self, binding: DeclaredName, use: Node) -> SourceValue | None:
        reader = self._reader
        if id(binding) in self.bound:
            return self.bound[id(binding)]
        if binding.is_rest:
            return reader.unknown(use)
        if binding.kind == "parameter":
            has_default = binding.default is not None and not reader.choices.choose(f"given {binding.name}")
            return reader.value(binding.default) if has_default and binding.default else reader.unknown(use)
        if binding.value is None:
            return None if binding.writes else reader.unknown(use)
        value = reader.value(binding.value)
        for key in binding.path:
            value = reader.part(value, str(key), use)
        if binding.default is not None:
            if isinstance(value, Unknown) and not reader.choices.choose(f"given {binding.name}"):
                return reader.value(binding.default)
            value = reader.value(binding.default) if value is None else value
        return value

    def _events(self, binding: DeclaredName, use: Node, function: Node) -> list[_WriteEvent]:
        """Return the writes that run before a use, in their order."""
        if not binding.writes:
            return []
        call = self._reader.call
        parent = self._tree.parent(use)
        while parent is not None and is_wrapper(parent):
            parent = self._tree.parent(parent)
        is_in_own = any(write.node.start_byte <= use.start_byte < write.node.end_byte for write in binding.writes)
        is_reference = use.type == "shorthand_property_identifier" or (
            parent is not None and parent.type in _BY_REFERENCE
        )
        in_call = is_reference and not is_in_own and self._tree.function_of(call).id == function.id
        end = max(use.start_byte, call.start_byte) if in_call else use.start_byte
        anchor = call if in_call and call.start_byte >= use.start_byte else use
        before, after = [], []
        loops = [loop for loop in self._reader.scopes.loops_around(anchor) if not _is_made_in(binding, loop)]
        outer = loops[-1] if loops else None
        for write in sorted(binding.writes, key=lambda write: write.node.start_byte):
            node = write.node
            if node.start_byte <= use.start_byte < node.end_byte:
                continue
            is_setting = not write.path and write.change in ("set", "default", "unknown")
            limit = use.start_byte if is_setting else end
            if node.start_byte < limit or self._is_load_time(node, function):
                before.append(write)
            elif outer is not None and outer.start_byte <= node.start_byte < outer.end_byte:
                after.append(write)
        if after and outer is not None and self._reader.choices.choose(f"again {outer.start_byte}"):
            inside = [write for write in before if outer.start_byte <= write.node.start_byte < outer.end_byte]
            before = [*before, *after, *inside]
        events = []
        for write in before:
            runs = self._reader.conditions.runs(write.node, anchor)
            if runs != "no":
                events.append(_WriteEvent(write, runs == "often"))
        return events

    def _is_load_time(self, node: Node, function: Node) -> bool:
        """Return whether code of the module runs before a function is called."""
        return function.id != self._tree.root.id and self._tree.function_of(node).id == self._tree.root.id

    def _after(self, value: SourceValue | None, write: Write, use: Node, *, is_often: bool) -> SourceValue | None:
        reader = self._reader
        if not write.path and write.change in ("set", "default", "unknown"):
            if write.change == "unknown" or is_often:
                return reader.unknown(use)
            if write.change == "default" and not (value is None or (isinstance(value, Scalar) and not value.value)):
                return value
            return reader.value(write.values[0])
        path = [self._named(key, write.node) for key in write.path]
        if write.change == "set":
            part = reader.value(write.values[0])
            key = path[-1][0]
            if is_often and isinstance(key, Unknown):
                # A loop sets any number of keys.
                return self._changed(value, path[:-1], write, lambda part: merged(part, key))
            if is_often and part is not None and not isinstance(part, ObjectLiteral | ListLiteral):
                part = part if isinstance(part, Scalar) else reader.unknown(write.values[0])
            return with_part(value, path, part)
        if write.change == "default":
            return self._changed(
                value, path, write, lambda part: reader.value(write.values[0]) if part is None else part
            )
        if write.change == "delete":
            return with_part(value, path, None)
        if write.change == "push":
            return self._changed(value, path, write, lambda part: with_items(part, self._pushed(write, is_often)))
        if write.change == "merge":
            for source in write.values:
                added = reader.optional(source) if source.id != write.node.id else reader.unknown(source)
                value = self._changed(value, path, write, partial(_added, source=added))
            return value
        return with_part(value, path, reader.unknown(write.node))

    def _pushed(self, write: Write, is_often: bool) -> list[SourceValue]:
        items: list[SourceValue] = []
        for node in write.values:
            if node.type == "spread_element":
                items += self._reader.items(self._reader.spread(node), node)
            elif is_often:
                items.append(spread_item(self._reader.unknown(node)))
            else:
                items.append(self._reader.value(node) or Scalar(None, self._tree.span(node)))
        return items

    def _named(self, key: str | Node, node: Node) -> NamedKey:
        if isinstance(key, str):
            left = field(node, "left")
            last = None if left is None else field(left, "property") or field(left, "index")
            at = node if last is None else last
            return key, self._tree.span(at)
        return self._reader.key(key), self._tree.span(key)

    def _changed(
        self, value: SourceValue | None, path: Sequence[NamedKey], write: Write, change: _Change
    ) -> SourceValue | None:
        """Return a value with a part replaced by what ``change`` makes of it."""
        part = value
        for key, _ in path:
            if part is None or not isinstance(key, str):
                part = None
                break
            entry = entry_of(part, key)
            part = self._reader.part(part, key, write.node) if entry is None else entry.value
        return with_part(value, path, change(part))


def _is_made_in(binding: DeclaredName, loop: Node) -> bool:
    """Return whether each round of a loop has a new variable.

    All rounds share one of the head of ``for (let cursor; ; )``.
    """
    rounds = (field(loop, "body") or loop) if loop.type == "for_statement" else loop
    return rounds.start_byte <= binding.node.start_byte < rounds.end_byte


def _added(part: SourceValue | None, source: SourceValue | None) -> SourceValue | None:
    # What is not known stays so, and need not be an object: a function got it.
    return part if isinstance(part, Unknown) and isinstance(source, Unknown) else merged(part, source)
