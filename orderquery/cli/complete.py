"""The command ``complete``: what may be written at a position, for editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .inputs import form_option, load_table, position_option, read_query, table_option
from .output import write_json
from .program import EXIT_OK, Command

if TYPE_CHECKING:
    from ..compiler.editor_form import EditorForm


@click.command(cls=Command, examples=("orderquery complete 'paymentStatus = P' --position 17",))
@click.argument("query", metavar="QUERY")
@position_option("the end")
@form_option
@table_option
def complete(query: str, position: int | None, form: EditorForm, table: str | None) -> int:
    """Print what may be written at a position of a search, as JSON.

    Each entry has "kind", "label", "text", "start", "end" and "doc": "text" replaces the code points from "start" to
    "end". The likely entries come first. QUERY may be half-written.
    """
    from ..compiler.completion import complete as complete_search
    from .inputs import text_of

    schema = load_table(table)
    text = text_of(read_query(query), schema)
    found = complete_search(text, len(text) if position is None else position, form, schema)
    write_json([completion._asdict() for completion in found])
    return EXIT_OK
