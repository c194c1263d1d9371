"""The doors: a search in any form, checked, as a report or a plan."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from ..compiler.query import Query
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import UsageError
from ..diagnostics.place import Place
from ..language.limits import MAX_SEARCH_BYTES, too_large
from ..language.schema import Schema, load_schema
from ..syntax.ast import Search
from ..syntax.json_decoder import read_json
from ..syntax.json_reader import SHAPES, Reader, Shape
from ..syntax.source_text import Source
from .checker import check_search
from .cursor import too_long
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
    """Everything that is to be said about a search; never raises for bad input.

    ``source`` is the decoded JSON (a dict), JSON text or bytes (JavaScript object literals are read too), or the text
    form. ``shape`` says what JSON is handed over: the HTTP body (``request``), the bare search with REST names
    (``search``), or the argument of the JavaScript SDK (``sdk``). ``form`` says whether a string is ``json`` or
    ``text``; with ``any`` it is JSON if it begins with a bracket. ``wire`` is JSON alone, as HTTP carries it: read
    faster, without line and column (D20). ``now`` is what relative dates of the text form count from.

    Raises:
        UsageError: no such shape.
        SchemaError: no such table.

    """
    if shape not in SHAPES:
        raise UsageError(f"no shape {shape!r}: it is one of {', '.join(SHAPES)}")
    table = schema if isinstance(schema, Schema) else load_schema(schema)
    if not isinstance(source, str | bytes | bytearray):
        return _of_json(source, shape, table)
    if form == "wire":
        return _of_wire(source, shape, table)
    text = _text(source)
    if isinstance(text, Diagnostic):
        return Report((text,))
    if form == "json" or (form == "any" and is_json(text)):
        return _of_json_text(text, shape, table)
    return _of_text(text, table, now)


def compile_search(
    source: JSON,
    *,
    shape: Shape | None = None,
    schema: Schema | str | None = None,
    now: datetime | None = None,
) -> Query:
    """The plan of a search: a dict, JSON text, or the text form; with or without ``{"search": …}`` round it.

    ``shape`` as in :func:`check`; without it, an object that has the key ``search`` is a request, any other a bare
    search.

    Raises:
        QueryError: the search has errors; it holds every diagnostic, the warnings too.

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
    if not report.ok or report.plan is None:
        raise QueryError(report.diagnostics, report)
    return report.plan


def _is_bare(source: JSON, report: Report[Any]) -> bool:
    document = report.request if isinstance(source, str | bytes | bytearray) else source
    return isinstance(document, dict) and "search" not in document


def is_json(text: str) -> bool:
    """Whether a text means JSON (it begins with ``{`` or ``[``, white space and comments aside), not the text form."""
    return text.lstrip("\ufeff \t\r\n").startswith(("{", "[", "//", "/*"))


def _text(source: str | bytes | bytearray) -> str | Diagnostic:
    if isinstance(source, str):
        if 4 * len(source) > MAX_SEARCH_BYTES:
            size = len(source.encode("utf-8", "surrogatepass"))
            if size > MAX_SEARCH_BYTES:
                return _too_large(size)
        return source
    if len(source) > MAX_SEARCH_BYTES:
        return _too_large(len(source))
    try:
        return bytes(source).decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        message = f"not UTF-8 at byte {problem.start}"
        return Diagnostic("json-syntax", message, "send the text as UTF-8", Place(()), 1, 1)


def _too_large(size: int) -> Diagnostic:
    return Diagnostic("too-large", *too_large("the text", MAX_SEARCH_BYTES, "bytes", size), Place(()))


def _of_json(document: JSON, shape: Shape, schema: Schema, said: Iterable[Diagnostic] = ()) -> Report[Query]:
    reader = Reader(document, shape, schema.rest_names, schema.by_name)
    found = [*said, *reader.diagnostics]
    more, plan = _checked(reader.search, schema)
    diagnostics = (*found, *more)
    return _report(diagnostics, plan, None, document)


def _of_wire(source: str | bytes | bytearray, shape: Shape, schema: Schema) -> Report[Query]:
    raw = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else bytes(source)
    document, said = read_json(raw)
    if any(diagnostic.code != "duplicate-key" for diagnostic in said):
        return Report(said)
    return _of_json(document, shape, schema, said)


def _checked(search: Search, schema: Schema) -> tuple[tuple[Diagnostic, ...], Query | None]:
    diagnostics, plan = check_search(search, schema)
    if plan is None:
        return diagnostics, None
    overlong = too_long(plan)
    return (*diagnostics, *overlong), None if overlong else plan


def _report(
    diagnostics: tuple[Diagnostic, ...], plan: Query | None, source: str | None, document: JSON
) -> Report[Query]:
    refused = any(diagnostic.refused for diagnostic in diagnostics)
    kept = None if refused or plan is None else replace(plan, diagnostics=diagnostics)
    return Report(diagnostics, kept, source, document)


def _of_json_text(text: str, shape: Shape, schema: Schema) -> Report[Query]:
    document, diagnostics = _decoded(text)
    located: Located | None = None
    if diagnostics is None:
        located = _located(text)
        document, diagnostics = located.value, located.diagnostics
        if any(diagnostic.code != "duplicate-key" for diagnostic in diagnostics):
            return Report(diagnostics, None, text)
    report = _of_json(document, shape, schema, diagnostics)
    if report.diagnostics:
        located = located or _located(text)
        source = Source(text)
        placed = tuple(_place(diagnostic, located, source) for diagnostic in report.diagnostics)
        return _report(placed, report.plan, text, document)
    return replace(report, source=text)


def _decoded(text: str) -> tuple[JSON, tuple[Diagnostic, ...] | None]:
    """Plain JSON at full speed; ``None`` for diagnostics where the form with places has to look."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_unique), ()
    except (ValueError, ArithmeticError, RecursionError):
        return None, None


def _refuse(constant: str) -> JSON:
    raise ValueError(constant)


def _unique(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _located(text: str) -> Located:
    from ..syntax.literal_parser import read_literal

    return read_literal(text)


def _place(diagnostic: Diagnostic, located: Located, source: Source) -> Diagnostic:
    path = diagnostic.place.path
    if path is None or diagnostic.line is not None:
        return diagnostic
    span = located.spans.get((path, diagnostic.place.at)) or located.spans.get((path, "value"))
    while span is None and path:
        path = path[:-1]
        span = located.spans.get((path, "value"))
    if span is None:
        return diagnostic
    line, column = source.line_column(span[0])
    return replace(diagnostic, span=span, line=line, column=column)


def _of_text(text: str, schema: Schema, now: datetime | None) -> Report[Query]:
    from ..syntax.text_parser import parse_text

    source = Source(text)
    search, said = parse_text(text, schema, now)
    more: tuple[Diagnostic, ...] = ()
    plan = None
    if search is not None:
        more, plan = _checked(search, schema)
    diagnostics = []
    for diagnostic in (*said, *more):
        span = diagnostic.span or diagnostic.place.span
        if diagnostic.line is None and span is not None:
            line, column = source.line_column(span[0])
            diagnostic = replace(diagnostic, span=span, line=line, column=column)
        diagnostics.append(diagnostic)
    return _report(tuple(diagnostics), plan, text, None)
