"""The comparison in front of a token that does not fit the text form."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..language.operators import ANY, OPERATORS
from .source_text import span_of
from .text_grammar import RANGES

if TYPE_CHECKING:
    from lark import Token


class WrittenComparison(NamedTuple):
    """A comparison that is written up to a token that does not fit."""

    field: Token
    operator: Token
    value_start: int


def comparison_before(tokens: list[Token]) -> WrittenComparison | None:
    """Return the comparison or range whose value is before a token."""
    in_range = False
    for at in range(len(tokens) - 1, 0, -1):
        kind = tokens[at].type
        if kind.startswith("OP") or (in_range and kind in RANGES):
            after = tokens[-1] if kind in RANGES or at + 1 >= len(tokens) else tokens[at + 1]
            return (
                None
                if in_range and kind not in RANGES
                else WrittenComparison(tokens[at - 1], tokens[at], span_of(after)[0])
            )
        if kind == "_AND" and not in_range:
            in_range = True
        elif kind in ("_AND", "_OR", "NOT", "ORDER_BY", "_LIMIT", "_AFTER"):
            return None
    return None


def operator_of(token: Token) -> str | None:
    """Return the name of the operator that a token spells, if an operand follows it."""
    words = " ".join(str(token.value).lower().split())
    for row in OPERATORS.values():
        if any(spelling.words == words and spelling.operand is ANY for spelling in row.spellings):
            return row.name
    return None
