"""Starts processes of the command line, each a copy of one process that has imported what all of them import.

``python forked_commands.py FD`` is that process: it imports libraries and lower layers, and copies itself for each
request on the socket FD. A copy imports the command and the emulator by itself, as a new interpreter does.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

IMPORTED = [
    "click", "cryptography.hazmat.primitives.serialization", "httptools", "jwt", "msgspec", "pydantic", "sqlglot",
    "starlette.applications", "uvicorn", "uvicorn.protocols.http.httptools_impl",
    "orderquery.stores.sqlite.store", "orderquery.emulator.wire.order_requests", "orderquery.emulator.wire.transaction_requests",
]  # fmt: skip
"""No module of ``orderquery.cli``, and none that takes a time limit of the emulator by name."""
LIMITS = {
    "head": "HEAD_TIMEOUT_S",
    "body": "BODY_TIMEOUT_S",
    "rest": "UNREAD_BODY_TIMEOUT_S",
    "search": "SEARCH_TIMEOUT_S",
    "take": "RESPONSE_TIMEOUT_S",
    "grace": "SHUTDOWN_TIMEOUT_S",
    "webhook": "WEBHOOK_TIMEOUT_S",
}
MAX_REQUEST_BYTES = 1 << 20


# -- the process that is copied -----------------------------------------------------------------------------------


def serve_copies(requests: socket.socket) -> dict[str, Any]:
    """Start a copy for each request; return, in a copy, what it is asked to run."""
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    # Ctrl-C is for the tests, which close the socket when they end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    statuses = dict[int, int]()
    while True:
        ready, _, _ = select.select([requests, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _report_ended(statuses)
        if requests not in ready:
            continue
        received, files, _, _ = socket.recv_fds(requests, MAX_REQUEST_BYTES, 4)
        if not received:
            os._exit(0)
        *streams, status = files
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            for number, file in enumerate(streams):
                os.dup2(file, number)
            for file in (*files, *statuses.values(), woken, wake, requests.detach()):
                os.close(file)
            return json.loads(received)
        statuses[pid] = status
        for file in streams:
            os.close(file)
        requests.send(b"%d" % pid)


def _report_ended(statuses: dict[int, int]) -> None:
    while statuses:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        os.write(statuses[pid], b"%d" % os.waitstatus_to_exitcode(status))
        os.close(statuses.pop(pid))


def run_copy(asked: dict[str, Any]) -> NoReturn:
    """Become ``python -m orderquery``, or a script, as a request says."""
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    change_limits(asked["limits"])
    if asked.get("script") is not None:
        gc.enable()
        sys.argv = [asked["script"], *asked["words"]]
        runpy.run_path(asked["script"], run_name="__main__")
        sys.exit()
    sys.path[0] = asked["folder"]
    sys.argv = ["orderquery", *asked["words"]]
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


# -- its requests ---------------------------------------------------------------------------------------------------


class Copies:
    """The process that is copied, as the tests see it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # A message is a request: it is never split.
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
            )  # fmt: skip
        atexit.register(self._close)

    def _close(self) -> None:
        self._socket.close()
        self._process.wait()

    def start(
        self, words: Sequence[str], folder: Path, environment: Mapping[str, str],
        streams: Sequence[int], limits: Mapping[str, float], script: Path | None = None,
    ) -> Copy:  # fmt: skip
        """Start a copy that runs a command line or a script; ``streams`` are files for input, output and errors."""
        ended, status = os.pipe()
        asked = {
            "words": words, "folder": str(folder), "environment": environment, "limits": limits,
            "script": None if script is None else str(script),
        }  # fmt: skip
        with self._lock:
            socket.send_fds(self._socket, [json.dumps(asked).encode()], [*streams, status])
            os.close(status)
            pid = int(self._socket.recv(100))
        return Copy(pid, ended)


class Copy:
    """A started process, with the methods of ``subprocess.Popen`` that tests use."""

    def __init__(self, pid: int, ended: int) -> None:
        self.pid, self._ended = pid, ended
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self._status(0)

    def wait(self, timeout: float | None = None) -> int:
        status = self._status(timeout)
        if status is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _status(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._ended], [], [], timeout)[0]:
            self.returncode = int(os.read(self._ended, 100))
            os.close(self._ended)
        return self.returncode


if __name__ == "__main__":
    # As the command does: imported modules live until the process ends.
    gc.disable()
    for module in IMPORTED:
        import_module(module)
    gc.freeze()
    run_copy(serve_copies(socket.socket(fileno=int(sys.argv[1]))))
