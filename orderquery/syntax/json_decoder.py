"""Decoding of JSON: of requests, with their diagnostics, and of documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Path, Place
from ..diagnostics.quoting import quoted
from ..language.limits import MAX_FILTER_LEVELS, MAX_SEARCH_BYTES, too_large

JSON = Any
_PLAIN_JSON = "put keys and strings in double quotes; remove trailing commas and comments"
_MAX_INT_DIGITS = 4_000
"""Python refuses to read an integer of more than 4,300 digits."""


def read_json(raw: bytes, *, is_search: bool = True) -> tuple[JSON, tuple[Diagnostic, ...]]:
    """Return the document of a JSON text, its numbers exact, and the diagnostics.

    After any diagnostic but ``duplicate-key`` the document is ``None``. Takes time proportional to the text, whatever
    it contains. ``is_search`` is false for what can have no conditions.
    """
    if len(raw) > MAX_SEARCH_BYTES:
        return None, (text_too_large(len(raw)),)
    repeating: list[_RepeatingDict] = []

    def object_of(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        marked = _RepeatingDict(found)
        marked.repeated_keys = _repeated_keys(pairs)
        repeating.append(marked)
        return marked

    try:
        text = raw.decode("utf-8-sig")
        document = decode_exactly(text, object_of)
    except UnicodeDecodeError as problem:
        return None, (not_utf8(problem),)
    except json.JSONDecodeError as problem:
        if not text.strip():
            return None, (_syntax("the body is empty", "send a JSON object, such as {}"),)
        message, at = mistake_of(problem)
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        return None, (_syntax(message, _PLAIN_JSON, line, column),)
    except RecursionError:
        help_ = f"nest at most {MAX_FILTER_LEVELS} levels"
        return None, (Diagnostic("too-deep", "the JSON nests too deeply", help_, Place(())),)
    except (ValueError, ArithmeticError) as problem:
        return None, (_syntax(f"invalid JSON: {problem}", "write the number as JSON does"),)
    return document, tuple(_duplicate_keys(document, is_search)) if repeating else ()


def json_mistake(text: str) -> Diagnostic | None:
    """Return the diagnostic of a JavaScript literal that is not JSON, without line."""
    try:
        decode_exactly(text)
    except json.JSONDecodeError as problem:
        message, at = mistake_of(problem)
        return Diagnostic("json-syntax", message, _PLAIN_JSON, Place(()), span=(at, at + 1))
    except (ValueError, ArithmeticError, RecursionError):
        return None
    return None


def mistake_of(problem: json.JSONDecodeError) -> tuple[str, int]:
    """Return what is wrong with a JSON text, and the offset of that.

    Python's versions differ in where a comma before a closing bracket is at fault.
    """
    text, at = problem.doc, problem.pos
    bracket = text[at : at + 1]
    before = text[:at].rstrip() if bracket in ("}", "]") else ""
    if before.endswith(","):
        at = len(before) - 1
    elif bracket == "," and problem.msg.startswith("Illegal trailing comma"):
        bracket = text[at + 1 :].lstrip()[:1]
    else:
        return f"invalid JSON: {problem.msg.lower()}", at
    return f"invalid JSON: a comma before the closing {bracket}", at


def decode_plain(text: str) -> JSON:
    """Decode JSON with exact numbers and without duplicate keys.

    Raises:
        ValueError: the text is not such JSON.
        RecursionError: the text nests too deeply.

    """
    return decode_exactly(text, _unique)


def decode_decimal(text: str) -> Decimal:
    """Return a number of a document.

    An exponent that no decimal can have gives an infinity.
    """
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("-Infinity" if text.startswith("-") else "Infinity")


def decode_exactly(
    text: str,
    object_of: Callable[[list[tuple[str, JSON]]], JSON] | None = None,
    parse_float: Callable[[str], Decimal] = Decimal,
) -> JSON:
    """Decode a JSON text with exact numbers.

    ``object_of`` makes an object of its keys and values, ``parse_float`` a number with a fraction or an exponent.

    Raises:
        ValueError: the text is not JSON, or ``object_of`` raised it.
        RecursionError: the text nests too deeply.

    """
    try:
        return json.loads(text, object_pairs_hook=object_of, parse_float=parse_float, parse_constant=_refuse)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return json.loads(
            text,
            object_pairs_hook=object_of,
            parse_float=parse_float,
            parse_int=decode_integer,
            parse_constant=_refuse,
        )


def decode_json(document: bytes, parse_float: Callable[[str], Any] | None = None) -> JSON:
    """Decode a stored document.

    An integer of more digits than Python reads becomes a ``Decimal``.
    """
    try:
        return json.loads(document, parse_float=parse_float)
    except ValueError:
        return json.loads(document, parse_float=parse_float, parse_int=decode_integer)


def decode_integer(text: str) -> int | Decimal:
    """Return an integer, or a ``Decimal`` if it is too long for one."""
    return int(text) if len(text) < _MAX_INT_DIGITS else Decimal(text)


def _refuse(constant: str) -> JSON:
    raise ValueError(f"{constant} is not a JSON number")


# -- duplicate keys ---------------------------------------------------------------------------------------------


class _RepeatingDict(dict[str, JSON]):
    """An object with duplicate keys."""

    repeated_keys: tuple[str, ...]


def _unique(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _repeated_keys(pairs: list[tuple[str, JSON]]) -> tuple[str, ...]:
    seen, repeated = set[str](), dict[str, None]()
    for key, _ in pairs:
        if key in seen:
            repeated[key] = None
        seen.add(key)
    return tuple(repeated)


def _duplicate_keys(document: JSON, is_search: bool) -> Iterator[Diagnostic]:
    waiting: list[tuple[Path, JSON]] = [((), document)]
    while waiting:
        path, part = waiting.pop()
        if isinstance(part, _RepeatingDict):
            for key in part.repeated_keys:
                yield duplicate_key(key, Place((*path, key), at="key"), is_search=is_search)
        if isinstance(part, dict | list):
            inner = part.items() if isinstance(part, dict) else enumerate(part)
            waiting.extend(
                ((*path, step), value) for step, value in reversed([*inner]) if isinstance(value, dict | list)
            )


# -- diagnostics ------------------------------------------------------------------------------------------------


_OUTSIDE_FILTER = frozenset({"search", "sort", "cursorPaging", "paging", "cursor", "limit", "fieldName", "order"})


def duplicate_key(key: str, place: Place, *, is_search: bool = True) -> Diagnostic:
    """Return the diagnostic of a key that occurs twice in one object."""
    both = ", or put both conditions in $and" if is_search and key not in _OUTSIDE_FILTER else ""
    help_ = f"remove one of the two{both}: most JSON parsers silently drop one"
    return Diagnostic("duplicate-key", f"duplicate key {quoted(key)}", help_, place)


def text_too_large(size: int) -> Diagnostic:
    """Return the diagnostic of a text of ``size`` bytes, which are too many."""
    return Diagnostic("too-large", *too_large("the text", MAX_SEARCH_BYTES, "bytes", size), Place(()))


def not_utf8(problem: UnicodeDecodeError) -> Diagnostic:
    """Return the diagnostic of a text that is not UTF-8."""
    return _syntax(f"invalid UTF-8 at byte {problem.start}", "encode the text as UTF-8")


def _syntax(message: str, help_: str, line: int = 1, column: int = 1) -> Diagnostic:
    return Diagnostic("json-syntax", message, help_, Place(()), line, column)
