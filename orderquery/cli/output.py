"""Output of bytes to standard output and of messages to standard error.

Both are UTF-8 in every locale. For a while a file or a pager can take the place of standard output.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import click

if TYPE_CHECKING:
    from ..sql.statement import Statement


class ByteStream(Protocol):
    """A stream that takes bytes."""

    def write(self, data: Any, /) -> Any:
        """Write bytes."""

    def flush(self) -> Any:
        """Write what is buffered."""


class _Destination(NamedTuple):
    stream: ByteStream
    is_terminal: bool


_destinations: list[_Destination] = []
"""What takes the place of standard output; the last one counts."""


@contextlib.contextmanager
def redirected(stream: ByteStream, *, is_terminal: bool) -> Iterator[None]:
    """Write to a stream in place of standard output.

    With ``is_terminal`` a person reads it on a terminal, as with a pager.
    """
    _destinations.append(_Destination(stream, is_terminal))
    try:
        yield
    finally:
        _destinations.pop()


def write_line(text: str) -> None:
    """Write a line to standard output.

    Characters that UTF-8 cannot encode are escaped.
    """
    stdout_bytes().write(_encode(text) + b"\n")


def stdout_bytes() -> ByteStream:
    """Return the binary stream of standard output, or what takes its place.

    The stream is buffered. The program flushes it at the end.
    """
    if _destinations:
        return _destinations[-1].stream
    if sys.stdout is None:
        raise OSError(0, "standard output is closed")
    return sys.stdout.buffer


def write_message(text: str, *, keep_lines: bool = False) -> None:
    """Write a message to standard error; without ``keep_lines`` on one line."""
    from ..compiler.render import printable

    if sys.stderr is None:
        return
    # A closed standard error must not replace the exit status with a traceback.
    with contextlib.suppress(OSError, ValueError):
        stream = sys.stderr.buffer
        stream.write(_encode(text if keep_lines else printable(text)) + b"\n")
        stream.flush()


def write_notes(statement: Statement) -> None:
    """Write the notes of a statement to standard error.

    A note says where the tables cannot keep the exact meaning of the search.
    """
    for note in statement.notes:
        write_message(f"note: {note}")


def write_json(value: Any) -> None:
    """Write a value to standard output as indented JSON."""
    import json

    write_line(json.dumps(value, ensure_ascii=False, indent=2))


def join_lines(document: bytes) -> bytes:
    """Return a JSON document on one line.

    Line breaks are removed. In JSON they can only be between tokens.
    """
    return document.translate(None, b"\r\n")


def relative_path(name: str) -> str:
    """Return the path of a file with ``/``.

    It is relative to the working directory if the file is inside, else absolute.
    """
    from pathlib import Path

    path, here = os.path.abspath(name), os.getcwd().rstrip(os.sep) + os.sep
    return Path(path[len(here) :] if path.startswith(here) else path).as_posix()


def count_of(count: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless it is 1."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def wants_colour(stream: Any) -> bool:
    """Return whether to write colours.

    ``--no-color`` and NO_COLOR turn them off, else FORCE_COLOR turns them on, else they are for a terminal. A file of
    ``--output`` has none.
    """
    context = click.get_current_context(silent=True)
    if (context is not None and context.find_root().color is False) or os.environ.get("NO_COLOR"):
        return False
    if is_output_file(stream):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def is_output_file(stream: Any) -> bool:
    """Return True for standard output while the file of ``--output`` takes its place."""
    return stream is sys.stdout and bool(_destinations) and not _destinations[-1].is_terminal


def is_terminal(stream: Any) -> bool:
    """Return True if a stream is a terminal."""
    if is_output_file(stream):
        return False
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False


def flush_stdout() -> None:
    """Write the buffered output."""
    if _destinations:
        _destinations[-1].stream.flush()
    if sys.stdout is not None:
        sys.stdout.buffer.flush()


def discard_stdout() -> None:
    """Discard the buffered output.

    Otherwise Python reports an error at exit if the reader has closed the pipe.
    """
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
