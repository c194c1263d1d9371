"""Explain syntax errors of the text form: expected, found, what to write instead."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from ..diagnostics.quoting import quoted
from ..language.elsewhere import certain_field, operator_reading
from ..language.operators import OPERATORS, Takes
from ..language.schema import Schema
from ..language.written_amounts import GROUPED_DIGITS, amounts_from
from ..language.written_times import UNITS
from .clause_helps import USE_CURSOR, begins_comment, clause_help, comment_help, key_help, limit_help, whole_limit_help
from .comparison_tokens import WrittenComparison, comparison_before, operator_of
from .condition_helps import Begun, ConditionHelps
from .expected_tokens import describe_expected
from .foreign_text import Accepts, Foreign, bare_value, foreign_text
from .source_text import (
    ReadError,
    SourceText,
    StuckError,
    describe_token,
    quote,
    span_of,
    text_in_curly_quotes,
    unclosed_quote,
)
from .swapped_sides import condition_after_string
from .text_grammar import RANGES
from .written_operands import written_operand

if TYPE_CHECKING:
    from lark import Token

_SIGNS = re.compile(r"[=<>!&|]+")
_RIGHT_SIGN = {
    "==": "=",
    "===": "=",
    "<>": "!=",
    "!==": "!=",
    "=!": "!=",
    "=<": "<=",
    "=>": ">=",
    "&&": "and",
    "&": "and",
    "||": "or",
    "|": "or",
    "!": "not",
    "<=>": "=",
}

_BRACKETS = re.compile(r"(\S+\s+(?:not\s+in|in|has\s+any|has\s+all)\s*)\[([^\[\]]*)\]", re.IGNORECASE)
_NUMBER_RUN = re.compile(r"[^\s()]*")
_MAX_BEFORE, _MAX_AFTER = 200, 500  # characters around a wrong token that are looked at
_SIGN_WORD = re.compile(r"[=<>!~|&]+")
_NEXT_OPERAND = re.compile(r"""\s*('[^'\r\n]*'|"[^"\r\n]*"|[^\s(),"'=<>!;`]+)""")
_ADD_VALUE = "add a value; to find orders without one, write: is missing"
_IN_RANGE = frozenset(("$gt", "$gte", "$lt", "$lte", "$ne"))
_QUOTES = "\"'"
_REVERSE = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_JOIN = 'join conditions with "and" or "or"'


def explain(source: SourceText, stuck: StuckError, schema: Schema, accepts: Accepts, now: datetime) -> ReadError:
    """Make the error for a token that does not fit the grammar.

    ``accepts`` tells whether another text is a search of this table. Relative dates count from ``now``.
    """
    text, (start, end) = source.text, stuck.span
    foreign = foreign_text(text, schema, accepts) or _only_a_value(source, stuck, schema, accepts)
    if foreign is not None:
        return ReadError("text-syntax", foreign.message, foreign.help, foreign.span or stuck.span)
    if stuck.kind == "" and text[start] in "\"'`":
        in_word = start > 0 and text[start] == "'" and text[start - 1].isalnum()
        advice = "put a value with an apostrophe in double quotes" if in_word else ""
        return unclosed_quote(text, start, "text-syntax", advice)
    found = "the end of the text" if stuck.kind == "$END" else describe_token(stuck.kind, text[start:end])
    message = f"expected {describe_expected(stuck.expected)}, found {found}"
    return ReadError("text-syntax", message, _Advice(source, stuck, schema, accepts, now).find(), (start, end))


def _only_a_value(source: SourceText, stuck: StuckError, schema: Schema, accepts: Accepts) -> Foreign | None:
    """Explain a text that is one value, if it is."""
    text = source.text.strip()
    if stuck.kind == "STRING" and text == source.text[slice(*stuck.span)]:
        inner = text[1:-1]
        is_search = inner.isprintable() and "\\" not in inner and accepts(inner)
        return Foreign("this is a search in quotes", f"write: {inner}") if is_search else bare_value(inner, schema)
    only = stuck.previous if stuck.kind == "$END" else None
    if only is None or only.type != "WORD" or only.value != text or certain_field(schema, text) is not None:
        return None
    return bare_value(text, schema)


class _Advice:
    """Finds the help for a token that does not fit."""

    def __init__(self, source: SourceText, stuck: StuckError, schema: Schema, accepts: Accepts, now: datetime) -> None:
        self._source, self._stuck, self._schema, self._accepts = source, stuck, schema, accepts
        self._text, (self._start, self._end) = source.text, stuck.span
        self._found = self._text[self._start : self._end]
        self._helps = ConditionHelps(self._text, schema, accepts, now)

    def find(self) -> str:
        """Return the help, empty if there is none."""
        stuck, expected = self._stuck, self._stuck.expected
        around = text_in_curly_quotes(self._text, self._start)
        if around is not None:
            return f"use straight quotes: {_in_quotes(around)}"
        amounts = self._amounts() if self._found == "," else ()
        if amounts:
            return f"write {' or '.join(amounts)}"
        at_end = stuck.kind == "$END"
        if any(terminal.startswith("OP") for terminal in expected):
            return self._of_operator()
        signs = next((run[0] for run in _SIGNS.finditer(self._text) if run.start() <= self._start < run.end()), "")
        previous = stuck.previous
        if "NULL" in expected and previous is not None and previous.type.startswith("OP"):
            help_ = self._of_value()
            if help_:
                return help_
        if signs in _RIGHT_SIGN and not at_end:
            return _replace_by(_RIGHT_SIGN[signs], signs)
        between = self._of_between()
        if between:
            return between
        if "NULL" in expected:
            return self._without_value()
        if "NOT" in expected:
            return self._of_condition()
        if at_end and stuck.opened:
            return f"close the parenthesis at {self._source.describe(span_of(stuck.opened[-1])[0])}"
        if self._found == ";":
            return "remove the semicolon"
        if stuck.kind in ("ORDER_BY", "_LIMIT", "_AFTER") and not expected & {"ORDER_BY", "NAME", "WORD", "STRING"}:
            return "write the parts in this order: conditions, order by, limit, after"
        if "_AND" in expected or (stuck.opened and "_COMMA" in expected):
            return self._of_joining()
        if "WORD" in expected and "NAME" not in expected:
            if self._found[:1] in "\"'":
                return whole_limit_help(self._text[self._start :], self._schema)
            return limit_help(self._text, 0 if previous is None else span_of(previous)[0], self._schema)
        clause = clause_help(self._text, self._start, self._schema, self._accepts)
        if "NAME" in expected:
            return "add the field to sort by"
        if "ASC" in expected or "_COMMA" in expected:
            return self._of_sort_key(clause)
        if "STRING" in expected:
            return USE_CURSOR
        if self._found == "," and previous is not None:
            return limit_help(self._text, span_of(stuck.tokens[-2])[0], self._schema)
        return clause

    def _amounts(self) -> tuple[str, ...]:
        """Return the amounts that a number with a comma may mean."""
        tokens = self._stuck.tokens
        in_range = len(tokens) > 2 and tokens[-2].type in RANGES
        before = WrittenComparison(tokens[-3], tokens[-2], 0) if in_range else comparison_before(tokens)
        row = None if before is None else self._helps.begun(self._written(before.field)).row
        if row is not None and row.type.name == "sequence":
            run = _NUMBER_RUN.match(self._text, span_of(tokens[-1])[0], self._end + _MAX_AFTER)
            return (run[0].replace(",", ""),) if run is not None and GROUPED_DIGITS.fullmatch(run[0]) else ()
        if row is None or row.type.name != "amount":
            return ()
        operand = written_operand(self._text, span_of(tokens[-1])[0], row, self._schema)
        if operand is not None and operand.end > self._start:
            return ()
        run = _NUMBER_RUN.match(self._text, span_of(tokens[-1])[0], self._end + _MAX_AFTER)
        return amounts_from(run[0]) if run is not None else ()

    # -- operators ----------------------------------------------------------------------------------------------

    def _of_operator(self) -> str:
        stuck, previous = self._stuck, self._stuck.previous
        assert previous is not None
        start, end = span_of(previous)
        name = str(previous.value)
        is_field = certain_field(self._schema, name) is not None
        if begins_comment(self._text, self._start):
            return comment_help(self._text, self._start)
        if not is_field:
            help_ = self._of_repeated(start, stuck.tokens)
            help_ = help_ or clause_help(self._text, start, self._schema, self._accepts)
            if help_:
                return help_
            if name.lower() in ("where", "filter", "select", "find"):
                return f"remove {quoted(name)}"
        begun = self._helps.begun(self._text[start:end])
        help_ = self._helps.of_phrase(begun, end) or self._helps.of_period(begun, end)
        if help_:
            return help_
        reading = operator_reading(self._found)
        if reading is not None and not (reading.inverted or reading.negated):
            return _replace_by(OPERATORS[reading.operator].spellings[0].words, self._found)
        field, colon, value = name.partition(":")
        if colon and field and not is_field:
            operand = value or self._found
            return f"write: {_excerpt(field)} = {_excerpt(operand) or 'VALUE'}"
        row = begun.row
        if row is not None and row.type.name == "boolean" and stuck.kind in ("$END", "_AND", "_OR", "RPAR"):
            return f"write: {begun.name} = true"
        if row is None:
            return self._helps.of_call(name, self._start) or "write: FIELD = VALUE"
        return self._helps.of_bare_value(begun, self._start) or self._helps.values_advice(row)

    def _of_repeated(self, start: int, tokens: list[Token]) -> str:
        """Return the help for a condition that uses the field of the one before it."""
        before = comparison_before(tokens[:-2]) if len(tokens) > 4 and tokens[-2].type in ("_AND", "_OR") else None
        if before is None:
            return ""
        begun = self._helps.begun(self._written(before.field))
        help_ = self._helps.of_phrase(begun, start, beyond=span_of(tokens[-1])[1] - 1)
        if help_:
            return help_
        operator = operator_of(before.operator)
        if operator is None or (tokens[-2].type == "_AND" and operator != "$ne"):
            return ""
        return self._helps.of_alternatives(begun, operator, before.value_start, start)

    # -- values -------------------------------------------------------------------------------------------------

    def _of_value(self) -> str:
        """Return the help for an operator of several signs or words.

        Of which the first is read.
        """
        tokens = self._stuck.tokens
        begun = self._helps.begun(self._written(tokens[-2]))
        is_text = begun.row is None or begun.row.type.name == "text"
        if is_text and _begins_value(self._stuck, self._found):
            value = written_operand(self._text, span_of(tokens[-1])[1], begun.row, self._schema)
            return "" if value is None else f"put the value in quotes: {quote(value.text.strip(_QUOTES))}"
        return self._helps.of_phrase(begun, span_of(tokens[-1])[0], beyond=self._start)

    def _without_value(self) -> str:
        stuck, previous = self._stuck, self._stuck.previous
        if self._found == ")" and previous is not None and previous.type == "_COMMA":
            return 'remove the comma before ")"'
        if self._found == "(":
            return "a list cannot contain a list"
        if stuck.kind in ("", "$END", "_COMMA", "RPAR") and not _SIGN_WORD.match(self._found):
            return _ADD_VALUE
        before = comparison_before(stuck.tokens)
        row = None if before is None else self._helps.begun(self._written(before.field)).row
        if _SIGN_WORD.match(self._found):
            return "write one operator" if row is None else self._helps.values_advice(row)
        if row is not None and row.type.name != "text":
            return _ADD_VALUE
        return f"put the value in quotes: {_in_quotes(self._found)}"

    def _of_between(self) -> str:
        tokens = self._stuck.tokens
        at = next((at for at in (len(tokens) - 1, len(tokens) - 2) if at > 0 and tokens[at].type in RANGES), None)
        if at is None or (tokens[-1].type not in RANGES and self._stuck.expected != {"_AND"}):
            return ""
        begun = self._helps.begun(self._written(tokens[at - 1]))
        return self._helps.of_phrase(begun, span_of(tokens[at])[0])

    # -- conditions ---------------------------------------------------------------------------------------------

    def _of_condition(self) -> str:
        stuck, found, tokens = self._stuck, self._found, self._stuck.tokens
        if stuck.kind == "STRING":
            repeated = self._of_repeated(self._start, [*tokens, *tokens[-1:]])
            if repeated:
                return repeated
            swapped = condition_after_string(self._text, self._start, self._schema, self._accepts)
            return f"write: {swapped}" if swapped else "write the field name without quotes"
        if stuck.kind == "$END":
            return "add a condition, or remove the last word"
        before = comparison_before(tokens[:-1]) if len(tokens) > 3 and tokens[-1].type in ("_AND", "_OR") else None
        if before is not None:
            begun = self._helps.begun(self._written(before.field))
            help_ = self._helps.of_phrase(begun, self._start)
            if help_:
                return help_
        if stuck.kind in ("_AND", "_OR"):
            return f"remove {quoted(found)}"
        if stuck.kind in ("", "_COMMA", "RPAR") or stuck.kind.startswith("OP"):
            return "add a condition such as: archived = true"
        return f"start the condition with a field; put a field named {quoted(found)} in backticks"

    def _of_joining(self) -> str:
        stuck, found, previous = self._stuck, self._found, self._stuck.previous
        begin = max(0, self._start - _MAX_BEFORE)
        brackets = _BRACKETS.search(self._text, begin, self._start + _MAX_AFTER)
        if found == "," and brackets and brackets.start(2) <= self._start:
            return f"write: {_excerpt(brackets[1])}({_excerpt(brackets[2].strip())})"
        if found == ")":
            return 'remove it, or add the missing "("'
        if previous is not None and begins_comment(str(previous.value), 0):
            return comment_help(self._text, span_of(previous)[0])
        clause = clause_help(self._text, self._start, self._schema, self._accepts)
        if clause:
            return clause
        before = comparison_before(stuck.tokens)
        help_ = "" if before is None else self._of_words(before)
        if help_:
            return help_
        if "_AND" not in stuck.expected:
            return "put a comma between the values"
        if found == ",":
            return f"{_JOIN}; put a list of values in parentheses"
        value = "" if previous is None else str(previous.value)
        if stuck.kind == "STRING" and previous is not None and previous.type == "STRING":
            joined = f"{value}'{found[1:-1]}"
            return f"write {quote(joined, chr(39))} or {quote(joined)}"
        return _JOIN if stuck.kind in ("WORD", "NAME", "NOT", "LPAR") or "&" in value else ""

    def _of_words(self, before: WrittenComparison) -> str:
        """Return the help for what follows the value of a comparison and belongs to it."""
        stuck, previous = self._stuck, self._stuck.previous
        begun = self._helps.begun(self._written(before.field))
        operator = operator_of(before.operator)
        if operator is None or previous is None:
            return self._of_part(begun, before)
        value_start = before.value_start
        first_value = self._text[value_start : span_of(previous)[1]]
        if stuck.kind.startswith("OP"):
            if operator not in _IN_RANGE or "&" in first_value:
                return ""
            rest = f"{self._found} {self._next_word(self._end)}"
            reverse = _REVERSE.get(str(before.operator.value))
            if begun.row is None and reverse and certain_field(self._schema, first_value) is not None:
                first = f"{reverse} {self._written(before.field)}"
                return self._helps.of_range(self._helps.begun(first_value), first, rest)
            return self._helps.of_range(begun, f"{self._written(before.operator)} {first_value}", rest)
        if first_value.startswith("~"):
            return self._helps.of_phrase(begun, span_of(before.operator)[0], beyond=value_start)
        if stuck.opened and stuck.expected >= {"_COMMA", "RPAR"}:
            return self._of_part(begun, before)
        if previous.type not in ("WORD", "NULL"):
            return ""
        if self._found == "," or stuck.kind == "_OR":
            help_ = self._helps.of_value(begun, operator, value_start, self._start)
            return help_ or self._helps.of_alternatives(begun, operator, value_start, self._start)
        if stuck.kind == "" or certain_field(self._schema, self._found) is not None:
            return self._helps.of_value(begun, operator, value_start, self._start) if self._found in "$%€£" else ""
        if begun.row is not None and begun.row.type.name != "text":
            takes_list = OPERATORS[operator].takes is Takes.VALUES
            beyond = -1 if takes_list and begun.row.type.name == "instant" else value_start
            phrase = self._helps.of_phrase(begun, span_of(before.operator)[0], beyond)
            if phrase and "VALUE" not in phrase:
                return phrase
        help_ = self._helps.of_value(begun, operator, value_start, self._start)
        if begun.row is not None and begun.row.type.name == "instant":
            return help_ or f"write a date such as 2024-01-31\n{UNITS}"
        value = written_operand(self._text, value_start, begun.row, self._schema)
        if help_ and value is not None and (begun.row is None or begun.row.type.name == "text"):
            return f"put a value of several words in quotes: {value.text}"
        return help_

    def _of_part(self, begun: Begun, before: WrittenComparison) -> str:
        """Return the help for the last value of a list or range."""
        previous = self._stuck.previous
        assert previous is not None
        start = span_of(previous)[0]
        operand = written_operand(self._text, start, begun.row, self._schema)
        if operand is None or operand.end <= self._start:
            return ""
        return _replace_by(operand.text, self._text[start : operand.end])

    def _of_sort_key(self, clause: str) -> str:
        tokens = self._stuck.tokens
        begin = next((token for token in reversed(tokens) if token.type == "ORDER_BY"), None)
        if begin is None:
            return clause
        is_key = tokens[-1].type in ("WORD", "NAME")
        if clause.startswith("remove"):
            return clause
        help_ = key_help(self._text, (span_of(begin)[0], span_of(tokens[-1])[1]), self._start, self._schema)
        return help_ if is_key and ("desc" in help_ or "asc" in help_ or not clause) else clause or ""

    # -- the source ---------------------------------------------------------------------------------------------

    def _written(self, token: Token) -> str:
        return self._text[slice(*span_of(token))]

    def _next_word(self, at: int) -> str:
        found = _NEXT_OPERAND.match(self._text, at)
        return "" if found is None else found[1]


def _begins_value(stuck: StuckError, found: str) -> bool:
    """Return whether a keyword does not fit that may be the first word of a value."""
    return found[:1].isalpha() and stuck.kind != "NOT" and stuck.tokens[-1].value in ("=", "!=")


def _replace_by(right: str, wrong: str) -> str:
    return f"write {quoted(right)} instead of {quoted(wrong)}"


def _excerpt(text: str) -> str:
    return quoted(text)[1:-1]


def _in_quotes(text: str) -> str:
    return quote(text) if len(text) <= 40 else quote(text[:39] + "…")
