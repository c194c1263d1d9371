"""What an unknown value of an enum may mean."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from ..diagnostics.quoting import quoted
from ..language.fields import Field
from ..language.near import misspelt_value
from ..syntax.problems import Problems

_NEGATION = re.compile(r"\A(?:UN|NON|NOT|[^\w\s])_?")
"""Before a value of an enum: it means the opposite."""


class NearValue(NamedTuple):
    """Help for an unknown value of an enum, and the value that it may mean.

    ``misspelt`` is set if the unknown value can only be a misspelling of it.
    """

    help: str
    value: str | None
    misspelt: bool


def unknown_enum_value(row: Field, value: str, problems: Problems) -> NearValue:
    """Return what an unknown value of an enum may mean."""
    written = _written(value)
    found, misspelt = _clear_enum_value(row, written)
    if found is None:
        denied = _NEGATION.sub("", written)
        found = problems.closest(written, [other for other in row.values if other != denied])
    values = f"values of {row.name}: {', '.join(row.values)}"
    return NearValue(f"did you mean {quoted(found)}?\n{values}" if found else values, found, misspelt)


def _written(value: str) -> str:
    bare = value.strip()
    # A minus in front is no letter of a value.
    return (bare[:1] + bare[1:].replace(" ", "_").replace("-", "_")).upper()


@lru_cache(maxsize=1024)
def _clear_enum_value(row: Field, written: str) -> tuple[str | None, bool]:
    """Return the value that is misspelt or denied, and whether it is misspelt."""
    misspelt = misspelt_value(written, row.values)
    if misspelt is not None:
        return misspelt, True
    denied = _NEGATION.sub("", written)
    opposite = f"NOT_{denied}"
    return (opposite if denied != written and opposite in row.values else None), False
