"""Format a search: the same tokens, in the layout of its form."""

from __future__ import annotations

from ..language.schema import Schema
from .editor_form import EditorForm


def format_search(text: str, form: EditorForm = "auto", table: Schema | str | None = None) -> str:
    """Return a search in the layout of its form, with the same meaning.

    Raises:
        QueryError: the text does not parse.

    """
    return text
