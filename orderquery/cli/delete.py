"""The command ``delete``: delete orders permanently."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from .inputs import load_table, open_store, site_option, table_option
from .output import count_of, write_line, write_message
from .program import EXIT_OK, EXIT_PROBLEMS, Command

if TYPE_CHECKING:
    from ..stores.base import Store


@click.command(cls=Command, examples=("orderquery delete shop.db 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d",))
@click.argument("store", metavar="STORE")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@site_option
@table_option
def delete(store: str, ids: tuple[str, ...], site: str, table: str | None) -> int:
    """Delete orders and their transactions permanently.

    The files of a SQLite store are written again, so that they have no value of a deleted order. SECURITY.md lists what
    other engines keep.

    Exits with 1 if an order is not found; the others are deleted.
    """
    from .other_sites import elsewhere

    unique_ids = list(dict.fromkeys(ids))
    with open_store(store, load_table(table), site) as opened:
        missing = [key for key in unique_ids if not _has(opened, key)]
        deleted = opened.delete(unique_ids)
        for order_id in missing:
            write_message(f"order not found: {order_id}{elsewhere(opened, partial(_has, order_id=order_id))}")
    write_line(f"{count_of(deleted, 'order')} deleted")
    return EXIT_PROBLEMS if missing else EXIT_OK


def _has(store: Store, order_id: str) -> bool:
    return bool(store.get_document(order_id) or store.get_transactions(order_id))
