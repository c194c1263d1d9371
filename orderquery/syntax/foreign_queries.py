"""OData, URLs, Lucene, jq and JSONPath, as the text form; help only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import unquote_plus

from ..language.elsewhere import certain_field, operator_reading
from ..language.operators import OPERATORS, Takes
from ..language.schema import Schema
from .part_names import is_limit_word, is_offset_word, part_elsewhere
from .sort_words import is_descending, is_order_word
from .source_text import quote

Accepts = Callable[[str], bool]

_MAX_CHARS = 1_000
NEXT_PAGE = 'for the next page use the cursor of the previous page: after "CURSOR"'
_STRING = re.compile(r"""'[^'\r\n]*'|"[^"\r\n]*\"""")
_WORD = re.compile(r"[\w.+@-]+", re.ASCII)


class ForeignQuery(NamedTuple):
    """A query of another language: its name, and the text form of it or ``None``."""

    language: str
    written: str | None
    remark: str = ""


def foreign_query(text: str, schema: Schema, accepts: Accepts) -> ForeignQuery | None:
    """Return the query of another language that a text is, or ``None``.

    ``accepts`` tells whether a text is a search of this table.
    """
    bare = text.strip()
    if len(bare) > _MAX_CHARS or "\n" in bare:
        return None
    for language, begins, convert in _LANGUAGES:
        if begins.match(bare) is None:
            continue
        written, remark = convert(bare, schema)
        is_search = bool(written) and written.isprintable() and accepts(written)
        if is_search or language != "Lucene":
            return ForeignQuery(language, written if is_search else None, remark)
    return None


# -- OData ------------------------------------------------------------------------------------------------------

_ODATA_SIGNS = {"eq": "=", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_ODATA_SIGN = re.compile(r"\b(eq|ne|gt|ge|lt|le)\b")
_STARTS = re.compile(r"startswith\(\s*([\w./]+)\s*,\s*('[^']*')\s*\)", re.IGNORECASE)
_OPTION = re.compile(r"\s*\??\$(\w+)\s*=(.*)", re.DOTALL)


def _of_odata(text: str, schema: Schema) -> tuple[str, str]:
    conditions = order = limit = remark = ""
    for part in _apart(text, "&"):
        found = _OPTION.fullmatch(part)
        name, value = ("", "") if found is None else (found[1].lower(), unquote_plus(found[2]).strip())
        if name == "filter":
            value = _STARTS.sub(r"\1 starts with \2", value)
            conditions = _outside(value, _odata_words)
        elif name == "orderby":
            order = f"order by {value.replace('/', '.')}"
        elif name == "top":
            limit = _limit(value, schema)
        elif name == "skip":
            remark = NEXT_PAGE
        elif name not in ("select", "count", "expand", "inlinecount", "format"):
            return "", ""
    return _joined(conditions, order, limit), remark


def _odata_words(piece: str) -> str:
    words = _ODATA_SIGN.sub(lambda found: _ODATA_SIGNS[found[1]], piece.replace("datetime", ""))
    return re.sub(r"(?<=\w)/(?=\w)", ".", words)


# -- URLs -------------------------------------------------------------------------------------------------------

_URL = re.compile(r"(?:(?:https?:/|/)\S*)?\?\S+=\S*\Z|[\w.$\[\]-]+=[^\s=&]*&\S+=\S*\Z", re.IGNORECASE)
_PREFIX = re.compile(r"(?:https?://[^\s?]*|/[^\s?]*)?\?", re.IGNORECASE)
_SUFFIX = re.compile(r"(.+?)(?:__|\[\$?)(\w+)\]?")


def _of_url(text: str, schema: Schema) -> tuple[str, str]:
    conditions: list[str] = []
    order = direction = limit = remark = ""
    for part in _PREFIX.sub("", text, count=1).split("&"):
        key, _, value = part.partition("=")
        key, value = unquote_plus(key), unquote_plus(value)
        names = re.findall(r"[\w.$-]+", key)
        condition = condition_of_key(key, value, schema)
        is_repeated = any(condition.split(" ")[:2] == other.split(" ")[:2] for other in conditions)
        if condition and is_repeated:
            # Of one key twice some servers keep one value, others both.
            return "", ""
        if condition:
            conditions.append(condition)
        elif not names:
            return "", ""
        elif part_elsewhere(names[0]) == "sort" or names[0] == "sort":
            order = value
        elif is_order_word(names[0]):
            direction = value
        elif is_limit_word(names[-1]):
            limit = _limit(value, schema)
        elif is_offset_word(names[-1]) or names[-1] in ("cursor", "after", "number"):
            remark = NEXT_PAGE
        else:
            return "", ""
    sort = _sort(order, direction, schema) if order else ""
    return _joined(" and ".join(conditions), sort, limit), remark


def condition_of_key(key: str, value: str, schema: Schema, operator: str = "$eq") -> str:
    """Return the condition of a key such as ``filter[number][gte]``, or ``""``."""
    bare = _PREFIX.sub("", key, count=1).strip("?:")
    inner = re.fullmatch(r"(?:filters?|where|query|search|q)(?:\[([\w.]+)\]|\.([\w.]+))(.*)", bare)
    if inner is not None:
        bare = (inner[1] or inner[2]) + inner[3]
    bare = bare.removesuffix("[]")
    field = certain_field(schema, bare)
    if field is None:
        found = _SUFFIX.fullmatch(bare)
        reading = None if found is None or operator != "$eq" else operator_reading(f"${found[2]}")
        field = None if found is None or reading is None else certain_field(schema, found[1])
        if field is None or reading is None or reading.inverted or reading.negated:
            return ""
        operator = reading.operator
    row, values = schema.by_name[field], value.split(",")
    if operator == "$eq" and len(values) > 1 and set(values) <= set(row.values):
        operator = "$in"
    if operator not in row.operators or not value:
        return ""
    words = OPERATORS[operator].spellings[0].words
    if OPERATORS[operator].takes is Takes.VALUES:
        return f"{field} {words} ({', '.join(map(_value, values))})"
    return f"{field} {words} {_value(value)}"


def _sort(order: str, direction: str, schema: Schema) -> str:
    entries = []
    for entry in order.split(","):
        words = re.split(r"[\s:|]+", entry.strip())
        name = words[0].lstrip("+-")
        down = is_descending(words[1] if len(words) > 1 else direction or "asc")
        if down is None or len(words) > 2:
            return "order by ?"
        entries.append(f"{certain_field(schema, name) or name}{' desc' if down or words[0][:1] == '-' else ''}")
    return f"order by {', '.join(entries)}"


# -- Lucene -----------------------------------------------------------------------------------------------------

_TERM = r"""[+-]?[\w.]+:(?:[\[{][^\]}]*[\]}]|"[^"]*"|'[^']*'|\([^()]*\)|[<>]=?[^\s()]+|[^\s()<>\[\]{}"']+)"""
_JOIN = r"(?:AND|OR|NOT|&&|\|\||and|or|not|!)(?![\w:])"
_LUCENE_TOKEN = re.compile(rf"\s*(?:(?P<join>{_JOIN})|(?P<bracket>[()])|(?P<term>{_TERM}))")
_BOUNDS = re.compile(r"[\[{]\s*(\S+)\s+TO\s+(\S+)\s*[\]}]", re.IGNORECASE)
_JOINS = {"&&": "and", "||": "or", "!": "not"}


def _of_lucene(text: str, schema: Schema) -> tuple[str, str]:
    pieces: list[str] = []
    at, was_term, was_marked = 0, False, False
    while at < len(text):
        found = _LUCENE_TOKEN.match(text, at)
        if found is None:
            return "", ""
        at = found.end()
        if found["join"]:
            word = _JOINS.get(found["join"], found["join"].lower())
            pieces += ["and", "not"] if word == "not" and was_term else [word]
            was_term = False
        elif found["bracket"]:
            pieces.append(found["bracket"])
            was_term = found["bracket"] == ")"
        else:
            term = found["term"]
            is_marked = term[0] in "+-"
            condition = _condition(term.lstrip("+-"), schema)
            if not condition or (was_term and not (is_marked and was_marked)):
                return "", ""
            pieces += ["and"] if was_term else []
            pieces += ["not", condition] if term[0] == "-" else [condition]
            was_term, was_marked = True, is_marked
    return " ".join(pieces).replace("( ", "(").replace(" )", ")"), ""


def _condition(term: str, schema: Schema) -> str:
    """Return the condition of a term such as ``number:[1 TO 5]``."""
    name, _, value = term.partition(":")
    if name == "_exists_":
        return f"{certain_field(schema, value) or value} is present"
    field = certain_field(schema, name)
    if field is None:
        return ""
    bounds = _BOUNDS.fullmatch(value)
    if bounds is not None:
        low, high = bounds[1], bounds[2]
        if "*" not in (low, high) and value[0] == "[" and value[-1] == "]":
            return f"{field} between {low} and {high}"
        lower = "" if low == "*" else f"{field} {'>=' if value[0] == '[' else '>'} {low}"
        upper = "" if high == "*" else f"{field} {'<=' if value[-1] == ']' else '<'} {high}"
        return f"({lower} and {upper})" if lower and upper else lower or upper or f"{field} is present"
    compared = re.fullmatch(r"([<>]=?)(.+)", value)
    if compared is not None:
        return f"{field} {compared[1]} {compared[2]}"
    if value[0] == "(":
        items = re.split(r"\s+(?:OR|or|\|\|)\s+", value[1:-1].strip())
        return "" if any(_WORD.fullmatch(item) is None for item in items) else f"{field} in ({', '.join(items)})"
    if value == "*":
        return f"{field} is present"
    if value.endswith("*") and _WORD.fullmatch(value[:-1]):
        return f"{field} starts with {quote(value[:-1])}"
    return "" if set("*?~^[{") & set(value) else f"{field} = {value}"


# -- jq and JSONPath --------------------------------------------------------------------------------------------

_SELECT = re.compile(r".*?(?:select\s*\((?P<jq>.+)\)|\[\s*\?\s*\(?(?P<path>.+?)\)?\s*\])[\s'|.\[\]]*\Z", re.DOTALL)
_SIGNS = ((r"===?", "="), (r"!==", "!="), (r"&&", " and "), (r"\|\|", " or "))


def _of_path(text: str, schema: Schema) -> tuple[str, str]:
    found = _SELECT.match(text)
    inner = "" if found is None else found["jq"] or found["path"]

    def plain(piece: str) -> str:
        piece = re.sub(r"(?<![\w)\]])@?\.(?=[A-Za-z])", "", piece)
        for sign, word in _SIGNS:
            piece = re.sub(sign, word, piece)
        return piece

    return " ".join(_outside(inner, plain).split()), ""


# -- all --------------------------------------------------------------------------------------------------------


def _none(text: str, schema: Schema) -> tuple[str, str]:
    return "", ""


_LANGUAGES: tuple[tuple[str, re.Pattern[str], Callable[[str, Schema], tuple[str, str]]], ...] = (
    ("OData", re.compile(r"\??\$(?:filter|orderby|top|skip|select|count|expand|search)\s*=", re.I), _of_odata),
    ("the query of a URL", _URL, _of_url),
    ("GraphQL", re.compile(r"(?:query|mutation|subscription)\b[^{}=<>]*\{", re.I), _none),
    ("jq", re.compile(r"(?:jq\b|\.(?:\[|\w+\[))", re.I), _of_path),
    ("JSONPath", re.compile(r"\$(?:\.|\[)"), _of_path),
    ("SQL that changes data", re.compile(r"(?:update\s+\S+\s+set|delete\s+from|insert\s+into)\b", re.I), _none),
    ("Lucene", re.compile(r"[(+!-]*(?:NOT\s+)?[\w.]+:\S"), _of_lucene),
)
"""Of each language: its name, how a query begins, and what writes it in the text form."""


def _apart(text: str, mark: str) -> Iterator[str]:
    """Yield the parts of a text between a mark outside of strings."""
    start = 0
    blanked = _STRING.sub(lambda found: " " * len(found[0]), text)
    for found in re.finditer(re.escape(mark), blanked):
        yield text[start : found.start()]
        start = found.end()
    yield text[start:]


def _outside(text: str, change: Callable[[str], str]) -> str:
    """Return a text that is changed outside of its strings."""
    done, parts = 0, []
    for found in _STRING.finditer(text):
        parts += [change(text[done : found.start()]), found[0]]
        done = found.end()
    return "".join([*parts, change(text[done:])])


def _value(value: str) -> str:
    return value if _WORD.fullmatch(value) else quote(value)


def _limit(value: str, schema: Schema) -> str:
    is_count = value.isascii() and value.isdigit() and len(value) < 9
    return f"limit {min(int(value), schema.max_limit)}" if is_count else "limit ?"


def _joined(*parts: str) -> str:
    return " ".join(filter(None, parts))
