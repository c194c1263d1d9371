"""Histograms once more, plain and slow, over the orders that the oracle finds: it shares no code with the library."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import oracle

JSON = Any
UNITS = ("hour", "day", "week", "month", "year")


def histogram(orders: list[JSON], transactions: Iterable[JSON], search: JSON, by: str, unit: str) -> JSON:
    """What ``Histogram.to_json`` returns, but with exact fractions and without the numbers of the whole."""
    documents = oracle.newest(order for order in orders if not oracle.is_foreign(order))
    rows = []
    for key in oracle.search(orders, transactions, search):
        order = documents[key]
        moment = oracle.value_of(by, order, None)
        amount = oracle.one(order, "priceSummary.total.amount", oracle.amount)
        rows.append((moment, oracle.one(order, "currency", oracle.text, sortable=True), amount))
    moments = [moment for moment, _, _ in rows if moment is not None]
    chosen = chosen_unit(moments) if unit == "auto" else unit
    listed = filled([start_of(chosen, moment) for moment in moments], chosen)
    by_start = defaultdict(list)
    for row in rows:
        by_start[None if row[0] is None else start_of(chosen, row[0])].append(row)
    # Without gaps, each ends where the next one starts.
    shown = [*map(written, listed), *(written(following(chosen, last)) for last in listed[-1:])]
    buckets = [
        {"start": shown[at], "end": shown[at + 1], **counted(by_start.get(start, []))}
        for at, start in enumerate(listed)
    ]
    missing = counted(by_start.get(None, []))
    return {"unit": chosen, "buckets": buckets, "missing": missing, **counted(rows)}


def plain(made: JSON) -> JSON:
    """The same parts of the result of ``Histogram.to_json``."""
    assert made["summed"] == "priceSummary.total.amount"
    return {
        "unit": made["unit"], "count": made["count"], "sums": exact(made["sums"]),
        "buckets": [{**bucket, "sums": exact(bucket["sums"])} for bucket in made["buckets"]],
        "missing": {"count": made["missing"]["count"], "sums": exact(made["missing"]["sums"])},
    }  # fmt: skip


def exact(sums: JSON) -> JSON:
    return [{**row, "total": Fraction(row["total"])} for row in sums]


def counted(rows: list[Any]) -> JSON:
    if not rows:
        return {"count": 0, "sums": []}
    by_currency = defaultdict(list)
    for _, currency, amount in rows:
        by_currency[currency].append(amount or 0)
    listed = sorted(by_currency, key=lambda currency: (currency is None, currency or ""))
    sums = [
        {"currency": currency, "count": len(by_currency[currency]), "total": sum(by_currency[currency], Fraction(0))}
        for currency in listed
    ]
    return {"count": len(rows), "sums": sums}


# -- the calendar: an instant of the oracle is in microseconds since the day before 0001-01-01 -------------------


def moment_of(micros: int) -> datetime:
    days, rest = divmod(micros, oracle.DAY)
    day = date.fromordinal(days)
    return datetime(day.year, day.month, day.day) + timedelta(microseconds=rest)


def start_of(unit: str, micros: int) -> datetime:
    moment = moment_of(micros)
    if unit == "hour":
        return moment.replace(minute=0, second=0, microsecond=0)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "week":
        return midnight - timedelta(days=midnight.isocalendar().weekday - 1)
    return {"day": midnight, "month": midnight.replace(day=1), "year": midnight.replace(month=1, day=1)}[unit]


def following(unit: str, start: datetime) -> datetime | None:
    try:
        if unit == "year":
            return start.replace(year=start.year + 1)
        if unit == "month":
            return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
        return start + timedelta(hours={"hour": 1, "day": 24, "week": 168}[unit])
    except (ValueError, OverflowError):
        return None


def filled(starts: list[datetime], unit: str) -> list[datetime]:
    """The starts without gaps."""
    listed: list[datetime] = []
    start, last = min(starts, default=None), max(starts, default=None)
    while start is not None and last is not None and start <= last:
        listed.append(start)
        start = following(unit, start)
    return listed


def chosen_unit(moments: list[int]) -> str:
    """The shortest unit with at most 60 buckets; hours only for one day or two in a row."""
    if not moments:
        return "day"
    first, last = min(moments), max(moments)
    if last // oracle.DAY - first // oracle.DAY < 2:
        return "hour"
    for unit in UNITS[1:-1]:
        # Of long times the number of buckets is plain without a list of them.
        at_most = {"day": 70, "week": 70 * 7, "month": 70 * 31}[unit]
        starts = [start_of(unit, first), start_of(unit, last)]
        if last // oracle.DAY - first // oracle.DAY < at_most and len(filled(starts, unit)) <= 60:
            return unit
    return "year"


def written(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.isoformat(timespec='milliseconds')}Z"
