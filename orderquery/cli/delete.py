"""The command ``delete``: delete orders permanently."""

from __future__ import annotations

import click

from .inputs import load_table, open_store, site_option, table_option
from .output import count_of, write_line, write_message
from .program import EXIT_OK, EXIT_PROBLEMS, Command


@click.command(cls=Command, examples=("orderquery delete shop.db 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d",))
@click.argument("store", metavar="STORE")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@site_option
@table_option
def delete(store: str, ids: tuple[str, ...], site: str, table: str | None) -> int:
    """Delete orders and their transactions permanently.

    A SQLite store overwrites the deleted bytes in its files. SECURITY.md lists what other engines keep.

    Exits with 1 if an order is not found; the others are deleted.
    """
    unique_ids = list(dict.fromkeys(ids))
    with open_store(store, load_table(table), site) as opened:
        missing = [key for key in unique_ids if not (opened.get_document(key) or opened.get_transactions(key))]
        deleted = opened.delete(unique_ids)
    for order_id in missing:
        write_message(f"order not found: {order_id}")
    write_line(f"{count_of(deleted, 'order')} deleted")
    return EXIT_PROBLEMS if missing else EXIT_OK
