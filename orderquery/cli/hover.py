"""The command ``hover``: what is known of the word at a position, for editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .inputs import form_option, load_table, position_option, read_query, table_option
from .output import write_json
from .program import EXIT_OK, Command

if TYPE_CHECKING:
    from ..compiler.editor_form import EditorForm


@click.command(cls=Command, examples=("orderquery hover 'paymentStatus = PAID' --position 3",))
@click.argument("query", metavar="QUERY")
@position_option("0")
@form_option
@table_option
def hover(query: str, position: int | None, form: EditorForm, table: str | None) -> int:
    """Print what is known of the word at a position of a search, as JSON.

    It has "kind", "name", "start", "end" and "doc". A field also has its type, operators and values. Prints null if
    nothing is known.
    """
    from ..compiler.hover import hover as hover_search
    from .inputs import text_of

    schema = load_table(table)
    found = hover_search(text_of(read_query(query), schema), position or 0, form, schema)
    write_json(None if found is None else found.to_json())
    return EXIT_OK
