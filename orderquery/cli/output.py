"""What commands write: bytes to standard output, UTF-8 whatever the locale, and messages to standard error."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

import click

if TYPE_CHECKING:
    from ..sql.statement import Statement


def put(text: str) -> None:
    """Write a text and a line break to standard output; what UTF-8 cannot hold as an escape."""
    stdout().write(_encoded(text) + b"\n")


def stdout() -> BinaryIO:
    """Standard output, for bytes. It is buffered: the program flushes it at its end."""
    if sys.stdout is None:
        raise OSError(0, "standard output is closed")
    return sys.stdout.buffer


def say(text: str, *, keep_lines: bool = False) -> None:
    """Write a message and a line break to standard error; without ``keep_lines`` on one line."""
    from ..compiler.render import printable

    if sys.stderr is None:
        return
    # Whoever closed standard error does not want to hear of it.
    with contextlib.suppress(OSError, ValueError):
        stream = sys.stderr.buffer
        stream.write(_encoded(text if keep_lines else printable(text)) + b"\n")
        stream.flush()


def say_notes(built: Statement) -> None:
    """Say what of a search's exact meaning the tables of a statement cannot keep."""
    for note in built.notes:
        say(f"note: {note}")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def wants_colour(stream: Any) -> bool:
    """Whether colour is welcome: a terminal, no ``--no-color`` and no NO_COLOR."""
    context = click.get_current_context(silent=True)
    if (context is not None and context.find_root().color is False) or os.environ.get("NO_COLOR"):
        return False
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def is_terminal(stream: Any) -> bool:
    """Whether a stream is a terminal."""
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False


def flush_stdout() -> None:
    """Write what is still buffered."""
    if sys.stdout is not None:
        sys.stdout.buffer.flush()


def discard_stdout() -> None:
    """Let what is still buffered go nowhere: the reader has gone, and the interpreter would complain at exit."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
