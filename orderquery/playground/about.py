"""What the page gets at its start: the fields, columns and examples."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from ..language.fields import Field
from ..language.schema import Schema
from ..version import __version__
from .page_call import PageCall

JSON = Any

_FIRST_FIELDS = 7
"""Usual columns of a table of fields that has none in ``page.toml``."""


def answer_about(call: PageCall) -> JSON:
    """Answer with the table of fields and the version."""
    schema = call.schema
    return {
        "version": __version__,
        "schema": schema.name,
        "title": " · ".join(filter(None, (schema.title or schema.name, call.store.site))),
        "columns": _columns(schema),
        "examples": [{"form": "text", **example} for example in _shown_first(schema).get("examples", [])],
        "fields": [_field_answer(schema, row) for row in schema.fields],
    }


@cache
def _page() -> dict[str, JSON]:
    return tomllib.loads(files(__package__).joinpath("page.toml").read_text("utf-8"))


def _shown_first(schema: Schema) -> dict[str, JSON]:
    """Return the usual columns and the examples of a table.

    Nothing if the table lacks a field of the columns.
    """
    found: dict[str, JSON] = _page().get(schema.name, {})
    known = all(schema.find(name) for column in found.get("columns", []) for name in column["fields"])
    return found if known else {}


def _columns(schema: Schema) -> list[JSON]:
    """Return every column, the usual ones first."""
    usual = _shown_first(schema).get("columns", [])
    usual = usual or [{"title": row.name, "fields": [row.name]} for row in schema.fields[:_FIRST_FIELDS]]
    named = {column["fields"][0] for column in usual}
    others = [{"title": row.name, "fields": [row.name]} for row in schema.fields if row.name not in named]
    columns = [*({**column, "isUsual": True} for column in usual), *others]
    rows = [schema.by_name[column["fields"][0]] for column in columns]
    return [{**column, "isNumber": row.type.name == "amount"} for column, row in zip(columns, rows, strict=True)]


def _field_answer(schema: Schema, row: Field) -> JSON:
    facts = (row.type.name, "many" if row.many else "", "sortable" if row.sortable else "")
    return {
        "name": row.name,
        "type": row.type.name,
        "facts": " · ".join(filter(None, facts)),
        "operators": list(row.operators),
        "spellings": ", ".join(operator.spelled for operator in schema.operators_of(row)),
        "sortable": row.sortable,
        "values": " ".join(row.values),
        "note": " ".join(row.note.split()),
        "record": row.record,
        "paths": [path for source in row.sources if not source.joined for path in _written_paths(schema, source.paths)],
    }


def _written_paths(schema: Schema, paths: tuple[tuple[str, ...], ...]) -> list[str]:
    """Return the paths of a value in documents, in REST and SDK names."""
    plain = [".".join(path) for path in paths]
    return list(
        dict.fromkeys([*plain, *(".".join(schema.sdk_names.get(step, step) for step in path) for path in paths)])
    )
