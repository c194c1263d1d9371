"""The endpoint as a process: uvicorn, the ASGI server that Starlette's own makers keep."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import logging
import platform
import signal
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..diagnostics.errors import MissingExtra, UsageError

if TYPE_CHECKING:
    from starlette.applications import Starlette

GRACE = 10
"""Seconds that requests under way are given when the server is told to stop."""

_ALLOCATOR = {-1: 64 << 20, -3: 16 << 20}
"""Of glibc's mallopt: M_TRIM_THRESHOLD and M_MMAP_THRESHOLD, in bytes."""

_LINE = "%(asctime)s %(levelname)s %(message)s"


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens, at a free port where ``port`` is 0.

    Raises:
        UsageError: the port is taken or may not be used, or there is no such host.

    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except (OSError, UnicodeError, OverflowError) as problem:
        raise UsageError(_why(problem, host, port)) from None


def _why(problem: Exception, host: str, port: int) -> str:
    number = getattr(problem, "errno", None)
    if number == errno.EADDRINUSE:
        return f"port {port} of {host} is taken: stop what listens there, or give another --port (0 finds a free one)"
    if number == errno.EACCES:
        return f"port {port} may not be used by this user: give a --port above 1023"
    if isinstance(problem, socket.gaierror) or number == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine"
    return f"cannot listen at {host} port {port}: {problem}"


def url_of(listening: socket.socket) -> str:
    """The URL under which a listening socket is reached."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def serve(
    app: Starlette, listening: socket.socket, *, access_log: bool = True, begun: Callable[[], None] | None = None
) -> None:
    """Serve until the process is told to stop (SIGINT, SIGTERM); requests under way are then still answered.

    Every request is a line on standard error, and so is every warning and failure. ``begun`` is called when the
    process can be told to stop.
    """
    try:
        import uvicorn

        from .connections import BoundedProtocol
    except ImportError as problem:
        raise MissingExtra("endpoint", problem) from None

    _log_to_stderr(access_log)
    _keep_memory()
    config = uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        access_log=access_log,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )
    server = uvicorn.Server(config)

    def stop(*_: object) -> None:
        # Before the server has begun, this stops it; and at its end, when it raises its signal again, does nothing.
        server.should_exit = True

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            if begun is not None:
                begun()
            server.run(sockets=[listening])
    finally:
        signal.signal(signal.SIGTERM, before)


def _keep_memory() -> None:
    """Ask the C library, where it can be asked, to keep what an answer took for the next one.

    Given back after every answer, a page of 400 KB costs more in page faults than its search.
    """
    if sys.platform == "linux" and platform.libc_ver()[0] == "glibc":
        allocator = ctypes.CDLL(None)
        for parameter, size in _ALLOCATOR.items():
            allocator.mallopt(parameter, size)


def _log_to_stderr(access_log: bool) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(_LINE))
    for name, level in (
        ("orderquery", logging.INFO),
        ("uvicorn.error", logging.WARNING),
        ("uvicorn.access", logging.INFO if access_log else logging.WARNING),
    ):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
