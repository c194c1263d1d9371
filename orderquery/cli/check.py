"""The command ``check``: every mistake in searches, with a fix."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from .inputs import load_table, read_query, shape_option, table_option
from .output import count_of, wants_colour, write_line
from .program import EXIT_OK, EXIT_PROBLEMS, Command

if TYPE_CHECKING:
    from ..compiler.report import Report
    from ..syntax.json_reader import Shape
    from .fix import Mode
    from .inputs import QueryArgument


@click.command(
    cls=Command,
    examples=(
        "orderquery check request.json",
        "orderquery check 'paymentStatus = PAID and createdDate >= -7d'",
        "orderquery check --as sdk --strict --format json < search.js",
        "orderquery check 'queries/**/*.json' --format sarif",
        "orderquery check request.json --diff --only same-answer",
    ),
)
@click.argument("query", metavar="[QUERY]...", nargs=-1)
@shape_option("request, or stores if it is certainly such a body")
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings, too.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json", "sarif", "github"]), default="text", show_default=True,
    help='json: {"ok": ..., "diagnostics": [...]}, for several files {"ok": ..., "files": [...]}; '
    "sarif: SARIF 2.1.0; github: annotations of GitHub Actions.",
)  # fmt: skip
@click.option("--fix", is_flag=True, help="Print QUERY with every certain fix made.")
@click.option("--diff", is_flag=True, help="Print what --fix would change, as a unified diff.")
@click.option("--write", is_flag=True, help="Make the fixes in the file QUERY.")
@click.option(
    "--only", type=click.Choice(["same-answer", "intended"]),
    help="Fixes to make. same-answer: condition, order and limit stay equal; intended: those, and the ones of parts "
    "that Wix refuses or ignores.  [default: intended]",
)  # fmt: skip
@table_option
def check(
    query: tuple[str, ...],
    shape: Shape | None,
    strict: bool,
    format_: str,
    fix: bool,
    diff: bool,
    write: bool,
    only: str | None,
    table: str | None,
) -> int:
    """Report every mistake in a search, with a fix.

    Accepts JavaScript objects in place of JSON. Checks several files, too, and quoted patterns such as
    'queries/*.json'. Without QUERY, checks standard input.

    A guess is a help only; --fix, --diff and --write make certain fixes. Files keep every other byte.

    Exits with 0 if there is no error, or with --strict no error and no warning; else with 1. With --fix, --diff or
    --write, only the errors that are left count. They are written to standard error.
    """
    from ..api import check as check_search
    from .query_files import find_queries

    mode = fix_mode(fix=fix, diff=diff, write=write, limited=only is not None, format_=format_)
    schema = None if table is None else load_table(table)
    names, several = find_queries(query)
    queries = (read_query(name) for name in names)
    found = [(argument, check_search(argument.source, shape, schema=schema)) for argument in queries]
    if mode is not None:
        from .fix import fix_all

        return fix_all(found, mode, limited=only == "same-answer", several=several, strict=strict)
    _write_reports(found, format_, several=several)
    failed = any(not report.ok or (strict and report.warnings) for _, report in found)
    return EXIT_PROBLEMS if failed else EXIT_OK


def fix_mode(*, fix: bool, diff: bool, write: bool, limited: bool, format_: str) -> Mode | None:
    """Return what to do with fixes; ``None`` for a report.

    Raises:
        UsageError: the options contradict each other.

    """
    from ..diagnostics.errors import UsageError

    if diff and write:
        raise UsageError("--diff shows what --write would change; pass one of them")
    mode: Mode | None = "write" if write else "diff" if diff else "fix" if fix else None
    if mode is None and limited:
        raise UsageError("--only limits fixes; pass --fix, --diff or --write, too")
    if mode is not None and format_ != "text":
        raise UsageError(f"--format is the format of a report; remove it, or --{mode}")
    return mode


def _write_reports(found: list[tuple[QueryArgument, Report[Any]]], format_: str, *, several: bool) -> None:
    if format_ == "text":
        _write_texts(found, several=several)
    elif format_ == "json":
        _write_json(found, several=several)
    elif format_ == "sarif":
        from .sarif import SarifLog

        log = SarifLog()
        for argument, report in found:
            log.add(report, argument.name if argument.is_file else None)
        write_line(log.text())
    else:
        from .github import workflow_commands

        for argument, report in found:
            for line in workflow_commands(report, argument.name if argument.is_file else None):
                write_line(line)


def _write_texts(found: list[tuple[QueryArgument, Report[Any]]], *, several: bool) -> None:
    from ..compiler.render import summary
    from ..compiler.report import render_report
    from .terminal import terminal_columns

    colour = wants_colour(sys.stdout)
    for argument, report in found:
        write_line(render_report(report, argument.name, colour=colour, columns=terminal_columns()))
        if several and report.diagnostics:
            write_line("")
    if several:
        everything = [diagnostic for _, report in found for diagnostic in report.diagnostics]
        write_line(f"{count_of(len(found), 'file')}: {summary(everything)}")


def _write_json(found: list[tuple[QueryArgument, Report[Any]]], *, several: bool) -> None:
    from ..compiler.report import json_text, report_json

    if several:
        files = [{"name": argument.name, **report.to_json()} for argument, report in found]
        write_line(json_text({"ok": all(report.ok for _, report in found), "files": files}))
    else:
        write_line(report_json(found[0][1]))
