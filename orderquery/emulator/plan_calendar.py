"""Calendar arithmetic of pricing plans: durations, payment cycles and pauses.

Every instant is in microseconds since 1970-01-01 UTC. A cycle ends where the calendar says, counted from the first one:
three months from January 31 are the cycles that end on February 28, March 31 and April 30.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import MAXYEAR
from typing import Literal, NamedTuple

from ..language.datetimes import DAY_US, EPOCH, LAST_INSTANT, MICROSECOND, floor_ms

PlanUnit = Literal["DAY", "WEEK", "MONTH", "YEAR"]

_MONTHS = {"MONTH": 1, "YEAR": 12}
_DAYS = {"DAY": 1, "WEEK": 7}
LAST_DATE = floor_ms(LAST_INSTANT)
"""A duration that would end later ends here: the last millisecond of the year 9999."""
_MAX_UNITS = 10_000 * 366
"""More units than any duration until the year 9999 has."""


@dataclass(frozen=True, slots=True)
class PlanDuration:
    """A number of days, weeks, months or years."""

    count: int
    unit: PlanUnit


class PlanPause(NamedTuple):
    """A time that does not count, from ``begin`` to ``end``."""

    begin: int
    end: int


class PlanCycle(NamedTuple):
    """A payment cycle; number 0 is the free trial. ``end`` is ``None`` if it has none."""

    number: int
    begin: int
    end: int | None


@dataclass(frozen=True, slots=True)
class PlanSchedule:
    """The cycles of an order.

    Attributes:
        start: The first instant.
        trial_days: The days of the free trial before the first cycle, or 0.
        cycle: The length of one cycle; ``None`` for an order without an end.
        cycles: The number of cycles; ``None`` until canceled.

    """

    start: int
    trial_days: int = 0
    cycle: PlanDuration | None = None
    cycles: int | None = 1

    def end(self) -> int | None:
        """Return the end of the last cycle without pauses, or ``None``."""
        if self.cycle is None or self.cycles is None:
            return None
        return after(self._billed_from(), self.cycle, self.cycles)

    def cycle_at(self, instant: int, pauses: tuple[PlanPause, ...] = ()) -> PlanCycle:
        """Return the cycle in which an instant is.

        For an instant outside all cycles it is the first or the last one.
        ``pauses`` are in order and before the instant. A pause moves what comes after it.
        """
        if self.cycle is None:
            return PlanCycle(1, self.start, None)
        index = self._index_at(instant, pauses)
        return PlanCycle(index, self._begin(index, pauses), self._begin(index + 1, pauses))

    def _billed_from(self) -> int:
        return after(self.start, PlanDuration(self.trial_days, "DAY"))

    def _begin(self, index: int, pauses: tuple[PlanPause, ...]) -> int:
        """Return when a cycle begins, or the one before it ends."""
        assert self.cycle is not None
        begin = self.start if index == 0 else after(self._billed_from(), self.cycle, index - 1)
        return shifted(begin, pauses)

    def _index_at(self, instant: int, pauses: tuple[PlanPause, ...]) -> int:
        first = 0 if self.trial_days else 1
        low, high = first, _MAX_UNITS if self.cycles is None else max(self.cycles, first)
        while low < high:
            middle = (low + high + 1) // 2
            if self._begin(middle, pauses) <= instant:
                low = middle
            else:
                high = middle - 1
        return low


def after(instant: int, duration: PlanDuration, times: int = 1) -> int:
    """Return the instant after a duration, a number of times in a row.

    A month ends on the same day, or on the last day of a shorter month.
    """
    count = duration.count * times
    if duration.unit in _DAYS:
        return min(instant + count * _DAYS[duration.unit] * DAY_US, LAST_DATE)
    moment = EPOCH + instant * MICROSECOND
    months = moment.year * 12 + moment.month - 1 + count * _MONTHS[duration.unit]
    year, month = divmod(months, 12)
    if year > MAXYEAR:
        return LAST_DATE
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return min((moment.replace(year=year, month=month + 1, day=day) - EPOCH) // MICROSECOND, LAST_DATE)


def shifted(instant: int, pauses: tuple[PlanPause, ...]) -> int:
    """Return when an instant comes if the pauses that begin before it do not count."""
    for pause in pauses:
        if pause.begin < instant:
            instant += pause.end - pause.begin
    return min(instant, LAST_DATE)
