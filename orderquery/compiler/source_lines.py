"""Lines and columns of diagnostics in the source of a search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Diagnostic
from ..language.schema import Schema
from ..syntax.source_text import ReadError, SourceText

if TYPE_CHECKING:
    from ..syntax.excerpt import Excerpt
    from ..syntax.literal_parser import Located


def with_line(diagnostic: Diagnostic, located: Located, lines: SourceText, excerpt: Excerpt | None) -> Diagnostic:
    """Return a diagnostic of a decoded request with its line in the source.

    ``located`` is the literal, and ``excerpt`` its place if there is code around it.
    """
    from ..syntax.nested_text import span_of_place

    if diagnostic.place.path is None or diagnostic.line is not None:
        return diagnostic
    literal = lines.text if excerpt is None else excerpt.text
    span = span_of_place(literal, located.spans, diagnostic.place)
    if span is None:
        return diagnostic
    return lines.located(diagnostic, span if excerpt is None else excerpt.span(span))


def with_lines_of(source: str | None, diagnostics: Iterable[Diagnostic], schema: Schema) -> tuple[Diagnostic, ...]:
    """Return diagnostics with their lines in a source that was checked before."""
    found = tuple(diagnostics)
    if source is None or not found:
        return found
    from ..syntax.literal_parser import read_literal
    from ..syntax.pasted_code import find_literal

    lines = SourceText(source)
    if all(diagnostic.place.path is None for diagnostic in found):
        return tuple([lines.located(d, d.place.span) if d.place.span else d for d in found])
    try:
        excerpt = find_literal(source, schema)
    except ReadError:
        return found
    located = read_literal(source if excerpt is None else excerpt.text, schema)
    placed = [with_line(diagnostic, located, lines, excerpt) for diagnostic in found]
    return tuple([lines.located(d, d.place.span) if d.place.path is None and d.place.span else d for d in placed])
