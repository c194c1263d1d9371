"""Completion: what may stand at a position of a search, in any form and however broken."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ..language.schema import Schema
from .editor_form import EditorForm

CompletionKind = Literal["field", "operator", "value", "keyword", "sort-field", "key"]


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
    """Return what may stand at a position, the likely things first."""
    return []
