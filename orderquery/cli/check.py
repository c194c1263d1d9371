"""The commands about a search itself: check, convert, sql, and the reference: fields, explain."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from .inputs import compiled, layout_option, read_query, schema_of, shape_option, table_option
from .output import put, say, say_notes, wants_colour
from .program import FINE, PROBLEMS, WRONG_USAGE, Command

if TYPE_CHECKING:
    from ..compiler.report import Report
    from ..diagnostics.codes import Code
    from ..language.fields import Field
    from ..language.schema import Schema
    from ..syntax.json_reader import Shape


@click.command(
    cls=Command,
    examples=(
        "orderquery check request.json",
        "orderquery check 'paymentStatus = PAID and createdDate >= -7d'",
        "orderquery check - --as sdk --strict --format json < search.js",
    ),
)
@click.argument("query", metavar="QUERY")
@shape_option("request")
@click.option("--strict", is_flag=True, help="Warnings are problems too.")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="For people, or {\"ok\": ..., \"diagnostics\": [...]}.",
)  # fmt: skip
@table_option
def check(query: str, shape: Shape, strict: bool, format_: str, table: str | None) -> int:
    """Report every mistake of a search, and what to write instead.

    QUERY is - (standard input), else a file, else JSON if it begins with {, else the text form. JavaScript objects as
    documentation shows them are read too.

    The exit status is 0 if there is no error (with --strict: no warning either), 1 if there is one.
    """
    from ..api import check as checked
    from ..compiler.render import render_report, report_json

    schema, read = schema_of(table), read_query(query)
    report = checked(read.source, shape, schema=schema)
    put(report_json(report) if format_ == "json" else render_report(report, read.name, colour=wants_colour(sys.stdout)))
    return FINE if _passes(report, strict) else PROBLEMS


def _passes(report: Report[Any], strict: bool) -> bool:
    return report.ok and not (strict and report.warnings)


@click.command(
    cls=Command,
    examples=(
        "orderquery convert request.json --to text",
        "orderquery convert 'status = APPROVED order by number desc limit 10' --to json",
    ),
)
@click.argument("query", metavar="QUERY")
@click.option("--to", "form", type=click.Choice(["json", "text"]), required=True, help="The form to write.")
@shape_option(None)
@table_option
def convert(query: str, form: str, shape: str | None, table: str | None) -> int:
    """Write a search in the other form.

    JSON is the body of an HTTP request, {"search": {...}}. Relative dates become the instants they mean now. QUERY is
    - (standard input), else a file, else JSON if it begins with {, else the text form.
    """
    plan = compiled(read_query(query), schema_of(table), shape)
    put(plan.to_text() if form == "text" else _json({"search": plan.to_json()}))
    return FINE


@click.command(
    cls=Command,
    examples=("orderquery sql 'paymentStatus = PAID order by createdDate desc' --dialect postgres",),
)
@click.argument("query", metavar="QUERY")
@click.option(
    "--dialect", metavar="NAME", required=True, help="sqlite, postgres, duckdb; an unknown name lists all there are."
)
@shape_option(None)
@layout_option
@table_option
def sql(query: str, dialect: str, shape: str | None, layout: str | None, table: str | None) -> int:
    """Print the SQL of a search, then its parameters as JSON.

    It is the statement of the first page, over the tables of this program's stores, or with --layout over your own;
    what of the exact meaning those cannot keep is said on standard error. QUERY is - (standard input), else
    a file, else JSON if it begins with {, else the text form.
    """
    schema = schema_of(table)
    plan = compiled(read_query(query), schema, shape)
    where = None
    if layout:
        from ..sql.mapped.layout_loader import load_layout

        where = load_layout(layout, schema=schema)
    built = plan.sql(dialect, layout=where)
    put(str(built))
    say_notes(built)
    return FINE


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


# -- reference --------------------------------------------------------------------------------------------------


@click.command(cls=Command, examples=("orderquery fields", "orderquery fields date", "orderquery fields 'buyerInfo.*'"))
@click.argument("pattern", metavar="[PATTERN]", default="")
@click.option(
    "--format", "format_", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="For people, or an array of objects.",
)  # fmt: skip
@table_option
def fields(pattern: str, format_: str, table: str | None) -> int:
    """List the fields: types, operators, which can be sorted by.

    PATTERN, upper and lower case alike, is a part of a name, or a whole name with * and ?.
    """
    schema = schema_of(table)
    found = [row for row in schema.fields if any(_is_like(name, pattern) for name in (row.name, *row.aliases))]
    if format_ == "json":
        put(_json([_described(row) for row in found]))
    elif found:
        from .tables import show_fields

        show_fields(found)
    else:
        say(_no_field(schema, pattern))
    return FINE


def _is_like(name: str, pattern: str) -> bool:
    from fnmatch import fnmatchcase

    folded, wanted = name.casefold(), pattern.casefold()
    return wanted in folded or fnmatchcase(folded, wanted)


def _no_field(schema: Schema, pattern: str) -> str:
    from ..compiler.suggestions import field_meant

    meant = field_meant(schema, pattern)
    return f"no field is like {pattern}" + (f": did you mean {meant}?" if meant else "")


def _described(row: Field) -> dict[str, Any]:
    return {
        "name": row.name,
        "type": row.type.name,
        "many": row.many,
        "operators": list(row.operators),
        "sortable": row.sortable,
        "documentedSort": row.sortable and row.documented_sort,
        "values": list(row.values),
        "aliases": list(row.aliases),
        "note": " ".join(row.note.split()),
    }


@click.command(cls=Command, examples=("orderquery explain", "orderquery explain ignored-key"))
@click.argument("code", metavar="[CODE]", default="")
def explain(code: str) -> int:
    """Say what a code of check means, and what the live service does.

    Without CODE all codes are listed.
    """
    from ..diagnostics.codes import CODES

    wanted = code.strip().lower()
    if not wanted:
        width = max(map(len, CODES))
        for row in CODES.values():
            put(f"{row.severity:<8} {row.name:<{width}}  {row.title}")
        return FINE
    if wanted not in CODES:
        from difflib import get_close_matches

        close = get_close_matches(wanted, CODES, 1, 0.5)
        hint = f"did you mean {close[0]}?" if close else "orderquery explain lists them all"
        say(f"orderquery: there is no code {code}: {hint}")
        return WRONG_USAGE
    put(_explained(CODES[wanted]))
    return FINE


def _explained(row: Code) -> str:
    from textwrap import fill

    from ..diagnostics.codes import EFFECT_NOTES

    lines = [
        f"{row.severity}[{row.name}]: {row.title}", "", fill(row.why, 100), "",
        f"{EFFECT_NOTES[row.effect].capitalize()}.",
    ]  # fmt: skip
    if row.wrong:
        form = "the text form" if row.shape == "text" else f"JSON, --as {row.shape}"
        lines += ["", f"For example ({form}):", "", f"  wrong  {row.wrong}", f"  right  {row.right}"]
    return "\n".join(lines)
