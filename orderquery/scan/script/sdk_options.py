"""The argument of searchOrders in older versions: an object with "search"."""

from __future__ import annotations

from typing import NamedTuple

from ..found import Sends
from ..nodes import Alternatives, ObjectLiteral, SourceValue

_KEY = "search"


class SentSearch(NamedTuple):
    """A search of a call, and its form."""

    sends: Sends
    search: SourceValue


def read_options(argument: SourceValue) -> SentSearch:
    """Return the search in the argument of an older SDK.

    An argument that is not only ``{ search: … }`` is read as the body that it becomes.
    """
    search = _only_search(argument)
    if search is not None:
        return SentSearch("sdk", search)
    is_object = isinstance(argument, Alternatives) or (isinstance(argument, ObjectLiteral) and bool(argument.entries))
    return SentSearch("request" if is_object else "sdk", argument)


def _only_search(value: SourceValue) -> SourceValue | None:
    if isinstance(value, Alternatives):
        found = [part for part in map(_only_search, value.values) if part is not None]
        return Alternatives(tuple(found), value.span) if len(found) == len(value.values) else None
    if isinstance(value, ObjectLiteral) and len(value.entries) == 1 and value.entries[0].key == _KEY:
        return value.entries[0].value
    return None
