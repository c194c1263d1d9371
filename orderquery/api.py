"""Check and compile a search: to a plan, a query with methods that run it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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
    from .compiler.requested import SearchSource
    from .language.schema import Schema
    from .memory.codegen import Matches
    from .memory.why import Verdict
    from .migration.compare import TableComparison
    from .migration.translate import Translation
    from .sql.layouts import Layout
    from .sql.statement import Statement

JSON = Any


class Plan(Query):
    """A checked query with methods that run it in Python and print it as SQL."""

    @classmethod
    def of(cls, query: Query) -> Plan:
        """Return the plan of a checked query."""
        if isinstance(query, Plan):
            return query
        plan = object.__new__(cls)
        plan.__dict__.update(query.__dict__)
        return plan

    @cached_property
    def matches(self) -> Matches:
        """Test an order, with or without its transactions record.

        Call ``plan.matches(order)`` or ``plan.matches(order, transactions)``.

        Raises:
            DocumentError: the order is not an object.

        """
        from .memory.search import matcher

        return matcher(self)

    def why(self, order: JSON, transactions: JSON = None) -> Verdict:
        """Explain why an order matches the search, or does not.

        The verdict has every condition with its result, the order's own value, and whether it decides. ``print`` shows
        it as a tree.

        Raises:
            DocumentError: the order or the record is not an object.

        """
        return self._explain(order, transactions)

    @cached_property
    def _explain(self) -> Callable[[JSON, JSON], Verdict]:
        from .memory.search import explainer

        return explainer(self)

    def filter(self, orders: Iterable[JSON], transactions: Iterable[JSON] = ()) -> Iterator[JSON]:
        """Yield the matching orders, unchanged and in input order.

        ``transactions`` are records of any of them.

        Raises:
            DocumentError: an order or a record is not an object.

        """
        from .diagnostics.arguments import iterable

        iterable("orders", orders, "orders")
        iterable("transactions", transactions, "transactions records")
        return self._select(orders, transactions)

    @cached_property
    def _select(self) -> Callable[[Iterable[JSON], Iterable[JSON]], Iterator[JSON]]:
        from .memory.search import selector

        return selector(self)

    @cached_property
    def sort_key(self) -> Callable[..., Any]:
        """The key for ``sorted``, of an order or of an order and its transactions."""
        from .memory.search import sort_key

        return sort_key(self)

    def search(
        self, orders: Iterable[JSON], transactions: Iterable[JSON] = (), *, keys: CursorKeys | None = None
    ) -> Page:
        """Search these orders in memory and return one page with its cursors.

        Of two orders with one id the newer is used, as in a store. ``keys`` encrypt the cursors; the default is a key
        of this process. An order without a usable id is skipped and reported in ``page.problems``.

        Raises:
            QueryError: the cursor is not usable (``bad-cursor``, ``cursor-mismatch``).
            DocumentError: a transactions record is not an object.

        """
        from .diagnostics.arguments import iterable
        from .memory.search import search

        iterable("orders", orders, "orders")
        iterable("transactions", transactions, "transactions records")
        return search(self, orders, transactions, keys)

    def sql(self, dialect: str, *, site: str = "", layout: Layout | None = None) -> Statement:
        """Return the statement for the first page.

        It reads the tables of a store, or those of a ``layout``.

        Raises:
            UsageError: no such dialect (the message lists them), or the layout is for another one.
            QueryError: ``not-in-layout``, for each place of the search that needs a field the layout lacks.

        """
        from .sql.statement import statement

        return statement(self, dialect, site=site, layout=layout)


def check(
    source: SearchSource,
    shape: Shape | None = None,
    *,
    form: Form = "any",
    schema: Schema | str | None = None,
    now: datetime | None = None,
    params: Mapping[str, Any] | None = None,
) -> Report[Plan]:
    """Check a search and report every problem; never raises for bad input.

    ``source`` is decoded JSON (a dict), JSON text or bytes, or the text form. JavaScript object literals are read, too,
    and pasted code around one: a call, an assignment, a ``curl`` command (D73). A dict may hold Python values:
    ``datetime``, ``date``, ``UUID``, ``Decimal``, tuples and sets.

    ``shape`` is the shape of the JSON: the HTTP body (``request``), the bare search with REST names (``search``), the
    argument of the JavaScript SDK (``sdk``), or the body of the older Stores API (``stores``, with the table
    ``stores-v2``). Without it and without ``schema``, a body that is certainly of the Stores API is checked as such,
    with the warning ``stores-query``; any other is a request (D90). ``report.shape`` says which was read.

    ``form`` tells how to parse a string: ``json``, ``text``, or ``any`` (JSON if it starts with a bracket or is code).
    ``wire`` is plain JSON, as in an HTTP body: faster, without line and column (D20). Relative
    dates of the text form count from ``now``. ``params`` are the values of its parameters, written ``:name`` (D119).

    Raises:
        UsageError: no such shape, the table has no requests of this shape, or ``params`` cannot be used.
        SchemaError: no such table.

    """
    report = compiler.check(source, shape, form=form, schema=schema, now=now, params=params)
    query = report.plan
    plan = None if query is None else Plan.of(query)
    return Report(report.diagnostics, plan, report.source, report.request, report.correct, report.shape)


def compile_search(
    source: SearchSource,
    *,
    shape: Shape | None = None,
    schema: Schema | str | None = None,
    now: datetime | None = None,
    params: Mapping[str, Any] | None = None,
) -> Plan:
    """Return the plan of a search: JSON, the text form, or one made of ``oq.f``.

    JSON may have ``{"search": …}`` around it.

    ``shape`` as in :func:`check`; by default, an object with the key ``search`` is a request, any other a bare search,
    or with a table of the Stores API a body of that. ``plan.shape`` says which was read. ``params`` are the values of
    the parameters of the text form (D119)::

        oq.compile("createdDate >= :since and number in :numbers", params={"since": since, "numbers": numbers})

    Raises:
        QueryError: the search has errors; it contains every diagnostic, warnings included.
        UsageError: ``params`` cannot be used.

    """
    return Plan.of(compiler.compile_search(source, shape=shape, schema=schema, now=now, params=params))


def translate(
    query: JSON,
    *,
    shape: Shape | None = None,
    source: Schema | str = "stores-v2",
    target: Schema | str = "ecom-orders",
    now: datetime | None = None,
) -> Translation[Plan]:
    """Translate a search over one table of fields to the same search over another.

    By default from the older Stores API to Search Orders: over converted documents, the translated search gives the
    same orders. ``losses`` says what is not the same; ``request`` is ``None`` if there is no such search. ``query`` is
    in any form, as for :func:`check`; certain fixes are made first. Relative dates of the text form count from ``now``.

    Raises:
        UsageError: there is no translation between these tables, or no such shape.
        SchemaError: no such table.

    """
    from .migration import translate as translator

    found = translator.translate(query, shape, from_table=source, to_table=target, now=now)
    plan = None if found.query is None else Plan.of(found.query)
    return translator.Translation(found.report, found.losses, found.source, found.target, plan)


def compare_tables(
    first: Schema | str, second: Schema | str, *, queries: Iterable[JSON] = (), shape: Shape | None = None
) -> TableComparison:
    """Compare two tables of fields, and searches over the first in the second.

    Each of ``queries`` is a search in any form, as for :func:`check`, or a pair of its name and the search.

    Raises:
        SchemaError: no such table.

    """
    from .migration.compare import compare_tables as compare

    return compare(first, second, queries=queries, shape=shape)
