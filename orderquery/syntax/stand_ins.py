"""Read on after a value that is not JSON, such as a variable.

JSON of the same length takes its place in the text, so that every other part keeps its place, and a hole takes its
place in the decoded search. The rest is then checked in the same run.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .holes import Hole

Span = tuple[int, int]

_FIRST_KEY = 0x4E00
"""Of the keys that take the place of others: letters that no name of a search begins with."""
_SKIPPED = re.compile(
    r"""//[^\r\n]*|/\*[\s\S]*?\*/|"(?:[^"\\\r\n]|\\[\s\S])*+"|'(?:[^'\\\r\n]|\\[\s\S])*+'|`(?:[^`\\]|\\[\s\S])*+`|[\s\S]"""
)
_CLOSING = {"{": "}", "[": "]", "(": ")"}


class StandIn(NamedTuple):
    """A hole in the place of a value, and the span of that value.

    ``is_entry`` is set for a whole entry of an object: a name without a value, of which ``key`` is the name, or a
    spread, which has none.
    """

    hole: Hole
    span: Span
    is_entry: bool = False
    key: str | None = None

    def put_into(self, text: str, count: int) -> str | None:
        """Return the text with JSON in place of the value; ``None`` if there is no room.

        ``count`` is the number of those before.
        """
        start, end = self.span
        filler = f"{chr(_FIRST_KEY + count)}:0" if self.is_entry else "0"
        return None if end - start < len(filler) else text[:start] + filler.ljust(end - start) + text[end:]


def end_of_expression(text: str, start: int) -> int | None:
    """Return where an expression ends: before a comma or a closing bracket."""
    opened: list[str] = []
    for found in _SKIPPED.finditer(text, start):
        piece = found[0]
        if opened and piece == opened[-1]:
            opened.pop()
        elif not opened and piece in (",", "}", "]"):
            return found.start()
        elif piece in (")", "}", "]"):
            return None
        elif piece in _CLOSING:
            opened.append(_CLOSING[piece])
    return None
