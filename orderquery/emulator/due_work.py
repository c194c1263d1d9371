"""Work that time brings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from .clock import Clock, check_instant
from .errors import application_error

_MAX_STEPS = 100_000


class DueWork(NamedTuple):
    """Work that time brings, such as the renewal of a plan.

    ``next_due`` returns the instant of the next, in microseconds, or ``None``; ``run_due`` does what is due now.
    """

    next_due: Callable[[], int | None]
    run_due: Callable[[], object]


def run_until(target: int, clock: Clock, work: Sequence[DueWork]) -> int:
    """Move a clock to an instant, doing in order what falls due before it.

    Returns the number of steps.

    Raises:
        Refused: 400 if more falls due than one call does.
        UsageError: no clock can have that instant.

    """
    check_instant(target)
    steps = 0
    while True:
        due = [found for found in (source.next_due() for source in work) if found is not None]
        at = min(due, default=target)
        clock.advance(max(0, min(at, target) - clock.now()))
        if at > target or not due:
            clock.advance(max(0, target - clock.now()))
            return steps
        for source in work:
            source.run_due()
        steps += 1
        if steps > _MAX_STEPS:
            message = f"more than {_MAX_STEPS:,} steps fall due; advance by a shorter time"
            raise application_error(400, "TOO_MUCH_FALLS_DUE", message)
