"""The command ``load``.

It loads files into a store, then reports the counts and the first problems.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from .defaults import looks_like_store, with_store
from .inputs import (
    STDIN,
    check_files,
    group_option,
    load_table,
    open_store,
    read_records,
    site_option,
    store_argument,
    table_option,
)
from .output import count_of, write_line, write_message
from .program import EXIT_OK, EXIT_PROBLEMS, Command

if TYPE_CHECKING:
    from ..documents.ingest import Found
    from ..migration.convert import StoresConverter
    from ..stores.base import LoadResult, Store
    from .progress import ProgressLine

MAX_SHOWN_PROBLEMS = 20


@click.command(
    cls=Command,
    examples=(
        "orderquery load shop.db orders.jsonl transactions.jsonl.gz",
        "orderquery load shop.db --site berlin search-response.json webhook-event.json",
        "zcat export.jsonl.gz | orderquery load shop.db -",
        "orderquery load shop.db old-orders.jsonl --convert",
    ),
)
@store_argument
@click.argument("files", metavar="FILE...", nargs=-1)
@site_option
@table_option
@click.option("--convert", is_flag=True, help="Convert orders of the Stores API, which are skipped without it.")
@group_option
def load(store: str | None, files: tuple[str, ...], site: str, table: str | None, convert: bool, group: bool) -> int:
    """Load orders and transactions into a store.

    Creates the store if it does not exist. STORE may be left out if ORDERQUERY_STORE or orderquery.toml names one.

    FILEs are .jsonl or .json, gzipped or not, or - (standard input). They may hold orders, Search responses,
    {"order": ...}, order transactions, webhook events and webhook tokens. The signatures of tokens are not checked.
    Loading again is safe: an older version never replaces a newer one.

    With --convert, they may also hold what the command convert-orders takes.

    Skips unusable documents, reports each with its place, and then exits with 1. Also reports stored values that do
    not fit their field; their orders are loaded.
    """
    store, files = with_store(store, files)
    if not files:
        raise click.UsageError("Missing argument 'FILE...'.")
    _check_roles(store, files)
    check_files(files)
    with open_store(store, load_table(table), site, create=True, group=group) as opened:
        return EXIT_PROBLEMS if _load_files(opened, files, convert=convert).skipped else EXIT_OK


def _check_roles(store: str, files: tuple[str, ...]) -> None:
    """Raise ``UsageError`` if the store is a file of orders, or a file is a store.

    Says which is which, so that swapped arguments cannot damage a file.
    """
    import shlex

    from ..diagnostics.errors import UsageError
    from ..documents.file_kinds import database_kind, is_documents_file
    from ..stores.locations import file_of

    databases = {name: kind for name in files if name != STDIN and (kind := database_kind(name)) is not None}
    facts = [f'"{name}" is {kind}' for name, kind in databases.items()]
    place = str(file_of(store) or "")
    if is_documents_file(place):
        orders = [place, *(name for name in files if name not in databases)]
        new = [name for name in orders[1:] if looks_like_store(name) and not os.path.exists(name)]
        target = next(iter([*databases, *new]), None)
        orders = [name for name in orders if name != target]
        facts.insert(0, f'"{store}" is a file of orders, not a store')
    elif databases:
        orders, target = [name for name in files if name not in databases], store
        facts[-1] += ", not a file of orders"
    else:
        _check_same_file(place, files)
        return
    write = f"; write: orderquery load {shlex.join([target or 'STORE', *dict.fromkeys(orders)])}" if orders else ""
    raise UsageError(", and ".join(facts) + write)


def _check_same_file(store: str, files: tuple[str, ...]) -> None:
    """Raise ``UsageError`` if the store is one of the files."""
    from ..diagnostics.errors import UsageError

    for name in files:
        if name != STDIN and os.path.exists(store) and os.path.exists(name) and os.path.samefile(store, name):
            raise UsageError(f'"{name}" is both STORE and FILE; pass the store first, then the files of orders')


def _load_files(store: Store, names: tuple[str, ...], *, convert: bool) -> LoadResult:
    from ..migration.convert import StoresConverter
    from .progress import ProgressLine

    converter = StoresConverter(store.schema) if convert else None
    sizes = {name: os.path.getsize(name) for name in names if name != STDIN}
    with ProgressLine("loading", sum(sizes.values()) or None) as progress:
        result = store.load_records(_read_files(store, names, sizes, progress, converter))
    result.conversion = None if converter is None else converter.report
    _write_problems(result)
    write_line(_summary(result))
    return result


def _read_files(
    store: Store,
    names: tuple[str, ...],
    sizes: dict[str, int],
    progress: ProgressLine,
    converter: StoresConverter | None,
) -> Iterator[Found]:
    done_bytes = 0

    def show_position(position: int) -> None:
        progress.update(done_bytes + position)

    for name in names:
        yield from read_records(store.schema, name, other_tables=True, progress=show_position, converter=converter)
        done_bytes += sizes.get(name, 0)


def _write_problems(result: LoadResult) -> None:
    from ..compiler.render import render_line

    for problem in result.problems[:MAX_SHOWN_PROBLEMS]:
        write_message(render_line(problem))
    more = result.problem_count - min(len(result.problems), MAX_SHOWN_PROBLEMS)
    if more:
        write_message(f"... and {more:,} more")


def _summary(result: LoadResult) -> str:
    parts = [f"{count_of(result.orders, 'order')} and {count_of(result.transactions, 'transactions record')} loaded"]
    if result.plan_orders:
        parts.append(count_of(result.plan_orders, "pricing plans order"))
    if result.older:
        parts.append(f"{result.older:,} older than the stored version")
    if result.skipped:
        parts.append(f"{result.skipped:,} skipped")
    if result.unfit:
        parts.append(count_of(result.unfit, "invalid value"))
    if result.conversion is not None:
        parts.append(f"{result.conversion.orders:,} converted")
        parts.append(f"{count_of(result.conversion.totals['kept'], 'old value')} kept in extendedFields")
        parts.extend(result.conversion.event_lines())
    return ", ".join(parts)
