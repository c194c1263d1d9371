"""The tokens that the text form expects, in words."""

from __future__ import annotations

from collections.abc import Iterable

from ..diagnostics.quoting import quoted
from ..language.operators import ANY, OPERATORS

_TERMINALS = {
    "_AND": '"and"',
    "_OR": '"or"',
    "ASC": '"asc"',
    "DESC": '"desc"',
    "_COMMA": '","',
    "RPAR": '")"',
    "ORDER_BY": '"order by"',
    "_LIMIT": '"limit"',
    "_AFTER": '"after"',
    "$END": "the end of the text",
}


def describe_expected(expected: set[str]) -> str:
    """Return what a message says is expected."""
    if any(terminal.startswith("OP") for terminal in expected):
        return f"an operator such as {', '.join(map(quoted, _operator_examples()))}"
    if "NULL" in expected:
        return 'a value or ")"' if "RPAR" in expected else "a value"
    if "NOT" in expected:
        return "a condition"
    if "NAME" in expected:
        return "a field name"
    if "WORD" in expected:
        return "a whole number"
    if "STRING" in expected:
        return "a cursor in quotes"
    *names, last = [name for terminal, name in _TERMINALS.items() if terminal in expected]
    return f"{', '.join(names)} or {last}" if names else last


def _operator_examples() -> Iterable[str]:
    """Choose a sign, a word and a phrase."""
    spellings = [s.words for row in OPERATORS.values() for s in row.spellings if s.operand is ANY]
    signs = (words for words in spellings if not words[0].isalpha())
    single_words = (words for words in spellings if words.isalpha())
    phrases = (words for words in spellings if " " in words and not words.startswith("not "))
    return [words for kind in (signs, single_words, phrases) for words in [*kind][:1]]
