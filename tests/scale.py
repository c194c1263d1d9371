"""How much a run tries: everything in ``make trust`` (``ORDERQUERY_TRUST=full``), a short form in ``make test``."""

import os

FULL = os.environ.get("ORDERQUERY_TRUST") == "full"


def scaled(full, short):
    """The number for this run."""
    return full if FULL else short


def spread(rows, columns, every=4):
    """The pairs of two lists for this run: all, or so few that each row and each column still takes part."""
    pairs = [(row, column, i + j) for i, row in enumerate(rows) for j, column in enumerate(columns)]
    return [(row, column) for row, column, diagonal in pairs if FULL or diagonal % every == 0]
