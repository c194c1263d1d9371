"""The commands on a store: load, search, inspect, get, delete, upgrade."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..api import Plan
from .inputs import check_files, compiled, layout_option, read_query, schema_of, shape_option, site_option, table_option
from .output import put, say, say_notes, stdout
from .program import FINE, PROBLEMS, Command

if TYPE_CHECKING:
    from ..language.schema import Schema
    from ..stores.base import Store

LINE_BREAKS = b"\r\n"


def opened_store(location: str, schema: Schema, site: str, *, create: bool = False, layout: str | None = None) -> Store:
    """The store of this path or URL; only a load makes one. With a layout, the tables there that it describes."""
    from ..stores.engines import open_store

    return open_store(location, site=site, schema=schema, create=create, layout=layout)


@click.command(
    cls=Command,
    examples=(
        "orderquery load shop.db orders.jsonl transactions.jsonl.gz",
        "orderquery load shop.db --site berlin search-response.json webhook-event.json",
        "zcat export.jsonl.gz | orderquery load shop.db -",
    ),
)
@click.argument("store", metavar="STORE")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@site_option
@table_option
def load(store: str, files: tuple[str, ...], site: str, table: str | None) -> int:
    """Load orders and transactions into a store.

    The store is made if it is not there.

    FILEs are .jsonl or .json, gzipped or not, or - (standard input). Orders, Search responses, {"order": ...}, order
    transactions and webhook events are loaded. Loading again is safe; an older version never replaces a newer one.

    Whatever cannot be used is reported with its place and skipped, and the exit status is then 1. A stored value that
    does not fit its field is reported too, but its order is loaded.
    """
    from .load_files import load_files

    check_files(files)
    with opened_store(store, schema_of(table), site, create=True) as opened:
        return PROBLEMS if load_files(opened, files).skipped else FINE


@click.command(
    cls=Command,
    examples=(
        "orderquery search shop.db 'paymentStatus = PAID order by createdDate desc' --limit 20",
        "orderquery search shop.db request.json --format json",
        "orderquery search shop.db everything --all --format ids",
        "orderquery search shop.db --cursor AbCd...",
        "orderquery search postgresql://localhost/erp 'number = 10126' --layout erp.toml",
    ),
)
@click.argument("store", metavar="STORE")
@click.argument("query", metavar="[QUERY]", required=False)
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Orders on a page.  [default: the query's, 100]")
@click.option("--cursor", metavar="C", help="Continue from a page's cursor; QUERY is then not needed.")
@click.option("--all", "every_page", is_flag=True, help="Every order, not one page.")
@click.option("--count", is_flag=True, help="Print how many orders there are on all pages, not the orders.")
@click.option(
    "--format", "format_", type=click.Choice(["table", "json", "jsonl", "ids"]), default="table", show_default=True,
    help="json is the response object of the endpoint, jsonl one document a line.",
)  # fmt: skip
@shape_option(None)
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
    shape: str | None,
    layout: str | None,
    site: str,
    table: str | None,
) -> int:
    """Search a store: one page of orders, or all of them.

    QUERY is - (standard input), else a file, else JSON if it begins with {, else the text form. Under a table stands
    the command that shows the next page. Cursors are made with the keys of the environment variable
    ORDERQUERY_CURSOR_KEYS, else with a key that lies beside the store.

    With --layout it is not a store of this program that is searched, but tables of your own; nothing is kept beside
    them, so that a next page needs ORDERQUERY_CURSOR_KEYS.

    The exit status is 0 also with no match, 1 if the search or the cursor has errors.
    """
    from ..diagnostics.errors import UsageError
    from .search_output import Answer

    if query is None and cursor is None:
        raise UsageError("give a QUERY (everything finds every order) or a --cursor")
    schema = schema_of(table)
    plan = None if query is None else compiled(read_query(query), schema, shape)
    chosen = _continued(schema, plan, limit, cursor)
    with opened_store(store, schema, site, layout=layout) as opened:
        if count:
            put(str(opened.count(chosen)))
        else:
            more = _more_options(store, layout, site, table)
            Answer(opened, chosen, every_page=every_page, more=more).show(format_)
    return FINE


def _continued(schema: Schema, plan: Plan | None, limit: int | None, cursor: str | None) -> Plan:
    """The plan with the page size and the cursor of the command line, which count more than its own."""
    from ..api import compile_search
    from ..diagnostics.errors import UsageError

    if limit is not None and limit > schema.max_limit:
        raise UsageError(f"--limit is at most {schema.max_limit}; --all gives every order")
    if plan is not None and limit is None and cursor is None:
        return plan
    body = {} if plan is None else plan.to_json()
    paging = {"limit": limit, "cursor": cursor}
    body["cursorPaging"] = {**body.get("cursorPaging", {}), **{k: v for k, v in paging.items() if v is not None}}
    return compile_search(body, shape="search", schema=schema)


def _more_options(store: str, layout: str | None, site: str, table: str | None) -> list[str]:
    from ..compiler.cursor_keys import keys_from_environment
    from ..stores.engines import shown_location

    if layout and keys_from_environment() is None:
        return []
    options = [shown_location(store)]
    options += ["--layout", layout] if layout else []
    options += ["--site", site] if site else []
    return options + (["--table", table] if table else [])


@click.command(
    cls=Command,
    examples=(
        "orderquery inspect shop.db 'paymentStatus = PAID order by createdDate desc'",
        "orderquery inspect shop.db request.json",
    ),
)
@click.argument("store", metavar="STORE")
@click.argument("query", metavar="QUERY")
@shape_option(None)
@layout_option
@site_option
@table_option
def inspect(store: str, query: str, shape: str | None, layout: str | None, site: str, table: str | None) -> int:
    """Show how a store's engine would go about a search.

    Prints the statement, its parameters and the engine's own plan, and says where the work would grow with the number
    of orders. Nothing is searched. The exit status is 1 if every order would be read.
    """
    import json

    schema = schema_of(table)
    plan = compiled(read_query(query), schema, shape)
    with opened_store(store, schema, site, layout=layout) as opened:
        found = opened.explain(plan)
    put(found.statement.text)
    put(f"\n{json.dumps(found.statement.parameters, ensure_ascii=False, default=str)}\n")
    for line in found.lines:
        put(line)
    put("")
    for cost, line in found.costs:
        put(f"{cost}: {line}")
    if not found.costs:
        put("an index leads to the page")
    say_notes(found.statement)
    return PROBLEMS if found.scans else FINE


@click.command(cls=Command, examples=("orderquery get shop.db 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d",))
@click.argument("store", metavar="STORE")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@layout_option
@site_option
@table_option
def get(store: str, ids: tuple[str, ...], layout: str | None, site: str, table: str | None) -> int:
    """Print orders by their ids.

    They are printed one JSON document a line, as stored.

    Orders that Search hides are printed too. The exit status is 1 if one is not there.
    """
    status, write = FINE, stdout().write
    with opened_store(store, schema_of(table), site, layout=layout) as opened:
        for order_id in ids:
            document = opened.get_document(order_id)
            if document is None:
                say(f"there is no order {order_id}")
                status = PROBLEMS
            else:
                write(document.translate(None, LINE_BREAKS) + b"\n")
    return status


@click.command(cls=Command, examples=("orderquery delete shop.db 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d",))
@click.argument("store", metavar="STORE")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@site_option
@table_option
def delete(store: str, ids: tuple[str, ...], site: str, table: str | None) -> int:
    """Remove orders and their transactions for good.

    A SQLite store overwrites the bytes in its files; what remains in another engine's, SECURITY.md says. The exit
    status is 1 if an order was not there; the others are removed all the same.
    """
    wanted = list(dict.fromkeys(ids))
    with opened_store(store, schema_of(table), site) as opened:
        missing = [key for key in wanted if not (opened.get_document(key) or opened.get_transactions(key))]
        removed = opened.delete(wanted)
    for order_id in missing:
        say(f"there is no order {order_id}")
    put(f"{removed:,} order{'' if removed == 1 else 's'} removed")
    return PROBLEMS if missing else FINE


@click.command(cls=Command, examples=("orderquery upgrade shop.db",))
@click.argument("store", metavar="STORE")
@table_option
def upgrade(store: str, table: str | None) -> int:
    """Rebuild an older store from its documents, all or nothing.

    A newer version of this program, or another table of fields, may need it and then says so.
    """
    from ..stores.engines import shown_location, upgrade_store

    count = upgrade_store(store, schema=schema_of(table))
    put(f"{count:,} order{'' if count == 1 else 's'} in {shown_location(store)}")
    return FINE
