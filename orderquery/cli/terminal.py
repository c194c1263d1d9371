"""The terminal: its size, and texts cut to its width."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Any

from ..compiler.render import cell_width
from .output import is_output_file, is_terminal

PIPE_COLUMNS = 160
"""The width of a wrapped text that is not for a terminal."""
_ELLIPSIS = "…"


def terminal_columns(stream: Any = None) -> int | None:
    """Return the width of the terminal or COLUMNS; None for a pipe or a file.

    ``stream`` is the one that is written to, without it standard output.
    """
    written = sys.stdout if stream is None else stream
    if is_output_file(written):
        return None
    if not is_terminal(written):
        return _named_columns()
    try:
        size = os.get_terminal_size(written.fileno()).columns
    except (OSError, ValueError, AttributeError):
        size = 0
    return _named_columns() or size or shutil.get_terminal_size().columns


def _named_columns() -> int | None:
    """Return COLUMNS of the environment."""
    text = os.environ.get("COLUMNS", "")
    return int(text) if text.isascii() and text.isdigit() and int(text) else None


def terminal_lines() -> int:
    """Return the height of the terminal."""
    return shutil.get_terminal_size().lines


def truncate(text: str, width: int) -> str:
    """Return a text that takes at most ``width`` cells."""
    if cell_width(text) <= width:
        return text
    cut = text[: max(width, 0)]
    while cut and cell_width(cut) > width - 1:
        cut = cut[:-1]
    return cut.rstrip() + _ELLIPSIS if width > 0 else ""
