"""Check or compile a search in any form: to a report, or to a query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import UsageError
from ..language.limits import MAX_SEARCH_BYTES
from ..language.schema import Schema, load_schema
from ..syntax.ast import Search
from ..syntax.json_decoder import decode_plain, not_utf8, read_json, text_too_large
from ..syntax.json_reader import SHAPES, Reader, Shape
from ..syntax.source_text import SourceText
from .checker import check_search
from .cursor import query_too_long
from .query import Query
from .report import QueryError, Report

if TYPE_CHECKING:
    from ..syntax.literal_parser import Located

JSON = Any
Form = Literal["any", "json", "wire", "text"]


def check(
    source: JSON,
    shape: Shape = "request",
    *,
    form: Form = "any",
    schema: Schema | str | None = None,
    now: datetime | None = None,
) -> Report[Query]:
    """Check a search and report every problem. See :mod:`orderquery.api`.

    Raises:
        UsageError: no such shape.
        SchemaError: no such table.

    """
    if shape not in SHAPES:
        raise UsageError(f'unknown shape "{shape}"; use one of {", ".join(SHAPES)}')
    table = schema if isinstance(schema, Schema) else load_schema(schema)
    if not isinstance(source, str | bytes | bytearray):
        return _check_json(source, shape, table)
    if form == "wire":
        return _check_wire(source, shape, table)
    text = _decoded_text(source)
    if isinstance(text, Diagnostic):
        return Report((text,))
    if form == "json" or (form == "any" and is_json(text)):
        return _check_json_text(text, shape, table)
    return _check_text(text, table, now)


def compile_search(
    source: JSON,
    *,
    shape: Shape | None = None,
    schema: Schema | str | None = None,
    now: datetime | None = None,
) -> Query:
    """Return the query of a search in any form. See :mod:`orderquery.api`.

    Raises:
        QueryError: the search has errors; it contains every diagnostic, warnings included.

    """
    if isinstance(source, dict):
        if shape is None:
            shape = "request" if "search" in source else "search"
    elif isinstance(source, Query):
        return source
    if shape is None:
        report = check(source, "request", schema=schema, now=now)
        if _is_bare(source, report):
            report = check(source, "search", schema=schema, now=now)
    else:
        report = check(source, shape, schema=schema, now=now)
    if report.plan is None or not report.ok:
        raise QueryError(report.diagnostics, report)
    return report.plan


def _is_bare(source: JSON, report: Report[Any]) -> bool:
    document = report.request if isinstance(source, str | bytes | bytearray) else source
    return isinstance(document, dict) and "search" not in document


def is_json(text: str) -> bool:
    """Return whether a text is JSON rather than the text form.

    JSON starts, after space and comments, with ``{`` or ``[``.
    """
    return text.lstrip("\ufeff \t\r\n").startswith(("{", "[", "//", "/*"))


def _decoded_text(source: str | bytes | bytearray) -> str | Diagnostic:
    size = len(source)
    if isinstance(source, str) and size <= MAX_SEARCH_BYTES < 4 * size:
        size = len(source.encode("utf-8", "surrogatepass"))
    if size > MAX_SEARCH_BYTES:
        return text_too_large(size)
    if isinstance(source, str):
        return source
    try:
        return bytes(source).decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        return not_utf8(problem)


def _check_json(
    document: JSON, shape: Shape, schema: Schema, earlier: Iterable[Diagnostic] = (), source: str | None = None
) -> Report[Query]:
    reader = Reader(document, shape, schema.rest_names, schema.by_name)
    more, query = _checked(reader.search, schema)
    return _report((*earlier, *reader.diagnostics, *more), query, source, document)


def _check_wire(source: str | bytes | bytearray, shape: Shape, schema: Schema) -> Report[Query]:
    raw = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else bytes(source)
    document, diagnostics = read_json(raw)
    if any(diagnostic.code != "duplicate-key" for diagnostic in diagnostics):
        return Report(diagnostics)
    return _check_json(document, shape, schema, diagnostics)


def _checked(search: Search, schema: Schema) -> tuple[tuple[Diagnostic, ...], Query | None]:
    diagnostics, query = check_search(search, schema)
    problem = None if query is None else query_too_long(query)
    return (diagnostics, query) if problem is None else ((*diagnostics, problem), None)


def _report(
    diagnostics: tuple[Diagnostic, ...], query: Query | None, source: str | None, document: JSON
) -> Report[Query]:
    if query is not None and diagnostics:
        refused = any(diagnostic.refused for diagnostic in diagnostics)
        query = None if refused else replace(query, diagnostics=diagnostics)
    return Report(diagnostics, query, source, document)


def _check_json_text(text: str, shape: Shape, schema: Schema) -> Report[Query]:
    diagnostics: tuple[Diagnostic, ...] = ()
    located: Located | None = None
    try:
        document = decode_plain(text)
    except (ValueError, ArithmeticError, RecursionError):
        # Only the slower parser knows lines and columns, JavaScript literals and duplicate keys.
        located = _located(text)
        document, diagnostics = located.value, located.diagnostics
        if any(diagnostic.code != "duplicate-key" for diagnostic in diagnostics):
            return Report(diagnostics, None, text)
    report = _check_json(document, shape, schema, diagnostics, text)
    if not report.diagnostics:
        return report
    located = located or _located(text)
    lines = SourceText(text)
    placed = tuple([_with_line(diagnostic, located, lines) for diagnostic in report.diagnostics])
    return _report(placed, report.plan, text, document)


def _located(text: str) -> Located:
    from ..syntax.literal_parser import read_literal

    return read_literal(text)


def _with_line(diagnostic: Diagnostic, located: Located, lines: SourceText) -> Diagnostic:
    path = diagnostic.place.path
    if path is None or diagnostic.line is not None:
        return diagnostic
    span = located.spans.get((path, diagnostic.place.at)) or located.spans.get((path, "value"))
    while span is None and path:
        path = path[:-1]
        span = located.spans.get((path, "value"))
    if span is None:
        return diagnostic
    line, column = lines.line_column(span[0])
    return replace(diagnostic, span=span, line=line, column=column)


def _check_text(text: str, schema: Schema, now: datetime | None) -> Report[Query]:
    from ..syntax.text_parser import parse_text

    lines = SourceText(text)
    search, earlier = parse_text(text, schema, now)
    more: tuple[Diagnostic, ...] = ()
    query = None
    if search is not None:
        more, query = _checked(search, schema)
    diagnostics = []
    for diagnostic in (*earlier, *more):
        span = diagnostic.span or diagnostic.place.span
        if diagnostic.line is None and span is not None:
            line, column = lines.line_column(span[0])
            diagnostic = replace(diagnostic, span=span, line=line, column=column)
        diagnostics.append(diagnostic)
    return _report(tuple(diagnostics), query, text, None)
