"""Check a request of the older Stores API as a bare search, in its own places."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Place
from ..language.schema import DEFAULT_SCHEMA, STORES_SCHEMA, Schema, load_schema
from ..syntax.json_reader import Shape
from ..syntax.stores_form import StoresQuery, looks_like_stores_query, wire_operator
from .corrections import Correction, Only
from .query import Query
from .report import Report

JSON = Any
_IN = re.compile(r"\$in\b")
_TRANSLATE = "translate it: orderquery translate QUERY"


def resolve_form(document: JSON, shape: Shape | None, schema: Schema, text: str | None) -> tuple[Shape, Schema]:
    """Return the shape of a request and its table, where the caller gives no shape.

    With the default table, a certain request of the Stores API is one of the table ``stores-v2``.
    """
    if shape is not None:
        return shape, schema
    if schema.wire_form == "stores":
        keys = document if isinstance(document, dict) else {}
        return ("request" if "search" in keys else "search" if "cursorPaging" in keys else "stores"), schema
    if schema.name != DEFAULT_SCHEMA or (isinstance(document, dict) and "search" in document):
        return "request", schema
    if looks_like_stores_query(document) or (text is not None and _names_stores_query(text)):
        return "stores", load_schema(STORES_SCHEMA)
    return "request", schema


def _names_stores_query(text: str) -> bool:
    if not any(word in text for word in ("/stores/v", "stringify", "dumps")):
        return False
    from ..syntax.pasted_code import names_stores_query

    return names_stores_query(text)


def stores_query_found(document: JSON) -> Diagnostic:
    """Return the warning that a request is one of the Stores API."""
    wrapped = isinstance(document, dict) and "query" in document
    place = Place(("query",), None, "key") if wrapped else Place(())
    message = "this is a query of the Stores API, checked against the table stores-v2"
    return Diagnostic("stores-query", message, _TRANSLATE, place)


def check_stores(
    document: JSON,
    schema: Schema,
    check_bare: Callable[[JSON], Report[Query]],
    check_again: Callable[[JSON], Report[Query]],
) -> Report[Query]:
    """Check a decoded request; its diagnostics are in no certain order.

    ``check_bare`` checks a bare search, ``check_again`` a corrected request.
    """
    query = StoresQuery(document, schema)
    report = check_bare(query.search)
    moved = [(diagnostic, _moved(diagnostic, query)) for diagnostic in report.diagnostics]
    diagnostics = (*query.diagnostics, *(outer for _, outer in moved))
    plan = report.plan
    if plan is not None:
        refused = query.diagnostics.has_holes or any(diagnostic.refused for diagnostic in query.diagnostics)
        plan = None if refused else replace(plan, diagnostics=diagnostics, offset=query.offset)
    if any(diagnostic.code != "ignored-key" for diagnostic in query.diagnostics):
        # A part that was not read would be lost in a correction.
        return Report(diagnostics, plan, None, document)

    def make(only: Only) -> Correction | None:
        chosen = next((inner for inner, outer in moved if outer is only), only)
        made = report.correct(chosen)
        if made is None:
            return None
        value = query.written(made.value)
        return Correction(value, check_again(value).diagnostics)

    return Report(diagnostics, plan, None, document, make)


def _moved(diagnostic: Diagnostic, query: StoresQuery) -> Diagnostic:
    """Return a diagnostic of the bare search as one of the request."""
    help_ = diagnostic.help
    if diagnostic.code == "limit-out-of-range":
        help_ = help_.replace("follow the cursors", "raise offset")
    help_, message = (_IN.sub(wire_operator("$in"), text) for text in (help_, diagnostic.message))
    return replace(diagnostic, message=message, help=help_, place=query.place(diagnostic.place))
