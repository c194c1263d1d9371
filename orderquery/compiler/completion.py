"""Completion: what may be written at a position of a search, in any form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..diagnostics.arguments import require
from ..language.schema import Schema
from ..syntax.literal_outline import literal_opening
from ..syntax.text_outline import Opening, text_form
from .editor_form import EditorForm, EditorText, editor_text, table_of
from .literal_offers import LiteralOffers
from .offers import CompletionKind, Offer, matching
from .text_offers import TextOffers


class Completion(NamedTuple):
    """One thing that may stand at a position.

    ``text`` replaces the characters from ``start`` to ``end``, which count code points. ``label`` is what a list shows,
    and ``doc`` one line about it.
    """

    kind: CompletionKind
    label: str
    text: str
    start: int
    end: int
    doc: str = ""


def complete(
    text: str, position: int, form: EditorForm = "auto", table: Schema | str | None = None
) -> list[Completion]:
    """Return what may stand at a position, the likely things first.

    These are the fields of the table, the operators that the field has, the values of an enum, keywords, keys of the
    request, sort fields and directions. A word at the position is replaced; what begins with its part before the
    position comes first, then near names.

    Raises:
        UsageError: no such form.
        SchemaError: no such table.

    """
    schema = table_of(table)
    found = editor_text(text, form, schema)
    require("position", position, int, "an offset in the text")
    at = found.inside(min(max(position, 0), len(text)))
    if at is None:
        return []
    made = _in_text(found, at, schema) if found.root is None else _in_literal(found, at, schema)
    # The same may be offered for a word and for what follows it.
    return list(dict.fromkeys(made))


def _in_text(found: EditorText, at: int, schema: Schema) -> Iterator[Completion]:
    form = text_form()
    offers = TextOffers(form, schema)
    openings = form.openings(found.body, at)
    # Words that begin a phrase, such as "not i", come before what may stand alone.
    for opening in sorted(openings, key=lambda opening: opening.whole):
        made = list(_fitting(offers, opening))
        yield from (_completion(offer, opening.start + found.start, opening.end + found.start) for offer in made)
        if made and opening.goes_on:
            return


def _fitting(offers: TextOffers, opening: Opening) -> Iterator[Offer]:
    typed = opening.typed
    words = " ".join(typed.casefold().split()) + (" " if typed[-1:].isspace() else "")
    if opening.whole:
        yield from matching(offers.at(opening), words.lstrip("\"'`"))
        return
    yield from (offer for offer in offers.at(opening) if " " in offer.label and offer.label.startswith(words))


def _in_literal(found: EditorText, at: int, schema: Schema) -> Iterator[Completion]:
    opening = literal_opening(found.body, at)
    offers = matching(LiteralOffers(found, opening, schema).all(found), opening.typed)
    yield from (_completion(offer, opening.start + found.start, opening.end + found.start) for offer in offers)


def _completion(offer: Offer, start: int, end: int) -> Completion:
    return Completion(offer.kind, offer.label, offer.text, start, end, offer.doc)
