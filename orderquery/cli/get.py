"""The command ``get``: print orders by id or number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from .defaults import with_store
from .inputs import layout_option, load_table, open_store, site_option, store_argument, table_option
from .output import join_lines, stdout_bytes, write_message
from .program import EXIT_OK, EXIT_PROBLEMS, Command

if TYPE_CHECKING:
    from ..stores.base import Store


@click.command(
    cls=Command,
    paged=True,
    examples=(
        "orderquery get shop.db 7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d",
        "orderquery get shop.db --number 10126",
    ),
)
@store_argument
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--number", "numbers", metavar="N", multiple=True, help="Number of an order. May be repeated.")
@layout_option
@site_option
@table_option
def get(
    store: str | None, ids: tuple[str, ...], numbers: tuple[str, ...], layout: str | None, site: str, table: str | None
) -> int:
    """Print orders by id or number.

    Prints the stored JSON documents, one a line, including orders that Search hides. STORE may be left out if
    ORDERQUERY_STORE or orderquery.toml names one.

    Exits with 1 if an order is not found. If it is at another site, a message says at which.
    """
    store, ids = with_store(store, ids)
    if not ids and not numbers:
        raise click.UsageError("Missing argument 'ID...': pass ids of orders, or --number")
    from .other_sites import elsewhere

    status, write = EXIT_OK, stdout_bytes().write
    with open_store(store, load_table(table), site, layout=layout) as opened:
        for shown, find in _wanted(ids, numbers):
            documents = find(opened)
            for document in documents:
                write(join_lines(document) + b"\n")
            if not documents:
                write_message(f"order not found: {shown}{elsewhere(opened, find)}")
                status = EXIT_PROBLEMS
    return status


class _ById:
    """Finds an order by its id."""

    def __init__(self, order_id: str) -> None:
        self._id = order_id

    def __call__(self, store: Store) -> list[bytes]:
        document = store.get_document(self._id)
        return [] if document is None else [document]


class _ByNumber:
    """Finds the orders with a number."""

    def __init__(self, number: str) -> None:
        self._number = number

    def __call__(self, store: Store) -> list[bytes]:
        from ..stores.paging import query_of_number

        query = query_of_number(self._number, store.schema)
        return [document for _, document in store.iterate_documents(query)]


_Find = _ById | _ByNumber


def _wanted(ids: tuple[str, ...], numbers: tuple[str, ...]) -> Iterator[tuple[str, _Find]]:
    for order_id in ids:
        yield order_id, _ById(order_id)
    for number in numbers:
        # People write the number of an order with a hash.
        yield f"number {number}", _ByNumber(number.removeprefix("#"))
