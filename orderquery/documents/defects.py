"""Why a document cannot be used: messages, and tests of decoded documents."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Place
from ..diagnostics.quoting import described
from ..language.limits import MAX_DOCUMENT_LEVELS
from ..syntax.json_decoder import mistake_of
from ..syntax.json_printer import encode_json

JSON = Any


class Defect(NamedTuple):
    """Why a document cannot be used, how to fix it, and the place of it in the text."""

    message: str
    help: str
    line: int | None = None
    column: int | None = None

    def at(self, place: Place) -> Diagnostic:
        """Return the diagnostic ``unusable-document`` for a place."""
        return Diagnostic("unusable-document", self.message, self.help, place, self.line, self.column)

    def undecoded(self, place: Place) -> Diagnostic:
        """Return the same for a text that is not JSON."""
        facts = {"undecoded": True}
        return Diagnostic("unusable-document", self.message, self.help, place, self.line, self.column, facts=facts)


TOO_DEEP = Defect("document nests too deeply", f"nest at most {MAX_DOCUMENT_LEVELS} levels")
LONE_SURROGATE = Defect("document contains a lone surrogate, which UTF-8 cannot encode", "remove the lone surrogate")


def defect_of(error: Exception) -> Defect:
    """Return why a document cannot be encoded or decoded."""
    if isinstance(error, RecursionError) or "ircular" in str(error):
        return TOO_DEEP
    if isinstance(error, UnicodeEncodeError):
        return LONE_SURROGATE
    if isinstance(error, UnicodeDecodeError):
        return _not_utf8(error)
    if isinstance(error, json.JSONDecodeError):
        # A text that ends too early is at fault where its last line ends, not on a line below.
        message, at = mistake_of(error)
        at = min(at, len(error.doc.rstrip()))
        line, column = error.doc.count("\n", 0, at) + 1, at - error.doc.rfind("\n", 0, at)
        return Defect(message, "fix the JSON", line, column)
    if isinstance(error, ArithmeticError):
        return Defect("number with an exponent out of range", "write the number with a smaller exponent")
    message = str(error) if isinstance(error, TypeError) else f"invalid JSON: {error}"
    return Defect(message, "use only values that JSON can hold")


def _not_utf8(error: UnicodeDecodeError) -> Defect:
    before = error.object[: error.start]
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
    return Defect("not UTF-8", "encode the document as UTF-8", before.count(b"\n") + 1, column)


def not_an_object(value: JSON) -> Defect:
    """Return why a value that is not an object is no order."""
    return Defect(f"expected a JSON object, not {described(value)}", "write each order as a JSON object")


def nests_too_deep(document: JSON, written: bytes) -> bool:
    """Return whether a document nests deeper than ``MAX_DOCUMENT_LEVELS``.

    ``written`` holds its bytes.
    """
    # Counting brackets is faster than a walk, and enough for almost every document.
    if written.count(b"{") + written.count(b"[") <= MAX_DOCUMENT_LEVELS:
        return False
    level, depth = [document], 0
    while level and depth <= MAX_DOCUMENT_LEVELS:
        depth += 1
        inner = [part for part in level if isinstance(part, dict | list | tuple)]
        level = [below for part in inner for below in (part.values() if isinstance(part, dict) else part)]
    return bool(level)


def find_defect(document: JSON) -> Defect | None:
    """Return why a decoded document cannot be stored, or ``None`` if it can."""
    try:
        return TOO_DEEP if nests_too_deep(document, encode_json(document)) else None
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        return defect_of(error)


def has_surrogates(decoded: JSON) -> bool:
    """Return whether any text of a decoded document holds a lone surrogate."""
    try:
        json.dumps(decoded, ensure_ascii=False, default=str).encode("utf-8")
    except (UnicodeEncodeError, RecursionError):
        return True
    return False
