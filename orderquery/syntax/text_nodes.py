"""The nodes that the parser of the text form builds, bottom up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..language.limits import MAX_FILTER_LEVELS
from .ast import Filter, Not, both, either
from .source_text import ReadError, Span, span_of

if TYPE_CHECKING:
    from lark import Token


@dataclass(slots=True)
class ListNode:
    """A list in parentheses."""

    scalars: list[Token]
    span: Span


@dataclass(slots=True)
class ComparisonNode:
    """A field, an operator, and the operand if it has one."""

    field: Token
    operator: Token
    operand: Token | ListNode | None
    span: Span
    depth: int = 0


@dataclass(slots=True)
class ConnectiveNode:
    """A connective.

    ``depth`` counts the connectives down to the deepest comparison, this one included.
    """

    make: Callable[[Iterable[Filter]], Filter]
    parts: list[FilterNode]
    span: Span
    depth: int = 0


@dataclass(slots=True)
class RangeNode:
    """A field ``between`` two values, which is two conditions."""

    field: Token
    operator: Token
    bounds: tuple[Token, Token]
    span: Span
    depth: int


FilterNode = ComparisonNode | RangeNode | ConnectiveNode


def text_builder() -> Any:
    """Return the builder of the parser, with a method per grammar rule."""
    return _TextBuilder()


class _TextBuilder:
    """Build nodes bottom-up, a method per grammar rule; deep input costs no recursion."""

    def search(self, parts: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(parts)

    def filter(self, parts: list[Any]) -> tuple[str, Any]:
        return "filter", parts[0]

    def sort(self, parts: list[Any]) -> tuple[str, Any]:
        return "sort", parts

    def key(self, parts: list[Token]) -> list[Token]:
        return parts

    def limit(self, parts: list[Token]) -> tuple[str, Token]:
        return "limit", parts[0]

    def after(self, parts: list[Token]) -> tuple[str, Token]:
        return "after", parts[0]

    def disjunction(self, parts: list[Any]) -> ConnectiveNode:
        return _joined(either, parts, (parts[0].span[0], parts[-1].span[1]))

    def conjunction(self, parts: list[Any]) -> ConnectiveNode:
        return _joined(both, parts, (parts[0].span[0], parts[-1].span[1]))

    def negated(self, parts: list[Any]) -> ConnectiveNode:
        return _joined(lambda children: Not(*children), parts[1:], (span_of(parts[0])[0], parts[1].span[1]))

    def everything(self, parts: list[Token]) -> ConnectiveNode:
        return ConnectiveNode(both, [], span_of(parts[0]))

    def nothing(self, parts: list[Token]) -> ConnectiveNode:
        return ConnectiveNode(either, [], span_of(parts[0]))

    def group(self, parts: list[Any]) -> FilterNode:
        inner: FilterNode = parts[1]
        inner.span = (span_of(parts[0])[0], span_of(parts[2])[1])
        return inner

    def comparison(self, parts: list[Any]) -> ComparisonNode:
        field, operator, *operand = parts
        end = operand_span(operand[0]) if operand else span_of(operator)
        return ComparisonNode(field, operator, operand[0] if operand else None, (span_of(field)[0], end[1]))

    def range(self, parts: list[Token]) -> RangeNode:
        field, operator, low, high = parts
        depth = 1 if operator.type == "BETWEEN" else 2
        return RangeNode(field, operator, (low, high), (span_of(field)[0], span_of(high)[1]), depth)

    def listed(self, parts: list[Token]) -> ListNode:
        return ListNode(parts[1:-1], (span_of(parts[0])[0], span_of(parts[-1])[1]))


def _joined(make: Callable[[Iterable[Filter]], Filter], parts: list[FilterNode], span: Span) -> ConnectiveNode:
    depth = 1 + max(part.depth for part in parts)
    if depth > MAX_FILTER_LEVELS:
        message = f"more than {MAX_FILTER_LEVELS} nested levels of and, or, not"
        raise ReadError("too-deep", message, "use fewer levels", span)
    return ConnectiveNode(make, parts, span, depth)


def operand_span(operand: Token | ListNode) -> Span:
    """Return the span of an operand."""
    return operand.span if isinstance(operand, ListNode) else span_of(operand)
