"""How much a run tries: everything in ``make trust`` (``ORDERQUERY_TRUST=full``), a short form in ``make test``."""

import os

FULL = os.environ.get("ORDERQUERY_TRUST") == "full"


def scaled(full, short):
    """The number for this run."""
    return full if FULL else short
