"""Random orders for histograms: dates of some range, currencies and amounts, some of them odd."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from strategies import AMOUNTS, INSTANTS, UNFIT

JSON = Any

SPANS = {
    "a day": timedelta(hours=23),
    "two months": timedelta(days=58),
    "a year": timedelta(days=400),
    "years": timedelta(days=1800),
    "decades": timedelta(days=20_000),
}
"""How far apart the dates of a shop are; ``ever`` takes them from anywhere."""
EVER = "ever"
STARTS = (
    "1969-12-31T22:00",
    "2019-12-29T12:00",
    "2024-02-28T23:30",
    "2024-12-30T00:00",
    "0001-01-01T00:00",
    "9900-01-01T00:00",
)
CURRENCIES: tuple[JSON, ...] = (
    "EUR", "EUR", "EUR", "USD", "usd", "ILS", "", " ", "é", "\0", "a\x01", "x" * 300, "x" * 513, None, 5, ["EUR"], "EUR ",
)  # fmt: skip
PRICES: tuple[JSON, ...] = (
    "63.24", "63.24", "10", "0.1", "0.2", "-12.3456", "-0.00005", "12.34567", "99999999999999.9999", "100000000000000",
    "-922337203685477.5807", "123456789012345678901234567890.12", "-123456789012345678901234567890", "5.00", 7, 0.1,
)  # fmt: skip


def with_money(random: Random, orders: list[JSON], span: str) -> list[JSON]:
    """The orders with other dates, currencies and totals, in the names that they have."""
    begin = datetime.fromisoformat(random.choice(STARTS))
    for order in orders:
        for name in ("createdDate", "_createdDate"):
            order.pop(name, None)
        if random.randrange(8):
            name = "_createdDate" if "_id" in order else "createdDate"
            order[name] = random.choice(INSTANTS) if span == EVER else moment(random, begin, SPANS[span])
        elif random.randrange(2):
            order["createdDate"] = random.choice(UNFIT["instant"])
        order["currency"] = random.choice(CURRENCIES)
        if random.randrange(6):
            order["priceSummary"] = {"total": {"amount": random.choice((*PRICES, *PRICES, *AMOUNTS, *UNFIT["amount"]))}}
    return orders


def moment(random: Random, begin: datetime, span: timedelta) -> str:
    """A time in the span, in some notation and some zone."""
    try:
        found = begin + span * random.random()
    except OverflowError:
        found = begin
    if random.randrange(4) == 0:
        found = found.replace(minute=0, second=0, microsecond=0)
    hours = random.choice((0, 0, 1, -5, 14, -12))
    try:
        local = found + timedelta(hours=hours)
    except OverflowError:
        hours, local = 0, found
    zone = "Z" if hours == 0 else f"{'+' if hours > 0 else '-'}{abs(hours):02}:00"
    return local.isoformat(timespec=random.choice(("seconds", "milliseconds", "microseconds"))) + zone
