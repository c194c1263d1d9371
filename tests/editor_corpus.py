"""The searches of the conformance cases in every form that an editor has."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from project import TESTS
from scale import FULL

import orderquery as oq
from orderquery.compiler.compile import is_json
from orderquery.compiler.conversion import written_as
from orderquery.syntax.text_parser import parse_text

JSON = Any
#: Of the texts of the corpus, one in so many is tried: 60 in the plain suite, all with ``ORDERQUERY_TRUST=full``.
ONE_IN = int(os.environ.get("ORDERQUERY_EDITOR_ONE_IN", "1" if FULL else "60"))


class EditorCase(NamedTuple):
    """A text that parses, and its form."""

    text: str
    form: str


def _plain(value: JSON) -> JSON:
    return float(value) if isinstance(value, Decimal) else str(value)


def searches() -> Iterator[JSON]:
    """Yield the decoded searches and the texts of the corpus."""
    for path in sorted((TESTS / "conformance").rglob("*.json")):
        if path.name == "schema.json":
            continue
        for case in json.loads(path.read_text("utf-8"), parse_float=Decimal)["cases"]:
            yield from (case[key] for key in ("search", "text") if key in case)
            yield from (case[key] for key in ("source", "input") if key in case)


@cache
def corpus() -> tuple[EditorCase, ...]:
    """Return every search that has no error, in each form."""
    found: dict[EditorCase, None] = {}
    for search in searches():
        try:
            plan = oq.compile(search)
        except (oq.QueryError, oq.UsageError):
            continue
        if isinstance(search, str) and parse_text(search, plan.schema)[0] is not None:
            found[EditorCase(search, "text")] = None
            continue
        for form in ("text", "request", "search", "sdk"):
            try:
                found[EditorCase(written(plan, form), form)] = None
            except oq.UsageError:
                assert form == "text"
    return tuple(found)


def written(plan: oq.Plan, form: str) -> str:
    """Return a search in a form; JSON on one line, as clients send it."""
    made = written_as(plan, form)
    return json.dumps(json.loads(made)) if form in ("request", "search") else made


def broken() -> Iterator[EditorCase]:
    """Yield the texts of the corpus with errors."""
    for search in searches():
        text = search if isinstance(search, str) else json.dumps(search, default=_plain)
        form = "text" if isinstance(search, str) and not is_json(search) else "request"
        yield EditorCase(text, form)


def some(cases: tuple[EditorCase, ...]) -> list[EditorCase]:
    """Return the cases of this run."""
    return [
        case
        for index, case in enumerate(cases)
        if index % ONE_IN == ONE_IN // 2 and len(case.text) < (5_000 if FULL else 400)
    ]
