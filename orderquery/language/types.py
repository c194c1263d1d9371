"""Value types: JSON to comparable values, and values to their stored form.

A value is a ``str`` (guid, text, enum), ``bool``, ``int`` (instant, microseconds since 1970-01-01 UTC), ``Decimal``
(amount) or a pair (sequence). ``==``, ``<`` and ``hash`` of values are the equality and order of the language, so
predicates need nothing else. ``None`` is "missing" everywhere.

A stored form (``encode``) is an ``int`` or ``str`` whose order, compared as number or by code point, is the order of
the values. It is the same on every engine and in every cursor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from .datetimes import READ, days_around, instant_from, read_instant, text_of_instant, word_instant
from .limits import MAX_AMOUNT_DIGITS, MAX_AMOUNT_EXPONENT, MAX_NUMBER_DIGITS
from .written_amounts import amounts_from

JSON = Any
Value = Any
Stored = int | str


# The patterns are in the part of regular expressions that every engine and JSON Schema share.
AMOUNT_PATTERN = rf"[+-]?[0-9]+(\.[0-9]+)?(e[+-]?0*([0-9]{{1,2}}|{MAX_AMOUNT_EXPONENT}))?"
"""An amount, which also has at most ``MAX_AMOUNT_DIGITS`` digits before the exponent."""
NUMBER_PATTERN = f"[0-9]{{1,{MAX_NUMBER_DIGITS}}}"
GUID_PATTERN = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_AMOUNT = re.compile(AMOUNT_PATTERN)
_PLAIN_AMOUNT = re.compile(r"-?[0-9]{1,50}(?:\.[0-9]{1,50})?")
_GUID = re.compile(GUID_PATTERN)
_DIGITS = re.compile(NUMBER_PATTERN)
_PAST_NUMBERS = 10**MAX_NUMBER_DIGITS
_SURROGATE = re.compile("[\ud800-\udfff]")


class UnfitOperand(Exception):
    """An operand that is not a value of the type.

    ``instead`` is the likely value, or ``None``; ``other`` is another likely value.
    """

    def __init__(self, wanted: str, instead: JSON = None, other: JSON = None) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.instead = instead
        self.other = other


def has_lone_surrogate(text: str) -> bool:
    """Return whether ``text`` cannot be encoded as UTF-8."""
    return not text.isascii() and _SURROGATE.search(text) is not None


# -- text, guid, enum -------------------------------------------------------------------------------------------


def read_text(value: JSON) -> str | None:
    """Return a string as it is, and ``None`` for anything else."""
    return value if isinstance(value, str) else None


def _operand_text(value: JSON) -> str:
    if not isinstance(value, str):
        raise UnfitOperand("a string", None if read_amount(value) is None else _number_text(value))
    if has_lone_surrogate(value):
        raise UnfitOperand("a string without lone surrogates")
    return value


_ESCAPES = {"\x00": "\x01\x01", "\x01": "\x01\x02"}
_UNESCAPES = {escaped: plain for plain, escaped in _ESCAPES.items()}
_ESCAPED = re.compile("[\x00\x01]")
_UNESCAPED = re.compile("\x01[\x01\x02]")


def encode_text(value: str) -> str:
    """Escape NUL, which some engines cannot store (D14).

    Equality, order and prefixes stay.
    """
    if "\x00" in value or "\x01" in value:
        return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], value)
    return value


def decode_texts(stored: Sequence[str]) -> tuple[str, ...]:
    """Decode many stored texts at once, which is faster, because escapes are rare."""
    return tuple(map(_decode_text, stored)) if "\x01" in "".join(stored) else tuple(stored)


def _decode_text(stored: Stored) -> str:
    text = str(stored)
    return _UNESCAPED.sub(lambda found: _UNESCAPES[found[0]], text) if "\x01" in text else text


# -- boolean ----------------------------------------------------------------------------------------------------


def _read_boolean(value: JSON) -> bool | None:
    return value if isinstance(value, bool) else None


def _operand_boolean(value: JSON) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": True, "false": False}
    raise UnfitOperand("true or false", words.get(value.lower()) if isinstance(value, str) else None)


# -- instant ----------------------------------------------------------------------------------------------------


def _operand_instant(value: JSON) -> int:
    micros = read_instant(value)
    if micros is None:
        raise UnfitOperand('a date-time such as "2024-01-31T09:30:00.000Z"', instant_from(value))
    return micros


# -- amount -----------------------------------------------------------------------------------------------------


def read_amount(value: JSON) -> Decimal | None:
    """Return the exact decimal of a decimal string or number.

    Of a float, its shortest decimal form.
    """
    if value.__class__ is str and _PLAIN_AMOUNT.fullmatch(value) is not None:
        return Decimal(value) or Decimal(0)
    text = _number_text(value)
    found = _AMOUNT.fullmatch(text) if text is not None else None
    if text is None or found is None:
        return None
    mantissa = text[: found.start(2)] if found[2] else text
    if len(mantissa.lstrip("+-").replace(".", "")) > MAX_AMOUNT_DIGITS:
        return None
    amount = Decimal(text)
    return amount if amount else Decimal(0)


def _number_text(value: JSON) -> str | None:
    if isinstance(value, str):
        return value if len(value) < 1000 else None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value) if -_PAST_NUMBERS < value < _PAST_NUMBERS else None
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Decimal):
        return str(value).replace("E", "e") if len(value.as_tuple().digits) <= MAX_AMOUNT_DIGITS else None
    return None


def _operand_amount(value: JSON) -> Decimal:
    amount = read_amount(value)
    if amount is not None:
        return amount
    readings = amounts_from(value) if isinstance(value, str) else ()
    raise UnfitOperand('a decimal number or string such as "63.24"', *readings)


def _around_amount(amount: Decimal) -> tuple[float, float]:
    # Rounding to a float never swaps the order of two amounts, but may make them equal.
    return float(amount), float(amount)


_ZERO_EXPONENT = 500
_NINES = str.maketrans("0123456789", "9876543210")


def encode_amount(amount: Decimal) -> str:
    """Return a text that compares by code point as the amounts do.

    It has sign, exponent and digits.
    """
    if not amount:
        return "1"
    sign, digits, exponent = amount.as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    scale = _ZERO_EXPONENT + len(text) + int(exponent)
    text = text.rstrip("0")
    if sign:
        return f"0{999 - scale:03d}{text.translate(_NINES)}~"
    return f"2{scale:03d}{text}"


def _decode_amount(stored: Stored) -> Decimal:
    text = str(stored)
    if text == "1":
        return Decimal(0)
    if text[0] == "0":
        digits, scale = text[4:-1].translate(_NINES), 999 - int(text[1:4])
    else:
        digits, scale = text[4:], int(text[1:4])
    exponent = scale - _ZERO_EXPONENT - len(digits)
    return Decimal((int(text[0] == "0"), tuple(map(int, digits)), exponent))


# -- sequence ---------------------------------------------------------------------------------------------------


def read_sequence(value: JSON) -> tuple[int, str] | None:
    """Return ``(n, "")`` for 1 to 100 digits, another pair for other text (D9).

    Other text is greater than every number.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        if 0 <= value < _PAST_NUMBERS:
            return (value, "")
        value = str(value) if -_PAST_NUMBERS < value < 0 else None
    if not isinstance(value, str):
        return None
    return (int(value), "") if _DIGITS.fullmatch(value) else (_PAST_NUMBERS, value)


def _operand_sequence(value: JSON) -> tuple[int, str]:
    if isinstance(value, str):
        _operand_text(value)
    elif isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _PAST_NUMBERS:
        raise UnfitOperand("a string or a non-negative integer", _whole_number(value))
    pair = read_sequence(value)
    assert pair is not None
    return pair


def _whole_number(value: JSON) -> int | None:
    if isinstance(value, float):
        value = Decimal(repr(value))
    plain = isinstance(value, Decimal) and value.is_finite() and 0 <= value < 10**15
    return int(value) if plain and value == int(value) else None


def _digits_of(text: str) -> int:
    """Return the number of plain digits. Raises ``ValueError`` for any other text."""
    if text.isdecimal() and text.isascii() and len(text) <= MAX_NUMBER_DIGITS:
        return int(text)
    raise ValueError(text)


def _around_sequence(pair: tuple[int, str]) -> tuple[int, int]:
    return pair[0], pair[0]


def encode_sequence(pair: tuple[int, str]) -> str:
    """Return a text that sorts numbers first, by length and digits, then other text."""
    number, text = pair
    if number == _PAST_NUMBERS:
        return "1" + encode_text(text)
    digits = str(number)
    return f"0{len(digits) - 1:02d}{digits}"


def _decode_sequence(stored: Stored) -> tuple[int, str]:
    text = str(stored)
    return (int(text[3:]), "") if text[0] == "0" else (_PAST_NUMBERS, _decode_text(text[1:]))


# -- words of the text form -------------------------------------------------------------------------------------


def _word_text(word: str, now: datetime) -> JSON:
    return word


def _word_boolean(word: str, now: datetime) -> JSON:
    return {"true": True, "false": False}.get(word.lower(), word)


def _word_amount(word: str, now: datetime) -> JSON:
    return Decimal(word) if read_amount(word) is not None else word


def _word_sequence(word: str, now: datetime) -> JSON:
    return int(word) if _DIGITS.fullmatch(word) and str(int(word)) == word else word


def _same(value: Value) -> Value:
    return value


def _itself(value: Value) -> tuple[Value, Value]:
    return value, value


@dataclass(frozen=True, slots=True)
class Shortcut:
    """How generated predicates test a stored value without converting it.

    ``kind`` is the usual Python class of the JSON value. ``fits`` returns ``None`` for a value of that class that does
    not fit the type (without ``fits`` all do); ``fit`` contains some that do, which is faster to test. ``rank``
    returns something comparable (without ``rank``, the value is) or raises. ``around`` returns two ranks for an
    operand: a value that ranks below the first is less, one that ranks above the second is greater. If ranks are
    ``exact``, a value between them equals the operand.
    """

    kind: type
    fits: Callable[[Any], Any] | None = None
    rank: Callable[[Any], Any] | None = None
    around: Callable[[Value], tuple[Any, Any]] = _itself
    exact: bool = True
    fit: Container[Any] | None = None

    @property
    def as_text(self) -> bool:
        """Whether a value equals the text in the JSON."""
        return self.kind is str and self.rank is None and self.exact


@dataclass(frozen=True, slots=True)
class ValueType:
    """One type of value.

    ``read`` converts the JSON of a stored document to a value, or to ``None`` if it does not fit; ``operand`` converts
    an operand and raises :class:`UnfitOperand`. ``text`` is the canonical text that ``$startsWith`` compares.
    ``encode`` and ``decode`` convert to the stored form and back; ``column`` is the kind of that: ``text``,
    ``integer`` or ``boolean``. ``word`` converts an unquoted word of the text form to a JSON operand, relative to a
    time. ``says`` describes the JSON of a document. Without a ``shortcut`` predicates convert every value.
    """

    name: str
    says: str
    column: str
    read: Callable[[JSON], Value | None]
    operand: Callable[[JSON], Value]
    text: Callable[[Value], str]
    encode: Callable[[Value], Stored]
    decode: Callable[[Stored], Value]
    word: Callable[[str, datetime], JSON]
    shortcut: Shortcut | None = None

    @property
    def textual(self) -> bool:
        """Whether values are text of any length."""
        return self.read in (read_text, read_sequence)


def _textual(name: str, says: str) -> ValueType:
    return ValueType(
        name, says, "text", read_text, _operand_text, _same, encode_text, _decode_text, _word_text, Shortcut(str)
    )


# fmt: off
TYPES: dict[str, ValueType] = {
    row.name: row
    for row in (
        _textual("guid", "a string"),
        _textual("text", "a string"),
        _textual("enum", "a string"),
        ValueType(
            "boolean", "true or false", "boolean", _read_boolean, _operand_boolean,
            lambda value: "true" if value else "false", int, bool, _word_boolean, Shortcut(bool),
        ),
        ValueType(
            "instant", "a date-time", "integer", read_instant, _operand_instant, text_of_instant, _same, _same,
            word_instant, Shortcut(str, READ.__getitem__, None, days_around, exact=False, fit=READ),
        ),
        ValueType(
            "amount", "a decimal string or number", "text", read_amount, _operand_amount, str, encode_amount,
            _decode_amount, _word_amount,
            Shortcut(str, _PLAIN_AMOUNT.fullmatch, float, _around_amount, exact=False),
        ),
        ValueType(
            "sequence", "a string or an integer", "text", read_sequence, _operand_sequence,
            lambda pair: pair[1] or str(pair[0]), encode_sequence, _decode_sequence, _word_sequence,
            Shortcut(str, None, _digits_of, _around_sequence),
        ),
    )
}
# fmt: on


fold = str.casefold
"""Full Unicode case folding; done here, so that it is the same on every engine."""


def is_guid(text: str) -> bool:
    """Return whether ``text`` is a GUID in the usual notation."""
    return _GUID.fullmatch(text) is not None
