"""Check a tree, and make the report of a search."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Path
from ..language.schema import Schema
from ..syntax.ast import Search
from ..syntax.json_reader import Reader, Shape
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


def checked_request(document: JSON, shape: Shape, schema: Schema) -> tuple[tuple[Diagnostic, ...], Query | None]:
    """Check a decoded request; the query is that of what the service reads.

    A request with holes has no query.
    """
    reader = Reader(document, shape, schema)
    guesses = reader.diagnostics.guesses
    found, query = check_tree(reader.search, schema, shape, guesses)
    if reader.diagnostics.has_holes:
        query = None
    if reader.served is reader.search:
        return (*reader.diagnostics, *found), query
    ignored = reader.ignored_paths
    diagnostics = tuple(
        [
            replace(diagnostic, changed_effect="ignores") if _is_inside(diagnostic, ignored) else diagnostic
            for diagnostic in (*reader.diagnostics, *found)
        ]
    )
    if any(diagnostic.refused for diagnostic in diagnostics):
        return diagnostics, None
    return diagnostics, None if reader.diagnostics.has_holes else check_tree(reader.served, schema, shape, guesses)[1]


def _is_inside(diagnostic: Diagnostic, paths: Iterable[Path]) -> bool:
    """Return whether the service would refuse this elsewhere, but ignores the part.

    A limit of ours holds there, too: nothing beyond it is read, so what the service does with the rest is not known.
    """
    path = diagnostic.place.path
    if path is None or diagnostic.effect != "refuses":
        return False
    return any(path[: len(part)] == part for part in paths)


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
