"""What to write for a word or a number in place of true or false."""

from __future__ import annotations

from typing import Any

from ..language.fields import Field
from ..language.operators import Operator, Takes
from ..syntax.json_printer import write_help

JSON = Any

_FLAGS = {"yes": True, "on": True, "1": True, "no": False, "off": False, "0": False}


def help_for_flag(item: JSON, row: Field, operator: Operator, *, in_text: bool) -> str:
    """Return the help for a value such as ``yes`` or 1, else ``""``."""
    is_small = isinstance(item, int) and not isinstance(item, bool) and item in (0, 1)
    word = str(int(item)) if is_small else item.strip().lower() if isinstance(item, str) else ""
    flag = _FLAGS.get(word) if row.type.name == "boolean" else None
    if flag is None or (in_text and operator.takes is not Takes.VALUE):
        return ""
    shown = write_help(flag)
    in_words = f"write: {row.name} {operator.spellings[0].words} {shown.removeprefix('write: ')}"
    return in_words if in_text else shown
