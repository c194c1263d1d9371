"""The operand that some words of a text are meant to be.

As the text form writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ..language.elsewhere import certain_field
from ..language.fields import Field
from ..language.near import misspelt_value
from ..language.schema import Schema
from ..language.spoken_times import spoken_time
from ..language.types import read_amount
from .source_text import quote

_MAX_CHARS = 200
_MAX_LIST_CHARS = 1_000
_STRING = re.compile(r"""\s*('[^'\\\r\n]*'|"[^"\\\r\n]*")""")
_LIST = re.compile(r"""\s*[(\[{]((?:[^()\[\]{}"'\r\n]|'[^'\\\r\n]*'|"[^"\\\r\n]*")*)[)\]}]""")
_ITEM = re.compile(r"""\s*('[^'\\\r\n]*'|"[^"\\\r\n]*"|[^,"']+?)\s*(?:,|$|\bor\b)""", re.IGNORECASE)
_SPACED_WORD = re.compile(r"\s*([^\s(),\"'=<>!;`]+)")
_JOINED_ITEMS = re.compile(r"\s*(?:,\s*(?:or\b|and\b)?|\bor\b|\band\b)", re.IGNORECASE)
_CLAUSE = re.compile(
    r"\s*(?:(?:and|or|not)\b|(?:order|sort|sorted|group|ordered)\s*by\b|limit\s|after\s*[\"']|having\b|--|//|/\*|#)",
    re.IGNORECASE,
)
"""What ends a value of several words."""
_AMOUNT = re.compile(
    r"\s*(?:[A-Za-z]{3}\s+|[$€£¥]\s*)?([+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+(?=\.)|[0-9]+)(?:\.[0-9]+)?)"
    r"(?:\s*(?:[A-Za-z]{3}|dollars?|euros?|pounds?|[$€£¥])(?!\w))?(?=[\s);]|$)"
)
_FREE_WORD = re.compile(r"[\w.&+@'\u2019-]*\w[\w.&+@'\u2019-]*")
_YES_NO = {"true": "true", "yes": "true", "false": "false", "no": "false"}


class Operand(NamedTuple):
    """An operand as it is to be written, and the offset behind the words of it."""

    text: str
    end: int
    is_period: bool = False
    """Whether the words mean the time from then until now."""
    is_time: bool = False


def is_clause(text: str, at: int) -> bool:
    """Return whether a value ends at an offset: a keyword or a comment follows."""
    return _CLAUSE.match(text, at) is not None


def several_words(text: str, at: int, schema: Schema, most: int = 8) -> list[tuple[str, int]]:
    """Return the words that may be one value, each with the offset behind it."""
    found: list[tuple[str, int]] = []
    while len(found) < most and not is_clause(text, at):
        word = _SPACED_WORD.match(text, at)
        if word is None or (found and certain_field(schema, word[1]) is not None):
            break
        at = word.end()
        found.append((word[1], at))
    # A word in front of an operator is a field.
    if len(found) > 1 and re.match(r"\s*[=<>!]", text[at : at + 20]):
        found.pop()
    return found


def written_operand(text: str, at: int, row: Field | None, schema: Schema) -> Operand | None:
    """Return the one value that begins at an offset, or ``None``."""
    literal = _STRING.match(text, at)
    if literal is not None:
        return Operand(literal[1], literal.end())
    type_name = "text" if row is None else row.type.name
    if type_name == "amount":
        amount = _AMOUNT.match(text, at)
        if amount is not None:
            return Operand(amount[1].replace(",", ""), amount.end())
    words = several_words(text, at, schema)
    if type_name == "instant":
        return _time(text, at, words)
    if not words:
        return None
    first, end = words[0]
    joined = " ".join(word for word, _ in words)
    if row is not None and row.values:
        for count in range(min(len(words), 4), 0, -1):
            value = misspelt_value(" ".join(word for word, _ in words[:count]), row.values)
            if value is not None:
                return Operand(value, words[count - 1][1])
    elif type_name == "boolean" and first.lower() in _YES_NO:
        return Operand(_YES_NO[first.lower()], end)
    elif type_name == "amount" and read_amount(first) is None:
        return None
    elif type_name == "text" and len(words) > 1:
        plausible = len(joined) <= _MAX_CHARS and all(_FREE_WORD.fullmatch(word) for word, _ in words)
        return Operand(quote(joined), words[-1][1]) if plausible else None
    return Operand(first, end)


def _time(text: str, at: int, words: list[tuple[str, int]]) -> Operand | None:
    """Return the longest run of words that is a time."""
    ends = [end for _, end in words]
    call = re.match(
        r"\s*(?:now|current_date)\s*\(\)\s*[+-]\s*(?:interval\s+)?'?\s*\w+\s*\w*'?", text[at : at + 80], re.I
    )
    comma = re.match(r"\s*[A-Za-z]{3,9}\s+[0-9]{1,2}(?:st|nd|rd|th)?,\s*[0-9]{4}", text[at : at + 40])
    ends += [at + found.end() for found in (call, comma) if found is not None]
    for end in sorted(ends, reverse=True):
        time = spoken_time(text[at:end])
        if time is not None:
            return Operand(time.word, end, time.is_period, is_time=True)
    return None


def written_list(text: str, at: int, row: Field | None, schema: Schema) -> Operand | None:
    """Return the list that begins at an offset.

    With or without parentheses, or ``None``.
    """
    found = _LIST.match(text, at)
    if found is not None and len(found[1]) <= _MAX_LIST_CHARS:
        items = [item[1].strip() for item in _ITEM.finditer(found[1]) if item[1].strip()]
        return Operand(listed(_item(item, row, schema) for item in items), found.end())
    values, end = written_items(text, at, row, schema)
    return Operand(listed(values), end) if values else None


def written_items(text: str, at: int, row: Field | None, schema: Schema) -> tuple[list[str], int]:
    """Return the values of a list without parentheses, and the offset behind them.

    Commas, ``or`` or ``and`` join them.
    """
    items: list[str] = []
    end = at
    while (item := written_operand(text, at, row, schema)) is not None:
        items.append(item.text)
        end = item.end
        joined = _JOINED_ITEMS.match(text, end)
        following = (
            None if joined is None else _STRING.match(text, joined.end()) or _SPACED_WORD.match(text, joined.end())
        )
        if joined is None or following is None or _is_condition(text, following, schema):
            break
        at = joined.end()
    return items, end


def _is_condition(text: str, word: re.Match[str], schema: Schema) -> bool:
    """Return whether a word is the field of the next condition, not a value."""
    return (
        certain_field(schema, word[1]) is not None
        or re.match(r"\s*[=<>!]", text[word.end() : word.end() + 20]) is not None
    )


def _item(item: str, row: Field | None, schema: Schema) -> str:
    operand = written_operand(item, 0, row, schema)
    return item if operand is None or operand.end < len(item) else operand.text


def listed(items: Iterable[str]) -> str:
    """Return a list as the text form writes it."""
    return f"({', '.join(items)})"
