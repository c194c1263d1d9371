"""The warnings header: codes and places of diagnostics, never values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from ..diagnostics.diagnostic import Diagnostic
from .limits import MAX_POINTER_CHARS, MAX_WARNINGS_BYTES

HEADER = "x-orderquery-warnings"
_UNESCAPED = "/$._-~"
_HALF_ESCAPE = re.compile("%[0-9A-F]?$")


def warnings_text(diagnostics: Sequence[Diagnostic]) -> str:
    """Return ``code pointer, …, and N more``, with percent-encoded JSON pointers."""
    text, room = "", MAX_WARNINGS_BYTES - len(f", and {len(diagnostics)} more")
    for index, diagnostic in enumerate(diagnostics):
        # A diagnostic of the whole request has no pointer; spaces at the end of a header are not a part of it.
        entry = f"{diagnostic.code} {_pointer(diagnostic)}".rstrip()
        longer = f"{text}, {entry}" if text else entry
        if len(longer) > room:
            return f"{text}, and {len(diagnostics) - index} more"
        text = longer
    return text


def warnings_header(diagnostics: Sequence[Diagnostic]) -> dict[str, str]:
    """Return the header for these diagnostics, or nothing for none."""
    return {HEADER: warnings_text(diagnostics)} if diagnostics else {}


def _pointer(diagnostic: Diagnostic) -> str:
    # A key may contain a lone surrogate, which UTF-8 cannot encode.
    shown = quote((diagnostic.pointer or "").encode("utf-8", "replace"), safe=_UNESCAPED)
    if len(shown) <= MAX_POINTER_CHARS:
        return shown
    return _HALF_ESCAPE.sub("", shown[: MAX_POINTER_CHARS - 3]) + "..."
