"""Hover: what is under a position of a search."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ..language.schema import Schema
from .editor_form import EditorForm

HoverKind = Literal["field", "operator", "keyword", "key", "value", "code"]


class Hover(NamedTuple):
    """A field, an operator, a key, a value or a diagnostic code, and what is known of it.

    ``type``, ``operators``, ``sortable`` and ``values`` are those of a field. ``source`` names where the table of
    fields comes from. ``start`` and ``end`` count code points.
    """

    kind: HoverKind
    name: str
    start: int
    end: int
    doc: str
    type: str | None = None
    operators: tuple[str, ...] = ()
    sortable: bool | None = None
    values: tuple[str, ...] = ()
    source: str = ""


def hover(text: str, position: int, form: EditorForm = "auto", table: Schema | str | None = None) -> Hover | None:
    """Return what is under a position; ``None`` if nothing is known of it."""
    return None
