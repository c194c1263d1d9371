"""The argument of searchOrders in older versions: an object with "search"."""

from __future__ import annotations

from collections.abc import Sequence

from ..found import Sends
from ..nodes import Alternatives, ObjectLiteral, SourceValue

_KEY = "search"


def read_options(arguments: Sequence[SourceValue]) -> tuple[Sends, list[SourceValue]]:
    """Return the searches in arguments of one call of an older SDK, and their form.

    If one of them is not only ``{ search: … }``, all are read as the bodies that they become.
    """
    searches = [_only_search(argument) for argument in arguments]
    for argument, search in zip(arguments, searches, strict=True):
        is_object = isinstance(argument, Alternatives) or (isinstance(argument, ObjectLiteral) and argument.entries)
        if search is None and is_object:
            return "request", [*arguments]
    return "sdk", [argument if search is None else search for argument, search in zip(arguments, searches, strict=True)]


def _only_search(value: SourceValue) -> SourceValue | None:
    if isinstance(value, Alternatives):
        found = [part for part in map(_only_search, value.values) if part is not None]
        return Alternatives(tuple(found), value.span) if len(found) == len(value.values) else None
    if isinstance(value, ObjectLiteral) and len(value.entries) == 1 and value.entries[0].key == _KEY:
        return value.entries[0].value
    return None
