"""Translate a search over one table of fields to the same search over another."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, Literal

from ..compiler.checker import check_search
from ..compiler.compile import check
from ..compiler.query import Query
from ..compiler.render import render_diagnostics
from ..compiler.report import QueryT, Report, in_order, json_text
from ..compiler.source_lines import with_lines_of
from ..compiler.stores_request import resolve_form
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import UsageError
from ..diagnostics.place import Place
from ..language.schema import Schema, load_schema
from ..syntax.json_printer import print_json
from ..syntax.json_reader import Reader, Shape
from ..syntax.stores_form import StoresQuery
from ..syntax.text_printer import print_text
from .query_mapping import query_mapping
from .query_translator import QueryTranslator

JSON = Any
Form = Literal["json", "text", "sdk"]
FORMS: tuple[Form, ...] = ("json", "text", "sdk")
_LOST = "no-counterpart"
_TOTAL = re.compile(r"\btotalResults\b")


@dataclass(frozen=True, repr=False)
class Translation(Generic[QueryT]):
    """A translated search, and what is not the same.

    ``report`` is that of the search as it was given, in its own table. ``losses`` are the diagnostics of the
    translation, at their places in it. ``query`` and ``request`` are ``None`` if the search has errors that no certain
    fix removes, or a condition without a counterpart: without it, more orders would match.
    """

    report: Report[Any]
    losses: tuple[Diagnostic, ...]
    source: Schema
    target: Schema
    query: QueryT | None = None

    @property
    def ok(self) -> bool:
        """Whether the whole search was carried over, without an error and without a loss."""
        return self.query is not None and not self.losses and self.report.ok

    @property
    def request(self) -> JSON:
        """The body of the request to Search Orders; ``None`` without a translation."""
        return None if self.query is None else {"search": self.query.to_json()}

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The diagnostics of the search and the losses, in the order of their places."""
        told = {loss.place for loss in self.losses if loss.code == "other-meaning"}
        own = [d for d in self.report.diagnostics if d.code != _LOST]
        kept = [d for d in own if d.code != "hidden-value" or d.place not in told]
        return in_order((*kept, *self.losses), self.report.request)

    def printed(self, form: Form = "json") -> JSON:
        """Return the translated search in a form.

        That is the request, the text form, or the argument of the JavaScript SDK.

        Raises:
            UsageError: there is no such form, or the text form cannot express the search.

        """
        if form not in FORMS:
            raise UsageError(f'unknown form "{form}"; use one of {", ".join(FORMS)}')
        if self.query is None:
            return None
        if form == "text":
            return print_text(self.query.tree, self.target)
        return print_json(self.query.tree, self.target.to_sdk) if form == "sdk" else self.request

    def to_json(self) -> dict[str, JSON]:
        """Return the documented JSON object of this translation."""
        found = {"ok": self.ok, "from": self.source.name, "to": self.target.name}
        diagnostics = [diagnostic.to_json() for diagnostic in self.diagnostics]
        return {**found, "diagnostics": diagnostics, "request": self.request}

    def __str__(self) -> str:
        shown = render_diagnostics(self.diagnostics, self.report.source) if self.diagnostics else ""
        return "\n\n".join(filter(None, (shown, json_text(self.request) if self.query is not None else "")))

    def __repr__(self) -> str:
        count = len(self.losses)
        return f"<Translation: {self.source.name} to {self.target.name}, {count} loss{'' if count == 1 else 'es'}>"


def translate(
    source: JSON,
    shape: Shape | None = None,
    *,
    from_table: Schema | str = "stores-v2",
    to_table: Schema | str = "ecom-orders",
    now: datetime | None = None,
) -> Translation[Query]:
    """Translate a search in any form. See :mod:`orderquery.api`.

    Raises:
        UsageError: there is no translation between these tables, or no such shape.
        SchemaError: no such table.

    """
    old, new = (table if isinstance(table, Schema) else load_schema(table) for table in (from_table, to_table))
    mapping = query_mapping(old, new)
    report = check(source, shape, schema=old, now=now)
    reading = _read(report, shape, old, now)
    if reading is None:
        return Translation(report, tuple(d for d in report.diagnostics if d.code == _LOST), old, new)
    report, query, stores = reading
    translator = QueryTranslator(mapping)
    search = translator.search(query.tree)
    losses = [replace(loss, place=_outer(loss.place, stores)) for loss in translator.losses]
    if stores is not None and stores.offset:
        losses.append(_offset_loss(stores, query.limit))
    losses += _total_losses(report.source)
    found = in_order(with_lines_of(report.source, losses, old), report.request)
    if any(loss.code == _LOST for loss in losses):
        return Translation(report, found, old, new)
    checked = check({"search": print_json(search)}, "request", schema=new)
    left = tuple(replace(problem, place=Place()) for problem in checked.errors)
    return Translation(report, (*found, *left), old, new, None if left else checked.plan)


def _read(
    report: Report[Query], shape: Shape | None, schema: Schema, now: datetime | None
) -> tuple[Report[Query], Query, StoresQuery | None] | None:
    """Return the report, the query with its certain fixes made, and the old request.

    ``None`` if an error is left. A limit that is only too large is no error here.
    """
    form, _ = resolve_form(report.request, shape, schema, report.source)
    if report.request is not None and form == "stores":
        stores = StoresQuery(report.request, schema)
        if stores.has_misnamed_part or any(_blocks(problem) for problem in report.diagnostics):
            return None
        read = Reader(stores.search, "search", schema).search
        mended = check_search(read, schema).mended
        limit = mended.paging.limit
        fitting = min(limit, schema.max_limit) if limit is not None else None
        query = check_search(replace(mended, paging=replace(mended.paging, limit=fitting)), schema).query
        if query is None:
            return None
        if fitting != limit:
            kept = tuple(d for d in report.diagnostics if d.code != "limit-out-of-range")
            report = Report(kept, query, report.source, report.request)
        return report, replace(query, tree=mended), stores
    if report.plan is not None and report.ok:
        return report, report.plan, None
    if report.corrected is None:
        return None
    again = check(report.corrected, shape, schema=schema, now=now)
    return None if again.plan is None else (report, again.plan, None)


def _blocks(problem: Diagnostic) -> bool:
    """Return whether an error leaves the meaning of a search open."""
    return problem.refused and not problem.certain and problem.code != "limit-out-of-range"


def _outer(place: Place, stores: StoresQuery | None) -> Place:
    return place if stores is None or place.path is None else stores.place(place)


def _offset_loss(stores: StoresQuery, limit: int) -> Diagnostic:
    pages, rest = divmod(stores.offset, limit)
    times = f"{pages} time{'' if pages == 1 else 's'}"
    help_ = f"follow metadata.cursors.next {times}" if not rest else f"skip the first {stores.offset} orders"
    message = f"offset {stores.offset} is left out: the request gives the first page"
    return Diagnostic("dropped-part", message, help_, Place(stores.offset_path))


def _total_losses(source: str | None) -> list[Diagnostic]:
    """Return the loss of the number of all orders, if the code around reads it."""
    found = None if source is None else _TOTAL.search(source)
    if found is None:
        return []
    message, help_ = "totalResults has no counterpart: Search Orders gives no total", "count the orders of all pages"
    return [Diagnostic("dropped-part", message, help_, Place(None, found.span()))]
