"""A histogram of orders as text: a bar, a count and sums for each bucket."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from ..compiler.render import cell_width, printable
from ..stores.histogram import Bucket, Histogram
from .output import count_of, wants_colour, write_line
from .table_output import PIPE_COLUMNS, terminal_columns, truncate

_GAP = "  "
_FULL, _EIGHTHS = "█", ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
_MIN_BAR_COLUMNS, _MAX_BAR_COLUMNS = 20, 60
_MIN_GAP_BUCKETS = 4
"""So many empty buckets in a row are one line."""
_LABEL_CHARS = {"hour": 16, "day": 10, "week": 10, "month": 7, "year": 4}
"""Of a date and time."""
_MAX_CURRENCY_CHARS = 20


def write_histogram(histogram: Histogram) -> None:
    """Write a histogram to standard output, as wide as the terminal."""
    if not histogram.count:
        write_line("no orders")
        return
    for line in draw(histogram, terminal_columns() or PIPE_COLUMNS, colour=wants_colour(sys.stdout)):
        write_line(line)


def draw(histogram: Histogram, columns: int, *, colour: bool = False) -> Iterator[str]:
    """Yield the lines of a histogram that is ``columns`` wide."""
    yield f"{count_of(histogram.count, 'order')} by {histogram.unit} of {histogram.by}, in UTC"
    yield ""
    listed = [(_label(bucket, histogram.unit), bucket) for bucket in histogram.buckets]
    if histogram.missing.count:
        listed.append(("missing", histogram.missing))
    total = ("total", histogram.total)
    labels = max(len(label) for label, _ in (*listed, total))
    counts = max(len(f"{bucket.count:,}") for _, bucket in (*listed, total))
    sums = max(cell_width(_sums(bucket)) for _, bucket in (*listed, total))
    left = columns - labels - counts - 2 * len(_GAP) - len(_GAP)
    sums = max(min(sums, left - _MIN_BAR_COLUMNS), 0)
    bars = max(min(left - sums, _MAX_BAR_COLUMNS), _MIN_BAR_COLUMNS)
    most = max(bucket.count for _, bucket in listed)

    def line(label: str, bucket: Bucket, bar: str) -> str:
        shown = f"\x1b[36m{bar}\x1b[0m" if colour and bar else bar
        cells = (label.ljust(labels), shown + " " * (bars - len(bar)), f"{bucket.count:,}".rjust(counts))
        return _GAP.join([*cells, truncate(_sums(bucket), sums)]).rstrip()

    for is_gap, group in groupby(listed, lambda entry: not entry[1].count):
        entries = list(group)
        if is_gap and len(entries) >= _MIN_GAP_BUCKETS:
            yield f"{'...'.ljust(labels)}{_GAP}{count_of(len(entries), histogram.unit)} without orders"
            continue
        for label, bucket in entries:
            yield line(label, bucket, _bar(bucket.count, most, bars))
    yield line(*total, "")


def _label(bucket: Bucket, unit: str) -> str:
    return "" if bucket.start is None else bucket.start.isoformat(" ")[: _LABEL_CHARS[unit]]


def _bar(count: int, most: int, columns: int) -> str:
    """Return a bar; any order is visible."""
    eighths = max(count * columns * 8 // most, 1) if count else 0
    return _FULL * (eighths // 8) + _EIGHTHS[eighths % 8]


def _sums(bucket: Bucket) -> str:
    return _GAP.join(f"{_amount(found.total)} {_currency(found.currency)}" for found in bucket.sums)


def _currency(currency: str | None) -> str:
    if currency is None:
        return "without currency"
    return printable(currency, _MAX_CURRENCY_CHARS) if currency.strip() else f'"{currency}"'


def _amount(total: Decimal) -> str:
    """Return an amount with separators, and with at least two decimals if it has any."""
    exponent = total.as_tuple().exponent
    return f"{total:,f}" + ("0" if exponent == -1 else "")
