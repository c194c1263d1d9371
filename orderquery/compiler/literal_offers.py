"""What may stand at a caret of JSON, or of the argument of the SDK."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from ..language.operators import CONNECTIVES, OPERATORS, Takes
from ..language.schema import Schema
from ..syntax.literal_outline import LiteralOpening
from . import editor_docs
from .editor_form import EditorText
from .offers import Offer, OfferedValue, field_names, operators_of, values_of
from .search_places import SearchPlace, place_at

_IDENTIFIER = re.compile(r"[^\W\d][\w]*|\$[\w$]+", re.ASCII)
_SINGLE_QUOTED = re.compile(r"'[^'\"\r\n]*'")


class LiteralOffers:
    """Makes the offers of one literal."""

    def __init__(self, text: EditorText, opening: LiteralOpening, schema: Schema) -> None:
        self._schema = schema
        self._opening = opening
        self._sdk = text.sdk
        is_single = text.sdk and opening.quote == "" and _SINGLE_QUOTED.search(text.body) is not None
        self._quote = opening.quote or ("'" if is_single else '"')

    def all(self, text: EditorText) -> Iterator[Offer]:
        """Yield what may begin at the opening, in the order of the tables."""
        if text.root is None or self._opening.expects == "nothing":
            return
        place = place_at(text.root, self._opening.path, self._schema)
        if self._opening.expects == "key":
            yield from self._keys(place)
        else:
            yield from self._values(place)

    # -- keys ---------------------------------------------------------------------------------------------------

    def _keys(self, place: SearchPlace) -> Iterator[Offer]:
        for offer in self._entries(place):
            if offer.label not in self._opening.keys:
                text = self._key(offer.label)
                yield offer._replace(text=text if self._opening.has_colon else f"{text}: ")

    def _entries(self, place: SearchPlace) -> Iterator[Offer]:
        """Yield the keys that belong to an object, without the text to insert."""
        for key in place.keys:
            yield Offer("key", key, "", editor_docs.KEYS[key])
        if place.kind == "filter":
            for row in self._schema.fields:
                if row.operators:
                    yield Offer("field", self._name(row.name), "", editor_docs.field_doc(row), field_names(row))
            for connective in CONNECTIVES:
                yield Offer("key", connective, "", editor_docs.KEYS[connective])
        if place.kind == "condition":
            for operator in operators_of(place.field, self._schema):
                words = tuple(spelling.words for spelling in operator.spellings)
                yield Offer("operator", operator.name, "", editor_docs.operator_doc(operator), words)

    def _name(self, field: str) -> str:
        return self._schema.to_sdk(field) if self._sdk else field

    def _key(self, name: str) -> str:
        bare = self._sdk and not self._opening.quote and _IDENTIFIER.fullmatch(name) is not None
        return name if bare else self._quoted(name)

    def _quoted(self, text: str) -> str:
        written = json.dumps(text, ensure_ascii=False)
        if self._quote == '"':
            return written
        return "'" + written[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"

    # -- values -------------------------------------------------------------------------------------------------

    def _values(self, place: SearchPlace) -> Iterator[Offer]:
        kind, row = place.kind, place.field
        if kind == "fieldName":
            for field in self._schema.fields:
                if field.sortable:
                    name = self._name(field.name)
                    doc = editor_docs.sort_doc(field)
                    yield Offer("sort-field", name, self._quoted(name), doc, field_names(field))
        elif kind == "order":
            yield from (Offer("value", word, self._quoted(word), doc) for word, doc in editor_docs.DIRECTIONS.items())
        elif kind == "limit":
            yield Offer("value", str(self._schema.limit), str(self._schema.limit), editor_docs.limit_doc(self._schema))
        elif kind in ("operand", "item", "condition") and not (kind == "condition" and row is None):
            operator = place.operator or OPERATORS["$eq"]
            listed = kind == "operand" and operator.takes is Takes.VALUES
            yield from self._operands(values_of(row, operator, self._schema), listed)
        yield from self._objects(place)

    def _operands(self, values: Iterable[OfferedValue], listed: bool) -> Iterator[Offer]:
        for value, doc in values:
            text = self._quoted(value) if isinstance(value, str) else json.dumps(value)
            label = value if isinstance(value, str) else text
            yield Offer("value", label, f"[{text}]" if listed else text, doc)

    def _objects(self, place: SearchPlace) -> Iterator[Offer]:
        """Yield the beginnings of the objects that belong here: a bracket and a key."""
        if self._opening.quote:
            return
        brackets = "{"
        if place.kind in ("sort", "filters"):
            brackets = "[{"
            place = SearchPlace("entry" if place.kind == "sort" else "filter")
        for offer in self._entries(place):
            yield offer._replace(text=f"{brackets}{self._key(offer.label)}: ")
