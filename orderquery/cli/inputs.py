"""Inputs of commands.

These are the shared options, the QUERY argument, tables of fields, files and stores.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeVar

import click

from .argument_errors import store_for_query
from .defaults import fill_in, looks_like_store

if TYPE_CHECKING:
    from ..api import Plan
    from ..documents.ingest import Found
    from ..documents.json_lines import Progress
    from ..language.schema import Schema
    from ..migration.convert import StoresConverter
    from ..migration.csv_files import CSVKind
    from ..stores.base import Store

STDIN = "-"
STDIN_NAME = "standard input"
INLINE_NAME = "query"

_FILE_NAME = re.compile(r"[^\s=<>!(){}\"'`]+(/[^\s=<>!(){}\"'`]*|\.(json|jsonl|txt|js|ts|mjs|gz))")
"""A word that looks like a file name. No query matches it, because a condition has an operator."""

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class QueryArgument(NamedTuple):
    """The source of a search, and its name in messages."""

    source: str | bytes
    name: str
    is_file: bool = False


def table_option(command: Decorated) -> Decorated:
    """Add ``--table``, the table of fields."""
    help_ = "Table of fields: a name or a TOML file.  [default: ecom-orders]"
    return click.option("--table", metavar="NAME|FILE", callback=fill_in("table"), help=help_)(command)


def layout_option(command: Decorated) -> Decorated:
    """Add ``--layout``, the layout of the user's own tables."""
    help_ = "Search your own tables, read-only, as this TOML file describes them."
    return click.option("--layout", metavar="FILE", help=help_)(command)


def store_argument(command: Decorated) -> Decorated:
    """Add ``STORE``, which may have a default: see :func:`~.defaults.with_store`."""
    return click.argument("store", metavar="[STORE]", required=False)(command)


def columns_option(command: Decorated) -> Decorated:
    """Add ``--columns``, the columns of tables, CSV, Parquet and Arrow."""
    help_ = "Columns, such as number,buyerInfo.email,lineItems.quantity: fields, and any path of the document."
    return click.option("--columns", metavar="A,B,...", help=help_)(command)


def output_option(command: Decorated) -> Decorated:
    """Add ``--output``, a file in place of standard output."""
    help_ = "Write to FILE, all at once at the end. Its ending sets the format: .csv, .parquet, .arrow, .json, .jsonl."
    return click.option("--output", metavar="FILE", help=help_)(command)


def site_option(command: Decorated) -> Decorated:
    """Add ``--site``, the site whose orders the command uses."""
    help_ = "Site of the orders. A site cannot see the orders of another."
    return click.option("--site", metavar="S", default="", callback=fill_in("site"), help=help_)(command)


def group_option(command: Decorated) -> Decorated:
    """Add ``--group``, which shares the store's file."""
    help_ = "Let the group of the store's file read and write it, too.  [default: its owner alone]"
    return click.option("--group", is_flag=True, help=help_)(command)


def port_option(command: Decorated) -> Decorated:
    """Add ``--port``, the port to listen on."""
    kind, help_ = click.IntRange(0, 65535), "Port to listen on; 0 picks a free one."
    return click.option("--port", metavar="P", type=kind, default=8080, show_default=True, help=help_)(command)


def shape_option(default: str | None = None) -> Callable[[Decorated], Decorated]:
    """Add ``--as``, the shape of a JSON search."""
    shown = default or 'request if there is a "search" key, else search'
    return click.option(
        "--as", "shape", type=click.Choice(["request", "search", "sdk", "stores"]),
        help="Shape of JSON: HTTP body, bare search, argument of the JavaScript SDK, or body of the older Stores API.  "
        f"[default: {shown}]",
    )  # fmt: skip


def form_option(command: Decorated) -> Decorated:
    """Add ``--as``, the form of a search in an editor."""
    return click.option(
        "--as", "form", type=click.Choice(["auto", "text", "request", "search", "filter", "sdk"]), default="auto",
        show_default=True,
        help="Text form, or shape of JSON: HTTP body, bare search, filter alone, argument of the JavaScript SDK.",
    )(command)  # fmt: skip


def position_option(default: str) -> Callable[[Decorated], Decorated]:
    """Add ``--position``, a position in QUERY."""
    help_ = f"Position in QUERY, in code points from 0.  [default: {default}]"
    return click.option("--position", metavar="N", type=click.IntRange(0), help=help_)


def strict_option(command: Decorated) -> Decorated:
    """Add ``--strict``, which treats warnings about the search as errors."""
    return click.option("--strict", is_flag=True, help="Treat warnings about QUERY as errors.")(command)


def load_table(table: str | None, shape: str | None = None) -> Schema:
    """Load a table of fields by name or file.

    The default is the table of a shape, or that of eCommerce orders.
    """
    from ..language.schema import STORES_SCHEMA, load_schema

    return load_schema(STORES_SCHEMA if table is None and shape == "stores" else table)


def open_store(
    location: str, schema: Schema, site: str, *, create: bool = False, layout: str | None = None, group: bool = False
) -> Store:
    """Open the store at a path or URL.

    With ``layout``, open the tables at that location that the layout describes. With ``group``, the group of the
    store's file can use it.
    """
    from ..stores.engines import open_store
    from ..stores.locations import file_of

    opened = open_store(location, site=site, schema=schema, create=create, layout=layout)
    if group and (file := file_of(location)) is not None:
        from ..stores.file_modes import share_with_group

        share_with_group(file)
    return opened


def read_query(argument: str, other_inputs: tuple[str, ...] = ()) -> QueryArgument:
    """Read the QUERY argument.

    ``-`` is standard input. Any other argument is the name of a file if that file exists, else the query itself.

    ``other_inputs`` are the files that the command reads besides: standard input can be read once.
    """
    from ..diagnostics.errors import UsageError

    if [argument, *other_inputs].count(STDIN) > 1:
        raise UsageError("standard input is used twice; pass a file for QUERY or for the orders")
    if argument == STDIN:
        return QueryArgument(_read(stdin_bytes(), STDIN_NAME), STDIN_NAME)
    if looks_like_store(argument):
        raise UsageError(store_for_query(argument))
    if os.path.isdir(argument):
        raise UsageError(f'"{argument}" is a directory; pass a file, JSON or the text form')
    if os.path.exists(argument):
        try:
            with open(argument, "rb") as file:
                return QueryArgument(_read(file, argument), argument, is_file=True)
        except OSError as problem:
            raise UsageError(_unreadable(argument, problem)) from None
    if _FILE_NAME.fullmatch(argument):
        raise UsageError(f"file not found: {argument}")
    return QueryArgument(_encode_argument(argument), INLINE_NAME)


def _encode_argument(argument: str) -> str | bytes:
    """Return the original bytes of an argument that is not ASCII.

    In a locale without UTF-8, Python decodes these bytes to surrogates. An argument that is ASCII, or that cannot be
    encoded, is returned unchanged.
    """
    if not argument.isascii():
        with contextlib.suppress(UnicodeEncodeError):
            return os.fsencode(argument)
    return argument


def _read(stream: Any, name: str) -> bytes:
    """Read a query, up to one byte more than the size limit.

    With that extra byte, the checker reports that the query is too large.
    """
    from ..diagnostics.errors import UsageError
    from ..language.limits import MAX_SEARCH_BYTES

    try:
        return bytes(stream.read(MAX_SEARCH_BYTES + 1))
    except OSError as problem:
        raise UsageError(_unreadable(name, problem)) from None


def _unreadable(name: str, problem: OSError) -> str:
    return f'cannot read "{name}": {problem.strerror or problem}'


def stdin_bytes() -> Any:
    """Return standard input for bytes."""
    from ..diagnostics.errors import UsageError

    if sys.stdin is None:
        raise UsageError("standard input is closed")
    return sys.stdin.buffer


def read_key(stream: BinaryIO) -> bytes:
    """Return the content of a key file. Raises ``UsageError`` beyond 1 MiB."""
    from ..diagnostics.errors import UsageError
    from ..language.small_files import MAX_BYTES

    content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise UsageError(f'"{stream.name}" is larger than {MAX_BYTES >> 20} MiB; pass the file of a key')
    return content


def text_of(query: QueryArgument, schema: Schema) -> str:
    """Return the text of a query.

    Raises:
        QueryError: it is not UTF-8, or too large.

    """
    from ..compiler.compile import check
    from ..compiler.report import QueryError
    from ..language.limits import MAX_SEARCH_BYTES

    source = query.source.encode("utf-8", "surrogatepass") if isinstance(query.source, str) else query.source
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is None or len(source) > MAX_SEARCH_BYTES:
        raise QueryError(check(source, schema=schema).diagnostics)
    return text


def compile_query(query: QueryArgument, schema: Schema, shape: str | None, *, strict: bool = False) -> Plan:
    """Compile a query and write its warnings to standard error.

    If the query has errors, or with ``strict`` warnings, exit with the status ``EXIT_PROBLEMS``.
    """
    from ..api import compile_search
    from ..compiler.render import render_line
    from ..compiler.report import QueryError
    from ..syntax.json_reader import SHAPES
    from .output import write_message
    from .program import EXIT_PROBLEMS, write_diagnostics

    chosen = next((known for known in SHAPES if known == shape), None)
    try:
        plan = compile_search(query.source, shape=chosen, schema=schema)
    except QueryError as problem:
        write_diagnostics(problem, query.name)
        raise click.exceptions.Exit(EXIT_PROBLEMS) from None
    for warning in plan.diagnostics:
        write_message(render_line(warning, query.name))
    if strict and plan.diagnostics:
        raise click.exceptions.Exit(EXIT_PROBLEMS)
    return plan


def check_files(names: tuple[str, ...]) -> None:
    """Raise ``UsageError`` if one of the files cannot be read.

    Commands call this before they do any work.
    """
    from ..diagnostics.errors import UsageError
    from ..documents.file_kinds import database_kind

    if names.count(STDIN) > 1:
        raise UsageError("standard input is used twice; pass a file for one of its uses")
    for name in names:
        if name == STDIN:
            stdin_bytes()
        elif os.path.isdir(name):
            raise UsageError(f'cannot read "{name}": it is a directory')
        elif not os.path.exists(name):
            raise UsageError(f"file not found: {name}")
        elif not os.access(name, os.R_OK):
            raise UsageError(f'cannot read "{name}": permission denied')
        elif (kind := database_kind(name)) is not None:
            raise UsageError(f'"{name}" is {kind}, not a file of orders; for its orders use the command search')


def _csv_kind(name: str) -> CSVKind | None:
    from ..migration.csv_files import csv_kind

    return csv_kind(name)


def read_records(
    schema: Schema,
    name: str,
    *,
    source_name: str = "",
    report_unfit: bool = True,
    other_tables: bool = False,
    progress: Progress | None = None,
    converter: StoresConverter | None = None,
) -> Iterator[Found]:
    """Yield the records and problems of a file.

    ``other_tables`` is that of :func:`~orderquery.documents.ingest.from_bytes`. With a ``converter``, old orders are
    converted, in CSV files, too. Problems call the file ``source_name``. Without it, they use the name that the user
    gave.
    """
    from dataclasses import replace

    from ..diagnostics.diagnostic import Diagnostic
    from ..documents.json_lines import read_file

    shown = source_name or (STDIN_NAME if name == STDIN else name)
    options = {"report_unfit": report_unfit, "other_tables": other_tables}
    if converter is not None and (kind := _csv_kind(name)) is not None:
        from ..migration.csv_files import read_csv

        read = read_csv(name, kind, converter, progress)
    else:
        read = read_file(schema, name, progress, **options, converter=converter)
    for _, found in read:
        yield replace(found, source_name=shown) if isinstance(found, Diagnostic) else found
