"""Run the emulator as a process, with uvicorn."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import logging
import platform
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..diagnostics.errors import MissingExtra, UsageError
from ..diagnostics.quoting import quoted
from .limits import SHUTDOWN_TIMEOUT_S

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_ALLOCATOR_BYTES = {_M_TRIM_THRESHOLD: 64 << 20, _M_MMAP_THRESHOLD: 16 << 20}

_LOG_LINE = "%(asctime)s %(levelname)s %(message)s"


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 selects a free port.

    Raises:
        UsageError: the port is in use or not permitted, or the host is unknown.

    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.create_server(address[:2], family=family)
    except (OSError, UnicodeError, OverflowError) as problem:
        raise UsageError(_explain(problem, host, port)) from None
    # Accepted connections inherit it. Without it, the second packet of a small answer waits 40 ms for the client.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _explain(problem: Exception, host: str, port: int) -> str:
    number = getattr(problem, "errno", None)
    if number == errno.EADDRINUSE:
        return f"port {port} of {host} is in use; stop the other server, or use another --port (0 selects a free one)"
    if number == errno.EACCES:
        return f"no permission to use port {port}; use a --port above 1023"
    if isinstance(problem, socket.gaierror) or number == errno.EADDRNOTAVAIL:
        return f"{quoted(host)} is not an address of this machine; use --host 127.0.0.1"
    return f"cannot listen on {quoted(host)} port {port}: {problem}"


def url_of(listening: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def serve(
    app: Starlette, listening: socket.socket, *, access_log: bool = True, begun: Callable[[], None] | None = None
) -> None:
    """Serve until SIGINT or SIGTERM; requests in progress are still answered.

    Requests, warnings and failures are logged to standard error. ``begun`` is called once the process reacts to these
    signals.
    """
    server = _uvicorn_server(app, access_log)
    _log_to_stderr(access_log)
    _keep_freed_memory()

    def stop(*_: object) -> None:
        # Also stops a server that has not started; when uvicorn raises its signal again at its end, this does nothing.
        server.should_exit = True

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            if begun is not None:
                begun()
            server.run(sockets=[listening])
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def run_in_thread(app: Starlette, listening: socket.socket) -> Iterator[None]:
    """Serve in a thread of this process until the block ends.

    Signals and logging stay as they are.
    """
    server = _uvicorn_server(app, access_log=False)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def _uvicorn_server(app: Starlette, access_log: bool) -> uvicorn.Server:
    try:
        import uvicorn

        from .http_protocol import BoundedProtocol, StoppingServer
    except ImportError as problem:
        raise MissingExtra("endpoint", problem) from None

    config = uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        access_log=access_log,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
    )
    log = getattr(app.state, "request_log", None)
    return StoppingServer(config, (lambda: None) if log is None else log.close)


def _keep_freed_memory() -> None:
    """Tell glibc to keep freed memory for the next response."""
    # By default glibc returns large blocks to the system after each response: pages of 2.4 MB took 15 to 30 % more
    # processor time so, pages of 400 KB the same (8 connections, glibc 2.36). mallopt(3) is documented, and its two
    # parameters are the same in every version of glibc; other C libraries lack it.
    if sys.platform == "linux" and platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        for parameter, size in _ALLOCATOR_BYTES.items():
            libc.mallopt(parameter, size)


def _log_to_stderr(access_log: bool) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(_LOG_LINE))
    for name, level in (
        ("orderquery", logging.INFO),
        ("uvicorn.error", logging.WARNING),
        ("uvicorn.access", logging.INFO if access_log else logging.WARNING),
    ):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
