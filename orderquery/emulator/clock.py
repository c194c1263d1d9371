"""The clock of an emulator: it runs with the machine, or is frozen and advanced."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..diagnostics.arguments import require
from ..diagnostics.errors import UsageError
from ..language.datetimes import DAY_US, EPOCH, LAST_INSTANT

_NANOSECONDS = 1_000
LAST_CLOCK_INSTANT = LAST_INSTANT - DAY_US
"""A day before the last instant that a date can have: dates soon after the clock's can be written, too."""


@dataclass(frozen=True, slots=True)
class ClockState:
    """What a clock needs to go on elsewhere, in microseconds.

    ``frozen_at`` is the instant of a frozen clock, ``None`` for one that runs; ``offset`` is how far a running clock is
    ahead of the machine's.
    """

    frozen_at: int | None = None
    offset: int = 0


class Clock:
    """The current instant, in microseconds since 1970-01-01 UTC.

    Every date in documents and events comes from here. ``start`` sets the clock; with ``frozen`` it stays there until
    :meth:`advance`. An instant is an ``int`` in microseconds or a ``datetime`` with a time zone, a duration an ``int``
    in microseconds or a ``timedelta``. Safe to use from several threads.

    Raises:
        UsageError: ``start`` is not an instant of the years 1970 to 9999.

    """

    def __init__(self, start: int | datetime | None = None, *, frozen: bool = False) -> None:
        self._lock = threading.Lock()
        self._state = ClockState()
        if start is not None or frozen:
            self.set(machine_time() if start is None else start, frozen=frozen)

    def __repr__(self) -> str:
        return f"<Clock: {'frozen' if self._state.frozen_at is not None else 'running'} at {self.now()}>"

    @property
    def state(self) -> ClockState:
        """The state, to be restored with :meth:`restore`."""
        return self._state

    @property
    def is_frozen(self) -> bool:
        """True if time passes only by :meth:`advance`."""
        return self._state.frozen_at is not None

    def now(self) -> int:
        """Return the current instant in microseconds since 1970-01-01 UTC."""
        state = self._state
        return min(machine_time() + state.offset, LAST_CLOCK_INSTANT) if state.frozen_at is None else state.frozen_at

    def set(self, instant: int | datetime, *, frozen: bool = True) -> None:
        """Set the clock to an instant; time may go back only this way.

        Raises:
            UsageError: the instant is not one of the years 1970 to 9999, or a ``datetime`` without a time zone.

        """
        instant = microseconds_at(instant)
        check_instant(instant)
        with self._lock:
            self._state = ClockState(instant) if frozen else ClockState(None, instant - machine_time())

    def advance(self, duration: int | timedelta) -> int:
        """Move the clock forward; return the new instant in microseconds.

        Nothing else happens until the next read or write; :meth:`Emulator.advance` also does what falls due.

        Raises:
            UsageError: the duration is negative, or ends after the year 9999.

        """
        microseconds = microseconds_of(duration)
        if microseconds < 0:
            raise UsageError(f"cannot advance by {microseconds} microseconds; use 0 or more")
        with self._lock:
            check_instant(self.now() + microseconds)
            state = self._state
            if state.frozen_at is None:
                self._state = ClockState(None, state.offset + microseconds)
            else:
                self._state = ClockState(state.frozen_at + microseconds)
            return self.now()

    def freeze(self) -> int:
        """Stop the clock at the current instant; return it."""
        with self._lock:
            self._state = ClockState(self.now())
            return self.now()

    def run(self) -> None:
        """Let a frozen clock run on from its instant."""
        with self._lock:
            if self._state.frozen_at is not None:
                self._state = ClockState(None, self._state.frozen_at - machine_time())

    def restore(self, state: ClockState) -> None:
        """Continue from a state of :attr:`state`.

        Raises ``UsageError`` for an instant that no clock can have.
        """
        require("state", state, ClockState, "the state of a clock: clock.state")
        check_instant(machine_time() + state.offset if state.frozen_at is None else state.frozen_at)
        with self._lock:
            self._state = state


def machine_time() -> int:
    """Return the machine's time in microseconds since 1970-01-01 UTC."""
    return time.time_ns() // _NANOSECONDS


def microseconds_of(duration: int | timedelta) -> int:
    """Return a duration in microseconds. Raises ``UsageError`` for anything else."""
    require("a duration", duration, (int, timedelta), "timedelta(days=31), or microseconds")
    return duration // timedelta(microseconds=1) if isinstance(duration, timedelta) else duration


def microseconds_at(instant: int | datetime) -> int:
    """Return an instant in microseconds. Raises ``UsageError`` for anything else."""
    if not isinstance(instant, datetime):
        require("an instant", instant, int, "datetime(2026, 1, 1, tzinfo=UTC), or microseconds since 1970")
        return instant
    if instant.utcoffset() is None:
        raise UsageError(f'"{instant}" has no time zone; write: datetime(2026, 1, 1, tzinfo=UTC)')
    return microseconds_of(instant - EPOCH)


def check_instant(instant: int) -> None:
    """Raise ``UsageError`` for an instant that no clock can have, in microseconds."""
    if not 0 <= instant <= LAST_CLOCK_INSTANT:
        raise UsageError("the clock would leave the years 1970 to 9999; use an instant from 1970-01-01 to 9999-12-30")


class SiteClocks:
    """A clock for each site, so that a test of one site leaves the others alone.

    ``first`` is the clock of ``site``; the others begin as it did.
    """

    def __init__(self, first: Clock, site: str = "") -> None:
        self._lock = threading.Lock()
        self._begin = first.state
        self._clocks = {site: first}

    def of(self, site: str) -> Clock:
        """Return the clock of a site."""
        with self._lock:
            clock = self._clocks.get(site)
            if clock is None:
                clock = self._clocks[site] = Clock()
                clock.restore(self._begin)
            return clock
