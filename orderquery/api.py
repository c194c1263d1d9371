"""A search in any form, checked or compiled, as a plan: a checked query with the methods that run it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .compiler import compile as compiler
from .compiler.compile import Form
from .compiler.query import Query
from .compiler.report import Report
from .syntax.json_reader import Shape

if TYPE_CHECKING:
    from .compiler.cursor_keys import CursorKeys
    from .compiler.page import Page
    from .language.schema import Schema
    from .memory.codegen import Matches
    from .sql.layouts import Layout
    from .sql.statement import Statement

JSON = Any


class Plan(Query):
    """A checked query with the methods that run it in Python and print it as SQL."""

    @classmethod
    def of(cls, query: Query) -> Plan:
        """Return a plan for a query that was checked already."""
        if isinstance(query, Plan):
            return query
        plan = object.__new__(cls)
        plan.__dict__.update(query.__dict__)
        return plan

    @cached_property
    def matches(self) -> Matches:
        """Whether an order, with its transactions record if it has one, is among the search's orders.

        Called as ``plan.matches(order)`` or ``plan.matches(order, transactions)``.

        Raises:
            DocumentError: the order is not an object.

        """
        from .memory.search import matcher

        return matcher(self)

    def filter(self, orders: Iterable[JSON], transactions: Iterable[JSON] = ()) -> Iterator[JSON]:
        """The orders that match, in the order they come, as they are. ``transactions`` are records of any of them.

        Raises:
            DocumentError: one of them is not an object.

        """
        return self._select(orders, transactions)

    @cached_property
    def _select(self) -> Callable[[Iterable[JSON], Iterable[JSON]], Iterator[JSON]]:
        from .memory.search import selector

        return selector(self)

    @cached_property
    def sort_key(self) -> Callable[..., Any]:
        """The key for ``sorted``: of an order, or of an order and its transactions."""
        from .memory.search import sort_key

        return sort_key(self)

    def search(
        self, orders: Iterable[JSON], transactions: Iterable[JSON] = (), *, keys: CursorKeys | None = None
    ) -> Page:
        """Search these orders in memory: filter, sort, one page and its cursors.

        Of two orders with one id the newer counts, as in a store. ``keys`` encrypt the cursors; without, a key of
        this process does.

        Raises:
            QueryError: the cursor cannot be used (``bad-cursor``, ``cursor-mismatch``).
            DocumentError: a transactions record is not an object.

        An order without a usable id is skipped and stands in the page's ``problems``.

        """
        from .memory.search import search

        return search(self, orders, transactions, keys)

    def sql(self, dialect: str, *, site: str = "", layout: Layout | None = None) -> Statement:
        """The statement for the first page, over the tables of this package's stores or those of a ``layout``.

        Raises:
            UsageError: no such dialect (the message lists them), or the layout is for another.
            QueryError: ``not-in-layout``, for each place of the search that reads what the layout lacks.

        """
        from .sql.statement import statement

        return statement(self, dialect, site=site, layout=layout)


def check(
    source: JSON,
    shape: Shape = "request",
    *,
    form: Form = "any",
    schema: Schema | str | None = None,
    now: datetime | None = None,
) -> Report[Plan]:
    """Everything that is to be said about a search; never raises for bad input.

    ``source`` is the decoded JSON (a dict), JSON text or bytes (JavaScript object literals are read too), or the text
    form. ``shape`` says what JSON is handed over: the HTTP body (``request``), the bare search with REST names
    (``search``), or the argument of the JavaScript SDK (``sdk``). ``form`` says whether a string is ``json`` or
    ``text``; with ``any`` it is JSON if it begins with a bracket. ``wire`` is JSON alone, as HTTP carries it: read
    faster, without line and column (D20). ``now`` is what relative dates of the text form count from.

    Raises:
        UsageError: no such shape.
        SchemaError: no such table.

    """
    report = compiler.check(source, shape, form=form, schema=schema, now=now)
    query = report.plan
    plan = None if query is None else Plan.of(query)
    return Report(report.diagnostics, plan, report.source, report.request, report.correct)


def compile_search(
    source: JSON,
    *,
    shape: Shape | None = None,
    schema: Schema | str | None = None,
    now: datetime | None = None,
) -> Plan:
    """The plan of a search: a dict, JSON text, or the text form; with or without ``{"search": …}`` round it.

    ``shape`` as in :func:`check`; without it, an object that has the key ``search`` is a request, any other a bare
    search.

    Raises:
        QueryError: the search has errors; it holds every diagnostic, the warnings too.

    """
    return Plan.of(compiler.compile_search(source, shape=shape, schema=schema, now=now))
