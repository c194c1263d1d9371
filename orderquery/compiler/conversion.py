"""Convert a search to another form."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Literal

from ..diagnostics.errors import UsageError
from ..language.schema import Schema
from ..syntax.ast import Search, changed_comparisons
from ..syntax.json_printer import print_json
from ..syntax.literal_layout import lay_out_literal
from .editor_form import EditorForm, editor_text, table_of
from .editor_report import checked_source, editor_report
from .query import Query
from .report import QueryError

JSON = Any
Target = Literal["text", "request", "search", "filter", "sdk"]
TARGETS: tuple[Target, ...] = ("text", "request", "search", "filter", "sdk")


def convert(text: str, to: Target, form: EditorForm = "auto", table: Schema | str | None = None) -> str:
    """Return a search in another form: the text form, or JSON in one of its shapes.

    ``request`` is the body of an HTTP request, ``search`` what is in it, ``filter`` its filter alone, ``sdk`` the
    argument of the JavaScript SDK, as JavaScript. Relative dates become absolute.

    Raises:
        QueryError: the search has errors; it contains every diagnostic.
        UsageError: no such form, or the form cannot express the search.
        SchemaError: no such table.

    """
    schema = table_of(table)
    found = editor_text(text, form, schema)
    report = checked_source(found).check(schema)
    if report.plan is None or not report.ok:
        placed = editor_report(found, schema)
        raise QueryError(placed.diagnostics, placed)
    return written_as(report.plan, to)


def written_as(query: Query, to: Target) -> str:
    """Return a checked search in a form.

    Raises:
        UsageError: no such form, or the form cannot express the search.

    """
    if to == "text":
        return query.to_text()
    value = json_as(query, to)
    return lay_out_literal(json.dumps(value, ensure_ascii=False), bare_keys=to == "sdk")


def json_as(query: Query, to: Target) -> JSON:
    """Return a checked search as plain JSON values in one of its shapes.

    Raises:
        UsageError: no such shape, or a filter alone cannot express the search.

    """
    search = query.to_json() if to != "sdk" else print_json(_with_sdk_names(query))
    if to == "request":
        return {"search": search}
    if to in ("search", "sdk"):
        return search
    if to != "filter":
        raise UsageError(f'unknown form "{to}"; use one of {", ".join(TARGETS)}')
    others = [key for key in search if key != "filter"]
    if others:
        raise UsageError(f"a filter alone cannot hold {' and '.join(others)}")
    return search.get("filter", {})


def _with_sdk_names(query: Query) -> Search:
    tree, name = query.tree, query.schema.to_sdk
    renamed = changed_comparisons(tree.filter, lambda node: replace(node, field=name(node.field)))
    return replace(tree, filter=renamed, sort=tuple(replace(key, field=name(key.field)) for key in tree.sort))
