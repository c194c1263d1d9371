"""Histograms of a search: its orders by time, counted and added up by currency.

Engines count by day, or by hour; weeks, months and years are added up from days here. All units are those of UTC, weeks
begin on Monday.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, Inexact, InvalidOperation
from typing import Any, Literal, NamedTuple

from ..compiler.query import Query, SortField
from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import quoted
from ..language.datetimes import DAY_US, EPOCH, FIRST_INSTANT, HOUR_US, LAST_INSTANT
from ..language.fields import Field
from ..language.sums import SCALE, Sums
from ..sql.statement import Wanted

JSON = Any
Unit = Literal["hour", "day", "week", "month", "year"]

UNITS: tuple[Unit, ...] = ("hour", "day", "week", "month", "year")
AUTO = "auto"
MAX_AUTO_BUCKETS = 60
"""The unit that is chosen for ``auto`` is the shortest one with at most so many buckets, or else a year."""
MAX_BUCKETS = 10_000
"""Years always fit: a date has one of 9,999."""

_WIDTHS: dict[Unit, int] = {"hour": HOUR_US, "day": DAY_US, "week": 7 * DAY_US}
_EXACTLY = Context(prec=1_000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact, InvalidOperation])
"""An amount has digits between 10^200 and 10^-200."""


@dataclass(frozen=True, slots=True)
class CurrencySum:
    """The orders of one currency: their number, and the exact sum of their amounts.

    ``currency`` is ``None`` for orders without one. An order without an amount counts, and adds nothing.
    """

    currency: str | None
    count: int
    total: Decimal

    def to_json(self) -> dict[str, JSON]:
        """Return the sum as plain JSON values, the amount as a decimal string."""
        return {"currency": self.currency, "count": self.count, "total": f"{self.total:f}"}


@dataclass(frozen=True, slots=True)
class Bucket:
    """The orders from ``start`` up to and without ``end``.

    ``end`` is ``None`` after the year 9999. Both are ``None`` for orders without the instant. ``sums`` are sorted by
    currency, no currency last.
    """

    start: datetime | None
    end: datetime | None
    count: int
    sums: tuple[CurrencySum, ...] = ()

    def to_json(self) -> dict[str, JSON]:
        """Return the bucket as plain JSON values."""
        sums = [found.to_json() for found in self.sums]
        return {"start": _written(self.start), "end": _written(self.end), "count": self.count, "sums": sums}


@dataclass(frozen=True, slots=True)
class Histogram:
    """The orders of a search by an instant.

    Attributes:
        by: The name of the field.
        unit: The unit of the buckets.
        summed: The name of the field that is added up; ``None`` if orders are only counted.
        buckets: From the first to the last with an order, without gaps.
        missing: The orders without the instant.
        total: All orders, ``missing`` included; its ``start`` and ``end`` are ``None``.

    """

    by: str
    unit: Unit
    summed: str | None
    buckets: tuple[Bucket, ...]
    missing: Bucket
    total: Bucket

    @property
    def count(self) -> int:
        """The number of all orders."""
        return self.total.count

    def to_json(self) -> dict[str, JSON]:
        """Return the histogram as plain JSON values."""
        total = self.total.to_json()
        return {
            "by": self.by, "unit": self.unit, "summed": self.summed, "count": total["count"], "sums": total["sums"],
            "buckets": [bucket.to_json() for bucket in self.buckets],
            "missing": {"count": self.missing.count, "sums": [found.to_json() for found in self.missing.sums]},
        }  # fmt: skip


class Group(NamedTuple):
    """Orders that an engine has counted: ``size`` of them.

    ``start`` is in microseconds since 1970. ``amount`` is that of each of these orders; ``scaled`` is the sum of the
    others, in ten-thousandths.
    """

    start: int | None
    size: int
    currency: str | None = None
    amount: Decimal | None = None
    scaled: int = 0


def histogram_query(query: Query, by: str) -> Query:
    """Return the query whose first sort field is ``by``.

    Raises ``UsageError`` where it is not a field of dates.
    """
    field = query.schema.find(by) if isinstance(by, str) else None
    known = [row.name for row in query.schema.fields if _is_instant(row)]
    if field is None or not _is_instant(field):
        shown = quoted(by) if isinstance(by, str) else repr(by)
        fix = f"use one of: {', '.join(known)}" if known else f"{quoted(query.schema.name)} has no field of dates"
        raise UsageError(f"a histogram is by a field of dates, not by {shown}; {fix}")
    return replace(query, sort=(SortField(field, False), SortField(query.schema.key, False)), cursor=None)


def _is_instant(field: Field) -> bool:
    return field.type.name == "instant" and not field.many


def make_histogram(query: Query, unit: str, sums: Sums | None, fetch: Callable[[Wanted], Iterable[Group]]) -> Histogram:
    """Return the histogram of a query by its first sort field.

    ``fetch`` counts by days or by hours.

    Raises:
        UsageError: no such unit, or too many buckets.

    """
    if unit != AUTO and unit not in UNITS:
        raise UsageError(f"unknown unit {quoted(str(unit))}; units: {', '.join((AUTO, *UNITS))}")
    chosen: Unit | None = next((known for known in UNITS if known == unit), None)
    groups = list(fetch("hours" if chosen == "hour" else "days"))
    if chosen is None:
        chosen = _choose(groups)
        groups = list(fetch("hours")) if chosen == "hour" else groups
    tallies: dict[int | None, _Tally] = {}
    total = _Tally()
    for group in groups:
        start = None if group.start is None else _start_of(chosen, group.start)
        tallies.setdefault(start, _Tally()).add(group)
        total.add(group)
    missing = tallies.pop(None, _Tally())
    by, summed = query.sort[0].field.name, None if sums is None else sums.amount.name
    buckets = tuple(_buckets(chosen, {start: tally for start, tally in tallies.items() if start is not None}, sums))
    return Histogram(by, chosen, summed, buckets, missing.bucket(None, None, sums), total.bucket(None, None, sums))


class _Tally:
    """Orders that are being counted."""

    def __init__(self) -> None:
        self.count = 0
        self._counts: dict[str | None, int] = {}
        self._scaled: dict[str | None, int] = {}
        self._others: dict[str | None, Decimal] = {}

    def add(self, group: Group) -> None:
        """Count the orders of a group."""
        key = group.currency
        self.count += group.size
        self._counts[key] = self._counts.get(key, 0) + group.size
        self._scaled[key] = self._scaled.get(key, 0) + group.scaled
        if group.amount is not None:
            amounts = _EXACTLY.multiply(group.amount, Decimal(group.size))
            self._others[key] = _EXACTLY.add(self._others.get(key, Decimal(0)), amounts)

    def bucket(self, start: datetime | None, end: datetime | None, sums: Sums | None) -> Bucket:
        """Return the orders as a bucket."""
        listed = sorted(self._counts, key=lambda key: (key is None, key or "")) if sums is not None else ()
        found = tuple([CurrencySum(key, self._counts[key], self._sum(key)) for key in listed])
        return Bucket(start, end, self.count, found)

    def _sum(self, key: str | None) -> Decimal:
        scaled = _EXACTLY.scaleb(Decimal(self._scaled[key]), -SCALE)
        total = _EXACTLY.add(scaled, self._others.get(key, Decimal(0))).normalize(_EXACTLY)
        exponent = total.as_tuple().exponent
        # Without an exponent above zero, and zero without a sign.
        return total.quantize(Decimal(1), context=_EXACTLY) if isinstance(exponent, int) and exponent > 0 else total


# -- the calendar -----------------------------------------------------------------------------------------------


def _choose(groups: Iterable[Group]) -> Unit:
    days = [group.start for group in groups if group.start is not None]
    if not days:
        return "day"
    first, last = min(days), max(days)
    if (last - first) // DAY_US + 1 <= MAX_AUTO_BUCKETS // 24:
        return "hour"
    return next((unit for unit in UNITS[1:] if _bucket_count(unit, first, last) <= MAX_AUTO_BUCKETS), "year")


def _buckets(unit: Unit, tallies: Mapping[int, _Tally], sums: Sums | None) -> Iterator[Bucket]:
    if not tallies:
        return
    first, last = min(tallies), max(tallies)
    needed = _bucket_count(unit, first, last)
    if needed > MAX_BUCKETS:
        fits = next(longer for longer in UNITS if _bucket_count(longer, first, last) <= MAX_BUCKETS)
        message = f"unit {quoted(unit)} makes {needed:,} buckets, and at most {MAX_BUCKETS:,} are allowed"
        raise UsageError(f"{message}; use {quoted(fits)}, or search a shorter time")
    start: int | None = first
    begin = _datetime(first)
    while start is not None and start <= last:
        following = _following(unit, start)
        end = _datetime(following)
        tally = tallies.get(start)
        yield Bucket(begin, end, 0) if tally is None else tally.bucket(begin, end, sums)
        start, begin = following, end


def _start_of(unit: Unit, micros: int) -> int:
    """Return the start of the unit that an instant is in."""
    width = _WIDTHS.get(unit)
    if width is not None:
        # The first day of the calendar is a Monday.
        return micros - (micros - FIRST_INSTANT) % width
    day = _date(micros)
    return _micros(day.replace(month=day.month if unit == "month" else 1, day=1))


def _following(unit: Unit, start: int) -> int | None:
    """Return the start of the next unit; ``None`` after the year 9999."""
    width = _WIDTHS.get(unit)
    if width is None:
        day = _date(start)
        last = unit == "year" or day.month == 12
        if last and day.year == date.max.year:
            return None
        return _micros(day.replace(year=day.year + 1, month=1) if last else day.replace(month=day.month + 1))
    return start + width if start + width <= LAST_INSTANT else None


def _bucket_count(unit: Unit, first: int, last: int) -> int:
    width = _WIDTHS.get(unit)
    if width is not None:
        return (_start_of(unit, last) - _start_of(unit, first)) // width + 1
    begin, end = _date(first), _date(last)
    years = end.year - begin.year
    return years + 1 if unit == "year" else years * 12 + end.month - begin.month + 1


def _date(micros: int) -> date:
    return date.fromordinal((micros - FIRST_INSTANT) // DAY_US + 1)


def _micros(day: date) -> int:
    return FIRST_INSTANT + (day.toordinal() - 1) * DAY_US


def _datetime(micros: int | None) -> datetime | None:
    return None if micros is None else EPOCH + timedelta(microseconds=micros)


def _written(moment: datetime | None) -> str | None:
    """Return the canonical date-time of an instant, which is a whole hour in UTC."""
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
