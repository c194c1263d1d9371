"""Highlighting: the kind of every token of a search, however broken."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ..language.schema import Schema
from .editor_form import EditorForm

TokenKind = Literal[
    "field", "operator", "keyword", "value", "string", "number", "constant", "key", "punctuation", "comment", "code",
    "error",
]  # fmt: skip


class Token(NamedTuple):
    """A token of a text; ``start`` and ``end`` count code points."""

    kind: TokenKind
    start: int
    end: int


def highlight(text: str, form: EditorForm = "auto", table: Schema | str | None = None) -> list[Token]:
    """Return the tokens of a text in order. They do not overlap; between them is white space."""
    return []
