"""The command ``search``.

It prints one page or all pages of a search, from a store or from the user's own tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .defaults import default_of, with_store
from .inputs import (
    STDIN,
    columns_option,
    compile_query,
    layout_option,
    load_table,
    open_store,
    output_option,
    read_query,
    shape_option,
    site_option,
    store_argument,
    strict_option,
    table_option,
)
from .output import write_line
from .program import EXIT_OK, Command

if TYPE_CHECKING:
    from ..api import Plan
    from ..language.schema import Schema


FORMATS = ("table", "json", "jsonl", "ids", "csv", "parquet", "arrow", "histogram")


@click.command(
    cls=Command,
    paged=True,
    examples=(
        "orderquery search shop.db 'paymentStatus = PAID order by createdDate desc' --limit 20",
        "orderquery search shop.db --cursor @last",
        "orderquery search shop.db request.json --format json",
        "orderquery search shop.db everything --all --output orders.csv",
        "orderquery search shop.db everything --columns number,status,lineItems.quantity",
        "orderquery search shop.db 'paymentStatus = PAID' --format histogram --unit month",
        "orderquery search postgresql://localhost/erp 'number = 10126' --layout erp.toml",
    ),
)
@store_argument
@click.argument("query", metavar="[QUERY]", required=False)
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Orders per page.  [default: the query's, 100]")
@click.option("--cursor", metavar="C", help="Continue from this cursor; @last is the next page of the last search.")
@click.option("--all", "every_page", is_flag=True, help="Print all orders, not one page.")
@click.option("--count", is_flag=True, help="Print the number of orders on all pages.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="json: the response body of the endpoint; jsonl: one document a line; csv, parquet, arrow: a row an order; "
    "histogram: all orders by date, in UTC.  [default: table]",
)
@columns_option
@output_option
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
    store: str | None,
    query: str | None,
    limit: int | None,
    cursor: str | None,
    every_page: bool,
    count: bool,
    format_: str | None,
    columns: str | None,
    output: str | None,
    by: str | None,
    unit: str | None,
    shape: str | None,
    strict: bool,
    layout: str | None,
    site: str,
    table: str | None,
) -> int:
    """Search a store: one page of orders, or all of them.

    STORE may be left out if ORDERQUERY_STORE or orderquery.toml names one.

    A table fits the terminal and ends with the command for the next page. --cursor @last prints the next page of the
    last search of this store, or of QUERY. Cursors are encrypted with the keys in the environment variable
    ORDERQUERY_CURSOR_KEYS, else with a key that is saved with the store.

    csv, parquet and arrow have every field of the order, or --columns. In CSV, a text that a spreadsheet would run as a
    formula begins with an apostrophe.

    With --layout, searches your own tables instead and saves nothing: a next page then needs ORDERQUERY_CURSOR_KEYS.

    Exits with 0 even without a match, with 1 if the search or the cursor has errors.
    """
    from ..diagnostics.errors import UsageError
    from .data_output import COLUMN_FORMATS, check_format
    from .other_sites import write_other_sites
    from .output_file import format_of, output_to, write_written
    from .search_output import SearchOutput, SearchTarget

    store, rest = with_store(store, () if query is None else (query,), takes_rest=False)
    query = rest[0] if rest else None
    inputs = [store, *rest]
    format_ = format_ or (None if count else format_of(output, inputs)) or default_of("format") or "table"
    if format_ != "histogram" and (by is not None or unit is not None):
        raise UsageError(f"{'--by' if by is not None else '--unit'} needs --format histogram")
    if query is None and cursor is None:
        raise UsageError('missing QUERY; pass "everything" for all orders, or --cursor')
    check_format(format_, columns, output)
    if columns is None and format_ in COLUMN_FORMATS:
        columns = default_of("columns")
    schema = load_table(table, shape)
    argument = None if query is None else read_query(query)
    plan = None if argument is None else compile_query(argument, schema, shape, strict=strict)
    if limit is None and cursor is None and plan is not None and not plan.limit_sent:
        limit = default_of("limit")
    place = SearchTarget(store, layout, site, table)
    kept = place.find_cursor(cursor, None if argument is None else argument.source)
    paged = _apply_paging(schema, plan, limit, kept.cursor)
    written = None
    with open_store(store, schema, site, layout=layout) as opened, output_to(output, inputs):
        if count:
            found = opened.count(paged)
            write_line(str(found))
        elif format_ == "histogram":
            from .histogram_output import write_histogram

            histogram = opened.histogram(paged, by or "createdDate", unit or "auto")
            found = histogram.count
            write_histogram(histogram)
        else:
            written = SearchOutput(opened, paged, every_page=every_page, place=place, columns=columns, kept=kept)
            written.write(format_)
            found = written.count
        if not found:
            write_other_sites(opened)
    if written is not None:
        write_written(written.count, output)
        written.write_following_note(in_file=output not in (None, STDIN))
    return EXIT_OK if written is None else written.problems.status


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
