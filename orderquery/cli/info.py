"""The command ``info``: what is in a store."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

import click

from .defaults import with_store
from .inputs import load_table, open_store, store_argument, table_option
from .output import count_of, write_json, write_line
from .program import EXIT_OK, EXIT_PROBLEMS, Command
from .terminal import terminal_columns

if TYPE_CHECKING:
    from ..language.schema import Schema
    from ..stores.summary import SiteSummary, Span, StoreSummary
    from ..sync.watermark import Mark

_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_NAME_COLUMNS = 14


@click.command(
    cls=Command,
    examples=(
        "orderquery info shop.db",
        "orderquery info shop.db --site berlin",
        "orderquery info shop.db --format json",
    ),
)
@store_argument
@click.option("--site", metavar="S", help="Describe the orders of this site only.  [default: all sites]")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="json: one object.",
)  # fmt: skip
@table_option
def info(store: str | None, site: str | None, format_: str, table: str | None) -> int:
    """Describe a store: its orders by status and site, their dates, and its version.

    Counts include the orders that no search returns. STORE may be left out if ORDERQUERY_STORE or orderquery.toml
    names one.

    Exits with 1 if the store must be upgraded first.
    """
    from ..stores.locations import shown_location
    from ..stores.store_errors import OutdatedStore
    from ..stores.summary import summarize
    from ..sync.watermark import read_mark
    from .other_sites import write_other_sites

    location, _ = with_store(store, ())
    schema, shown = load_table(table), shown_location(location)
    try:
        with open_store(location, schema, site or "") as opened:
            summary = summarize(opened, location, site=site)
            marks = [read_mark(opened.at_site(found.site)) for found in summary.sites]
            if format_ == "json":
                write_json(_to_json(shown, schema, summary, marks))
            else:
                _write_text(shown, schema, summary, marks)
            if site is not None and not any(found.orders for found in summary.sites):
                write_other_sites(opened)
    except OutdatedStore as problem:
        _write_outdated(shown, schema, format_, str(problem))
        return EXIT_PROBLEMS
    return EXIT_OK


def _write_outdated(shown: str, schema: Schema, format_: str, problem: str) -> None:
    if format_ == "json":
        write_json({**_version_json(shown, schema), "needsUpgrade": True})
    else:
        _write_row("store", shown)
        _write_row("version", problem.partition("; ")[0])
        _write_row("upgrade", problem.partition("; ")[2])


def _write_text(shown: str, schema: Schema, summary: StoreSummary, marks: list[Mark]) -> None:
    from ..version import __version__

    _write_row("store", shown)
    _write_row("engine", f"{summary.engine} {summary.engine_version}")
    _write_row("size", "in memory" if summary.size_bytes is None else format_bytes(summary.size_bytes))
    _write_row("table", f"{schema.name}, version {schema.version}")
    _write_row("version", f"{__version__}, up to date")
    _write_row("transactions", count_of(summary.transactions, "record"))
    for site, mark in zip(summary.sites, marks, strict=True):
        write_line("")
        _write_site(site)
        _write_mark(mark, schema)
    if not summary.sites:
        write_line("\nno orders")


def _write_site(site: SiteSummary) -> None:
    from ..compiler.render import printable

    _write_row("site", printable(site.site) or "without a name")
    hidden = f", {site.hidden:,} of them hidden from searches" if site.hidden else ""
    _write_row("orders", f"{site.orders:,}{hidden}")
    for span in site.spans:
        first, last = (text[:16].replace("T", " ") for text in _ends(span))
        _write_row(span.field.name, f"{first} to {last}, in UTC")
    width = max((len(f"{count:,}") for count in site.by_status.values()), default=0)
    for status, count in site.by_status.items():
        _write_row(f"  {status}", f"{count:>{width},}")


def _write_mark(mark: Mark, schema: Schema) -> None:
    """Write what the last sync of a site says about its orders."""
    from ..language.datetimes import write_instant
    from ..sync.narrowing import shown_query
    from ..sync.result import left_out_by_since

    if mark.through is None:
        return
    begin = "" if mark.since is None else f"from {write_instant(mark.since)} "
    query = f", with {shown_query(mark.query, schema)}" if mark.query else ""
    _write_row("synced", f"complete {begin}up to {write_instant(mark.through)}{query}")
    if mark.since is not None:
        _write_row("", left_out_by_since(mark.since))


def _write_row(name: str, text: str) -> None:
    """Write a fact, on several lines if the terminal is narrow."""
    start, columns = f"{name:<{_NAME_COLUMNS}}", terminal_columns()
    if columns is None:
        write_line(f"{start}{text}")
        return
    hanging, width = " " * _NAME_COLUMNS, max(columns, 2 * _NAME_COLUMNS)
    write_line(fill(text, width, initial_indent=start, subsequent_indent=hanging, break_on_hyphens=False))


def format_bytes(size: int) -> str:
    """Return a size for people: 5.3 MB."""
    number, unit = float(size), 0
    while number >= 1_000 and unit < len(_UNITS) - 1:
        number, unit = number / 1_000, unit + 1
    return f"{size} bytes" if unit == 0 else f"{number:.1f} {_UNITS[unit]}"


def _ends(span: Span) -> tuple[str, str]:
    text = span.field.type.text
    return text(span.first), text(span.last)


def _version_json(shown: str, schema: Schema) -> dict[str, Any]:
    from ..version import __version__

    return {"store": shown, "orderquery": __version__, "table": {"name": schema.name, "version": schema.version}}


def _mark_json(mark: Mark) -> dict[str, Any]:
    from ..language.datetimes import write_instant
    from ..syntax.json_decoder import decode_json

    if mark.through is None:
        return {}
    found: dict[str, Any] = {
        "completeTo": write_instant(mark.through),
        "since": None if mark.since is None else write_instant(mark.since),
        "query": {"filter": decode_json(mark.query.encode())} if mark.query else None,
    }
    return {"sync": {key: value for key, value in found.items() if value is not None}}


def _to_json(shown: str, schema: Schema, summary: StoreSummary, marks: list[Mark]) -> dict[str, Any]:
    return {
        **_version_json(shown, schema),
        "needsUpgrade": False,
        "engine": summary.engine,
        "engineVersion": summary.engine_version,
        "bytes": summary.size_bytes,
        "transactions": summary.transactions,
        "sites": [
            {
                "site": site.site,
                "orders": site.orders,
                "hidden": site.hidden,
                "byStatus": site.by_status,
                **{span.field.name: dict(zip(("first", "last"), _ends(span), strict=True)) for span in site.spans},
                **_mark_json(mark),
            }
            for site, mark in zip(summary.sites, marks, strict=True)
        ],
    }
