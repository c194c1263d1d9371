"""The turns of loads: few at once, for a bounded time, while the client waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from .errors import Refused, application_error
from .limits import LOAD_TIMEOUT_S, MAX_CONCURRENT_LOADS, MAX_LOAD_OBJECTS, MAX_LOAD_VALUES, MAX_SMALL_LOAD_BYTES

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_COUNTED_BYTES = 1 << 20
_BEGINS_OBJECT = (b"{", b"[")
_MAX_OTHER_MESSAGES = 10
"""After the body of a request only its end is expected."""


class LoadTurn:
    """One load in progress. ``check`` ends it where it must not go on."""

    def __init__(self, timeout_s: float, clock: Callable[[], float]) -> None:
        self._timeout_s, self._clock = timeout_s, clock
        self._end: float | None = None
        self.has_left = False
        """Whether the client has gone."""

    @property
    def has_begun(self) -> bool:
        """Whether it has its turn."""
        return self._end is not None

    def begin(self) -> None:
        """Start the time."""
        self._end = self._clock() + self._timeout_s

    def check(self) -> None:
        """Raise where the load must end.

        Raises:
            ClientDisconnect: the client has gone.
            Refused: 408, it takes too long.

        """
        if self.has_left:
            raise ClientDisconnect
        if self._end is not None and self._clock() > self._end:
            raise _too_long(self._timeout_s)


class LoadTurns:
    """Gives turns to loads; small ones do not wait for large ones."""

    def __init__(self, timeout_s: float = LOAD_TIMEOUT_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._timeout_s, self._clock = timeout_s, clock

    async def run(self, request: Request, size: int, load: Callable[[LoadTurn], Response]) -> Response:
        """Run a load of so many bytes in a thread.

        Raises:
            ClientDisconnect: the client went before the end.

        """
        turn = LoadTurn(self._timeout_s, self._clock)
        leaving = asyncio.ensure_future(_until_left(request))
        running = asyncio.ensure_future(self._run(turn, size, load))
        # Read here, as nothing else does after the server has stopped waiting.
        running.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            await asyncio.wait({leaving, running}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done() and leaving.result():
                turn.has_left = True
                if not turn.has_begun:
                    running.cancel()
                    raise ClientDisconnect
            return await running
        except BaseException:
            turn.has_left = True
            raise
        finally:
            leaving.cancel()

    async def _run(self, turn: LoadTurn, size: int, load: Callable[[LoadTurn], Response]) -> Response:
        async with self._small if size <= MAX_SMALL_LOAD_BYTES else self._large:
            turn.begin()
            return await run_in_threadpool(load, turn)

    @cached_property
    def _small(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(MAX_CONCURRENT_LOADS)

    @cached_property
    def _large(self) -> asyncio.Semaphore:
        return asyncio.Semaphore(MAX_CONCURRENT_LOADS)


async def _until_left(request: Request) -> bool:
    """Wait until the client of a request with a complete body has gone.

    Returns ``False`` if the server does not tell.
    """
    for _ in range(_MAX_OTHER_MESSAGES):
        try:
            message = await request.receive()
        except Exception:  # servers differ in what a second end of a body is
            return False
        if message["type"] == "http.disconnect":
            return True
    return False


def check_values(body: bytes) -> None:
    """Refuse a body that would take much more memory than its bytes.

    Raises:
        Refused: 413.

    """
    values = objects = 0
    for start in range(0, len(body), _COUNTED_BYTES):
        # In pieces, because a count keeps the interpreter to itself.
        objects += sum(body.count(sign, start, start + _COUNTED_BYTES) for sign in _BEGINS_OBJECT)
        values += body.count(b",", start, start + _COUNTED_BYTES)
        for count, most, what in ((values, MAX_LOAD_VALUES, "values"), (objects, MAX_LOAD_OBJECTS, "objects")):
            if count > most:
                message = f"the body has more than {most:,} {what}; load it in parts"
                raise application_error(413, "REQUEST_TOO_LARGE", message, {"threshold": most})


def _too_long(seconds: float) -> Refused:
    message = f"the load took more than {seconds:g} s and was ended; what it stored so far is kept: load it in parts"
    return application_error(408, "LOAD_TIMEOUT", message)
