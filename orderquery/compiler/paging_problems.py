"""Problems of paging: the limit, and what is sent along with a cursor."""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.quoting import described, quoted
from ..language.schema import Schema
from ..language.unfilled_values import unfilled_value
from ..syntax.ast import EVERYTHING, And, Filter, Or, Search, Unreadable
from ..syntax.holes import Hole, contains_hole


def limit_problem(search: Search, schema: Schema) -> Diagnostic | None:
    """Return what is wrong with the limit of a search, which has one."""
    limit, most, place = search.paging.limit, schema.max_limit, search.paging.place
    if limit is None or 1 <= limit <= most:
        return None
    nearest = 1 if limit < 1 else most
    facts = {"threshold": nearest, "bound": "MIN" if limit < 1 else "MAX"}
    message = f"limit must be 1 to {most}, not {described(limit)}"
    help_ = f"write {most} and follow the cursors" if limit > most else f"write a number from 1 to {most}"
    return Diagnostic("limit-out-of-range", message, help_, place, span=place.span, fix="guess", facts=facts)


def cursor_problems(search: Search) -> Iterator[Diagnostic]:
    """Yield a warning for an unfilled cursor, and for what is sent with a cursor."""
    unfilled = _unfilled_cursor(search)
    if unfilled is not None:
        yield unfilled
    for name, sent, place in (
        ("filter", search.filter != EVERYTHING and not _may_be_empty(search.filter), search.filter_place),
        ("sort", bool(search.sort), search.sort_place),
    ):
        if sent:
            message = f"{name} sent with a cursor, which already contains it"
            yield Diagnostic("cursor-with-search", message, f"remove {name}", place, span=place.span, fix="guess")


def _unfilled_cursor(search: Search) -> Diagnostic | None:
    """Return the warning about a cursor that code probably did not fill in (D171)."""
    cursor, place = search.paging.cursor, search.paging.cursor_place
    found = None if cursor is None else unfilled_value(cursor, has_parameters=place.path is None)
    if cursor is None or found is None:
        return None
    help_ = f"{found.help}\nfor the first page leave out the cursor" if found.is_absent else found.help
    return Diagnostic("unfilled-value", f"{quoted(cursor)} is probably {found.reason}", help_, place, span=place.span)


def _may_be_empty(tree: Filter) -> bool:
    """Return whether a filter consists of holes, which may hold no condition."""
    if isinstance(tree, Unreadable):
        return isinstance(tree.written, Hole) or (
            isinstance(tree.written, dict)
            and all(isinstance(key, Hole) or contains_hole(part) for key, part in tree.written.items())
        )
    if isinstance(tree, And | Or):
        may_be = any if isinstance(tree, Or) else all
        return may_be(map(_may_be_empty, tree.children))
    return False
