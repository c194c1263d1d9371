"""The command ``fields``: the table of fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .inputs import load_table, table_option
from .output import write_json, write_message
from .program import EXIT_OK, Command

if TYPE_CHECKING:
    from ..language.fields import Field
    from ..language.schema import Schema


@click.command(
    cls=Command,
    paged=True,
    examples=(
        "orderquery fields",
        "orderquery fields paymentStatus",
        "orderquery fields date",
        "orderquery fields 'buyerInfo.*'",
    ),
)
@click.argument("pattern", metavar="[PATTERN]", default="")
@click.option(
    "--format", "format_", type=click.Choice(["table", "json"]), default="table", show_default=True,
    help="json: an array of objects.",
)  # fmt: skip
@table_option
def fields(pattern: str, format_: str, table: str | None) -> int:
    """List the fields, with their types and operators.

    PATTERN is the name of a field, a part of one, or a name with the wildcards * and ?, in upper or lower case. The
    name of a field prints a card about it, with an example of each operator.
    """
    schema = load_table(table)
    named = schema.find(pattern)
    if named is not None and format_ == "table":
        from .field_card import write_card

        write_card(schema, named)
        return EXIT_OK
    rows = [row for row in schema.fields if any(_matches(name, pattern) for name in (row.name, *row.aliases))]
    if format_ == "json":
        write_json([_to_json(row) for row in rows])
    elif rows:
        from .fields_table import write_fields

        write_fields(rows)
    else:
        write_message(_no_match(schema, pattern))
    return EXIT_OK


def _matches(name: str, pattern: str) -> bool:
    from fnmatch import fnmatchcase

    folded, wanted = name.casefold(), pattern.casefold()
    return wanted in folded or fnmatchcase(folded, wanted)


def _no_match(schema: Schema, pattern: str) -> str:
    from ..compiler.unknown_names import nearest_field, unsearchable_part

    known = unsearchable_part(pattern, schema)
    if known:
        return f'no field matches "{pattern}"; "{known}" exists, but cannot be searched'
    closest = nearest_field(schema, pattern)
    return f'no field matches "{pattern}"' + (f'; did you mean "{closest}"?' if closest else "")


def _to_json(row: Field) -> dict[str, Any]:
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
