"""The report of a search in an editor, with places in the whole text."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from ..diagnostics.diagnostic import Diagnostic
from ..language.schema import Schema
from ..syntax.json_reader import Shape
from ..syntax.source_text import SourceText
from .compile import Form, check
from .editor_form import EditorText
from .report import Report

_FILTER_START = '{"filter": '
_FILTER_END = "}"


class CheckedSource(NamedTuple):
    """The text that is checked for a search in an editor.

    ``distance`` is added to its offsets to get those of the source.
    """

    text: str
    shape: Shape
    form: Form
    distance: int

    def check(self, schema: Schema) -> Report[Any]:
        """Return the report of the text."""
        return _checked(self, schema)

    def with_text(self, text: str) -> CheckedSource:
        """Return the same for another text."""
        return self._replace(text=text)


@lru_cache(maxsize=2)  # an editor asks for the problems of a text, and then for their fixes
def _checked(source: CheckedSource, schema: Schema) -> Report[Any]:
    return check(source.text, source.shape, form=source.form, schema=schema)


def checked_source(found: EditorText) -> CheckedSource:
    """Return what is checked: a filter alone is checked inside a search."""
    if found.root is None:
        return CheckedSource(found.body, "request", "text", found.start)
    if found.root == "filter":
        text = f"{_FILTER_START}{found.body}{_FILTER_END}"
        return CheckedSource(text, "search", "json", found.start - len(_FILTER_START))
    mark = 1 if found.source.startswith("\ufeff") else 0
    is_code = found.quoted or found.start > mark or found.start + len(found.body) < len(found.source)
    return CheckedSource(found.source[mark:], shape_of(found), "any" if is_code else "json", mark)


def shape_of(found: EditorText) -> Shape:
    """Return the shape of the literal of a text."""
    return "request" if found.root == "request" else "sdk" if found.sdk else "search"


def editor_report(found: EditorText, schema: Schema) -> Report[Any]:
    """Return the report of a search; every diagnostic has a place in the source."""
    source = checked_source(found)
    report = source.check(schema)
    return replace(report, diagnostics=tuple([moved_diagnostic(d, source, found) for d in report.diagnostics]))


def moved_diagnostic(diagnostic: Diagnostic, source: CheckedSource, found: EditorText) -> Diagnostic:
    """Return a diagnostic with its place in the source.

    One without a place gets the whole search.
    """
    distance = source.distance
    if distance == 0 and diagnostic.span is not None:
        return diagnostic
    start, end = diagnostic.span or (found.start - distance, found.start - distance + len(found.body))
    size = len(found.source)
    moved = (min(max(start + distance, 0), size), min(max(end + distance, 0), size))
    return SourceText(found.source).located(diagnostic, moved)
