"""What the builders of the orders module build: SearchBuilder, Filter and Sort."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from ..nodes import ListLiteral, ObjectEntry, ObjectLiteral, Scalar, SourceValue
from .origins import Origins
from .reading import Reading
from .sdk_calls import module_path
from .tree import arguments, callee, field, inner

_PLACE = ("utils", "search")
_PARTS = {"withFilter": "filter", "withSorting": "sort", "withPaging": "paging"}
"""Methods of SearchBuilder, with the key that each writes: the service does not read paging."""
# Methods of the SDK's builder of filters, as it is published: a new operator of the language needs no row.
_OPERATORS = frozenset(
    (
        "eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "startsWith", "endsWith", "contains", "exists", "isEmpty",
        "hasSome", "hasAll",
    )
)  # fmt: skip
_FLAGS = ("exists", "isEmpty")
"""Operators whose operand is true if there is none."""
_ORDERS = {"asc": "ASC", "desc": "DESC"}
_MAX_CALLS = 50


class _Step(NamedTuple):
    method: Node
    given: list[Node]


class Builders:
    """The builders of a script."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins

    def value(self, reader: Reading, call: Node) -> SourceValue | None:
        """Return what a chain of calls builds; ``None`` if it is no chain of a builder."""
        calls: list[_Step] = []
        node = call
        for _ in range(_MAX_CALLS):
            function = callee(node)
            if function is None:
                return None
            function = inner(function)
            builder = self._builder(function)
            if builder is not None:
                return self._built(reader, call, node, builder, calls)
            holder, method = field(function, "object"), field(function, "property")
            if function.type != "member_expression" or holder is None or method is None:
                return None
            calls.insert(0, _Step(method, arguments(node)))
            node = inner(holder)
            if node.type != "call_expression":
                return None
        return None

    def is_enumeration(self, node: Node) -> bool:
        """Return whether an expression is an enumeration of the orders module."""
        if node.type != "member_expression":
            return False
        path = module_path(self._origins.of(node))
        return path is not None and len(path) == 1 and path[0][:1].isupper()

    def _builder(self, function: Node) -> tuple[str, ...] | None:
        """Return ``("Filter",)`` or ``("Filter", "and")`` for such a function."""
        path = module_path(self._origins.of(function))
        return None if path is None or path[:2] != _PLACE or len(path) < 3 else path[2:]

    def _built(
        self, reader: Reading, call: Node, first: Node, builder: tuple[str, ...], calls: list[_Step]
    ) -> SourceValue:
        given = arguments(first)
        found: SourceValue | None = None
        if builder == ("SearchBuilder",):
            found = self._search(reader, first, calls)
        elif builder == ("Filter",) and given:
            found = self._filter(reader, given[0], calls)
        elif builder[0] == "Filter" and builder[1:] in (("and",), ("or",), ("not",)) and not calls:
            found = self._connective(reader, first, builder[1], given)
        elif builder == ("Sort",) and given:
            found = self._sort(reader, given[0], calls)
        return reader.unknown(call) if found is None else found

    def _search(self, reader: Reading, first: Node, calls: list[_Step]) -> SourceValue | None:
        entries: list[ObjectEntry] = []
        for method, given in calls:
            name = reader.tree.text(method)
            if name == "build":
                continue
            key = _PARTS.get(name)
            if key is None:
                return None
            span = reader.tree.span(method)
            if key == "sort":
                value: SourceValue = ListLiteral(tuple(self._operand(reader, node) for node in given), span)
            elif given:
                value = self._operand(reader, given[0])
            else:
                return None
            entries = [entry for entry in entries if entry.key != key]
            entries.append(ObjectEntry(key, span, value))
        return ObjectLiteral(tuple(entries), reader.tree.span(first))

    def _filter(self, reader: Reading, name: Node, calls: list[_Step]) -> SourceValue | None:
        tree = reader.tree
        entries: list[ObjectEntry] = []
        for method, given in calls:
            operator = tree.text(method)
            if operator not in _OPERATORS:
                return None
            span = tree.span(method)
            if given:
                value = self._operand(reader, given[0])
            elif operator in _FLAGS:
                value = Scalar(True, span)
            else:
                return None
            entries.append(ObjectEntry(f"${operator}", span, value))
        if not entries:
            return ObjectLiteral((), tree.span(name))
        conditions = ObjectLiteral(tuple(entries), (entries[0].key_span[0], entries[-1].value.span[1]))
        return ObjectLiteral((ObjectEntry(reader.key(name), tree.span(name), conditions),), tree.span(name))

    def _connective(self, reader: Reading, first: Node, name: str, given: list[Node]) -> SourceValue | None:
        span = reader.tree.span(first)
        items: list[SourceValue] = []
        for node in given:
            if node.type == "spread_element":
                items += reader.items(reader.spread(node), node)
            else:
                items.append(self._operand(reader, node))
        if name == "not" and len(items) != 1:
            return None
        value = items[0] if name == "not" else ListLiteral(tuple(items), span)
        return ObjectLiteral((ObjectEntry(f"${name}", span, value),), span)

    def _sort(self, reader: Reading, name: Node, calls: list[_Step]) -> SourceValue | None:
        if len(calls) != 1 or reader.tree.text(calls[0].method) not in _ORDERS:
            return None
        field_name = reader.value(name)
        method = calls[0].method
        span = reader.tree.span(method)
        at = reader.tree.span(name)
        entries = (
            ObjectEntry("fieldName", at, reader.unknown(name) if field_name is None else field_name),
            ObjectEntry("order", span, Scalar(_ORDERS[reader.tree.text(method)], span)),
        )
        return ObjectLiteral(entries, (at[0], span[1]))

    def _operand(self, reader: Reading, node: Node) -> SourceValue:
        value = reader.value(node)
        return Scalar(None, reader.tree.span(node)) if value is None else value
