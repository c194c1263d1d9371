"""The places of a request by their paths, and the keys of each."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ..diagnostics.place import Path
from ..language.elsewhere import certain_field
from ..language.fields import Field
from ..language.operators import CONNECTIVES, OPERATORS, Operator
from ..language.schema import Schema
from ..syntax.part_names import PAGING_KEYS, SEARCH_KEYS
from ..syntax.sort_reader import ENTRY_KEYS
from .editor_form import Root

PlaceKind = Literal[
    "request", "search", "filter", "filters", "condition", "operand", "item", "sort", "entry", "cursorPaging",
    "fieldName", "order", "limit", "cursor", "unknown",
]  # fmt: skip

_KEYS: dict[PlaceKind, tuple[str, ...]] = {
    "request": ("search",),
    "search": SEARCH_KEYS,
    "cursorPaging": PAGING_KEYS,
    "entry": ENTRY_KEYS,
}
_NEXT: dict[str, PlaceKind] = {
    "search": "search",
    "filter": "filter",
    "sort": "sort",
    "cursorPaging": "cursorPaging",
    "limit": "limit",
    "cursor": "cursor",
    "fieldName": "fieldName",
    "order": "order",
}


class SearchPlace(NamedTuple):
    """A place of a request, with the field and the operator of its condition."""

    kind: PlaceKind
    field: Field | None = None
    operator: Operator | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of the request that belong here; fields and operators are none."""
        return _KEYS.get(self.kind, ())

    @property
    def holds_fields(self) -> bool:
        """Return whether keys are fields and connectives."""
        return self.kind == "filter"


UNKNOWN_PLACE = SearchPlace("unknown")


def place_at(root: Root, path: Path, schema: Schema) -> SearchPlace:
    """Return what belongs at a path; names may be those of the SDK, or misspelt."""
    place = SearchPlace(root)
    for step in path:
        place = _next(place, step, schema)
        if place.kind == "unknown":
            break
    return place


def _next(place: SearchPlace, step: str | int, schema: Schema) -> SearchPlace:
    kind = place.kind
    if isinstance(step, int):
        return _item(place)
    if step in place.keys:
        return SearchPlace(_NEXT[step])
    if kind == "request" and step in SEARCH_KEYS:
        # In the wrong place, but what is in it can be told.
        return SearchPlace(_NEXT[step])
    if kind == "filter":
        if step in CONNECTIVES:
            return SearchPlace("filters" if step != "$not" else "filter")
        certain = certain_field(schema, schema.from_sdk(step))
        row = None if certain is None else schema.find(certain)
        return SearchPlace("condition", row)
    if kind == "condition" and step in OPERATORS:
        return SearchPlace("operand", place.field, OPERATORS[step])
    return UNKNOWN_PLACE


def _item(place: SearchPlace) -> SearchPlace:
    if place.kind in ("filters", "filter"):
        return SearchPlace("filter")
    if place.kind == "sort":
        return SearchPlace("entry")
    if place.kind in ("operand", "condition"):
        return SearchPlace("item", place.field, place.operator or OPERATORS["$eq"])
    return UNKNOWN_PLACE
