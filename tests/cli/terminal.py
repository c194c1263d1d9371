"""Runs command lines on a pseudo terminal of a chosen size, as a person would."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
import warnings
from pathlib import Path
from typing import NoReturn

from command_line import HANG_S, ROOT

from orderquery.cli.main import main

PROGRAM = """\
#!/bin/sh
exec "{python}" -c "from orderquery.cli.main import main; main(prog_name='orderquery')" "$@"
"""


def install(folder: Path) -> Path:
    """Write the program ``orderquery`` into a folder; return the folder."""
    folder.mkdir(exist_ok=True)
    program = folder / "orderquery"
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    return folder


def environment(bin_folder: Path, **changes: str) -> dict[str, str]:
    """Return the environment of a terminal: no colours and no pager, unless asked for."""
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "PAGER", "LESS")}
    return {
        **kept,
        "PATH": f"{bin_folder}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm",
        "NO_COLOR": "1",
        "PAGER": "",
        **changes,
    }


class Terminal:
    """A command on a pseudo terminal."""

    def __init__(
        self, command: list[str], cwd: Path, env: dict[str, str], *, columns: int = 80, lines: int = 24
    ) -> None:
        with warnings.catch_warnings():
            # The child of a process with threads only runs our program, or another one.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid, self._main = pty.fork()
        if not self.pid:
            _run_child(command, cwd, env, (lines, columns))
        self.text = ""
        self.status: int | None = None
        self._raw = b""

    def type(self, keys: str) -> None:
        os.write(self._main, keys.encode())

    def read_until(self, expected: str, begin: int = 0) -> str:
        """Read until a text is on the terminal; return what is there from ``begin``."""
        end = time.monotonic() + HANG_S
        while expected not in self.text[begin:]:
            assert time.monotonic() < end, self.text
            if not self._read():
                raise AssertionError(f"ended without {expected!r}: {self.text!r}")
        return self.text[begin:]

    def read_all(self) -> str:
        """Read until the command ends."""
        while self._read():
            pass
        self.end()
        return self.text

    def end(self) -> None:
        """Wait for the command, which a closed terminal ends."""
        if self.status is None:
            os.close(self._main)
            _, status = os.waitpid(self.pid, 0)
            self.status = os.waitstatus_to_exitcode(status)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._main], [], [], HANG_S)
        assert ready, self.text
        try:
            found = os.read(self._main, 65_536)
        except OSError:
            return False
        self._raw += found
        self.text = self._raw.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(found)


def _run_child(command: list[str], cwd: Path, env: dict[str, str], size: tuple[int, int]) -> NoReturn:
    """Run a command in the child of a fork.

    ``orderquery`` runs with the modules that are imported already: a start of Python for each command of a session
    would take most of the time.
    """
    status = 70
    try:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        os.chdir(cwd)
        # Under a shell's background job the signal is ignored, and children inherit that.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if command[0] != "orderquery":
            os.execvpe(command[0], command, env)
        os.environ.clear()
        os.environ.update(env)
        sys.stdin, sys.stdout, sys.stderr = (open(number, mode) for number, mode in ((0, "r"), (1, "w"), (2, "w")))
        sys.__stdout__ = sys.stdout
        main(command[1:], "orderquery")
    except SystemExit as problem:
        status = int(problem.code or 0)
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def shown(command: list[str], cwd: Path, env: dict[str, str], **size: int) -> str:
    """Return everything that a command writes to a terminal."""
    return Terminal(command, cwd, env, **size).read_all()
