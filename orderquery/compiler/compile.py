"""Check or compile a search in any form: to a report, or to a query."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import UsageError
from ..language.grammar_files import table_names
from ..language.limits import MAX_SEARCH_BYTES
from ..language.schema import DEFAULT_SCHEMA, STORES_SCHEMA, Schema, load_schema
from ..syntax.built_search import BuiltSearch
from ..syntax.holes import refused_holes
from ..syntax.json_decoder import decode_plain, json_mistake, not_utf8, read_json, text_too_large
from ..syntax.json_reader import SHAPES, Shape
from ..syntax.parameters import Parameters
from ..syntax.python_values import json_values
from ..syntax.source_text import ReadError, SourceText
from .corrections import Correction, Only, correct, fixed_request
from .query import SHAPE_NAMES, Query, same_answer
from .report import QueryError, Report, in_order
from .reports import checked_request, make_report
from .source_lines import with_line
from .stores_request import check_stores, resolve_form, stores_query_found

if TYPE_CHECKING:
    from ..syntax.excerpt import Excerpt
    from ..syntax.literal_parser import Located

JSON = Any
Form = Literal["any", "json", "wire", "text"]
_EMPTY = ("", '""', "''")
MAY_BE_CODE = re.compile(r"\A[\s\ufeff]*(?:[$>%]\s+)?curl|\{|searchOrders\s*\(|\)\s*\??\.")
"""What every text has that is pasted code, and few others."""


def check(
    source: JSON,
    shape: Shape | None = None,
    *,
    form: Form = "any",
    schema: Schema | str | None = None,
    now: datetime | None = None,
    params: Mapping[str, Any] | None = None,
) -> Report[Query]:
    """Check a search and report every problem. See :mod:`orderquery.api`.

    Raises:
        UsageError: no such shape, the table has no requests of this shape, or ``params`` cannot be used.
        SchemaError: no such table.

    """
    if shape is not None and shape not in SHAPES:
        raise UsageError(f'unknown shape "{shape}"; use one of {", ".join(SHAPES)}')
    if schema is None and isinstance(source, BuiltSearch):
        schema = source.schema
    if schema is None and shape == "stores":
        schema = STORES_SCHEMA
    table = schema if isinstance(schema, Schema) else load_schema(schema)
    if shape == "stores" and table.wire_form != "stores":
        raise UsageError(f'the shape "stores" belongs to the table {STORES_SCHEMA}, not to {table.name}')
    if shape is None and schema is not None and table.wire_form != "stores":
        shape = "request"
    parameters = Parameters(params) if params else None
    report = _check_source(source, shape, form, table, now, parameters)
    # The text form reports its own, at their places.
    extra = () if parameters is None or report.shape == "text" else parameters.problems_of_json()
    return report if not extra else replace(report, diagnostics=(*report.diagnostics, *extra), plan=None)


def _check_source(
    source: JSON, shape: Shape | None, form: Form, table: Schema, now: datetime | None, parameters: Parameters | None
) -> Report[Query]:
    if isinstance(source, BuiltSearch):
        return _check_request(source.to_json(), "search", table)
    if not isinstance(source, str | bytes | bytearray):
        return _check_object(source, shape, table)
    if form == "wire":
        return _check_wire(source, shape, table)
    text = _decoded_text(source)
    if isinstance(text, Diagnostic):
        return Report((text,))
    if form != "json" and text.strip("\ufeff \t\r\n") in _EMPTY:
        return Report((Diagnostic("empty-query", "the query is empty", "write: everything"),), None, text)
    if form == "json" or (form == "any" and is_json(text)):
        return _check_json_text(text, shape, table)
    if form == "any" and MAY_BE_CODE.search(text):
        pasted = _pasted(text, table)
        if pasted is not None:
            return _check_pasted(text, pasted, shape, table)
    from .text_check import check_text

    return check_text(text, table, now, parameters)


def compile_search(
    source: JSON,
    *,
    shape: Shape | None = None,
    schema: Schema | str | None = None,
    now: datetime | None = None,
    params: Mapping[str, Any] | None = None,
) -> Query:
    """Return the query of a search in any form. See :mod:`orderquery.api`.

    Raises:
        QueryError: the search has errors; it contains every diagnostic, warnings included.
        UsageError: parameters for a plan, which has its values.

    """
    table = schema if isinstance(schema, Schema) else load_schema(schema)
    if isinstance(source, Query):
        if params:
            raise UsageError("a plan has its values already; pass params where the plan is compiled")
        return source
    if shape is not None or table.wire_form == "stores":
        return _plan_of(check(source, shape, schema=schema, now=now, params=params))
    if isinstance(source, dict):
        chosen: Shape = "request" if "search" in source else "search"
        return _plan_of(check(source, chosen, schema=schema, now=now, params=params), table)
    report = check(source, "request", schema=schema, now=now, params=params)
    if _is_bare(source, report):
        report = check(source, "search", schema=schema, now=now, params=params)
    return _plan_of(report, table)


def _plan_of(report: Report[Query], chosen_for: Schema | None = None) -> Query:
    """Return the plan of a report.

    ``chosen_for`` is the table if the caller did not name the shape, so an error does.
    """
    if report.plan is None or not report.ok:
        note = "" if chosen_for is None else _note_of(report, chosen_for)
        raise QueryError(report.diagnostics, report, note)
    return report.plan


def _note_of(report: Report[Any], table: Schema) -> str:
    """Return the note of the shape that was chosen for JSON; empty for other forms.

    A plan fits wherever a search does, and only the function that makes one takes a shape.
    """
    other = {"request": "search", "search": "request"}.get(report.shape)
    if other is None or report.request is None:
        return ""
    options = f'shape="{other}"'
    if table.name != DEFAULT_SCHEMA:
        options += f', schema="{table.name}"' if table.name in table_names() else ", schema=schema"
    return f"read as {SHAPE_NAMES[report.shape]}; for another shape pass oq.compile(search, {options})"


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
        return source.removeprefix("\ufeff")
    try:
        return bytes(source).decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        return not_utf8(problem)


def _check_object(source: Any, shape: Shape | None, schema: Schema) -> Report[Query]:
    """Check a decoded search, which may hold Python values such as dates."""
    report = _check_json(source, shape, schema)
    if report.plan is not None and not report.diagnostics:
        return report
    # A Python value is reported if it is read as JSON, so a plan without problems has none. A hole has no plan.
    document = json_values(refused_holes(source) if report.plan is None else source)
    return report if document is source else _check_json(document, shape, schema)


def _check_json(
    document: JSON, shape: Shape | None, schema: Schema, earlier: Iterable[Diagnostic] = (), source: str | None = None
) -> Report[Query]:
    given, (shape, table) = schema, resolve_form(document, shape, schema, source)
    if shape == "stores":
        found = () if table is given else (stores_query_found(document),)
        return _check_stores(document, table, (*earlier, *found), source)
    return _check_request(document, shape, schema, earlier, source)


def _check_stores(
    document: JSON, schema: Schema, earlier: Iterable[Diagnostic] = (), source: str | None = None
) -> Report[Query]:
    def check_bare(search: JSON) -> Report[Query]:
        return _check_request(search, "search", schema)

    report = check_stores(document, schema, check_bare, lambda request: _check_stores(request, schema))
    diagnostics = in_order((*earlier, *report.diagnostics), document)
    has_duplicates = any(diagnostic.code == "duplicate-key" for diagnostic in diagnostics)
    plan = None if report.plan is None else replace(report.plan, shape="stores")
    return make_report("stores", diagnostics, plan, source, document, None if has_duplicates else report.correct)


def _check_request(
    document: JSON, shape: Shape, schema: Schema, earlier: Iterable[Diagnostic] = (), source: str | None = None
) -> Report[Query]:
    diagnostics, query = checked_request(document, shape, schema)
    diagnostics = in_order((*earlier, *diagnostics), document)
    # A correction would keep one of two values under the same key, and lose the other.
    has_duplicates = any(diagnostic.code == "duplicate-key" for diagnostic in diagnostics)
    if has_duplicates or not any(diagnostic.certain for diagnostic in diagnostics):
        return make_report(shape, diagnostics, query, source, document)

    def check_again(request: JSON) -> tuple[Diagnostic, ...]:
        if request is document:
            return diagnostics
        return in_order(checked_request(request, shape, schema)[0], request)

    def fix(request: JSON, only: Only) -> JSON:
        found = check_again(request)
        if only is None:
            return fixed_request(request, shape, schema, found)
        if isinstance(only, Diagnostic):
            from .single_fixes import single_fix

            alone = single_fix(request, shape, schema, found, only)
            if alone is not request:
                return alone
        from .partial_corrections import partly_fixed_request

        return partly_fixed_request(request, shape, schema, found, only)

    def make(only: Only) -> Correction | None:
        made = correct(document, check_again, fix, only)
        if made is None or only != "same-answer":
            return made
        # A fix of another class may depend on it: a sort entry less can be one that is not too many.
        return made if same_answer(query, checked_request(made.value, shape, schema)[1]) else None

    return make_report(shape, diagnostics, query, source, document, make)


def _check_wire(source: str | bytes | bytearray, shape: Shape | None, schema: Schema) -> Report[Query]:
    raw = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else bytes(source)
    document, diagnostics = read_json(raw)
    if any(diagnostic.code != "duplicate-key" for diagnostic in diagnostics):
        return Report(diagnostics)
    return _check_json(document, shape, schema, diagnostics)


def _check_json_text(text: str, shape: Shape | None, schema: Schema) -> Report[Query]:
    try:
        document = decode_plain(text)
    except (ValueError, ArithmeticError, RecursionError):
        # Only the slower parser knows lines and columns, JavaScript literals and duplicate keys.
        return _check_pasted(text, _pasted(text, schema), shape, schema)
    report = _check_json(document, shape, schema, (), text)
    return _with_lines(report, _located(text, schema), None) if report.diagnostics else report


def _pasted(text: str, schema: Schema) -> Excerpt | Diagnostic | None:
    """Return the search in pasted code, or the diagnostic of other code."""
    from ..syntax.pasted_code import find_literal

    try:
        return find_literal(text, schema)
    except ReadError as problem:
        return SourceText(text).report(problem)


def _check_pasted(text: str, found: Excerpt | Diagnostic | None, shape: Shape | None, schema: Schema) -> Report[Query]:
    if isinstance(found, Diagnostic):
        return Report((found,), None, text)
    literal = text if found is None else found.text
    located = _located(literal, schema)
    diagnostics, document = located.diagnostics, located.value
    if found is not None:
        lines = SourceText(text)
        diagnostics = tuple([lines.located(d, found.span(d.span or (0, 0))) for d in diagnostics])
        if found.strict and all(diagnostic.code == "duplicate-key" for diagnostic in diagnostics):
            wrong = json_mistake(literal)
            diagnostics = diagnostics if wrong is None else (lines.located(wrong, found.span(wrong.span or (0, 0))),)
        # The code around tells a request from an argument of the SDK, and not whose request it is.
        may_be_old = found.shape == "request" and (shape is None or schema.wire_form == "stores")
        shape = shape if may_be_old else found.shape or shape
    if located.has_holes:
        placed = _with_lines(_check_json(document, shape, schema, diagnostics, text), located, found)
        # The source with a correction in it would not be JSON, either.
        return Report(placed.diagnostics, None, text, document, shape=placed.shape)
    if any(diagnostic.code != "duplicate-key" for diagnostic in diagnostics):
        return Report(diagnostics, None, text)
    report = _check_json(document, shape, schema, diagnostics, text)
    return _with_lines(report, located, found) if report.diagnostics else report


def _with_lines(report: Report[Query], located: Located, excerpt: Excerpt | None) -> Report[Query]:
    assert report.source is not None
    lines = SourceText(report.source)
    placed = in_order([with_line(d, located, lines, excerpt) for d in report.diagnostics], report.request)
    return make_report(report.shape, placed, report.plan, report.source, report.request, report.correct)


def _located(text: str, schema: Schema) -> Located:
    from ..syntax.literal_parser import read_literal

    return read_literal(text, schema)
