"""What may be offered at a place, and the order in which it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from ..language.elsewhere import fields_elsewhere
from ..language.fields import UNSPECIFIED, Field
from ..language.near import begins_nearly
from ..language.operators import OPERATORS, Operator, Takes
from ..language.schema import Schema
from . import editor_docs

CompletionKind = Literal["field", "operator", "value", "keyword", "sort-field", "key"]


class Offer(NamedTuple):
    """Something that may be written.

    ``label`` is what a list shows, ``text`` what is inserted, ``names`` are other names that find it.
    """

    kind: CompletionKind
    label: str
    text: str
    doc: str
    names: tuple[str, ...] = ()


def matching(offers: Iterable[Offer], typed: str) -> list[Offer]:
    """Return the offers that a half-written name may mean, the likely ones first.

    Those that begin with it come before those of which a part does, or which have another name; misspelt ones are
    found if there are no others.
    """
    wanted = typed.casefold()
    found = [(rank, index, offer) for index, offer in enumerate(offers) if (rank := _rank(offer, wanted)) is not None]
    if wanted and all(rank == _NEAR for rank, _, _ in found):
        found = [entry for entry in found if begins_nearly(typed, entry[2].label) or _part_is_near(entry[2], typed)]
    else:
        found = [entry for entry in found if entry[0] != _NEAR]
    return [offer for _, _, offer in sorted(found, key=lambda entry: entry[:2])]


_NEAR = 4


def _rank(offer: Offer, wanted: str) -> int:
    label = offer.label.casefold()
    if label.startswith(wanted):
        return 0
    plain = wanted.lstrip("$_")
    if plain and any(part.startswith(plain) for part in _parts(label)):
        return 1
    if any(name.casefold().startswith(wanted) for name in offer.names):
        return 2
    return 3 if len(plain) > 1 and plain in label else _NEAR


def _parts(label: str) -> list[str]:
    return label.lstrip("$").replace(" ", ".").split(".")


def _part_is_near(offer: Offer, typed: str) -> bool:
    return any(begins_nearly(typed, name) for name in (offer.label.rpartition(".")[2], *offer.names))


def field_names(row: Field) -> tuple[str, ...]:
    """Return the other names of a field: aliases, and those of older interfaces."""
    return (*row.aliases, *_older_names().get(row.name, ()))


def _older_names() -> dict[str, tuple[str, ...]]:
    if not _OLDER:
        for old, name in fields_elsewhere().renamed.items():
            _OLDER[name] = (*_OLDER.get(name, ()), old)
    return _OLDER


_OLDER: dict[str, tuple[str, ...]] = {}


class OfferedValue(NamedTuple):
    """A value of a field: a string, true, false or null, and one line about it."""

    value: str | bool | None
    doc: str


def values_of(row: Field | None, operator: Operator, schema: Schema) -> list[OfferedValue]:
    """Return the values that a condition may have."""
    if operator.takes is Takes.FLAG:
        return [OfferedValue(True, "the field has a value"), OfferedValue(False, "the field has no value")]
    if row is None:
        return []
    found: list[OfferedValue] = []
    if operator.takes is not Takes.TEXT:
        hidden = schema.hidden[1] if schema.hidden is not None and schema.hidden[0] is row else ()
        rare = {*hidden, UNSPECIFIED}
        values = sorted(row.values, key=lambda value: value in rare)
        found = [OfferedValue(value, editor_docs.value_doc(row, value, schema)) for value in values]
        if row.type.name == "boolean":
            found += [OfferedValue(flag, f"{row.name} is {str(flag).lower()}") for flag in (True, False)]
        if operator.nulls:
            found.append(OfferedValue(None, editor_docs.null_doc(operator)))
    return found


def operators_of(row: Field | None, schema: Schema) -> list[Operator]:
    """Return the operators of a field; all of them if the field is not known."""
    return list(OPERATORS.values()) if row is None else list(schema.operators_of(row))
