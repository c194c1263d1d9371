"""The answer about the matches over time, with a label for every bar."""

from __future__ import annotations

from typing import Any

from ..diagnostics.errors import UsageError
from ..stores.histogram import AUTO, UNITS, Bucket
from .page_call import PageCall

JSON = Any

MAX_BARS = 1_000
_DATE_CHARS = {"hour": 13, "day": 10, "week": 10, "month": 7, "year": 4}


def answer_histogram(call: PageCall) -> JSON:
    """Count and add up the orders of the search by date.

    The date is the first of the table's default order.
    """
    by = next((row.name for row, _ in call.schema.sort if row.type.name == "instant"), None)
    if by is None:
        raise UsageError("the table of fields has no order by a date")
    unit = call.choice("unit", [AUTO, *UNITS], AUTO)
    found = call.store.histogram(call.plan, by, unit)
    if len(found.buckets) > MAX_BARS:
        raise UsageError(f"more than {MAX_BARS:,} bars; choose a longer unit")
    chars = _DATE_CHARS[found.unit]
    bars = [_bar(bucket, chars) for bucket in found.buckets if bucket.start is not None]
    return {"field": by, "unit": found.unit, "units": [AUTO, *UNITS], "bars": bars, "total": _label(found.total)}


def _bar(bucket: Bucket, chars: int) -> JSON:
    plain = bucket.to_json()
    date = plain["start"][:chars].replace("T", " ")
    return {
        **{key: plain[key] for key in ("start", "end", "count")},
        "date": date,
        "label": f"{date}: {_label(bucket)}",
    }


def _label(bucket: Bucket) -> str:
    """Return the number of orders, and the sum of each currency."""
    orders = f"{bucket.count:,} order{'' if bucket.count == 1 else 's'}"
    return ", ".join([orders, *(f"{one.total:,f} {one.currency or ''}".rstrip() for one in bucket.sums)])
