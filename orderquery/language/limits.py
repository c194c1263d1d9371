"""language.limits."""

from __future__ import annotations

LONGEST_ID = 256
"""Characters: an order whose id is longer is unusable."""


LONGEST_SORTABLE = 512
"""Characters: a longer text in a sortable field does not fit, for a cursor must be able to hold it."""


MAX_BYTES = 1 << 20


MAX_OPEN = 200
"""Brackets that may stand open at once. More than any search needs, and few enough for every walk over a tree."""


DEEPEST = 64


MOST_NODES = 2_000


MOST_ELEMENTS = 1_000


LONGEST_STRING = 4_096


LONGEST_FIELD_NAME = 512


LONGEST_CURSOR = 16_000


DEEPEST_DOCUMENT = 200
"""Levels: a deeper document is unusable."""
