"""Check hostile input near the size limit, against decoding alone and difflib."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orderquery as oq

from ..harness import Duel, Figure, Growth, Size, Table, fight, within

JSON = Any
_MISSPELLED = 1_000
_ROUNDS = 3
"""The longest text takes seconds; every round runs it once."""
_NOTE = (
    "Whole request bodies and texts near the limit of 1 MiB, and what checking them costs beside the same input's "
    "decoding. json.loads does not check anything. difflib finds the closest field for each name, as the checker does. "
    "A text is compared with one of a quarter of its length: 4 is linear."
)


def measure(size: Size) -> Iterator[Table | Growth]:
    """Yield the table of this question."""
    part = 4 if size.quick else 1
    figures = (
        _unknown_fields(95_000 // part, size),
        _duplicate_keys(40_000 // part, size),
        _misspelled_fields(_MISSPELLED, size),
        _wrong_names(1_600 // part, size),
        _text("a list without an end", "number in (", "1,", 500_000 // part, size),
        _text("one long word", "", "x", 1_000_000, size),
    )
    yield Table("Hostile input", _NOTE, figures)


def _body(members: Iterator[str]) -> bytes:
    return f'{{"search":{{"filter":{{{",".join(members)}}}}}}}'.encode()


def _filter_of(body: JSON) -> JSON:
    return body["search"]["filter"]


def _unknown_fields(count: int, size: Size) -> Figure:
    body = _body(f'"{number:x}":1' for number in range(count))
    return fight(
        Duel(
            f"a body of {count:,} unknown fields",
            "json.loads alone",
            lambda: oq.check(body, form="wire"),
            lambda: json.loads(body),
            within(10),
            lambda report, decoded: not report.ok and len(_filter_of(decoded)) == count,
        ),
        size,
    )


def _duplicate_keys(count: int, size: Size) -> Figure:
    body = _body(f'"a{number}":1,"a{number}":2' for number in range(count))
    return fight(
        Duel(
            f"a body of {count:,} duplicate keys, each reported",
            "json.loads alone",
            lambda: oq.check(body, form="wire"),
            lambda: json.loads(body),
            within(25),
            lambda report, decoded: len(report.diagnostics) >= len(_filter_of(decoded)) == count,
        ),
        size,
    )


def _misspelled_fields(count: int, size: Size) -> Figure:
    body = _body(f'"paymentStatu{number}":"PAID"' for number in range(count))
    names = [field.name for field in oq.load_schema().fields]

    def theirs() -> list[list[str]]:
        return [difflib.get_close_matches(name, names, 1) for name in _filter_of(json.loads(body))]

    return fight(
        Duel(
            f"a body of {count:,} misspelled fields, each with a fix",
            "json.loads and difflib",
            lambda: oq.check(body, form="wire"),
            theirs,
            within(2),
            lambda report, matches: len(report.diagnostics) == len(matches) == count,
        ),
        size,
    )


def _wrong_names(count: int, size: Size) -> Figure:
    """Compare wrong fields, operators and values at once with a quarter of them."""

    def body(number: int) -> bytes:
        return _body(f'"paymentStat{index:04}":{{"$eqq{index}":"PAYD{index}"}}' for index in range(number))

    whole, quarter = body(count), body(count // 4)
    return fight(
        Duel(
            f"a body of {count:,} wrong names of fields and operators",
            "the same with a quarter of them",
            lambda: oq.check(whole, form="wire"),
            lambda: oq.check(quarter, form="wire"),
            within(5),
            lambda one, other: not one.ok and not other.ok,
            before=lambda: None,
        ),
        replace(size, rounds=_ROUNDS),
    )


def _text(job: str, start: str, repeated: str, count: int, size: Size) -> Figure:
    whole, quarter = start + repeated * count, start + repeated * (count // 4)
    return fight(
        Duel(
            f"a text: {job}, {len(whole):,} characters",
            "the same at a quarter of the length",
            lambda: oq.check(whole, form="text"),
            lambda: oq.check(quarter, form="text"),
            within(5),
            lambda one, other: not one.ok and not other.ok,
            before=lambda: None,
        ),
        replace(size, rounds=_ROUNDS),
    )
