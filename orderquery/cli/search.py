"""The command ``search``.

It prints one page or all pages of a search, from a store or from the user's own tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .inputs import (
    compile_query,
    layout_option,
    load_table,
    open_store,
    read_query,
    shape_option,
    site_option,
    strict_option,
    table_option,
)
from .output import write_line
from .program import EXIT_OK, Command

if TYPE_CHECKING:
    from ..api import Plan
    from ..language.schema import Schema


@click.command(
    cls=Command,
    examples=(
        "orderquery search shop.db 'paymentStatus = PAID order by createdDate desc' --limit 20",
        "orderquery search shop.db request.json --format json",
        "orderquery search shop.db everything --all --format ids",
        "orderquery search shop.db --cursor AbCd...",
        "orderquery search shop.db 'paymentStatus = PAID' --format histogram --unit month",
        "orderquery search postgresql://localhost/erp 'number = 10126' --layout erp.toml",
    ),
)
@click.argument("store", metavar="STORE")
@click.argument("query", metavar="[QUERY]", required=False)
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Orders per page.  [default: the query's, 100]")
@click.option("--cursor", metavar="C", help="Continue from this cursor; QUERY is optional then.")
@click.option("--all", "every_page", is_flag=True, help="Print all orders, not one page.")
@click.option("--count", is_flag=True, help="Print the number of orders on all pages.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "jsonl", "ids", "histogram"]),
    default="table",
    show_default=True,
    help="json: the response body of the endpoint; jsonl: one document a line; histogram: all orders by date, in UTC.",
)
@click.option("--by", metavar="FIELD", help="Field of dates of the histogram.  [default: createdDate]")
@click.option(
    "--unit",
    type=click.Choice(["auto", "hour", "day", "week", "month", "year"]),
    help="Unit of the histogram.  [default: auto, at most 60 lines]",
)
@shape_option(None)
@strict_option
@layout_option
@site_option
@table_option
def search(
    store: str,
    query: str | None,
    limit: int | None,
    cursor: str | None,
    every_page: bool,
    count: bool,
    format_: str,
    by: str | None,
    unit: str | None,
    shape: str | None,
    strict: bool,
    layout: str | None,
    site: str,
    table: str | None,
) -> int:
    """Search a store: one page of orders, or all of them.

    A table ends with the command for the next page. Cursors are encrypted with the keys in the environment variable
    ORDERQUERY_CURSOR_KEYS, else with a key that is saved with the store.

    With --layout, searches your own tables instead and saves nothing: a next page then needs ORDERQUERY_CURSOR_KEYS.

    Exits with 0 even without a match, with 1 if the search or the cursor has errors.
    """
    from ..diagnostics.errors import UsageError
    from .search_output import SearchOutput

    if format_ != "histogram" and (by is not None or unit is not None):
        raise UsageError(f"{'--by' if by is not None else '--unit'} needs --format histogram")
    if query is None and cursor is None:
        raise UsageError('missing QUERY; pass "everything" for all orders, or --cursor')
    schema = load_table(table, shape)
    plan = None if query is None else compile_query(read_query(query), schema, shape, strict=strict)
    paged = _apply_paging(schema, plan, limit, cursor)
    with open_store(store, schema, site, layout=layout) as opened:
        if count:
            write_line(str(opened.count(paged)))
        elif format_ == "histogram":
            from .histogram_output import write_histogram

            write_histogram(opened.histogram(paged, by or "createdDate", unit or "auto"))
        else:
            next_words = _next_page_words(store, layout, site, table)
            SearchOutput(opened, paged, every_page=every_page, next_words=next_words).write(format_)
    return EXIT_OK


def _apply_paging(schema: Schema, plan: Plan | None, limit: int | None, cursor: str | None) -> Plan:
    """Return the plan with ``--limit`` and ``--cursor``, which override its own."""
    from ..api import compile_search
    from ..diagnostics.errors import UsageError

    if limit is not None and limit > schema.max_limit:
        raise UsageError(f"--limit {limit} is above {schema.max_limit}; use --all for every order")
    if plan is not None and limit is None and cursor is None:
        return plan
    body = {} if plan is None else plan.to_json()
    paging = {"limit": limit, "cursor": cursor}
    body["cursorPaging"] = {**body.get("cursorPaging", {}), **{k: v for k, v in paging.items() if v is not None}}
    return compile_search(body, shape="search", schema=schema)


def _next_page_words(store: str, layout: str | None, site: str, table: str | None) -> list[str]:
    """Return the store and options for the command of the next page.

    The list is empty if that command could not decrypt the cursor.
    """
    from ..compiler.cursor_keys import keys_from_environment
    from ..stores.engines import shown_location

    if layout and keys_from_environment() is None:
        return []
    words = [shown_location(store)]
    words += ["--layout", layout] if layout else []
    words += ["--site", site] if site else []
    return words + (["--table", table] if table else [])
