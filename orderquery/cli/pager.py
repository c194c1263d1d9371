"""A pager for output that is longer than the terminal."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from .output import is_terminal, redirected
from .terminal import terminal_columns, terminal_lines

_DEFAULT_PAGER = "less"
_LESS_OPTIONS = "FRX"
"""Quit if the text fits, keep colours, and leave the text on the screen: as git sets them."""
_NO_PAGERS = ("", "cat")


class PagerClosed(Exception):
    """The user has quit the pager: the rest of the output is not wanted."""


class PagedOutput:
    """Standard output that starts a pager when the text is longer than the terminal."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._lines_left = terminal_lines() - 1
        self._columns = terminal_columns() or 80
        self._waiting: list[bytes] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._is_direct = False

    def write(self, data: Any, /) -> int:
        """Keep a short text until it is known to be short; a long one goes to the pager."""
        chunk = bytes(data)
        if self._process is None and not self._is_direct:
            self._waiting.append(chunk)
            self._lines_left -= sum(max(len(line) - 1, 0) // self._columns + 1 for line in chunk.splitlines())
            if self._lines_left >= 0:
                return len(chunk)
            self._start()
        elif self._process is not None:
            self._to_pager(chunk)
        else:
            sys.stdout.buffer.write(chunk)
        return len(chunk)

    def flush(self) -> None:
        """Do nothing: the end of the output decides where a short text goes."""

    def _start(self) -> None:
        environment = {"LESS": _LESS_OPTIONS, "LESSCHARSET": "utf-8", **os.environ}
        try:
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, env=environment)  # noqa: S603
        except OSError:
            self._is_direct = True
            self._write_waiting()
            return
        waiting, self._waiting = self._waiting, []
        self._to_pager(b"".join(waiting))

    def _to_pager(self, chunk: bytes) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(chunk)
        except BrokenPipeError:
            raise PagerClosed from None

    def _write_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        sys.stdout.buffer.write(b"".join(waiting))
        sys.stdout.buffer.flush()

    def close(self) -> None:
        """Write a short text to standard output, or wait until the user quits the pager."""
        if self._process is None:
            self._write_waiting()
            return
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        while True:
            try:
                self._process.wait()
                return
            except KeyboardInterrupt:
                # Ctrl-C is for the pager, which has the terminal.
                continue


@contextlib.contextmanager
def paged_output() -> Iterator[None]:
    """Show output that is longer than the terminal in a pager.

    Output to a pipe or a file has none.
    """
    command = pager_command()
    if command is None or not is_terminal(sys.stdout):
        yield
        return
    output = PagedOutput(command)
    try:
        with contextlib.suppress(PagerClosed), redirected(output, is_terminal=True):
            yield
    finally:
        output.close()


def pager_command() -> list[str] | None:
    """Return the command of the pager, as PAGER names it; ``None`` if there is none."""
    if os.environ.get("TERM") == "dumb":
        return None
    try:
        command = shlex.split(os.environ.get("PAGER", _DEFAULT_PAGER))
    except ValueError:
        return None
    if not command or command[0] in _NO_PAGERS or shutil.which(command[0]) is None:
        return None
    return command
