"""What a request gets away with, as the text of a header and of a log line: codes and places, never an operand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from ..diagnostics.diagnostic import Diagnostic

HEADER = "x-orderquery-warnings"
MOST_BYTES = 4096
_LONGEST_PLACE = 256
_READABLE = "/$._-~"
_HALF_ESCAPE = re.compile("%[0-9A-F]?$")


def warnings_text(diagnostics: Iterable[Diagnostic]) -> str:
    """``code place, code place, …``: places are JSON pointers, percent-encoded; what has no room is counted."""
    entries = [f"{found.code} {_place(found)}" for found in diagnostics]
    text, room = "", MOST_BYTES - len(f", and {len(entries)} more")
    for index, entry in enumerate(entries):
        longer = f"{text}, {entry}" if text else entry
        if len(longer) > room:
            return f"{text}, and {len(entries) - index} more"
        text = longer
    return text


def warnings_header(diagnostics: Sequence[Diagnostic]) -> dict[str, str]:
    """The header that says these, if there are any."""
    return {HEADER: warnings_text(diagnostics)} if diagnostics else {}


def _place(diagnostic: Diagnostic) -> str:
    # A key may hold a lone surrogate, and be of any length.
    shown = quote((diagnostic.pointer or "").encode("utf-8", "replace"), safe=_READABLE)
    return shown if len(shown) <= _LONGEST_PLACE else _HALF_ESCAPE.sub("", shown[: _LONGEST_PLACE - 3]) + "..."
