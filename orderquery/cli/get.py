"""The command ``get``: print orders by id."""

from __future__ import annotations

import click

from .inputs import layout_option, load_table, open_store, site_option, table_option
from .output import join_lines, stdout_bytes, write_message
from .program import EXIT_OK, EXIT_PROBLEMS, Command


@click.command(cls=Command, examples=("orderquery get shop.db 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d",))
@click.argument("store", metavar="STORE")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@layout_option
@site_option
@table_option
def get(store: str, ids: tuple[str, ...], layout: str | None, site: str, table: str | None) -> int:
    """Print orders by id.

    Prints the stored JSON documents, one a line, including orders that Search hides. Exits with 1 if an order is not
    found.
    """
    status, write = EXIT_OK, stdout_bytes().write
    with open_store(store, load_table(table), site, layout=layout) as opened:
        for order_id in ids:
            document = opened.get_document(order_id)
            if document is None:
                write_message(f"order not found: {order_id}")
                status = EXIT_PROBLEMS
            else:
                write(join_lines(document) + b"\n")
    return status
