"""Convert a search to another form."""

from __future__ import annotations

from typing import Literal

from ..language.schema import Schema
from .editor_form import EditorForm

Target = Literal["text", "request", "search", "sdk"]


def convert(text: str, to: Target, form: EditorForm = "auto", table: Schema | str | None = None) -> str:
    """Return a search in another form: ``text``, or the JSON of a request, of a search or of the SDK.

    Relative dates become absolute.

    Raises:
        QueryError: the search has errors.
        UsageError: the text form cannot express it.

    """
    return text
