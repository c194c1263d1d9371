"""Plain JSON, as HTTP carries it: no JavaScript literals, no key twice; what is wrong with it, at its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Path, Place
from ..language.limits import MAX_SEARCH_BYTES, too_large
from .source_text import shown

JSON = Any
_MOST_DIGITS = 4_000
"""Digits of an integer that Python is sure to read."""


def read_json(raw: bytes) -> tuple[JSON, tuple[Diagnostic, ...]]:
    """The document of a JSON text, its numbers exact, and what is wrong with it: then the document may be ``None``.

    It costs what decoding costs, whatever the text holds.
    """
    if len(raw) > MAX_SEARCH_BYTES:
        return None, (Diagnostic("too-large", *too_large("the text", MAX_SEARCH_BYTES, "bytes", len(raw)), Place(())),)
    repeating: list[_Repeating] = []

    def object_of(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        marked = _Repeating(found)
        marked.keys_twice = _twice(pairs)
        repeating.append(marked)
        return marked

    try:
        text = raw.decode("utf-8-sig")
        document = json.loads(
            text, object_pairs_hook=object_of, parse_float=Decimal, parse_int=decode_integer, parse_constant=_refuse
        )
    except UnicodeDecodeError as problem:
        return None, (_syntax(f"not UTF-8 at byte {problem.start}", "send the text as UTF-8"),)
    except json.JSONDecodeError as problem:
        what = "the body is empty" if not text.strip() else f"not JSON: {problem.msg.lower()}"
        advice = "send JSON: keys and strings in double quotes, no trailing commas, no comments"
        return None, (_syntax(what, advice, problem.lineno, problem.colno),)
    except RecursionError:
        return None, (Diagnostic("too-deep", "the JSON nests too deep", "nest at most 64 levels", Place(())),)
    except (ValueError, ArithmeticError) as problem:
        return None, (_syntax(f"not JSON: {problem}", "send numbers as JSON writes them"),)
    return document, tuple(_repeated(document)) if repeating else ()


def decode_integer(text: str) -> int | Decimal:
    """Return an integer, as a ``Decimal`` where it has more digits than Python is sure to read."""
    return int(text) if len(text) < _MOST_DIGITS else Decimal(text)


def decode_json(document: bytes, parse_float: Callable[[str], Any] | None = None) -> JSON:
    """Decode a stored document. An integer of more digits than Python reads is a ``Decimal``."""
    try:
        return json.loads(document, parse_float=parse_float)
    except ValueError:
        return json.loads(document, parse_float=parse_float, parse_int=decode_integer)


class _Repeating(dict[str, JSON]):
    """An object some keys of which stand twice."""

    keys_twice: tuple[str, ...]


def _twice(pairs: list[tuple[str, JSON]]) -> tuple[str, ...]:
    seen, twice = set[str](), dict[str, None]()
    for key, _ in pairs:
        if key in seen:
            twice[key] = None
        seen.add(key)
    return tuple(twice)


def _repeated(document: JSON) -> Iterator[Diagnostic]:
    waiting: list[tuple[Path, JSON]] = [((), document)]
    while waiting:
        path, part = waiting.pop()
        if isinstance(part, _Repeating):
            for key in part.keys_twice:
                yield key_twice(key, Place((*path, key), at="key"))
        if isinstance(part, dict | list):
            inner = part.items() if isinstance(part, dict) else enumerate(part)
            waiting.extend(
                ((*path, step), value) for step, value in reversed([*inner]) if isinstance(value, dict | list)
            )


def key_twice(key: str, place: Place) -> Diagnostic:
    """What is said of a key that stands twice."""
    advice = "keep one of the two, or put both conditions in $and; decoders drop one in silence"
    return Diagnostic("duplicate-key", f"the key {shown(key)} stands twice in one object", advice, place)


def _syntax(message: str, advice: str, line: int = 1, column: int = 1) -> Diagnostic:
    return Diagnostic("json-syntax", message, advice, Place(()), line, column)


def _refuse(constant: str) -> JSON:
    raise ValueError(f"{constant} is no JSON number")
