"""What an unknown value of an enum may mean."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from ..diagnostics.place import Place
from ..diagnostics.quoting import quoted
from ..language.fields import Field
from ..language.near import misspelt_value
from ..language.operators import Operator
from ..language.schema import Schema
from ..syntax.ast import Comparison
from ..syntax.problems import Problems
from .suggestions import write_condition

_BETWEEN_VALUES = re.compile(r"\s*[,;|/]\s*|\s+(?:or\s+)?", re.IGNORECASE)
_NEGATION = re.compile(r"\A(?:UN|NON|NOT|[^\w\s])_?")
"""Before a value of an enum: it means the opposite."""

_MAX_PIECES = 20


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


def several_enum_values(
    row: Field, item: str, operator: Operator, place: Place, index: int | None, schema: Schema
) -> NearValue | None:
    """Return the help for a text that names several values of an enum."""
    values = _several_values(row, item)
    if not values:
        return None
    instead = {"$eq": "$in", "$ne": "$nin"}.get(operator.name)
    help_ = f"write its values apart: {', '.join(map(quoted, values))}"
    if instead in row.operators and index is None:
        help_ = write_condition(Comparison(row.name, str(instead), values), schema, in_text=place.path is None)
    return NearValue(f"{help_}\nvalues of {row.name}: {', '.join(row.values)}", None, False)


@lru_cache(maxsize=1024)
def _several_values(row: Field, value: str) -> tuple[str, ...]:
    """Return the values of an enum that one text names, else an empty tuple."""
    pieces = [piece for piece in _BETWEEN_VALUES.split(value.strip()) if piece]
    found = [misspelt_value(_written(piece), row.values) for piece in pieces[:_MAX_PIECES]]
    names = tuple(dict.fromkeys(name for name in found if name is not None))
    is_whole = len(pieces) <= _MAX_PIECES and None not in found and len(names) > 1
    return names if is_whole and misspelt_value(_written(value), row.values) is None else ()
