"""The report of a search in an editor, with places in the whole text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..language.schema import Schema
from ..syntax.json_reader import Shape
from ..syntax.source_text import SourceText
from .compile import check
from .editor_form import EditorText
from .report import Report

_FILTER_START = '{"filter": '


def editor_report(found: EditorText, schema: Schema) -> Report[Any]:
    """Return the report of a search; every diagnostic has a place in the source."""
    report, moved = plain_report(found, schema)
    lines = SourceText(found.source)
    diagnostics = tuple([_moved(diagnostic, lines, moved, found) for diagnostic in report.diagnostics])
    return replace(report, diagnostics=diagnostics)


def plain_report(found: EditorText, schema: Schema) -> tuple[Report[Any], int]:
    """Return the report of the text that is checked, and the distance from its places to those of the source."""
    if found.root is None:
        return check(found.body, form="text", schema=schema), found.start
    if found.root == "filter":
        wrapped = f"{_FILTER_START}{found.body}}}"
        return check(wrapped, "search", form="json", schema=schema), found.start - len(_FILTER_START)
    shape: Shape = "request" if found.root == "request" else "sdk" if found.sdk else "search"
    mark = 1 if found.source.startswith("\ufeff") else 0
    is_code = found.quoted or found.start > mark
    return check(found.source[mark:], shape, form="any" if is_code else "json", schema=schema), mark


def _moved(diagnostic: Diagnostic, lines: SourceText, distance: int, found: EditorText) -> Diagnostic:
    """Return a diagnostic with its place in the source; without one, it is the whole search."""
    if distance == 0 and diagnostic.span is not None:
        return diagnostic
    whole = (found.start - distance, found.start - distance + len(found.body))
    start, end = diagnostic.span or whole
    size = len(found.source)
    return lines.located(diagnostic, (min(max(start + distance, 0), size), min(max(end + distance, 0), size)))
