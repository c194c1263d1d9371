"""Starts the command line, or a script, as a copy of a process that has imported libraries and lower layers.

A copy imports the command and the emulator by itself, as a new interpreter does.
"""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import reduction
from pathlib import Path
from typing import Any

from forking import forking

LIMITS = {
    "head": "HEAD_TIMEOUT_S",
    "body": "BODY_TIMEOUT_S",
    "rest": "UNREAD_BODY_TIMEOUT_S",
    "search": "SEARCH_TIMEOUT_S",
    "take": "RESPONSE_TIMEOUT_S",
    "grace": "SHUTDOWN_TIMEOUT_S",
    "webhook": "WEBHOOK_TIMEOUT_S",
}


class Streams:
    """The files for input, output and errors of a copy; they reach it by their descriptors."""

    def __init__(self, files: Sequence[int]) -> None:
        self._files = files

    def __reduce__(self) -> tuple[Any, ...]:
        return _received, ([reduction.DupFd(file) for file in self._files],)


def _received(files: Sequence[Any]) -> list[int]:
    return [file.detach() for file in files]


class Copy:
    """A started process, with the methods of ``subprocess.Popen`` that tests use."""

    def __init__(
        self, words: Sequence[str], folder: Path, environment: Mapping[str, str],
        streams: Sequence[int], limits: Mapping[str, float], script: Path | None = None,
    ) -> None:  # fmt: skip
        asked = (words, str(folder), environment, limits, None if script is None else str(script))
        self._process = forking().Process(target=become, args=(Streams(streams), *asked))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def become(
    streams: Sequence[int], words: Sequence[str], folder: str, environment: Mapping[str, str],
    limits: Mapping[str, float], script: str | None,
) -> None:  # fmt: skip
    """Become ``python -m orderquery``, or a script, in a copy."""
    for number, file in enumerate(streams):
        os.dup2(file, number)
        os.close(file)
    sys.stdin = open(0, closefd=False)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    change_limits(limits)
    if script is not None:
        sys.argv = [script, *words]
        runpy.run_path(script, run_name="__main__")
        return
    sys.path[0] = folder
    sys.argv = ["orderquery", *words]
    from orderquery.cli.main import main

    main(prog_name="python -m orderquery")


def change_limits(limits: Mapping[str, float]) -> None:
    """Replace time limits of the emulator, before any other module takes them by name."""
    from orderquery.emulator import limits as shipped

    for key, seconds in limits.items():
        name = LIMITS[key]
        taken = [module for module, found in sys.modules.items() if found is not shipped and hasattr(found, name)]
        assert not taken, taken
        assert hasattr(shipped, name)
        setattr(shipped, name, seconds)
