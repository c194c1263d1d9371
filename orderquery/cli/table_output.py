"""Tables of orders and of fields, as text."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..compiler.render import cell_width, printable
from ..documents.fields import reader
from .output import is_terminal, wants_colour, write_line

if TYPE_CHECKING:
    from ..language.fields import Field
    from ..language.schema import Schema

JSON = Any
Cell = Callable[[JSON], str]

PIPE_COLUMNS = 160
_MAX_CELL_COLUMNS = 80
_MIN_CELL_COLUMNS = 10
_FALLBACK_FIELDS = 7
"""Columns of a table of fields without the fields in ``_COLUMNS``."""
_GAP = "  "


def terminal_columns() -> int | None:
    """Return the width of the terminal or COLUMNS; None for a pipe."""
    known = is_terminal(sys.stdout) or "COLUMNS" in os.environ
    return shutil.get_terminal_size().columns if known else None


def write_fields(fields: Iterable[Field]) -> None:
    """Write fields as a table; long notes are wrapped."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    colour = wants_colour(sys.stdout)
    table = Table(box=None, pad_edge=False, padding=(0, len(_GAP), 0, 0), header_style="bold" if colour else "")
    for heading in ("name", "type", "operators", "sortable", "note"):
        table.add_column(heading, no_wrap=heading == "name")
    for row in fields:
        kind = f"{row.type.name}, many" if row.many else row.type.name
        sortable = ("yes" if row.documented_sort else "undocumented") if row.sortable else ""
        cells = (row.name, kind, " ".join(row.operators), sortable, " ".join(row.note.split()))
        # rich would read markup in a str.
        table.add_row(*(Text(printable(cell)) for cell in cells))
    console = Console(
        file=io.StringIO(), width=terminal_columns() or PIPE_COLUMNS, force_terminal=colour, no_color=not colour,
        legacy_windows=False, color_system="standard" if colour else None,
    )  # fmt: skip
    with console.capture() as captured:
        console.print(table, end="")
    write_line("\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n")))


class OrdersTable:
    """A table of orders, written in chunks; the first chunk sets the widths.

    The columns are the usual ones of a list of orders; a table without these fields shows its first fields.
    """

    def __init__(self, schema: Schema) -> None:
        columns = [(heading, _cell_reader(schema, names)) for heading, names in _COLUMNS if schema.find(names[0])]
        if len(columns) < len(_COLUMNS):
            columns = [(row.name, _cell_reader(schema, (row.name,))) for row in schema.fields[:_FALLBACK_FIELDS]]
        self._headings = [heading for heading, _ in columns]
        self._cells = [cell for _, cell in columns]
        self._widths: list[int] = []

    def write(self, orders: Sequence[JSON]) -> None:
        """Write a chunk of orders, the first one below the headings."""
        rows = [[printable(cell(order), _MAX_CELL_COLUMNS) for cell in self._cells] for order in orders]
        if not self._widths:
            self._widths = [max(map(cell_width, column)) for column in zip(self._headings, *rows, strict=True)]
            self._fit_last_column()
            heading = self._format_line(self._headings)
            write_line(f"\x1b[1m{heading}\x1b[0m" if wants_colour(sys.stdout) else heading)
        for row in rows:
            write_line(self._format_line(row))

    def _fit_last_column(self) -> None:
        """Narrow the last column to the rest of the terminal."""
        columns = terminal_columns()
        if columns is not None:
            left = columns - sum(self._widths[:-1]) - len(_GAP) * (len(self._widths) - 1)
            self._widths[-1] = max(min(self._widths[-1], left), _MIN_CELL_COLUMNS)

    def _format_line(self, cells: list[str]) -> str:
        *others, last = (self._pad(at, cell) for at, cell in enumerate(cells))
        return _GAP.join([*others, truncate(last, self._widths[-1])]).rstrip()

    def _pad(self, at: int, cell: str) -> str:
        spaces = " " * (self._widths[at] - cell_width(cell))
        return spaces + cell if self._headings[at] == "total" else cell + spaces


def truncate(text: str, width: int) -> str:
    """Return a text that is not wider than the columns."""
    if cell_width(text) <= width:
        return text
    while text and cell_width(text) > width - 3:
        text = text[:-1]
    return text + "..."[:width]


_COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("number", ("number",)),
    ("createdDate", ("createdDate",)),
    ("status", ("status",)),
    ("paymentStatus", ("paymentStatus",)),
    ("fulfillmentStatus", ("fulfillmentStatus",)),
    ("total", ("priceSummary.total.amount",)),
    ("buyer", ("billingInfo.contactDetails.fullName", "buyerInfo.email")),
)


def _cell_reader(schema: Schema, names: tuple[str, ...]) -> Cell:
    """Return a function that formats the first of the fields that an order has.

    The currency of the order follows an amount. The text is empty if the order has none of the fields.
    """
    rows = [row for name in names if (row := schema.find(name)) is not None]
    readers = [(row, reader(schema, row)) for row in rows]

    def cell(order: JSON) -> str:
        for row, read in readers:
            value = read(order, {})
            if value is None or value == []:
                continue
            values = value if row.many and isinstance(value, list) else [value]
            text = ", ".join(_format_value(row, item) for item in values)
            currency = order.get("currency") if row.type.name == "amount" else None
            return f"{text} {currency}" if isinstance(currency, str) else text
        return ""

    return cell


def _format_value(row: Field, value: Any) -> str:
    if row.type.name == "instant":
        return row.type.text(value)[:19].replace("T", " ")
    if row.type.name == "amount":
        return format(value, "f")
    return row.type.text(value)
