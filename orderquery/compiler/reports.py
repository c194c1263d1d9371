"""Check a tree, and make the report of a search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..language.schema import Schema
from ..syntax.ast import Search
from ..syntax.problems import Guesses
from .checker import check_search
from .corrections import Correction, Only
from .cursor import query_too_long
from .query import Query, SourceShape
from .report import Report

JSON = Any


def check_tree(
    search: Search, schema: Schema, shape: SourceShape, guesses: Guesses | None = None
) -> tuple[tuple[Diagnostic, ...], Query | None]:
    """Check an AST, and whether it fits a cursor. ``guesses`` are those of its reader."""
    diagnostics, query, _ = check_search(search, schema, shape, guesses)
    problem = None if query is None else query_too_long(query)
    return (diagnostics, query) if problem is None else ((*diagnostics, problem), None)


def make_report(
    shape: SourceShape,
    diagnostics: tuple[Diagnostic, ...],
    query: Query | None,
    source: str | None,
    document: JSON,
    correction: Callable[[Only], Correction | None] | None = None,
) -> Report[Query]:
    """Return the report of a search; it has no plan if the search is refused."""
    if query is not None and diagnostics:
        refused = any(diagnostic.refused for diagnostic in diagnostics)
        query = None if refused else replace(query, diagnostics=diagnostics)
    if correction is None:
        return Report(diagnostics, query, source, document, shape=shape)
    return Report(diagnostics, query, source, document, correction, shape)
