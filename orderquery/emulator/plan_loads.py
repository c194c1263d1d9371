"""Loading of Plan objects, which the orders of pricing plans are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Path, Place
from ..documents.defects import find_defect
from ..documents.json_lines import read_texts
from ..language.limits import MAX_ID_CHARS
from ..stores.load_result import LoadResult
from ..stores.service_state import Entry
from ..syntax.json_decoder import decode_decimal, decode_exactly
from ..syntax.json_printer import encode_json
from .limits import MAX_UNUSABLE_DOCUMENTS
from .plan_prices import InvalidPlan, read_plan
from .site import Site

JSON = Any

PLAN = "plan"
"""The kind of the entries with Plan objects, by their ids."""


class PlacedPlan(NamedTuple):
    """A decoded plan and its place in the document that has it."""

    place: Place
    plan: JSON
    line: int | None = None


def load_plans(site: Site, found: Iterable[PlacedPlan | Diagnostic]) -> LoadResult:
    """Store plans, in place of others with the same id; report unusable ones.

    Nothing is read after ``MAX_UNUSABLE_DOCUMENTS`` of them.
    """
    result, entries = LoadResult(), []
    for item in found:
        entry = item if isinstance(item, Diagnostic) else _entry(item)
        if isinstance(entry, Diagnostic):
            result.report(entry)
            if result.skipped == MAX_UNUSABLE_DOCUMENTS:
                break
        else:
            entries.append(entry)
    with site.write() as change:
        change.transaction.put(entries)
    result.plans = len(entries)
    return result


def _entry(placed: PlacedPlan) -> Entry | Diagnostic:
    defect = find_defect(placed.plan)
    if defect is not None:
        return defect.at(placed.place)
    try:
        plan_id = read_plan(placed.plan).plan_id
    except InvalidPlan as problem:
        message, _, help_ = str(problem).partition("; ")
        return Diagnostic("unusable-document", f"invalid plan: {message}", help_, placed.place, placed.line)
    if len(plan_id) > MAX_ID_CHARS:
        help_ = "use the plan as returned by the service"
        return Diagnostic("no-usable-id", f'"id" has more than {MAX_ID_CHARS} characters', help_, placed.place)
    return Entry(PLAN, plan_id, document=encode_json(placed.plan))


def plans_in(document: JSON, line: int | None = None) -> Iterator[PlacedPlan]:
    """Yield the plans of a document.

    It is a plan, a list of them, ``{"plan": …}`` or ``{"plans": […]}``.
    """
    if isinstance(document, list):
        for index, item in enumerate(document):
            yield from _plans_of_one(item, (index,), line)
    else:
        yield from _plans_of_one(document, (), line)


def _plans_of_one(document: JSON, path: Path, line: int | None) -> Iterator[PlacedPlan]:
    if isinstance(document, dict) and isinstance(document.get("plans"), list):
        for index, item in enumerate(document["plans"]):
            yield PlacedPlan(Place((*path, "plans", index)), item, line)
    elif isinstance(document, dict) and isinstance(document.get("plan"), dict):
        yield PlacedPlan(Place((*path, "plan")), document["plan"], line)
    else:
        yield PlacedPlan(Place(path), document, line)


def read_plans(raw: bytes) -> Iterator[PlacedPlan | Diagnostic]:
    """Yield the plans and problems of JSON lines or of one JSON text."""
    for part in read_texts(raw):
        if isinstance(part, Diagnostic):
            yield part
            continue
        line, text = part
        try:
            document = decode_exactly(text.decode("utf-8"), parse_float=decode_decimal)
        except RecursionError:
            yield _undecoded("document nests too deeply", "nest it less", line)
        except (ValueError, ArithmeticError) as problem:
            yield _undecoded(f"invalid JSON: {problem}", "fix the JSON", line)
        else:
            yield from plans_in(document, line=line)


def _undecoded(message: str, help_: str, line: int) -> Diagnostic:
    return Diagnostic("unusable-document", message, help_, Place(()), line, facts={"undecoded": True})
