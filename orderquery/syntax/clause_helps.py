"""Helps for the parts of a text around its conditions.

Sort, limit, comments, parts of SQL.
"""

from __future__ import annotations

import re

from ..diagnostics.quoting import quoted
from ..language.elsewhere import certain_field
from ..language.schema import Schema
from .foreign_text import Accepts

USE_CURSOR = 'use the cursor of the previous page: after "CURSOR"'

_MAX_CHARS = 300
"""Of a part that is looked at."""
_COMMENT = re.compile(r"--|//|/\*|#")
_PARTS_OF_SQL = re.compile(
    r"(?P<part>group\s+by|having|join|(?:inner|left|right|outer|cross)\s+join|union|distinct|returning|for\s+update"
    r"|window|fetch|nulls\s+(?:first|last))\b",
    re.IGNORECASE,
)
_FIRST = r"(?:\s+(?:first|on\s+top|orders?))*"
_DESC = re.compile(
    rf"(?:(?:newest|latest|(?:most\s+)?recent|highest|largest|biggest){_FIRST}"
    r"|desc\w*\.?|dsc|des|dec\w*ing|down(?:wards?)?|reversed?|-1|z-a|(?:new|high|large)\w*\s+to\s+\w+)(?![\w.])",
    re.IGNORECASE,
)
_ASC = re.compile(
    rf"(?:(?:oldest|earliest|lowest|smallest){_FIRST}"
    r"|asc\w*\.?|acs|up(?:wards?)?|1|a-z|(?:old|low|small)\w*\s+to\s+\w+)(?![\w.])",
    re.IGNORECASE,
)
_DATE_ORDERS = re.compile(
    r"(?:(?P<desc>newest|latest|most\s+recent)|(?P<asc>oldest|earliest))(?:\s+(?:first|on\s+top|orders?))*(?![\w.])",
    re.IGNORECASE,
)
_SORT = re.compile(
    r"(?:sort|sorted|order|ordered|sortby|orderby)(?:\s+by)?\s*[:=]?\s+(?P<sign>-?)(?P<field>`[^`\r\n]*`|[^\s(),\"'=<>!;`]+)",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"(?:limit|top|first|take|fetch)\s*(?:to|of|=|:)?\s*(?P<count>[0-9]{1,9})(?:\s*,\s*(?P<more>[0-9]{1,9}))?", re.I
)
_PAGING = re.compile(r"(?:offset|skip|page|cursor|start)\b", re.IGNORECASE)


def begins_comment(text: str, at: int) -> bool:
    """Return whether a comment of another language begins at an offset."""
    return _COMMENT.match(text, at) is not None


def comment_help(text: str, at: int) -> str:
    """Return the help for a comment at an offset."""
    line = re.match(r"/\*.*?\*/|[^\r\n]*", text[at : at + 200])
    return f"there are no comments; remove {quoted(line[0].strip() if line else '')}"


_WHOLE = re.compile(r"""["']?\s*(\d{1,9})(?:\.0+)?\s*["']?(?!\S)""", re.ASCII)
_MAX_LIMIT_CHARS = 40


def clause_help(text: str, at: int, schema: Schema, accepts: Accepts) -> str:
    """Return the help for a part of another language at an offset.

    Empty if it is none.
    """
    if begins_comment(text, at):
        return comment_help(text, at)
    text, at = text[at : at + _MAX_CHARS], 0
    of_sql = _PARTS_OF_SQL.match(text)
    if of_sql is not None:
        part = " ".join(of_sql["part"].lower().split())
        if part.startswith("nulls"):
            return f"remove {quoted(part)}: orders without a value come first in asc, last in desc"
        return f"there is no {quoted(part)}; remove it"
    if _PAGING.match(text, at):
        return USE_CURSOR
    if _LIMIT.match(text) is not None:
        return limit_help(text, at, schema)
    return _sort_help(text, at, schema, accepts)


def limit_help(text: str, at: int, schema: Schema) -> str:
    """Return the help for the limit that begins at an offset."""
    found = _LIMIT.match(text[at : at + _MAX_CHARS])
    count = 0 if found is None else int(found["more"] or found["count"])
    written = f"write: limit {count if 1 <= count <= schema.max_limit else schema.max_limit}"
    return f"{written}\nfor the next page {USE_CURSOR}" if found is not None and found["more"] else written


def whole_limit_help(written: str, schema: Schema) -> str:
    """Return the help for a limit that is not a whole number, such as ``10.0``."""
    found = _WHOLE.match(written[:_MAX_LIMIT_CHARS])
    count = 0 if found is None else int(found[1])
    return f"write: limit {count if 1 <= count <= schema.max_limit else schema.max_limit}"


def _sort_help(text: str, at: int, schema: Schema, accepts: Accepts) -> str:
    direction = direction_of_dates(text, at)
    if direction:
        return f"write: order by {date_sort(schema) or 'FIELD'} {direction}"
    found = _SORT.match(text, at)
    if found is None:
        return ""
    direction = sort_direction(text, found.end()) or ("desc" if found["sign"] else "")
    field = certain_field(schema, found["field"].strip("`")) or found["field"]
    written = f"order by {field} {direction}".strip()
    return f"write: {written}" if accepts(written) else "write: order by FIELD"


def direction_of_dates(text: str, at: int = 0) -> str:
    """Return ``asc`` or ``desc`` for words such as ``newest first``; empty for others."""
    found = _DATE_ORDERS.match(text, at)
    return "" if found is None else "desc" if found["desc"] else "asc"


def date_sort(schema: Schema) -> str | None:
    """Return the first field of dates that is sortable."""
    return next((row.name for row in schema.fields if row.sortable and row.type.name == "instant"), None)


def sort_direction(text: str, at: int) -> str:
    """Return ``asc`` or ``desc`` for words at an offset; empty for others."""
    words = text[at : at + _MAX_CHARS].lstrip()
    return "desc" if _DESC.match(words) else "asc" if _ASC.match(words) else ""


def key_help(text: str, key: tuple[int, int], at: int, schema: Schema) -> str:
    """Return the help for what follows a sort field.

    ``key`` is where the sort begins and its last field ends.
    """
    if key[1] - key[0] > _MAX_CHARS:
        return 'write "asc" or "desc" after a field'
    written = quoted(" ".join(text[slice(*key)].split()), _MAX_CHARS)[1:-1]
    direction = sort_direction(text, at)
    if direction:
        return f"write: {written} {direction}"
    word = re.match(r"[^\s(),\"'=<>!;`]+", text[at : at + 200])
    if word is not None and certain_field(schema, word[0]) is not None:
        return f"put a comma between sort fields: {written}, {word[0]}"
    return f"write: {written} asc\nor: {written} desc" if word is not None else ""
