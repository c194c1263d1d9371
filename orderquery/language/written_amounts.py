"""Amounts as people write them: a currency, groups of digits, a decimal comma."""

from __future__ import annotations

import re
import unicodedata

_CODES = (
    " "
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
    "HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
    "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN "
    "PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY "
    "TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL "
)
"""ISO 4217."""
_ABBREVIATIONS = frozenset(("kr", "fr", "us", "kč", "zł", "ft", "lei"))
_MAX_CHARS = 120
_BEFORE = re.compile(r"[^\W\d_]+\.?")
_AFTER = re.compile(r"[^\W\d_]+\.?\Z")
_GROUP_MARKS = "[ \u00a0\u2009\u202f'\u2019\u02bc_]"
_NUMBER = re.compile(rf"[0-9]+(?:{_GROUP_MARKS}[0-9]{{3}})*(?:[.,][0-9]+)*|[.,][0-9]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:\|[0-9]{3})+|[1-9][0-9]?(?:\|[0-9]{2})+\|[0-9]{3}")
_MINUS = "-\u2212\u2013"
GROUPED_DIGITS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+", re.ASCII)
"""A whole number with commas between its thousands."""


def amounts_from(text: str) -> tuple[str, ...]:
    """Return the amounts that a text may mean, as decimals.

    One, or two for ``1,000``, which has two readings. Empty if it is no amount.
    """
    rest = text.strip()
    if len(rest) > _MAX_CHARS:
        return ()
    sign, rest = _signed(rest)
    bare = _without_currency(rest)
    if bare != rest and not sign:
        sign, bare = _signed(bare)
    if _NUMBER.fullmatch(bare) is None:
        return ()
    return tuple([sign + amount for amount in _readings(bare)])


def _signed(text: str) -> tuple[str, str]:
    is_signed = text[:1] != "" and text[:1] in f"+{_MINUS}"
    return ("-" if is_signed and text[0] != "+" else ""), (text[1:].lstrip() if is_signed else text)


def _without_currency(text: str) -> str:
    """Return a text without a currency at its ends."""
    before = _BEFORE.match(text)
    if before is not None and _is_currency(before[0]):
        text = text[before.end() :]
    if text and unicodedata.category(text[0]) == "Sc":
        text = text[1:]
    after = _AFTER.search(text)
    if after is not None and _is_currency(after[0]):
        text = text[: after.start()]
    if text and unicodedata.category(text[-1]) == "Sc":
        text = text[:-1]
    return text.strip()


def _is_currency(word: str) -> bool:
    return (len(word) == 3 and f" {word} " in _CODES) or word.rstrip(".").lower() in _ABBREVIATIONS


def _readings(text: str) -> list[str]:
    """Return the readings of digits with marks between them."""
    grouped = re.sub(_GROUP_MARKS, "", text)
    has_groups = grouped != text
    marks = [mark for mark in grouped if mark in ".,"]
    if has_groups and re.match(rf"[0-9]{{1,3}}{_GROUP_MARKS}", text) is None:
        return []
    if not marks:
        return [grouped]
    whole, _, fraction = grouped.rpartition(marks[-1])
    other = {".": ",", ",": "."}[marks[-1]]
    if other in marks:
        is_clear = marks.count(marks[-1]) == 1 and not has_groups and _is_grouped(whole, other)
        return [_decimal(whole.replace(other, ""), fraction)] if is_clear else []
    if len(marks) > 1:
        return [grouped.replace(marks[-1], "")] if not has_groups and _is_grouped(grouped, marks[-1]) else []
    if not has_groups and len(fraction) == 3 and _is_grouped(grouped, marks[-1]):
        return [whole + fraction, _decimal(whole, fraction)]
    return [_decimal(whole, fraction)]


def _is_grouped(text: str, mark: str) -> bool:
    """Return whether the digits are in groups, of three or as in India."""
    return _GROUPED.fullmatch(text.replace(mark, "|")) is not None


def _decimal(whole: str, fraction: str) -> str:
    return f"{whole or '0'}.{fraction}"
