"""What the reader of the text form says of a mistake: what was expected and found, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from ..language.datetimes import bare_date
from ..language.fields import Field
from ..language.operators import ANY, OPERATORS
from ..language.schema import Schema
from ..language.types import JSON
from .source_text import ReadError, Source, StuckError, quote, shown, span_of, unclosed

_SAYS = {
    "_AND": "and",
    "_OR": "or",
    "ASC": "asc",
    "DESC": "desc",
    "_COMMA": "','",
    "RPAR": "')'",
    "ORDER_BY": "order by",
    "_LIMIT": "limit",
    "_AFTER": "after",
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

_PREFIX = "write starts with, or has any for a field of many values"
_MISSING = "write is missing or is present; a value is compared with = or !="
_RIGHT_WORD = {
    **dict.fromkeys(("like", "ilike", "contains", "matches", "startswith", "has", "includes", "~"), _PREFIX),
    **dict.fromkeys(("is", "isnt", "null", "missing", "present", "empty"), _MISSING),
    **dict.fromkeys(("equals", "equal", "eq", "are"), "write ="),
    "between": "write field >= low and field <= high",
    "not": "write not before the field; after it stand not in, does not exist and !=",
    "does": "write does not exist",
}
_RIGHT_CLAUSE = {
    **dict.fromkeys(("sort", "sorted", "orderby", "order", "sortby"), "write order by"),
    **dict.fromkeys(("offset", "skip", "page", "cursor"), 'pages follow one another by cursor: after "..."'),
    **dict.fromkeys(("top", "first", "take"), "write limit"),
    **dict.fromkeys(("ascending", "descending"), "write asc or desc"),
}


def explain(source: Source, stuck: StuckError, schema: Schema) -> ReadError:
    """Say in words where and why the grammar cannot go on."""
    text, (start, end) = source.text, stuck.span
    if stuck.kind == "" and text[start] in "\"'`":
        glued = start > 0 and text[start] == "'" and text[start - 1].isalnum()
        advice = "a value that holds an apostrophe stands in double quotes" if glued else ""
        return unclosed(text, start, "text-syntax", advice)
    found = "the end of the text" if stuck.kind == "$END" else shown(text[start:end])
    message = f"expected {_expected(stuck.expected)}, found {found}"
    return ReadError("text-syntax", message, _advice(source, stuck, schema), (start, end))


def _expected(kinds: set[str]) -> str:
    if any(kind.startswith("OP") for kind in kinds):
        return f"an operator such as {', '.join(_examples())}"
    if "NULL" in kinds:
        return "a value or ')'" if "RPAR" in kinds else "a value"
    if "NOT" in kinds:
        return "a condition"
    if "NAME" in kinds:
        return "a field name"
    if "WORD" in kinds:
        return "a whole number"
    if "STRING" in kinds:
        return "a cursor in quotes"
    *words, last = [word for kind, word in _SAYS.items() if kind in kinds]
    return f"{', '.join(words)} or {last}" if words else last


def _examples() -> Iterable[str]:
    """Choose a sign, a word and a phrase."""
    spelled = [s.words for row in OPERATORS.values() for s in row.spellings if s.operand is ANY]
    signs = (words for words in spelled if not words[0].isalpha())
    alone = (words for words in spelled if words.isalpha())
    phrases = (words for words in spelled if " " in words and not words.startswith("not "))
    return [words for kind in (signs, alone, phrases) for words in [*kind][:1]]


def _advice(source: Source, stuck: StuckError, schema: Schema) -> str:
    text, (start, end) = source.text, stuck.span
    called = text[start:end]
    ended = stuck.kind == "$END"
    signs = next((found[0] for found in _SIGNS.finditer(text) if found.start() <= start < found.end()), "")
    if signs in _RIGHT_SIGN and not ended:
        return f"write {_RIGHT_SIGN[signs]}"
    if any(kind.startswith("OP") for kind in stuck.expected):
        return _operator_advice(stuck, called, schema)
    if "NULL" in stuck.expected:
        return _value_advice(stuck, called)
    if "NOT" in stuck.expected:
        return _condition_advice(stuck, called)
    if ended and stuck.opened:
        return f"close the parenthesis of {source.says(span_of(stuck.opened[-1])[0])}"
    if called.lower() in _RIGHT_CLAUSE:
        return _RIGHT_CLAUSE[called.lower()]
    if called == ";":
        return "remove it"
    if stuck.kind in ("ORDER_BY", "_LIMIT", "_AFTER"):
        return "the order is: conditions, order by, limit, after"
    if "_AND" in stuck.expected:
        return _joint_advice(stuck, called, schema)
    if "NAME" in stuck.expected:
        return "name the field to order by"
    if "ASC" in stuck.expected and stuck.kind == "WORD":
        return "put a comma between fields; the directions are asc and desc"
    if stuck.expected == {"STRING"}:
        return 'write after "TOKEN", with the cursor of the page before'
    if stuck.expected == {"WORD"}:
        return "write limit 100, or less"
    return ""


def _operator_advice(stuck: StuckError, called: str, schema: Schema) -> str:
    field = "" if stuck.previous is None else str(stuck.previous.value)
    if called.lower() in _RIGHT_WORD:
        return _RIGHT_WORD[called.lower()]
    if called in OPERATORS:
        return f"write {OPERATORS[called].spellings[0].words}"
    if field.lower() in ("where", "filter", "select", "find"):
        return f"leave out {shown(field)}"
    if field.lower() in _RIGHT_CLAUSE:
        return _RIGHT_CLAUSE[field.lower()]
    name, colon, value = field.partition(":")
    if colon:
        return f"write {shown(name)[1:-1]} = {shown(value or called)[1:-1] or 'VALUE'}"
    row = schema.find(field)
    if row is None:
        return "a condition is a field, an operator and a value"
    spelled = (spelling.words for operator in schema.operators_of(row) for spelling in operator.spellings)
    return f"{row.name} takes {', '.join(spelled)}"


def _value_advice(stuck: StuckError, called: str) -> str:
    if called == ")" and stuck.previous is not None and stuck.previous.type == "_COMMA":
        return "remove the comma before ')'"
    if called == "(":
        return "a list holds values, not lists"
    if stuck.kind in ("", "$END", "_COMMA", "RPAR"):
        return "write a value after the operator; a field without one is found by is missing"
    return f"if {shown(called)} is the value, put it in quotes: {_in_quotes(called)}"


def _condition_advice(stuck: StuckError, called: str) -> str:
    if stuck.kind == "STRING":
        return "a field name stands without quotes, an odd one in backticks"
    if stuck.kind == "$END":
        return "write a condition there, or remove the last word"
    if stuck.kind in ("", "_COMMA", "RPAR"):
        return "write a condition such as archived = true, or everything"
    return f"a condition begins with a field; one that is called {shown(called)} stands in backticks"


def _joint_advice(stuck: StuckError, called: str, schema: Schema) -> str:
    if called == ",":
        return "write and or or between conditions; a list of values stands in parentheses"
    if called == ")":
        return "remove it, or open a parenthesis before"
    value = "" if stuck.previous is None else str(stuck.previous.value)
    several = stuck.kind == "WORD" and stuck.previous is not None and stuck.previous.type == "WORD"
    if several and schema.find(called) is None:
        both = _in_quotes(f"{value} {called}")
        return f"put a value of several words in quotes: {both}; join conditions by and or or"
    return "join conditions by and or or" if stuck.kind in ("WORD", "NAME", "NOT", "LPAR") else ""


def _in_quotes(text: str) -> str:
    return quote(text) if len(text) <= 40 else quote(text[:39] + "…")


_WHOLE_DAY = {
    "$eq": "{field} >= {word} and {field} < {next}",
    "$ne": "not ({field} >= {word} and {field} < {next})",
    "$lte": "{field} < {next}",
    "$gt": "{field} >= {next}",
}
_WHOLE_DAY_BY_PREFIX = {"$eq": '{field} starts with "{day}"', "$ne": 'not {field} starts with "{day}"'}


def whole_day(field: str, row: Field, operator: str, word: str, value: JSON) -> str | None:
    """Say what to write for the day that ``word`` names, where the operator takes it for its first instant only.

    ``value`` is what the word was read as. ``None`` where nothing surprises, or there is no such day or no next one.
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
    return f"write {template.format(field=field, word=word, day=day, next=after)}"
