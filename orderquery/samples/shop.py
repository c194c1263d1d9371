"""The shop of the synthetic orders: its calendar, customers, products and draws.

Every draw turns ``Random.random()`` into an integer, because other methods of ``random`` may change between Python
versions. A moment is in milliseconds from day 0 of ``date.toordinal``; an amount is in cents.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from math import isqrt
from random import Random
from typing import NamedTuple, TypeVar

from . import vocabulary as words

_T = TypeVar("_T")

_DAY_MS = 86_400_000
LAST_MOMENT_MS = (date(2026, 6, 30).toordinal() + 1) * _DAY_MS - 1
"""No order is created or updated later."""
_SPAN_MS = 730 * _DAY_MS
_CURVE_OFFSET, _CURVE_SCALE = 40, 50_000
"""Orders: they give the curve of ``moment`` its shape."""
_CURVE_LIMIT = 1 << 40
ORDERS, _CUSTOMERS, _PRODUCTS = range(3)


class Dice:
    """The random draws of one order, customer or product."""

    __slots__ = ("roll",)

    def __init__(self, seed: int, stream: int, index: int) -> None:
        natural = seed * 2 if seed >= 0 else -seed * 2 - 1  # Random ignores the sign of its seed
        self.roll = Random(((natural * 3 + stream) << 48) + index).random  # noqa: S311 -- samples, not secrets

    def below(self, limit: int) -> int:
        """Draw a uniform integer from 0 to ``limit`` - 1."""
        return int(self.roll() * limit)

    def chance(self, percent: int) -> bool:
        """Return ``True`` with a probability of ``percent``."""
        return self.roll() * 100 < percent

    def pick(self, values: Sequence[_T]) -> _T:
        """Draw a uniform element."""
        return values[int(self.roll() * len(values))]

    def rank(self, first: int, octaves: int) -> int:
        """Draw a rank below ``2**first * (2**octaves - 1)``; later ones are rarer (Zipf).

        Every octave, which has twice as many ranks as the one before, is equally likely.
        """
        # Integers are exact on every machine, unlike powers of floats.
        octave = first + self.below(octaves)
        return (1 << octave) - (1 << first) + self.below(1 << octave)

    def guid(self) -> str:
        """Draw a version 4 GUID."""
        roll = self.roll
        middle = int(roll() * 0x400_0000_0000)
        return (
            f"{int(roll() * 0x1_0000_0000):08x}-{middle >> 26:04x}-4{middle >> 14 & 0xFFF:03x}"
            f"-{0x8000 | middle & 0x3FFF:04x}-{int(roll() * 0x1_0000_0000_0000):012x}"
        )


class Money:
    """Formats cents of one currency: ``5``, ``5.0`` and ``5.00`` in turn."""

    __slots__ = ("after", "before", "point", "turn")

    def __init__(self, currency: str, turn: int) -> None:
        self.before, self.point, self.after = words.MONEY[currency]
        self.turn = turn

    def __call__(self, cents: int) -> dict[str, str]:
        """Return the price object: the amount and the formatted amount."""
        whole, part = divmod(cents, 100)
        turn = self.turn = (self.turn + 1) % 3
        if turn == 2 or part % 10:
            amount = f"{whole}.{part:02}"
        elif turn == 1 or part:
            amount = f"{whole}.{part // 10}"
        else:
            amount = str(whole)
        return {"amount": amount, "formattedAmount": f"{self.before}{whole}{self.point}{part:02}{self.after}"}


class Customer(NamedTuple):
    """A customer. Orders get copies of the dictionaries."""

    city: words.City
    contact_id: str
    member_id: str | None
    visitor_id: str
    email: str
    contact: dict[str, str]
    address: dict[str, str]
    subscription: str


class Product(NamedTuple):
    """A product. ``price`` is in cents; ``options`` have names and possible values."""

    name: str
    item_id: str
    preset: str
    app_id: str
    price: int
    sku: str
    image: str
    options: tuple[tuple[str, tuple[str, ...]], ...]


@lru_cache(4096)
def customer(seed: int, rank: int) -> Customer:
    """Draw the customer with a rank of popularity."""
    dice = Dice(seed, _CUSTOMERS, rank)
    city = dice.pick(words.CITIES)
    firsts, lasts = words.NAMES[dice.pick(words.ALPHABETS) if dice.chance(8) else city.alphabet]
    first, last = dice.pick(firsts), dice.pick(lasts)
    plain = f"{first}{last}".isascii() and f"{first}{last}".isalpha()
    user = f"{first}.{last}".lower() if plain else dice.pick(words.HANDLES)
    email = f"{user}{rank}@{dice.pick(words.DOMAINS)}"
    address = {
        "country": city.country,
        "subdivision": city.subdivision,
        "city": city.city,
        "postalCode": city.postal_code,
        "addressLine": f"{1 + dice.below(300)} {city.street}",
        "countryFullname": city.country_name,
        "subdivisionFullname": city.subdivision_name,
    }
    contact_id = dice.guid()
    return Customer(
        city,
        contact_id,
        dice.pick((contact_id, dice.guid())) if dice.chance(40) else None,
        dice.guid(),
        email.upper() if dice.chance(2) else email,
        _contact(dice, first, last),
        address,
        dice.guid(),
    )


def _contact(dice: Dice, first: str, last: str) -> dict[str, str]:
    """Draw contact details: most have both names, a few only the first or none."""
    kind = dice.below(100)
    contact = {} if kind < 2 else {"firstName": first} if kind < 5 else {"firstName": first, "lastName": last}
    if kind == 5:
        contact["lastName"] = ""
    contact["phone"] = f"05{dice.below(100_000_000):08}"
    if dice.chance(25):
        contact["company"] = dice.pick(words.COMPANIES)
    return contact


@lru_cache(4096)
def product(seed: int, rank: int) -> Product:
    """Draw the product with a rank of popularity."""
    dice = Dice(seed, _PRODUCTS, rank)
    unusual, usual = divmod(rank, 29)
    if usual == 28 and unusual < len(words.UNUSUAL_PRODUCTS):
        name = words.UNUSUAL_PRODUCTS[unusual]
    else:
        name = f"{words.STYLES[rank % len(words.STYLES)]} {words.KINDS[rank % len(words.KINDS)]}"
    preset, app_id = dice.pick(words.PRODUCT_TYPES)
    options = tuple(row for row in words.OPTIONS if dice.chance(30)) if preset == "PHYSICAL" else ()
    price = 100 * (3 + dice.below(1 << dice.below(4) + 4)) + dice.pick((0, 0, 0, 50, 95, 99))
    sku = str(dice.below(10**12)) if dice.chance(60) else ""
    image = f"nsplsh_{dice.below(1 << 48):012x}~mv2.jpg"
    return Product(name, dice.guid(), preset, app_id, price, sku, image, options)


def moment(index: int) -> int:
    """Return the earliest creation of the order at ``index``.

    The shop starts with one order a day and grows. The moments approach the last day but never reach it, because an
    order must not depend on the number of later ones. 1,000 orders cover a quarter of the two years, 100,000 cover
    nine tenths.
    """
    return LAST_MOMENT_MS - _SPAN_MS + _SPAN_MS * (_curve(index) - _curve(0)) // (_CURVE_LIMIT - _curve(0))


def _curve(index: int) -> int:
    age = index + _CURVE_OFFSET
    return isqrt(isqrt((age << 160) // (age + _CURVE_SCALE)))


@lru_cache(4096)
def _day(number: int) -> str:
    return date.fromordinal(number).isoformat()


def instant(moment: int) -> str:
    """Format a moment as the service does: ``2024-03-07T10:24:03.380Z``."""
    day, rest = divmod(moment, _DAY_MS)
    seconds, milliseconds = divmod(rest, 1000)
    return f"{_day(day)}T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{milliseconds:03}Z"
