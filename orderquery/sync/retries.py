"""Send failed requests again: backoff with jitter, up to a bound (D114)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from ..diagnostics.errors import SyncError
from .drivers import tenacity
from .failures import OutOfTime, TemporaryFailure

Result = TypeVar("Result")

MAX_ATTEMPTS = 8
"""Of one request; with the waits below, about two minutes."""
FIRST_WAIT_S, MAX_WAIT_S = 1.0, 60.0
MAX_RETRY_AFTER_S = 300.0
"""A longer wait that the service asks for ends the sync."""
_JITTER_SHARE = 0.1


@dataclass
class Pace:
    """The clock of a sync, and what its waits were for.

    ``seconds`` is how long it may take. ``now`` and ``sleep`` are in seconds, of a clock that never goes back.
    """

    seconds: float | None = None
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    retries: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.began = self.now()

    def left_s(self) -> float | None:
        """Return the seconds that are left, or ``None`` without a limit."""
        return None if self.seconds is None else self.seconds - (self.now() - self.began)

    def check(self, needed_s: float = 0) -> None:
        """Raise ``OutOfTime`` if fewer seconds than needed are left."""
        left = self.left_s()
        if left is not None and left <= needed_s:
            raise OutOfTime


class Retries:
    """Sends a request again as long as that may help.

    Raises:
        TemporaryFailure: the last attempt failed, too.
        SyncError: the service asks for a wait that is too long.
        OutOfTime: the next attempt would be after the end.

    """

    def __init__(self, pace: Pace, attempts: int = MAX_ATTEMPTS) -> None:
        self._pace = pace
        backoff = tenacity.wait_random_exponential(multiplier=FIRST_WAIT_S, max=MAX_WAIT_S)
        self._backoff: Callable[[tenacity.RetryCallState], float] = backoff
        self._jitter: Callable[[tenacity.RetryCallState], float] = tenacity.wait_random(0, 1)
        self._retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(TemporaryFailure),
            stop=tenacity.stop_after_attempt(attempts),
            wait=self._wait,
            sleep=self._pace.sleep,
            before_sleep=self._check_deadline,
            reraise=True,
        )

    def call(self, attempt: Callable[[], Result]) -> Result:
        """Return the result of the first attempt that succeeds."""
        return self._retrying.copy()(attempt)

    def _wait(self, state: tenacity.RetryCallState) -> float:
        failure = _failure_of(state)
        if failure.wait_s is None:
            return self._backoff(state)
        if failure.wait_s > MAX_RETRY_AFTER_S:
            raise SyncError(f"the service asks to wait {failure.wait_s:,.0f} s; run the command again after that")
        # Never less than asked for; the jitter keeps several syncs from coming back at once.
        return failure.wait_s + self._jitter(state) * max(1.0, failure.wait_s * _JITTER_SHARE)

    def _check_deadline(self, state: tenacity.RetryCallState) -> None:
        self._pace.retries[_failure_of(state).reason] += 1
        self._pace.check(state.next_action.sleep if state.next_action else 0)


def _failure_of(state: tenacity.RetryCallState) -> TemporaryFailure:
    failure = state.outcome.exception() if state.outcome is not None else None
    assert isinstance(failure, TemporaryFailure)
    return failure


def read_retry_after(text: str | None, service_now: int | None) -> float | None:
    """Return the seconds of a header ``Retry-After``, in either form, or ``None``.

    A date counts from the service's time in microseconds; without that it says nothing.
    """
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    instant = read_http_date(text)
    if instant is None or service_now is None:
        return None
    return max((instant - service_now) / 1_000_000, 0.0)


def read_http_date(text: str | None) -> int | None:
    """Return a date of HTTP in microseconds since 1970-01-01 UTC, or ``None``."""
    if text is None or len(text) > 100:
        return None
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (int(moment.timestamp()) if moment > datetime(1970, 1, 1, tzinfo=UTC) else 0) * 1_000_000 or None
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
