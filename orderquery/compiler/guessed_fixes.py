"""Guesses: what a mistake without a certain fix may mean, as edits to choose from.

A guess is made of the help of its diagnostic, which names the change. The caller offers it only if the mistake is gone
after it.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import takewhile
from typing import Any, NamedTuple

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Path
from ..language.elsewhere import certain_field
from ..language.schema import Schema
from ..syntax.json_reader import Shape
from ..syntax.literal_outline import literal_parts, string_of
from ..syntax.problems import REMOVE_LIST, is_listed_object
from ..syntax.source_text import Replacement, Span
from ..syntax.text_outline import TextPart, text_form
from .json_edits import MISSING, put_at, renamed_key, value_at, without
from .rewrite import replacements

JSON = Any
_MAX_VALUES = 20
_NAMES = re.compile(r'"([^"]*)"')
_INSTEAD = re.compile(r'write "([^"]*)" instead of "([^"]*)"')
_IN_QUOTES = re.compile(r"put (?:strings|the key|the value|a value of several words) in quotes: (\".*\")")
_WRITE = re.compile(r"(?:write|or): (.+)")
_BOUND = re.compile(r"write (\d+) and follow")
_KEEP = re.compile(r"keep the first (\d+)")
_REMOVE = re.compile(r"remove (?:\"|this entry|null|the semicolon|the comma|it\b|filter$|sort$)")
_JSON_START = re.compile(r"[{\[\"\d]|true|false|null")
_DECODER = json.JSONDecoder()
_ENDS = frozenset(("and", "or", ")", "order", "order by", "limit", "after"))
_SEVERAL = ("write: ", "write its values apart: ")
"""The helps for a text with several values of an enum."""
_MAX_PARTS = 6
"""Tokens after a wrong one that a rewritten condition may replace."""


class Guess(NamedTuple):
    """One way to fix a mistake: a title and its edits.

    One that is ``plain`` puts a name or a value of the table in place of an unknown one, so the mistake is gone.
    """

    title: str
    edits: tuple[Replacement, ...]
    plain: bool = False


# -- the text form ----------------------------------------------------------------------------------------------


def guesses_in_text(text: str, found: Diagnostic, schema: Schema) -> Iterator[Guess]:
    """Yield what may be meant at the place of a diagnostic of a text form."""
    start, end = found.span or (0, len(text))
    parts = text_form().parts(text)
    if found.code == "unknown-enum-value" and not found.help.startswith(_SEVERAL):
        yield from _values(text, found, parts, schema)
    elif found.help.startswith("did you mean "):
        for name in _NAMES.findall(found.help.split("\n")[0]):
            yield Guess(f'write "{name}"', (Replacement(start, end, name),))
    elif found.code == "empty-query":
        for condition in _conditions(found.help):
            yield Guess(f"write: {condition}", (Replacement(start, end, condition),))
    elif found.code == "text-syntax":
        yield from _syntax(text, found, parts)
    elif _REMOVE.match(found.help) and found.code in ("hidden-value", "duplicate-sort"):
        return
    else:
        bound = _BOUND.match(found.help)
        if bound is not None:
            yield Guess(f"write {bound[1]}", (Replacement(start, end, bound[1]),))
        for condition in _conditions(found.help):
            around = _condition_around(parts, (start, end))
            if around is not None:
                yield Guess(f"write: {condition}", (Replacement(*around, _grouped(condition)),))


def _conditions(help_: str) -> Iterator[str]:
    for line in help_.split("\n"):
        found = _WRITE.match(line)
        if found is not None:
            yield found[1]


def _grouped(condition: str) -> str:
    words = condition.split()
    return f"({condition})" if {"and", "or"} & set(words) and not condition.startswith(("(", "not (")) else condition


def _condition_around(parts: list[TextPart], span: Span) -> Span | None:
    """Return the span of the condition that a place is in."""
    inside = bisect_right(parts, span[0], key=_start) - 1
    if inside < 0 or parts[inside].end <= span[0]:
        return None
    first = inside
    while first and parts[first].role != "field":
        first -= 1
    last = inside
    while (
        last + 1 < len(parts)
        and parts[last + 1].field is not None
        and parts[last + 1].role
        in (
            "operator",
            "value",
            "punctuation",
            "keyword",
        )
        and (parts[last + 1].in_list or parts[last].in_list or parts[last].role == "operator" or _in_range(parts, last))
    ):
        last += 1
    return parts[first].start, max(parts[last].end, span[1])


def _start(part: TextPart) -> int:
    return part.start


def _in_range(parts: list[TextPart], last: int) -> bool:
    """Return whether a range goes on after a part of it."""
    return (
        parts[last].operator in ("BETWEEN", "NOT_BETWEEN")
        and parts[last + 1].operator == parts[last].operator
        and (parts[last + 1].terminal == "_AND" or parts[last].terminal == "_AND")
    )


def _values(text: str, found: Diagnostic, parts: list[TextPart], schema: Schema) -> Iterator[Guess]:
    """Yield the values of an enum instead of one that it does not have."""
    start, end = found.span or (0, 0)
    for part in parts[bisect_left(parts, start, key=_start) : bisect_left(parts, end, key=_start)]:
        if part.role != "value" or part.field is None:
            continue
        row = schema.find(certain_field(schema, part.field) or "")
        written = string_of(text[part.start : part.end])
        if row is not None and found.message.startswith(f"{json.dumps(written, ensure_ascii=False)} "):
            for value in _near_first(found, row.values):
                yield Guess(f"write {value}", (Replacement(part.start, part.end, value),), plain=True)
            return


def _near_first(found: Diagnostic, values: tuple[str, ...]) -> list[str]:
    first = found.help.split("\n")[0]
    near = _NAMES.findall(first) if first.startswith("did you mean ") else []
    return list(dict.fromkeys([*(name for name in near if name in values), *values]))[:_MAX_VALUES]


def _syntax(text: str, found: Diagnostic, parts: list[TextPart]) -> Iterator[Guess]:
    start, end = found.span or (0, 0)
    help_ = found.help.split("\n")[0]
    instead = _INSTEAD.fullmatch(help_)
    if instead is not None:
        at = text.rfind(instead[2], 0, max(end, start + len(instead[2])))
        if at >= 0:
            word = instead[1] if instead[1][0] in "=<>!" else f" {instead[1]} "
            yield Guess(help_, (Replacement(at, at + len(instead[2]), _spaced(text, at, at + len(instead[2]), word)),))
    in_quotes = _IN_QUOTES.fullmatch(help_)
    if in_quotes is not None:
        before = [part.start for part in parts if part.end <= start][-1:]
        for first in (start, *before):
            if text[first:end].strip("\"'") == json.loads(in_quotes[1]):
                yield Guess(help_, (Replacement(first, end, in_quotes[1]),))
    if help_.startswith("remove "):
        yield Guess(help_, (Replacement(start, end, ""),))
    if help_.startswith("close the parenthesis"):
        yield Guess(help_, (Replacement(len(text), len(text), ")"),))
    if help_.startswith("join conditions"):
        for word in ("and", "or"):
            yield Guess(f'write "{word}"', (Replacement(start, start, f"{word} "),))
    for condition in _conditions(found.help):
        yield from _rewritten(text, condition, start, end, parts)


def _rewritten(text: str, condition: str, start: int, end: int, parts: list[TextPart]) -> Iterator[Guess]:
    """Yield the edit that replaces a wrong condition, from its field to its last word."""
    before = [part for part in parts if part.end <= start]
    words = condition.split()
    if not before or not words or {"VALUE", "FIELD", "..."} & set(words):
        return
    name = words[words[0] == "not"].strip("(")
    begun = list(takewhile(lambda part: not _ends(text, part), reversed(before)))
    first = next((part for part in begun if text[part.start : part.end] == name), before[-1])
    last = words[-1].strip("()")
    after = [part for part in parts if part.end > start][:_MAX_PARTS]
    ends = [part.end for part in after if text[: part.end].endswith(last)]
    if not ends:
        # The last word is another one: the condition reaches to the next one, or to the next clause.
        ends = [part.end for part in takewhile(lambda part: not _ends(text, part), after)][-1:]
    yield Guess(f"write: {condition}", (Replacement(first.start, max([end, *ends[:1]]), condition),))


def _ends(text: str, part: TextPart) -> bool:
    """Return whether a condition cannot go on with a part."""
    return text[part.start : part.end].lower() in _ENDS


def _spaced(text: str, start: int, end: int, word: str) -> str:
    """Return a word without the spaces that are there already."""
    if text[start - 1 : start].isspace():
        word = word.lstrip()
    return word.rstrip() if text[end : end + 1].isspace() else word


# -- JSON -------------------------------------------------------------------------------------------------------


def guesses_in_json(text: str, document: JSON, shape: Shape, found: Diagnostic, schema: Schema) -> Iterator[Guess]:
    """Yield what may be meant at the place of a diagnostic of JSON."""
    if found.code == "json-syntax":
        yield from _json_syntax(text, found)
        return
    plain = found.code == "unknown-enum-value"
    for title, changed in _changed(document, shape, found, schema):
        yield Guess(title, tuple(replacements(text, changed)), plain)


def _changed(document: JSON, shape: Shape, found: Diagnostic, schema: Schema) -> Iterator[tuple[str, JSON]]:
    path, first = found.place.path or (), found.help.split("\n")[0]
    value, holder = value_at(document, path), value_at(document, path[:-1])
    if not path or value is MISSING:
        return
    if found.code == "unknown-enum-value" and first.startswith(_SEVERAL):
        yield from _several(document, path, first)
    elif found.code == "unknown-enum-value":
        row = next((row for row in schema.fields if found.message.endswith(f" is not a value of {row.name}")), None)
        for name in _near_first(found, row.values if row is not None else ()):
            yield f'write "{name}"', put_at(document, path, name)
    elif first.startswith("did you mean "):
        for name in _NAMES.findall(first):
            written = schema.to_sdk(name) if shape == "sdk" and found.code == "unknown-field" else name
            if found.place.at == "value":
                yield f'write "{written}"', put_at(document, path, written)
            elif isinstance(holder, dict) and written not in holder:
                yield f'write "{written}"', put_at(document, path[:-1], renamed_key(holder, path[-1], written))
    elif (bound := _BOUND.match(first)) is not None:
        yield f"write {bound[1]}", put_at(document, path, int(bound[1]))
    elif (most := _KEEP.match(first)) is not None and isinstance(value, list | tuple):
        yield first, put_at(document, path, list(value[: int(most[1])]))
    elif first == REMOVE_LIST and is_listed_object(value):
        yield first, put_at(document, path, value[0])
    elif _REMOVE.match(first):
        yield first, without(document, path if "entry" not in first or isinstance(path[-1], int) else path[:-1])
    elif first.startswith("write: ") and found.code in ("operand-type", "bad-order", "not-a-number", "operand-shape"):
        for shown, instead in _shown(first.removeprefix("write: ")):
            if not isinstance(instead, dict):
                yield f"write: {shown}", put_at(document, path, instead)


def _several(document: JSON, path: Path, help_: str) -> Iterator[tuple[str, JSON]]:
    """Yield the values that one text names, each of its own."""
    shown, instead = next(_shown(help_), ("", None))
    field, holder = path[-1], value_at(document, path[:-1])
    if isinstance(field, int) and isinstance(holder, list | tuple):
        values = _NAMES.findall(help_)
        yield help_, put_at(document, path[:-1], [*holder[:field], *values, *holder[field + 1 :]])
    elif isinstance(instead, dict):
        under = path[:-1] if str(field).startswith("$") else path
        if under == path or len(holder) == 1:
            yield f"write: {shown}", put_at(document, under, next(iter(instead.values())))


def _shown(text: str) -> Iterator[tuple[str, JSON]]:
    """Yield the pieces of JSON in a help."""
    at = 0
    while (found := _JSON_START.search(text, at)) is not None:
        try:
            value, at = _DECODER.raw_decode(text, found.start())
        except ValueError:
            return
        yield text[found.start() : at], value


def _json_syntax(text: str, found: Diagnostic) -> Iterator[Guess]:
    start, end = found.span or (0, 0)
    help_ = found.help
    in_quotes = _IN_QUOTES.fullmatch(help_)
    if in_quotes is not None:
        key = json.loads(in_quotes[1])
        first = end - len(key) if text[max(0, end - len(key)) : end] == key else start
        yield Guess(help_, (Replacement(first, end, json.dumps(text[first:end], ensure_ascii=False)),))
    if help_.startswith("add a comma before"):
        before = max((part.end for part in literal_parts(text) if part.end <= start), default=start)
        yield Guess(help_, (Replacement(before, before, ","),))
    if help_.startswith(("remove the comma", "pass only")):
        yield Guess(help_, (Replacement(start, end, ""),))
    if help_.startswith("close the "):
        closing = _NAMES.findall(help_)[-1:]
        yield Guess(help_, (Replacement(start, start, closing[0] if closing else ""),))
    if help_ in ("write null", "write true", "write false"):
        yield Guess(help_, (Replacement(start, end, help_.removeprefix("write ")),))
