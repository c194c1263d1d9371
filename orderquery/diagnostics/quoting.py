"""Values in messages: quoted text, and a few words for anything else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

MAX_QUOTED_CHARS = 60
MAX_NUMBER_CHARS = 40
MAX_REPR_CHARS = 150
"""Of the text in a ``repr``, which is one line."""


def quoted(text: str, longest: int = MAX_QUOTED_CHARS) -> str:
    """Return a text in double quotes, cut short, unprintable characters escaped."""
    cut = text if len(text) <= longest else text[: longest - 3] + "..."
    return '"' + (cut if cut.isprintable() else "".join(map(_printable, cut))) + '"'


def shortened(text: str, longest: int = MAX_REPR_CHARS) -> str:
    """Return a text on one line, unprintable characters escaped, then cut short."""
    line = "".join(map(_printable, text[:longest]))
    return line if len(line) == len(text) else line[: longest - 3] + "..."


def _printable(character: str) -> str:
    return character if character.isprintable() else f"\\u{ord(character):04x}"


def described(value: Any) -> str:
    """Return a value for a message: a scalar itself, anything else by its kind."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**MAX_NUMBER_CHARS else "a number of more than 40 digits"
    if isinstance(value, float | Decimal):
        return str(value)[:MAX_QUOTED_CHARS]
    return f"a Python {type(value).__name__}"
