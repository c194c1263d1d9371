"""The command ``tables``: the tables of fields in the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .output import count_of, write_json, write_line
from .program import EXIT_OK, Command

if TYPE_CHECKING:
    from ..language.schema import Schema


@click.command(cls=Command, examples=("orderquery tables", "orderquery tables --format json"))
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="json: an array of objects.",
)  # fmt: skip
def tables(format_: str) -> int:
    """List the tables of fields.

    A name of this list is an argument of --table and of compare-tables. Prints the source of each table, the day it was
    read, and the values that its searches hide.
    """
    from ..language.grammar_files import table_names
    from ..language.schema import load_schema

    found = [load_schema(name) for name in table_names()]
    if format_ == "json":
        write_json([_to_json(table) for table in found])
        return EXIT_OK
    for index, table in enumerate(found):
        if index:
            write_line("")
        _write_text(table)
    return EXIT_OK


def _write_text(table: Schema) -> None:
    from ..migration.compare import hidden_rules

    hidden = ", ".join(hidden_rules(table)) or "nothing"
    write_line(f"{table.name}  {table.title}")
    write_line(f"  {count_of(len(table.fields), 'field')}; hides {hidden}")
    write_line(f"  {table.source}, read {table.read}")


def _to_json(table: Schema) -> dict[str, Any]:
    def rule(hidden: Any) -> dict[str, Any] | None:
        return None if hidden is None else {"field": hidden[0].name, "values": list(hidden[1])}

    return {
        "name": table.name,
        "version": table.version,
        "title": table.title,
        "source": table.source,
        "read": None if table.read is None else table.read.isoformat(),
        "fields": len(table.fields),
        "hidden": rule(table.hidden),
        "hiddenUnlessAsked": rule(table.hidden_unless_asked),
    }
