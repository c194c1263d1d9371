"""How much of an attack a run tries: all of it in ``make trust`` (``ORDERQUERY_TRUST=full``), a short form in the gate."""

import os

FULL = os.environ.get("ORDERQUERY_TRUST") == "full"


def scaled(full, short):
    """How many of something this run tries."""
    return full if FULL else short
