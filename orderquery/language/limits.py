"""Define every limit on a search and on a document; the unit is in each name.

The largest page and the number of sort entries belong to a table of fields: ``grammar/*.toml``.
"""

from __future__ import annotations

MAX_SEARCH_BYTES = 1 << 20
"""A longer search, in any form, is not read."""

MAX_OPEN_BRACKETS = 200
"""More than any search needs, and few enough for a recursive walk over a tree."""

MAX_FILTER_LEVELS = 64
"""Nested ``$and``, ``$or`` and ``$not``."""

MAX_FILTER_NODES = 2_000
"""Conditions and connectives of one filter."""

MAX_LIST_ITEMS = 1_000
"""Values of one list operand, and entries of a sort before the table's own limit is reported."""

MAX_STRING_CHARS = 4_096
"""A string operand."""

MAX_FIELD_NAME_CHARS = 512

MAX_CURSOR_CHARS = 16_000

MAX_ID_CHARS = 256
"""An order with a longer id is unusable."""

MAX_SORTABLE_CHARS = 512
"""A longer text in a sortable field counts as missing, because a cursor must have room for it."""

MAX_DOCUMENT_LEVELS = 200
"""A document that nests deeper is unusable."""

MAX_IDS_PER_REQUEST = 100
"""Order ids in one request for transactions."""

MAX_REQUEST_ID_CHARS = 100
"""The id of an order or a payment in a request that names it; a longer id can be stored and searched."""

MAX_AMOUNT_DIGITS = 100
"""Digits of an amount before its exponent, with those after the point."""

MAX_AMOUNT_EXPONENT = 100

MAX_NUMBER_DIGITS = 100
"""A text of more digits is not a number: it is greater than every number (D9)."""


def too_large(what: str, most: int, unit: str, size: int | None = None) -> tuple[str, str]:
    """Return message and help of ``too-large``.

    Without ``size``, counting ended at the limit.
    """
    message = f"{what} has {size:,} {unit}; the limit is {most:,}" if size else f"{what} has more than {most:,} {unit}"
    return message, "split the search into several"
