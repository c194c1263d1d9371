"""The searches of the conformance cases in every form that an editor has."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple, TypeGuard

from project import TESTS
from scale import FULL

import orderquery as oq
from orderquery.compiler.compile import is_json
from orderquery.compiler.conversion import written_as
from orderquery.syntax.text_parser import parse_text

JSON = Any
FORMS = ("text", "request", "search", "sdk")
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
def pairs() -> tuple[tuple[JSON, str], ...]:
    """Return the searches of the corpus, each with a form in which it may be written."""
    return tuple((search, form) for search in searches() for form in FORMS)


@cache
def case_at(number: int) -> EditorCase | None:
    """Return one of the pairs as a case; ``None`` if it has an error, or is a text and no other form."""
    search, form = pairs()[number]
    try:
        plan = oq.compile(search)
    except (oq.QueryError, oq.UsageError):
        return None
    if isinstance(search, str) and parse_text(search, plan.schema)[0] is not None:
        return EditorCase(search, "text") if form == "text" else None
    try:
        return EditorCase(written(plan, form), form)
    except oq.UsageError:
        assert form == "text"
        return None


@cache
def corpus() -> tuple[EditorCase, ...]:
    """Return every search that has no error, in each form."""
    found = (case_at(number) for number in range(len(pairs())))
    return tuple(dict.fromkeys(case for case in found if case is not None))


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


def some() -> list[int]:
    """Return the numbers of the pairs of this run; only the run of all writes them before its tests."""
    if ONE_IN == 1:
        return [number for number in range(len(pairs())) if _is_tried(case_at(number))]
    # More than half of the pairs are no case. The step is odd, so that every form has its turn.
    return list(range(ONE_IN // 2, len(pairs()), 2 * ONE_IN + 1))


def case_from(number: int) -> EditorCase:
    """Return the first case of this run at this pair or behind it, in the same form."""
    numbers = (*range(number, len(pairs()), len(FORMS)), *range(number % len(FORMS), number, len(FORMS)))
    return next(case for case in map(case_at, numbers) if _is_tried(case))


def _is_tried(case: EditorCase | None) -> TypeGuard[EditorCase]:
    return case is not None and len(case.text) < (5_000 if FULL else 400)


@cache
def texts(one_in: int) -> tuple[str, ...]:
    """Return the text of one in so many searches of the corpus."""
    return tuple(case.text for case in corpus()[::one_in])
