"""Explain SQL, JavaScript and bare values in place of the text form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..diagnostics.quoting import quoted
from ..language.datetimes import bare_date
from ..language.elsewhere import certain_field
from ..language.fields import Field
from ..language.schema import Schema
from ..language.types import is_guid
from .foreign_queries import NEXT_PAGE, foreign_query
from .source_text import Span

_MAX_CHARS = 2_000
"""Of a text in another language; the rest of a longer one is not looked at."""
_MAX_HELP_CHARS = 400
_EXAMPLE = "paymentStatus = PAID"

_STRING = re.compile(r"""'((?:[^'\\\r\n]|''|\\.)*)'|"(?:[^"\\\r\n]|\\.)*\"""")
_WORD = re.compile(r"[\w.+:@-]+", re.ASCII)
_SQL = re.compile(r"\s*(select)\b.*?\bfrom\b\s*(?:[^\s;]+)?(?:\s+as\b)?(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_SQL_CLAUSE = re.compile(
    r"\b(?:where\b(?P<condition>.*)|(?P<order>order\s+by\b.*|limit\b.*))", re.IGNORECASE | re.DOTALL
)
_SQL_WORDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"<>"), "!="),
    (re.compile(r"\bis\s+not\s+null\b", re.IGNORECASE), "is present"),
    (re.compile(r"\bis\s+null\b", re.IGNORECASE), "is missing"),
)
_LIKE_PART = re.compile(r"\blike\s+(?:'%|\"%)", re.IGNORECASE)
_OFFSET = re.compile(r"\s*\boffset\s+\d+(?:\s+rows?)?", re.IGNORECASE)
_INTERVAL = re.compile(
    r"(?:now\s*\(\s*\)|current_timestamp|current_date)\s*-\s*interval\s+'?\s*(\d+)'?\s*([wdhm])(?:eeks?|ays?|ours?|inutes?)'?",
    re.IGNORECASE,
)
_LIKE = re.compile(r"\blike\s+'([^'%_\\]*)%'", re.IGNORECASE)
_JAVASCRIPT = re.compile(
    r"[=!]==|[\w$]\.[\w$]++\s*+\(|\(\s*+\(?+[\w$,\s]*+\)?+\s*+=>|[\w)]\s*+\(\s*+\{|=\s*\{"
    r"|\b(?:fetch|axios|post|request)\([^(){}]*+\{"
    r"|^\s*(?:const|let|var|await|return|import|export|async|function)\s+[\w${\[(]"
)
_REQUEST = re.compile(r"\s*(?:GET|POST|PUT|PATCH)\s+\S*/\S*\s")
_OPEN_OBJECT = re.compile(r"\s*+(?:\"+|[\w$]++)\s*+:\s*+[{\[]")
_NAMED = re.compile(r"\s*+((?:filter|where|query|search|q)\s*+[:=])(.+)", re.IGNORECASE | re.DOTALL)
_ARROW = re.compile(r"\(\s*+\(?+\s*+[\w$]++\s*+\)?+\s*+=>(.*)", re.DOTALL)
_DOTTED = re.compile(r"(?<![\w$.])[\w$]+(\??\.[\w$]+)+")
_JAVASCRIPT_SIGNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"!==?"), "!="),
    (re.compile(r"==="), "="),
    (re.compile(r"=="), "="),
    (re.compile(r"&&"), " and "),
    (re.compile(r"\|\|"), " or "),
)

Accepts = Callable[[str], bool]


class Foreign(NamedTuple):
    """What a text is instead of the text form, and what to write."""

    message: str
    help: str
    span: Span | None = None


def foreign_text(text: str, schema: Schema, accepts: Accepts) -> Foreign | None:
    """Explain a text in another language; ``None`` if it is in none that is known.

    ``accepts`` tells whether a text is a search of this table: only then a help shows it.
    """
    start = text[:_MAX_CHARS]
    sql = _SQL.match(start)
    if sql is not None:
        return Foreign("this is SQL, not the text form", _of_sql(sql["rest"], schema, accepts), sql.span(1))
    blanked = _STRING.sub(lambda found: '"' * len(found[0]), start)
    if _REQUEST.match(blanked):
        return Foreign("this is an HTTP request, not the text form", "pass only the body, the { ... } object")
    other = foreign_query(start, schema, accepts)
    if other is not None:
        help_ = f"write: {other.written}" if other.written else f"write a condition such as: {_EXAMPLE}"
        help_ = f"{help_}\n{other.remark}" if other.remark else help_
        whole = (len(text) - len(text.lstrip()), len(text.rstrip()))
        return Foreign(f"this is {other.language}, not the text form", help_, whole)
    if _OPEN_OBJECT.match(blanked):
        return Foreign("this is an object without its braces, not the text form", "put it in braces: { ... }")
    named = _NAMED.match(start)
    if named is not None and _fits(named[2].strip(), accepts):
        return Foreign(f"{quoted(named[1])} does not belong to the text form", f"write: {named[2].strip()}")
    if _JAVASCRIPT.search(blanked):
        has_object = "{" in blanked
        condition = None if has_object else _of_javascript(start, schema, accepts)
        if condition is not None:
            help_ = f"write: {condition}"
        else:
            help_ = "pass only the { ... } object" if has_object else f"write a condition such as: {_EXAMPLE}"
        return Foreign("this is JavaScript, not the text form", help_)
    return None


def bare_value(word: str, schema: Schema) -> Foreign:
    """Explain a text that is one word and not a field: a value without its field."""
    conditions = list(_conditions(word, schema)) or ["FIELD = VALUE"]
    help_ = "\nor: ".join([f"write: {conditions[0]}", *conditions[1:]])
    return Foreign(f"{quoted(word)} is one word, not a condition", help_)


def _conditions(word: str, schema: Schema) -> Iterable[str]:
    """Yield the conditions of which a word may be the value.

    A condition without spaces, such as ``status:PAID``, too.
    """
    if word.lower() in ("all", "any", "*", "%"):
        yield "everything"
    word = word.removeprefix("#")
    name, colon, value = word.partition(":")
    if colon and value and certain_field(schema, name) is not None:
        yield f"{name} = {value}"
    for row in schema.fields:
        if word.upper() in row.values:
            yield f"{row.name} = {word.upper()}"
    fitting = {
        "sequence": ("=", word.isascii() and word.isdigit()),
        "guid": ("=", is_guid(word)),
        "instant": (">=", bare_date(word)),
    }
    for type_name, (operator, fits) in fitting.items():
        first = _first_of(type_name, schema)
        if first is not None and fits:
            yield f"{first.name} {operator} {word}"


def _first_of(type_name: str, schema: Schema) -> Field | None:
    return next((row for row in schema.fields if row.type.name == type_name), None)


def _of_sql(rest: str, schema: Schema, accepts: Accepts) -> str:
    """Return the help for what follows the table in a statement of SQL."""
    found = _SQL_CLAUSE.search(rest)
    if found is None:
        is_whole = _fits("everything", accepts) and not rest.strip(" ;")
        return "write: everything" if is_whole else "write only the condition"
    written = (found["condition"] or found["order"] or "").strip().rstrip(";").strip()
    written, skipped = _OFFSET.subn("", written)
    remark = f"\n{NEXT_PAGE}" if skipped else ""
    written = _INTERVAL.sub(r"-\1\2", written).strip()
    if _LIKE_PART.search(written):
        return f'no operator finds a part of a text; "starts with" finds its start{remark}'
    written = _outside_strings(_LIKE.sub(r"starts with '\1'", written), _SQL_WORDS, schema)
    if found["condition"] is None:
        return f"write: {written}{remark}" if _fits(written, accepts) else "write only the condition"
    if not _fits(written, accepts):
        return f"write only the condition, such as: {_EXAMPLE}"
    return f"write only the condition: {written}{remark}"


def _of_javascript(text: str, schema: Schema, accepts: Accepts) -> str | None:
    """Return the condition of a plain comparison or arrow function, else ``None``."""
    arrow = _ARROW.search(text)
    written = text if arrow is None else arrow[1]
    written = written.strip().rstrip(";").strip()
    written = _outside_strings(written, _JAVASCRIPT_SIGNS, schema)
    for _ in range(3):
        if _fits(written, accepts):
            return written
        if not written.endswith((")", ";", "}")):
            break
        written = written[:-1].strip()
    return None


def _fits(written: str, accepts: Accepts) -> bool:
    one_line = written.isprintable() and len(written) <= _MAX_HELP_CHARS
    return one_line and bool(written) and "$" not in written and accepts(written)


def _outside_strings(text: str, signs: Iterable[tuple[re.Pattern[str], str]], schema: Schema) -> str:
    """Replace signs outside of strings, and write strings as words if possible."""
    parts: list[str] = []
    done = 0
    for found in _STRING.finditer(text):
        parts += [_replaced(text[done : found.start()], signs, schema), _string(found[0])]
        done = found.end()
    joined = "".join([*parts, _replaced(text[done:], signs, schema)])
    return " ".join(joined.split()) if not any(mark in joined for mark in "\"'") else joined.strip()


def _replaced(text: str, signs: Iterable[tuple[re.Pattern[str], str]], schema: Schema) -> str:
    for pattern, sign in signs:
        text = pattern.sub(sign, text)
    return _DOTTED.sub(lambda found: _field_name(found[0], schema), text)


def _field_name(name: str, schema: Schema) -> str:
    """Return a dotted name without the table or variable in front of a field."""
    plain = name.replace("?", "")
    inner = plain.partition(".")[2]
    return inner if certain_field(schema, plain) is None and certain_field(schema, inner) is not None else plain


def _string(literal: str) -> str:
    inner = literal[1:-1]
    if _WORD.fullmatch(inner):
        return inner
    return (
        '"' + inner.replace("''", "'").replace('"', '\\"') + '"' if literal[0] == "'" and "\\" not in inner else literal
    )
