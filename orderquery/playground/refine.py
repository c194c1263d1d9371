"""A search with one more condition, or in another order, in its own form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ..compiler.query import Query
from ..compiler.report import Report
from ..compiler.rewrite import rewrite
from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import quoted
from ..language.fields import Field
from ..language.schema import Schema
from ..syntax.ast import EVERYTHING, And, Comparison, Search, SortKey, both
from ..syntax.json_printer import joined, print_filter
from ..syntax.source_text import Replacement, splice
from ..syntax.text_parser import parse_text
from ..syntax.text_printer import print_text
from .page_call import PageForm

JSON = Any


class Condition(NamedTuple):
    """A condition to add.

    Without an operator, the field has this value, or no value for ``None``.
    """

    field: str
    value: JSON
    operator: str = ""


def refine(
    report: Report[Query],
    form: PageForm,
    schema: Schema,
    conditions: Sequence[Condition] = (),
    sort: Sequence[tuple[str, bool]] | None = None,
) -> str:
    """Return the source of a search with more conditions or another order.

    ``sort`` has fields, and whether each is descending; an empty one removes the order. The rest of the source stays
    as it is where that is possible.

    Raises:
        UsageError: no such field, or the field does not have the operator.

    """
    source = report.source or ""
    rows = [_row(schema, field) for field, _ in sort or ()]
    keys = None if sort is None else tuple(SortKey(row.name, down) for row, (_, down) in zip(rows, sort, strict=True))
    if isinstance(report.request, dict):
        added = [_comparison(schema, condition, None) for condition in conditions]
        return rewrite(source, _refined_request(report.request, form, schema, added, keys))
    now = datetime.now(UTC)
    return _refined_text(source, schema, [_comparison(schema, condition, now) for condition in conditions], keys, now)


def _row(schema: Schema, name: str) -> Field:
    row = schema.find(name)
    if row is None:
        raise UsageError(f"unknown field {quoted(name)}")
    return row


def _comparison(schema: Schema, condition: Condition, now: datetime | None) -> Comparison:
    """Return a condition.

    With a time it is for the text form, where an unquoted word is shorter.
    """
    row = _row(schema, condition.field)
    operator, value = condition.operator or _operator_for(row, condition.value), condition.value
    if operator not in row.operators:
        raise UsageError(f"{row.name} does not have {operator}; {row.list_operators(row.operators)}")
    if operator == "$exists":
        return Comparison(row.name, operator, False)
    if isinstance(value, str) and row.type.name == "boolean":
        value = {"true": True, "false": False}.get(value, value)
    elif isinstance(value, str) and now is not None and row.type.name in ("amount", "sequence"):
        value = row.type.word(value, now)
    return Comparison(row.name, operator, (value,) if operator in ("$hasSome", "$in") else value)


def _operator_for(row: Field, value: JSON) -> str:
    """Return the operator for "has this value", or for "has no value"."""
    wanted = ("$exists", "$eq") if value is None else ("$hasSome", "$eq", "$in") if row.many else ("$eq", "$in")
    found = next((name for name in wanted if name in row.operators), None)
    if found is None:
        raise UsageError(f"{row.name} cannot be filtered by a value")
    return found


# -- JSON -------------------------------------------------------------------------------------------------------


def _refined_request(
    request: dict[str, JSON], form: PageForm, schema: Schema, added: list[Comparison], keys: tuple[SortKey, ...] | None
) -> JSON:
    is_wrapped = "search" in request or (form != "sdk" and not request)
    search = request.get("search", {}) if is_wrapped else request
    search = dict(search) if isinstance(search, dict) else {}

    def name_of(name: str) -> str:
        if form != "sdk":
            return name
        return ".".join(schema.sdk_names.get(step, step) for step in name.split("."))

    if added:
        search["filter"] = _joined_filter(search.get("filter"), [print_filter(one, name_of) for one in added])
    if keys is not None:
        if not keys:
            search.pop("sort", None)
        else:
            search["sort"] = [
                {"fieldName": name_of(key.field), "order": "DESC" if key.descending else "ASC"} for key in keys
            ]
    paging = search.get("cursorPaging")
    if isinstance(paging, dict) and "cursor" in paging:
        search["cursorPaging"] = {key: value for key, value in paging.items() if key != "cursor"}
    return {**request, "search": search} if is_wrapped else search


def _joined_filter(written: JSON, parts: list[dict[str, JSON]]) -> JSON:
    parts = [part for part in parts if not _has(written, part)]
    if not isinstance(written, dict) or not written:
        return joined(parts)
    keys = [key for part in (written, *parts) for key in part]
    if len(set(keys)) == len(keys) and not any(key.startswith("$") for key in keys):
        return joined([written, *parts])
    if list(written) == ["$and"] and isinstance(written["$and"], list):
        return {"$and": [*written["$and"], *parts]}
    return {"$and": [written, *parts]}


def _has(written: JSON, part: dict[str, JSON]) -> bool:
    """Return whether a filter already has a condition among those that all must match."""
    if not isinstance(written, dict):
        return False
    if all(key in written and written[key] == value for key, value in part.items()):
        return True
    listed = written.get("$and")
    return isinstance(listed, list) and any(_has(item, part) for item in listed)


# -- the text form ----------------------------------------------------------------------------------------------


def _refined_text(
    text: str, schema: Schema, added: list[Comparison], keys: tuple[SortKey, ...] | None, now: datetime
) -> str:
    search = parse_text(text, schema, now)[0] or Search()
    present = search.filter.children if isinstance(search.filter, And) else (search.filter,)
    new = [one for one in added if one not in present]
    wanted = replace(
        search,
        filter=both([search.filter, *new]) if new else search.filter,
        sort=search.sort if keys is None else keys,
        paging=replace(search.paging, cursor=None),
    )
    order = [] if keys is None or keys == search.sort else [_sort_edit(text, search, keys, schema)]
    for filter_edits in _ways_to_add(search, new, schema):
        edited = splice(text, sorted([*filter_edits, *order]))
        if parse_text(edited, schema, now)[0] == wanted:
            return edited
    return print_text(wanted, schema)


def _ways_to_add(search: Search, added: list[Comparison], schema: Schema) -> Iterator[list[Replacement]]:
    """Yield edits that may add conditions.

    Which one is right depends on the brackets around "or" and "not".
    """
    if not added:
        yield []
        return
    conditions = " and ".join(print_text(Search(one), schema) for one in added)
    span = search.filter_place.span
    if span is None:
        yield [Replacement(0, 0, f"{conditions} ")]
        yield [Replacement(0, 0, conditions)]
        return
    if search.filter == EVERYTHING:
        yield [Replacement(*span, conditions)]
        return
    start, end = span
    yield [Replacement(end, end, f" and {conditions}")]
    yield [Replacement(start, start, "("), Replacement(end, end, f") and {conditions}")]


def _sort_edit(text: str, search: Search, keys: tuple[SortKey, ...], schema: Schema) -> Replacement:
    printed = print_text(Search(sort=keys), schema) if keys else ""
    if search.sort_place.span is not None:
        start, end = search.sort_place.span
        return Replacement(start if keys else len(text[:start].rstrip()), end, printed)
    if search.filter_place.span is not None:
        end = search.filter_place.span[1]
        return Replacement(end, end, f" {printed}")
    return Replacement(0, 0, f"{printed} " if text.strip() else printed)
