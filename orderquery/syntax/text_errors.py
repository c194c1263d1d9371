"""Explain syntax errors of the text form: expected, found, what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from ..diagnostics.quoting import quoted
from ..language.datetimes import bare_date
from ..language.elsewhere import certain_field, operator_reading
from ..language.fields import Field
from ..language.operators import ANY, OPERATORS
from ..language.schema import Schema
from ..language.types import JSON
from ..language.written_amounts import amounts_from
from ..language.written_times import WrittenTime, written_time
from .foreign_text import Accepts, Foreign, bare_value, foreign_text
from .source_text import ReadError, SourceText, StuckError, describe_token, quote, span_of, unclosed_quote

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

_PREFIX_WORDS = frozenset(("like", "ilike", "contains", "matches", "startswith", "has", "includes", "~"))
_PART_WORDS = frozenset(("contains", "includes", "matches", "ilike"))
_EQUALITY_WORDS = frozenset(("equals", "equal", "eq", "are"))
_MISSING_WORDS = frozenset(("null", "missing", "empty"))
_OPERAND = re.compile(r"""'[^'\r\n]*'|"[^"\r\n]*"|[^\s(),'"]+""")
_BETWEEN = re.compile(
    r"(\S+\s+(?:not\s+)?between)\s*[(\[]\s*([^\s(),\[\]]+)\s*,\s*([^\s(),\[\]]+)\s*[)\]]", re.IGNORECASE
)
_RANGE_BEGUN = re.compile(r"(\S+\s+(?:not\s+)?between\s+\S+)\s*$", re.IGNORECASE)
_RIGHT_CLAUSE = {
    **dict.fromkeys(("sort", "sorted", "orderby", "order", "sortby"), "write: order by"),
    **dict.fromkeys(("offset", "skip", "page", "cursor"), 'use the cursor of the previous page: after "CURSOR"'),
    **dict.fromkeys(("top", "first", "take"), "write: limit"),
    "ascending": "write: asc",
    "descending": "write: desc",
}
_BRACKETS = re.compile(r"(\S+\s+(?:not\s+in|in|has\s+any|has\s+all)\s*)\[([^\[\]]*)\]", re.IGNORECASE)
_WORDS = re.compile(r"[^\s()=<>!,]+")
_WORDS_OF_A_RANGE = 5
"""From the field to the second value of ``not between``."""
_TIME_WORDS = re.compile(r"[\w+-]+(?:\(\))?[\w+-]*")
_MAX_TIME_WORDS, _MAX_TIME_CHARS = 4, 60
_RUN_BEFORE, _RUN_AFTER = re.compile(r"[^\s()=<>!]*\Z"), re.compile(r"[^\s()]*")
_CURLY = "\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb"
_CURLY_QUOTES = re.compile(rf"[{_CURLY}]([^{_CURLY}\r\n]*)[{_CURLY}]")
_MAX_BEFORE, _MAX_AFTER = 200, 500
"""Characters around a wrong token that are looked at."""
_JOIN = 'join conditions with "and" or "or"'


def explain(source: SourceText, stuck: StuckError, schema: Schema, accepts: Accepts) -> ReadError:
    """Make the error for a token that does not fit the grammar.

    ``accepts`` tells whether another text is a search of this table.
    """
    text, (start, end) = source.text, stuck.span
    foreign = foreign_text(text, schema, accepts) or _only_a_value(source, stuck, schema)
    if foreign is not None:
        return ReadError("text-syntax", foreign.message, foreign.help, foreign.span or stuck.span)
    if stuck.kind == "" and text[start] in "\"'`":
        in_word = start > 0 and text[start] == "'" and text[start - 1].isalnum()
        advice = "put a value with an apostrophe in double quotes" if in_word else ""
        return unclosed_quote(text, start, "text-syntax", advice)
    found = "the end of the text" if stuck.kind == "$END" else describe_token(stuck.kind, text[start:end])
    message = f"expected {_describe(stuck.expected)}, found {found}"
    return ReadError("text-syntax", message, _advice(source, stuck, schema), (start, end))


def _only_a_value(source: SourceText, stuck: StuckError, schema: Schema) -> Foreign | None:
    """Explain a text that is one value, if it is."""
    text = source.text.strip()
    if stuck.kind == "STRING" and text == source.text[slice(*stuck.span)]:
        return bare_value(text[1:-1], schema)
    only = stuck.previous if stuck.kind == "$END" else None
    if only is None or only.type != "WORD" or only.value != text or certain_field(schema, text) is not None:
        return None
    return bare_value(text, schema)


def _describe(expected: set[str]) -> str:
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


def _advice(source: SourceText, stuck: StuckError, schema: Schema) -> str:
    text, (start, end) = source.text, stuck.span
    found = text[start:end]
    at_end = stuck.kind == "$END"
    curly = _CURLY_QUOTES.finditer(text, max(0, start - _MAX_BEFORE), end + _MAX_AFTER)
    around = next((run[1] for run in curly if run.start() < start < run.end()), None)
    if around is not None:
        return f"use straight quotes: {_in_quotes(around)}"
    if found == ",":
        amounts = _amounts_around(text, start, schema)
        if amounts:
            return f"write {' or '.join(amounts)}"
    signs = next((run[0] for run in _SIGNS.finditer(text) if run.start() <= start < run.end()), "")
    if signs in _RIGHT_SIGN and not at_end:
        return _replace_by(_RIGHT_SIGN[signs], signs)
    if any(terminal.startswith("OP") for terminal in stuck.expected):
        return _operator_advice(source, stuck, found, schema)
    brackets = _BETWEEN.search(text, max(0, start - _MAX_BEFORE), end + _MAX_AFTER)
    if brackets and brackets.start() <= start < brackets.end():
        return f"write: {_excerpt(brackets[1])} {_excerpt(brackets[2])} and {_excerpt(brackets[3])}"
    if stuck.expected == {"_AND"}:
        begun = _RANGE_BEGUN.search(text, max(0, start - _MAX_BEFORE), start)
        return f"write: {_excerpt(begun[1]) if begun else 'FIELD between LOW'} and VALUE"
    if "NULL" in stuck.expected:
        return _value_advice(stuck, found)
    if "NOT" in stuck.expected:
        return _condition_advice(stuck, found)
    if at_end and stuck.opened:
        return f"close the parenthesis at {source.describe(span_of(stuck.opened[-1])[0])}"
    if found.lower() in _RIGHT_CLAUSE:
        return _RIGHT_CLAUSE[found.lower()]
    if found == ";":
        return "remove the semicolon"
    if stuck.kind in ("ORDER_BY", "_LIMIT", "_AFTER"):
        return "write the parts in this order: conditions, order by, limit, after"
    if "_AND" in stuck.expected:
        return _joining_advice(source, stuck, found, schema)
    if "NAME" in stuck.expected:
        return "add the field to sort by"
    if "ASC" in stuck.expected and stuck.kind == "WORD":
        return "put a comma between sort fields"
    if "STRING" in stuck.expected:
        return 'use the cursor of the previous page: after "CURSOR"'
    if "WORD" in stuck.expected:
        return "write: limit 100"
    return ""


def _operator_advice(source: SourceText, stuck: StuckError, found: str, schema: Schema) -> str:
    field = "" if stuck.previous is None else str(stuck.previous.value)
    row = schema.find(certain_field(schema, field) or field)
    word = found.lower()
    if word in _PART_WORDS and row is not None and not row.many:
        return 'no operator finds a part of a text; "starts with" finds the start of one'
    if word in _PREFIX_WORDS:
        wanted = "$hasSome" if row is not None and row.many else "$startsWith"
        return (
            _values_advice(row, schema) if row is not None and wanted not in row.operators else _instead(wanted, found)
        )
    if word in _EQUALITY_WORDS:
        return _replace_by("=", found)
    if word in ("not", "does", "is", "isnt", "present") or word in _MISSING_WORDS:
        return _rewrite(source, stuck, word)
    reading = operator_reading(found)
    if reading is not None and not (reading.inverted or reading.negated):
        return _instead(reading.operator, found)
    if field.lower() in ("where", "filter", "select", "find"):
        return f"remove {quoted(field)}"
    if field.lower() in _RIGHT_CLAUSE:
        return _RIGHT_CLAUSE[field.lower()]
    name, colon, value = field.partition(":")
    if colon:
        return f"write: {_excerpt(name)} = {_excerpt(value or found) or 'VALUE'}"
    return "write: FIELD = VALUE" if row is None else _values_advice(row, schema)


def _instead(operator: str, found: str) -> str:
    return _replace_by(OPERATORS[operator].spellings[0].words, found)


def _values_advice(row: Field, schema: Schema) -> str:
    spellings = (spelling.words for operator in schema.operators_of(row) for spelling in operator.spellings)
    operators = row.list_operators(spellings)
    return f"write: {row.name} = VALUE\n{operators}" if row.operators else operators


def _rewrite(source: SourceText, stuck: StuckError, word: str) -> str:
    """Rewrite a condition that has ``word`` in place of an operator."""
    assert stuck.previous is not None
    name, start = _excerpt(source.text[slice(*span_of(stuck.previous))]), stuck.span[0]
    if word == "does":
        return f"write: {name} does not exist"
    words = [_excerpt(found) for found in _OPERAND.findall(source.text[start : start + 200])]
    negated = word in ("not", "isnt") or words[1:2] == ["not"]
    value = next((found for found in words if found.lower() not in ("is", "isnt", "not")), "VALUE")
    if value.lower() in ("exist", "exists"):
        return f"write: {name} does not exist"
    if value.lower() in _PREFIX_WORDS | {"starts", "between"}:
        return f"write: not {name} {value} ..."
    if value.lower() in _MISSING_WORDS:
        return f"write: {name} is {'present' if negated else 'missing'}"
    if value.lower() == "present":
        return f"write: {name} is {'missing' if negated else 'present'}"
    return f"write: {name} {'!=' if negated else '='} {value}"


def _value_advice(stuck: StuckError, found: str) -> str:
    if found == ")" and stuck.previous is not None and stuck.previous.type == "_COMMA":
        return 'remove the comma before ")"'
    if found == "(":
        return "a list cannot contain a list"
    if stuck.kind in ("", "$END", "_COMMA", "RPAR"):
        return "add a value; to find orders without one, write: is missing"
    return f"put the value in quotes: {_in_quotes(found)}"


def _condition_advice(stuck: StuckError, found: str) -> str:
    if stuck.kind == "STRING":
        return "write the field name without quotes"
    if stuck.kind == "$END":
        return "add a condition, or remove the last word"
    if stuck.kind in ("", "_COMMA", "RPAR"):
        return "add a condition such as: archived = true"
    return f"start the condition with a field; put a field named {quoted(found)} in backticks"


def _joining_advice(source: SourceText, stuck: StuckError, found: str, schema: Schema) -> str:
    start, end = stuck.span
    brackets = _BRACKETS.search(source.text, max(0, start - _MAX_BEFORE), end + _MAX_AFTER)
    if found == "," and brackets and brackets.start(2) <= stuck.span[0]:
        return f"write: {_excerpt(brackets[1])}({_excerpt(brackets[2].strip())})"
    if found == ",":
        return f"{_JOIN}; put a list of values in parentheses"
    if found == ")":
        return 'remove it, or add the missing "("'
    value = "" if stuck.previous is None else str(stuck.previous.value)
    if stuck.kind == "STRING" and stuck.previous is not None and stuck.previous.type == "STRING":
        joined = f"{value}'{found[1:-1]}"
        return f"write {quote(joined, chr(39))} or {quote(joined)}"
    relative = _time_around(source.text, stuck, schema)
    if relative is not None:
        return relative.help
    several_words = stuck.kind == "WORD" and stuck.previous is not None and stuck.previous.type == "WORD"
    if several_words and schema.find(found) is None:
        return f"put a value of several words in quotes: {_in_quotes(f'{value} {found}')}"
    return _JOIN if stuck.kind in ("WORD", "NAME", "NOT", "LPAR") or "&" in value else ""


def _amounts_around(text: str, at: int, schema: Schema) -> tuple[str, ...]:
    """Return the amounts that a number with a comma may mean, after an amount field."""
    before = text[max(0, at - _MAX_BEFORE) : at]
    begun = _RUN_BEFORE.search(before)
    ended = _RUN_AFTER.match(text, at, at + _MAX_AFTER)
    if begun is None or ended is None or not _is_after_field(before[: begun.start()], "amount", schema):
        return ()
    return amounts_from(begun[0] + ended[0])


def _time_around(text: str, stuck: StuckError, schema: Schema) -> WrittenTime | None:
    """Return the relative time that some words may mean, in a condition of a date."""
    if stuck.previous is None or stuck.previous.type != "WORD":
        return None
    start = span_of(stuck.previous)[0]
    if not _is_after_field(text[max(0, start - _MAX_BEFORE) : start], "instant", schema):
        return None
    words = _TIME_WORDS.findall(text[start : start + _MAX_TIME_CHARS])
    times = (written_time(" ".join(words[:count])) for count in range(min(len(words), _MAX_TIME_WORDS), 0, -1))
    return next((found for found in times if found is not None), None)


def _is_after_field(before: str, kind: str, schema: Schema) -> bool:
    """Return whether a text ends inside a condition of a field of this type."""
    words = _WORDS.findall(before)[-_WORDS_OF_A_RANGE:]
    rows = [schema.find(certain_field(schema, word) or "") for word in words]
    return any(row is not None and row.type.name == kind for row in rows)


def _replace_by(right: str, wrong: str) -> str:
    return f"write {quoted(right)} instead of {quoted(wrong)}"


def _excerpt(text: str) -> str:
    return quoted(text)[1:-1]


def _in_quotes(text: str) -> str:
    return quote(text) if len(text) <= 40 else quote(text[:39] + "…")


_WHOLE_DAY = {
    "$eq": "{field} >= {word} and {field} < {next}",
    "$ne": "not ({field} >= {word} and {field} < {next})",
    "$lte": "{field} < {next}",
    "$gt": "{field} >= {next}",
}
_WHOLE_DAY_BY_PREFIX = {"$eq": '{field} starts with "{day}"', "$ne": 'not {field} starts with "{day}"'}


def whole_day_condition(field: str, row: Field, operator: str, word: str, value: JSON) -> str | None:
    """Return the condition for a whole day, where a bare date means its midnight.

    ``value`` is the instant that ``word`` means. ``None`` where the operator is right for a whole day, or where the day
    or the next one does not exist.
    """
    by_prefix = "$startsWith" in row.operators and not {"$gte", "$lt"} <= {*row.operators}
    template = (_WHOLE_DAY_BY_PREFIX if by_prefix else _WHOLE_DAY).get(operator)
    if template is None or not bare_date(word):
        return None
    try:
        day = date.fromisoformat(str(value)[:10])
        after = day + timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    # Both days are relative, or both are dates.
    is_yesterday = word.lower() == "yesterday"
    first, following = (word, "today") if is_yesterday else (day if word.lower() == "today" else word, after)
    return template.format(field=field, word=first, day=day, next=following)
