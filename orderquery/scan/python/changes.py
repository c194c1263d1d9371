"""What a simple statement does to the names that are followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..nodes import Scalar, Unknown
from .protocols import ExpressionEvaluator, NameResolver
from .scopes import MUTATORS, READERS, name_of, names_in, target_names
from .source import NEW_SCOPES, PythonSource, called_name, child, named
from .values import ListValue, Names, ObjectValue, PythonValue, options_of

if TYPE_CHECKING:
    from tree_sitter import Node


class Changes:
    """Makes the changes of statements."""

    def __init__(self, source: PythonSource, resolver: NameResolver, relevant: set[str]) -> None:
        self._source = source
        self._resolver = resolver
        self._relevant = relevant
        self._sets_defaults = b"setdefault" in source.data

    def make(self, statement: Node, evaluator: ExpressionEvaluator) -> None:
        """Make the changes of a statement."""
        if not self._relevant:
            return
        nodes = list(_own_expressions(statement))
        if self._sets_defaults:
            # In found.setdefault("a", {})["b"] = 1 the object is there before its key.
            for node in reversed(nodes):
                if node.type == "call" and called_name(self._source, child(node, "function")) == "setdefault":
                    self._call(node, evaluator)
        for node in nodes:
            if node.type == "assignment":
                self._assign(node, evaluator)
            elif node.type == "named_expression":
                self._bind(child(node, "name"), child(node, "value"), evaluator)
            elif node.type == "augmented_assignment":
                self._augment(node, evaluator)
            elif node.type == "as_pattern":
                self._bind_as(node, evaluator)
            elif node.type == "call":
                self._call(node, evaluator)
            elif node.type == "delete_statement":
                self._delete(node, evaluator)
            elif node.type in ("import_statement", "import_from_statement"):
                break

    def bind_unknown(self, target: Node, names: Names, *, inside: bool = False) -> None:
        """Give the names of a target values that the file does not tell."""
        found = names_in(self._source, target) if inside else target_names(self._source, target)
        for name in found:
            if name in self._relevant and (not inside or name not in names):
                names[name] = self._source.unknown(target)

    # -- assignments ---------------------------------------------------------------------------------------------

    def _assign(self, node: Node, evaluator: ExpressionEvaluator) -> None:
        left, right = child(node, "left"), child(node, "right")
        if left is None or right is None:
            return
        if right.type == "assignment":
            # a = b = value: the inner assignment comes next in the walk, so its value is taken here.
            while right is not None and right.type == "assignment":
                right = child(right, "right")
        self._bind(left, right, evaluator)

    def _bind(self, target: Node | None, value: Node | None, evaluator: ExpressionEvaluator) -> None:
        if target is None or value is None:
            return
        name = name_of(self._source, target)
        if name is not None:
            if name in self._relevant:
                evaluator.names[name] = evaluator.value(value)
        elif target.type == "subscript":
            self._put(target, evaluator.value(value), evaluator)
        elif target.type in ("pattern_list", "tuple_pattern", "list_pattern"):
            self._unpack(target, value, evaluator)

    def _unpack(self, target: Node, value: Node, evaluator: ExpressionEvaluator) -> None:
        found, parts = evaluator.value(value), named(target)
        items = found.items if isinstance(found, ListValue) and len(found.items) == len(parts) else None
        for index, part in enumerate(parts):
            name = name_of(self._source, part)
            if name is None or items is None:
                self.bind_unknown(part, evaluator.names)
            elif name in self._relevant:
                evaluator.names[name] = items[index]

    def _put(self, target: Node, value: PythonValue, evaluator: ExpressionEvaluator) -> None:
        keys = target.children_by_field_name("subscript")
        holder_node = child(target, "value")
        if holder_node is None or len(keys) != 1 or not self._is_followed(target):
            return
        for holder in options_of(evaluator.value(holder_node)):
            if isinstance(holder, ObjectValue):
                holder.put(evaluator.key(keys[0]), self._source.span(keys[0]), value)
            elif isinstance(holder, ListValue):
                index = evaluator.value(keys[0])
                if isinstance(index, Scalar) and type(index.value) is int and 0 <= index.value < len(holder.items):
                    holder.items[index.value] = value
                else:
                    holder.items[:] = [self._source.unknown(target, is_spread=True)]

    def _is_followed(self, target: Node) -> bool:
        return not self._relevant.isdisjoint(names_in(self._source, target))

    def _augment(self, node: Node, evaluator: ExpressionEvaluator) -> None:
        left, right, operator = child(node, "left"), child(node, "right"), child(node, "operator")
        if left is None or operator is None or not self._is_followed(left):
            return
        before, added = evaluator.value(left), evaluator.value(right, node)
        sign = operator.type.removesuffix("=")
        if sign == "|" and isinstance(before, ObjectValue):
            evaluator.merge(before, added, node)
        elif sign == "+" and isinstance(before, ListValue):
            before.items += (
                added.items if isinstance(added, ListValue) else [self._source.unknown(node, is_spread=True)]
            )
        else:
            name = name_of(self._source, left)
            value = evaluator.combined(node, sign, before, added)
            if name is not None:
                evaluator.names[name] = value
            elif left.type == "subscript":
                self._put(left, value, evaluator)

    def _bind_as(self, node: Node, evaluator: ExpressionEvaluator) -> None:
        target, parts = child(node, "alias"), named(node)
        name = None if target is None or not named(target) else name_of(self._source, named(target)[0])
        if name in self._relevant and parts:
            evaluator.names[name] = evaluator.value(parts[0])
        elif target is not None:
            self.bind_unknown(target, evaluator.names)

    def _delete(self, node: Node, evaluator: ExpressionEvaluator) -> None:
        for part in named(node):
            for target in named(part) if part.type == "expression_list" else [part]:
                keys = target.children_by_field_name("subscript")
                if target.type == "subscript" and len(keys) == 1 and self._is_followed(target):
                    self._remove(child(target, "value"), evaluator.key(keys[0]), evaluator, target)

    def _remove(self, holder_node: Node | None, key: str | Unknown, evaluator: ExpressionEvaluator, node: Node) -> None:
        for holder in options_of(evaluator.value(holder_node, node)):
            if isinstance(holder, ObjectValue) and isinstance(key, str):
                holder.remove(key)
            elif isinstance(holder, ObjectValue):
                holder.entries.clear()
                holder.add_unknown(self._source.unknown(node))

    # -- calls ---------------------------------------------------------------------------------------------------

    def _call(self, node: Node, evaluator: ExpressionEvaluator) -> None:
        function, arguments = child(node, "function"), child(node, "arguments")
        if function is None or arguments is None:
            return
        name = called_name(self._source, function)
        if function.type == "attribute" and name in MUTATORS:
            holder = child(function, "object")
            if holder is not None and self._is_followed(holder):
                for target in options_of(evaluator.value(holder)):
                    self._mutate(target, name, named(arguments), node, evaluator)
                return
        if READERS.search(name):
            return
        for argument in named(arguments):
            value = child(argument, "value") if argument.type == "keyword_argument" else argument
            followed = None if value is None else name_of(self._source, value)
            if followed in self._relevant and followed in evaluator.names:
                self._touch(evaluator.names[followed], node)

    def _touch(self, value: PythonValue, node: Node) -> None:
        """Note that a function of the file or of a library may have changed a value."""
        for option in options_of(value):
            if isinstance(option, ObjectValue):
                option.add_unknown(self._source.unknown(node))
            elif isinstance(option, ListValue):
                option.items.append(self._source.unknown(node, is_spread=True))

    def _mutate(
        self, target: PythonValue, name: str, arguments: list[Node], node: Node, evaluator: ExpressionEvaluator
    ) -> None:
        first = arguments[0] if arguments else None
        if isinstance(target, ListValue):
            self._mutate_list(target, name, first, node, evaluator)
        elif not isinstance(target, ObjectValue):
            return
        elif name == "update":
            self._update(target, arguments, evaluator)
        elif name == "setdefault" and first is not None:
            key = evaluator.key(first)
            if not isinstance(key, str) or (target.find(key) is None and target.is_open):
                target.add_unknown(self._source.unknown(node))
            elif target.find(key) is None:
                value = evaluator.value(arguments[1]) if len(arguments) > 1 else Scalar(None, self._source.span(node))
                target.put(key, self._source.span(first), value)
        elif name == "pop" and first is not None:
            self._remove_key(target, evaluator.key(first), node)
        elif name == "clear":
            target.entries.clear()
        else:
            target.add_unknown(self._source.unknown(node))

    def _remove_key(self, target: ObjectValue, key: str | Unknown, node: Node) -> None:
        if isinstance(key, str):
            target.remove(key)
        else:
            target.entries.clear()
            target.add_unknown(self._source.unknown(node))

    def _update(self, target: ObjectValue, arguments: list[Node], evaluator: ExpressionEvaluator) -> None:
        for argument in arguments:
            if argument.type == "keyword_argument":
                key = child(argument, "name")
                if key is not None:
                    value = evaluator.value(child(argument, "value"), argument)
                    target.put(self._source.text_of(key), self._source.span(key), value)
            elif argument.type == "dictionary_splat" and named(argument):
                evaluator.merge(target, evaluator.value(named(argument)[0]), argument)
            else:
                evaluator.merge(target, evaluator.value(argument), argument)

    def _mutate_list(
        self, target: ListValue, name: str, first: Node | None, node: Node, evaluator: ExpressionEvaluator
    ) -> None:
        if name == "append" and first is not None:
            target.items.append(evaluator.value(first))
        elif name == "extend" and first is not None:
            added = evaluator.value(first)
            target.items += (
                added.items if isinstance(added, ListValue) else [self._source.unknown(node, is_spread=True)]
            )
        elif name == "clear":
            target.items.clear()
        else:
            target.items[:] = [self._source.unknown(node, is_spread=True)]


def _own_expressions(statement: Node) -> Iterator[Node]:
    """Yield the nodes of a statement, without those of functions and blocks in it."""
    open_ = [statement]
    while open_:
        node = open_.pop()
        yield node
        if node.type not in NEW_SCOPES and node.type != "block":
            open_ += reversed(node.named_children)
