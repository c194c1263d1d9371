"""What commands read: the QUERY argument, tables of fields, and files of orders."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ..api import Plan
    from ..documents.ingest import Found
    from ..documents.json_lines import Progress
    from ..language.schema import Schema

STDIN = "-"
STDIN_NAME = "standard input"
INLINE_NAME = "query"

_PATH_LIKE = re.compile(r"[^\s=<>!(){}\"'`]+(/[^\s=<>!(){}\"'`]*|\.(json|jsonl|txt|js|ts|mjs|gz))")
"""A lone word that can be no query, for a condition has an operator, but may well be a file's name."""

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class QueryArgument:
    """A search as the command line gave it, and what messages call it."""

    source: str | bytes
    name: str


def table_option(command: Decorated) -> Decorated:
    """Add ``--table``, the table of fields."""
    return click.option(
        "--table", metavar="NAME|FILE", help="The table of fields: a name, or a TOML file.  [default: ecom-orders]"
    )(command)


def layout_option(command: Decorated) -> Decorated:
    """Add ``--layout``, the layout of tables that are not this program's."""
    help_ = "A TOML file that says where the orders of your own tables are; they are only read."
    return click.option("--layout", metavar="FILE", help=help_)(command)


def site_option(command: Decorated) -> Decorated:
    """Add ``--site``, whose orders are meant."""
    help_ = "Whose orders: nothing is visible across sites."
    return click.option("--site", metavar="S", default="", help=help_)(command)


def port_option(command: Decorated) -> Decorated:
    """Add ``--port``, where to listen."""
    kind, help_ = click.IntRange(0, 65535), "The port to listen at; 0 finds a free one."
    return click.option("--port", metavar="P", type=kind, default=8080, show_default=True, help=help_)(command)


def shape_option(default: str | None) -> Callable[[Decorated], Decorated]:
    """Add ``--as``, the shape of a search that is JSON."""
    shown = default or "request if it has the key search, else search"
    return click.option(
        "--as", "shape", type=click.Choice(["request", "search", "sdk"]), default=default,
        help="What JSON is: the HTTP body, the bare search, or the argument of the JavaScript SDK."
        f"  [default: {shown}]",
    )  # fmt: skip


def schema_of(table: str | None) -> Schema:
    """The table of fields of this name or file, or the default one."""
    from ..language.schema import load_schema

    return load_schema(table)


def read_query(argument: str, other_inputs: tuple[str, ...] = ()) -> QueryArgument:
    """What QUERY says: standard input for ``-``, else the file of that name if there is one, else itself.

    ``other_inputs`` are the files that the command reads besides: standard input can be read once.
    """
    from ..diagnostics.errors import UsageError

    if [argument, *other_inputs].count(STDIN) > 1:
        raise UsageError("standard input can be used once: give a file for the query or for the orders")
    if argument == STDIN:
        return QueryArgument(_read(stdin(), STDIN_NAME), STDIN_NAME)
    if os.path.isdir(argument):
        raise UsageError(f"{argument} is a folder: QUERY is a file, JSON or text")
    if os.path.exists(argument):
        try:
            with open(argument, "rb") as file:
                return QueryArgument(_read(file, argument), argument)
        except OSError as problem:
            raise UsageError(f"cannot read {argument}: {problem.strerror or problem}") from None
    if _PATH_LIKE.fullmatch(argument):
        raise UsageError(f"there is no file {argument}, and it is no query either")
    return QueryArgument(_as_given(argument), INLINE_NAME)


def _as_given(argument: str) -> str | bytes:
    """An argument as UTF-8 whatever the locale: Python keeps the bytes that the locale does not know as surrogates."""
    if not argument.isascii():
        with contextlib.suppress(UnicodeEncodeError):
            return os.fsencode(argument)
    return argument


def _read(stream: Any, name: str) -> bytes:
    """All of a query, or one byte more than a query may have: the checker says so."""
    from ..diagnostics.errors import UsageError
    from ..language.limits import MAX_SEARCH_BYTES

    try:
        return bytes(stream.read(MAX_SEARCH_BYTES + 1))
    except OSError as problem:
        raise UsageError(f"cannot read {name}: {problem.strerror or problem}") from None


def stdin() -> Any:
    """Standard input, for bytes."""
    from ..diagnostics.errors import UsageError

    if sys.stdin is None:
        raise UsageError("standard input is closed")
    return sys.stdin.buffer


def compiled(query: QueryArgument, schema: Schema, shape: str | None) -> Plan:
    """The plan of a query, its warnings said on standard error; with errors, the command ends with them said."""
    from ..api import compile_search
    from ..compiler.render import render_line
    from ..compiler.report import QueryError
    from ..syntax.json_reader import SHAPES
    from .output import say
    from .program import PROBLEMS, say_problems

    chosen = next((known for known in SHAPES if known == shape), None)
    try:
        plan = compile_search(query.source, shape=chosen, schema=schema)
    except QueryError as problem:
        say_problems(problem, query.name)
        raise click.exceptions.Exit(PROBLEMS) from None
    for warning in plan.diagnostics:
        say(render_line(warning, query.name))
    return plan


def check_files(names: tuple[str, ...]) -> None:
    """Refuse files that cannot be read, before anything is done with the others."""
    from ..diagnostics.errors import UsageError

    if names.count(STDIN) > 1:
        raise UsageError("standard input can be used once")
    for name in names:
        if name == STDIN:
            stdin()
        elif os.path.isdir(name):
            raise UsageError(f"cannot read {name}: it is a folder")
        elif not os.access(name, os.R_OK):
            raise UsageError(f"cannot read {name}: {'permission denied' if os.path.exists(name) else 'no such file'}")


def records_of(
    schema: Schema, name: str, *, called: str = "", report_unfit: bool = True, progress: Progress | None = None
) -> Iterator[Found]:
    """Every record of a file, and every problem under the file's name as it was given (or ``called``)."""
    from ..diagnostics.diagnostic import Diagnostic
    from ..documents.json_lines import read_file

    shown = called or (STDIN_NAME if name == STDIN else name)
    for _, found in read_file(schema, name, progress, report_unfit=report_unfit):
        yield replace(found, source_name=shown) if isinstance(found, Diagnostic) else found
