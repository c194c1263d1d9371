"""Helps that write the condition which a text of the text form means."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from ..diagnostics.quoting import quoted
from ..language.datetimes import bare_date, word_instant
from ..language.elsewhere import certain_field
from ..language.fields import Field
from ..language.operators import OPERATORS, Takes
from ..language.schema import Schema
from ..language.written_times import UNITS
from .foreign_text import Accepts
from .operator_phrases import BETWEEN, PART, REGEX, Phrase, read_phrase
from .source_text import quote, unquote
from .whole_days import whole_day_condition
from .written_operands import Operand, written_items, written_list, written_operand

_NO_PART = 'no operator finds a part of a text; "starts with" finds the start of one'
_NO_REGEX = "there are no regular expressions"
_PATTERN = re.compile(
    r"""\s*(?:/(?P<bare>(?:[^/\\\r\n\s]|\\.)*)/\w*|(?P<string>'[^'\r\n]*'|"[^"\r\n]*")|(?P<word>[^\s()]+))"""
)
_REGEX = re.compile(r"/.+/[dgimsuvxy]*")
_LITERAL = re.compile(r"(?P<start>\^?)(?P<text>(?:[\w@ -]|\\[.@-])+)(?P<end>(?:\.\*)?\$?)")
_BETWEEN_WORDS = re.compile(r"\s*(?:and\b|to\b|until\b|-|\.\.+|,)\s*", re.IGNORECASE)
_CAPITAL = re.compile(r"[a-z]\s+[A-Z][a-z]+$")
_LIKE = re.compile(r"like\W*$", re.IGNORECASE)


def is_regex(word: str) -> bool:
    """Return whether a word is a regular expression of other languages."""
    return word[:1] == "/" and _REGEX.fullmatch(word) is not None


class Begun(NamedTuple):
    """A condition of which the start is written: its field as written, and its row."""

    name: str
    row: Field | None


class ConditionHelps:
    """Writes the conditions that a text means.

    ``accepts`` tells whether one is a search.
    """

    def __init__(self, text: str, schema: Schema, accepts: Accepts, now: datetime) -> None:
        self._text, self._schema, self._accepts, self._now = text, schema, accepts, now

    def begun(self, name: str) -> Begun:
        """Return the start of a condition with a field as it is written."""
        plain = name[1:-1] if name[:1] == "`" else name
        return Begun(quoted(name)[1:-1], self._schema.find(certain_field(self._schema, plain) or plain))

    def of_phrase(self, begun: Begun, start: int, beyond: int = -1) -> str:
        """Return the help for an operator in words at an offset; empty if it is none.

        ``beyond``: the phrase ends behind this offset.
        """
        phrase = read_phrase(self._text, start)
        if phrase is None or phrase.end <= beyond:
            return ""
        if begun.row is not None and begun.row.type.name == "text" and _CAPITAL.search(self._text, start, phrase.end):
            return self._checked(begun, "$eq", False, written_operand(self._text, start, begun.row, self._schema))
        return self._of(phrase, begun)

    def of_value(self, begun: Begun, operator: str, at: int, beyond: int) -> str:
        """Return the help for a value of several words after an operator.

        Empty if it is none.

        The value begins at an offset and ends behind another.
        """
        takes_list = OPERATORS[operator].takes is Takes.VALUES
        read = written_list if takes_list else written_operand
        operand = read(self._text, at, begun.row, self._schema)
        if operand is None or operand.end <= beyond:
            return ""
        condition = self._condition(begun, operator, operand)
        return f"write: {condition}{_times(operand)}" if self._accepted(condition, begun) else ""

    def of_period(self, begun: Begun, at: int) -> str:
        """Return the help for a period without an operator, such as ``last week``."""
        if begun.row is None or begun.row.type.name != "instant":
            return ""
        operand = written_operand(self._text, at, begun.row, self._schema)
        if operand is None or not operand.is_period:
            return ""
        condition = self._condition(begun, "$gte", operand)
        return f"write: {condition}{_times(operand)}" if self._accepted(condition, begun) else ""

    def of_range(self, begun: Begun, first: str, rest: str) -> str:
        """Return the help for a second operator without its field, such as ``> 1 < 5``."""
        condition = f"{begun.name} {first} and {begun.name} {rest}"
        return f"write: {condition}" if self._accepted(condition, begun) else ""

    def of_alternatives(self, begun: Begun, operator: str, at: int, beyond: int) -> str:
        """Return the help for values that ``or`` or commas join: a list."""
        wanted = {"$eq": "$in", "$ne": "$nin"}.get(operator, operator)
        if OPERATORS[wanted].takes is not Takes.VALUES:
            return ""
        if operator == "$eq" and begun.row is not None and wanted not in begun.row.operators:
            items = written_items(self._text, at, begun.row, self._schema)[0]
            return f"write: {' or '.join(f'{begun.name} = {item}' for item in items)}" if len(items) > 1 else ""
        return self._of_list(begun, wanted, False, at, beyond)

    def of_bare_value(self, begun: Begun, at: int) -> str:
        """Return the help for a value right behind its field, or ``""``."""
        row = begun.row
        operand = None if row is None else written_operand(self._text, at, row, self._schema)
        if row is None or operand is None:
            return ""
        plain = _unquoted(operand.text)
        is_one = operand.text == self._text[at : at + len(operand.text)]
        is_value = {"enum": plain in row.values, "sequence": plain.isdigit(), "text": is_one, "instant": False}
        condition = f"{begun.name} = {operand.text}"
        return f"write: {condition}" if is_value.get(row.type.name, True) and self._accepts(condition) else ""

    def of_call(self, name: str, at: int) -> str:
        """Return the help for a function of another language, or ``""``."""
        found = _CALL.match(self._text, at)
        if found is None:
            return ""
        field = certain_field(self._schema, found[1])
        words = _PRESENCE.get(name.lower())
        if field is not None and words:
            return f"write: {field} {words}"
        return f"there are no functions; write the field alone: {field}" if field else "there are no functions"

    def values_advice(self, row: Field) -> str:
        """Return the help that lists the operators of a field."""
        return values_advice(row, self._schema)

    # -- phrases ------------------------------------------------------------------------------------------------

    def _of(self, phrase: Phrase, begun: Begun) -> str:
        """Return the help for a reading."""
        meaning, negated, end = phrase
        row = begun.row
        if meaning == "missing":
            return f"write: {begun.name} is {'present' if negated else 'missing'}"
        if meaning == REGEX:
            return self.of_pattern(begun, negated, end)
        if meaning == PART and row is not None and row.many:
            meaning = "$hasSome"
        if meaning == PART:
            return self._no_part(row)
        if meaning == BETWEEN:
            return self._of_between(begun, negated, end)
        if meaning == "$startsWith" and _LIKE.search(self._text, 0, end):
            return self._of_like(begun, negated, end)
        if OPERATORS[meaning].takes is Takes.VALUES:
            if row is not None and row.type.name == "instant":
                period = written_operand(self._text, end, row, self._schema)
                if period is not None and period.is_period:
                    return self._checked(begun, "$gte", negated, period)
            return self._of_list(begun, meaning, negated, end)
        if row is not None and meaning not in row.operators:
            return self.values_advice(row)
        if meaning == "$gte" and self._text[:end].lower().endswith("from"):
            between = self._of_between(begun, negated, end)
            if "VALUE" not in between and "HIGH" not in between:
                return between
        if meaning == "$startsWith":
            return self._checked(begun, meaning, negated, self._text_operand(end))
        return self._checked(begun, meaning, negated, written_operand(self._text, end, row, self._schema))

    def _checked(self, begun: Begun, operator: str, negated: bool, operand: Operand | None) -> str:
        if operand is not None:
            condition = self._condition(begun, operator, operand, negated)
            if self._accepted(condition, begun):
                return f"write: {condition}{_times(operand)}{_other_value(begun, operator, operand)}"
        sign = OPERATORS[operator].spellings[0].words
        return f"write: {'not ' if negated else ''}{begun.name} {sign} VALUE"

    def _condition(self, begun: Begun, operator: str, operand: Operand, negated: bool = False) -> str:
        name, row = begun
        if operand.is_period:
            operator = {"$eq": "$gte", "$ne": "$lt"}.get(operator, operator)
        if row is not None and row.type.name == "instant":
            value = word_instant(operand.text, self._now)
            # A moment some days ago equals no other moment: the day is meant.
            is_day = operator in ("$eq", "$ne") and operand.is_time and operand.text[:1] in "+-"
            whole = whole_day_condition(name, row, operator, str(value)[:10] if is_day else operand.text, value)
            if whole is not None:
                return f"not ({whole})" if negated and " and " in whole else f"not {whole}" if negated else whole
        written = f"{name} {OPERATORS[operator].spellings[0].words} {operand.text}"
        return f"not {written}" if negated else written

    def _of_list(self, begun: Begun, operator: str, negated: bool, at: int, beyond: int = -1) -> str:
        row = begun.row
        operand = written_list(self._text, at, row, self._schema)
        if operand is not None and operand.end <= beyond:
            return ""
        if row is not None and operator not in row.operators:
            positive = {"$nin": "$in", "$in": "$nin"}.get(operator)
            if positive is None or positive not in row.operators:
                return self.values_advice(row)
            operator, negated = positive, not negated
        return self._checked(begun, operator, negated, operand)

    def _of_between(self, begun: Begun, negated: bool, at: int) -> str:
        opening = re.match(r"\s*[(\[]", self._text[at : at + 20])
        at += opening.end() if opening else 0
        low = written_operand(self._text, at, begun.row, self._schema)
        joined = None if low is None else _BETWEEN_WORDS.match(self._text, low.end)
        high = None if joined is None else written_operand(self._text, joined.end(), begun.row, self._schema)
        sign = "not " if negated else ""
        if high is not None and opening:
            high = high._replace(text=high.text.rstrip("]"))
        if low is not None and high is not None:
            condition = f"{begun.name} {sign}between {low.text} and {high.text}"
            if begun.row is not None and begun.row.type.name == "instant" and bare_date(high.text):
                both = f"{begun.name} >= {low.text} and {self._condition(begun, '$lte', high)}"
                condition = f"not ({both})" if negated else both
            if self._accepted(condition, begun):
                return f"write: {condition}"
        bounds = "LOW and HIGH" if low is None else f"{quoted(low.text)[1:-1]} and VALUE"
        return f"write: {begun.name} {sign}between {bounds}"

    # -- texts --------------------------------------------------------------------------------------------------

    def _text_operand(self, at: int) -> Operand | None:
        return written_operand(self._text, at, None, self._schema)

    def _of_like(self, begun: Begun, negated: bool, at: int) -> str:
        row, operand = begun.row, self._text_operand(at)
        plain = "" if operand is None else _unquoted(operand.text)
        if plain.startswith(("%", "*")) and plain.strip("%*"):
            return self._no_part(row)
        if row is not None and "$startsWith" not in row.operators:
            return self.values_advice(row)
        if operand is not None and plain.endswith(("%", "*")):
            operand = operand._replace(text=quote(plain.rstrip("%*")))
        return self._checked(begun, "$startsWith", negated, operand)

    def _no_part(self, row: Field | None) -> str:
        if row is None or "$startsWith" in row.operators:
            return _NO_PART
        return f"no operator finds a part of a text; {self.values_advice(row)}"

    def of_pattern(self, begun: Begun, negated: bool, at: int) -> str:
        """Return the help for a regular expression at an offset, after an operator."""
        row = begun.row
        if row is not None and "$startsWith" not in row.operators:
            return f"{_NO_REGEX}; {self.values_advice(row)}"
        written = _PATTERN.match(self._text, at)
        pattern = "" if written is None else written["bare"] or (written["string"] or "")[1:-1] or written["word"] or ""
        found = _LITERAL.fullmatch(pattern)
        value = "VALUE" if found is None else quote(re.sub(r"\\(.)", r"\1", found["text"]))
        sign = "not " if negated else ""
        if found is not None and found["start"] and found["end"] == "$":
            return f"{_NO_REGEX}; write: {sign}{begun.name} = {value}"
        where = "write" if found is not None and found["start"] else "for the start of a text write"
        return f"{_NO_REGEX}; {where}: {sign}{begun.name} starts with {value}"

    # -- checks -------------------------------------------------------------------------------------------------

    def _accepted(self, condition: str, begun: Begun) -> bool:
        """Return whether a condition may be shown; one of an unknown field may."""
        return len(condition) <= 400 and condition.isprintable() and (begun.row is None or self._accepts(condition))


_CALL = re.compile(r"\(\s*([\w.]*)\s*\)?")
_PRESENCE = {
    **dict.fromkeys(("exists", "isnotnull", "notnull", "has", "isset"), "is present"),
    **dict.fromkeys(("isnull", "isempty", "missing", "empty"), "is missing"),
}
"""Functions of other languages that tell whether there is a value."""


def values_advice(row: Field, schema: Schema) -> str:
    """Return the help that lists the operators of a field."""
    spellings: Iterable[str] = (s.words for operator in schema.operators_of(row) for s in operator.spellings)
    operators = row.list_operators(spellings)
    return f"write: {row.name} = VALUE\n{operators}" if row.operators else operators


def _unquoted(text: str) -> str:
    return unquote(text, 0, "text-syntax") if text[:1] in ("'", '"') and "\\" not in text else text


def _times(operand: Operand) -> str:
    """Return the line that lists the relative times, below one of them."""
    return f"\n{UNITS}" if operand.is_time and operand.text[:1] in "+-" else ""


def _other_value(begun: Begun, operator: str, operand: Operand) -> str:
    """Return the line of a value that begins with ``NOT_``, which may be meant, too."""
    value = f"NOT_{operand.text}"
    found = operator == "$ne" and begun.row is not None and value in begun.row.values
    return f"\nor: {begun.name} = {value}" if found else ""
