"""Tables of orders and of fields."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..compiler.render import cell_width, printable
from ..documents.fields import reader
from .output import is_terminal, put, wants_colour

if TYPE_CHECKING:
    from ..language.fields import Field
    from ..language.schema import Schema

JSON = Any
Cell = Callable[[JSON], str]

_PIPED_WIDTH = 160
_LONGEST_CELL = 80
_NARROWEST = 10
_GAP = "  "


def _screen_width() -> int | None:
    """Cells of a line of the terminal, or what COLUMNS says; ``None`` for a pipe."""
    known = is_terminal(sys.stdout) or "COLUMNS" in os.environ
    return shutil.get_terminal_size().columns if known else None


def show_fields(fields: Iterable[Field]) -> None:
    """Write the rows of a table of fields, long notes on several lines."""
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
        # Text, not str: what looks like markup is not markup.
        table.add_row(*(Text(printable(cell)) for cell in cells))
    console = Console(
        file=io.StringIO(), width=_screen_width() or _PIPED_WIDTH, force_terminal=colour, no_color=not colour,
        legacy_windows=False, color_system="standard" if colour else None,
    )  # fmt: skip
    with console.capture() as captured:
        console.print(table, end="")
    put("\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n")))


class OrdersTable:
    """A table of orders, written piece by piece: an answer may be long, and its widths are those of the first piece.

    The columns are those that a shop's own list of orders shows; of a table of fields without them, its first ones.
    """

    def __init__(self, schema: Schema) -> None:
        columns = [(heading, _cell(schema, names)) for heading, names in _COLUMNS if schema.find(names[0])]
        if len(columns) < len(_COLUMNS):
            columns = [(row.name, _cell(schema, (row.name,))) for row in schema.fields[:7]]
        self._headings = [heading for heading, _ in columns]
        self._cells = [cell for _, cell in columns]
        self._widths: list[int] = []

    def show(self, orders: Sequence[JSON]) -> None:
        """Write these orders; the headings stand above the first of them."""
        rows = [[printable(cell(order), _LONGEST_CELL) for cell in self._cells] for order in orders]
        if not self._widths:
            self._widths = [max(map(cell_width, column)) for column in zip(self._headings, *rows, strict=True)]
            self._narrow()
            heading = self._line(self._headings)
            put(f"\x1b[1m{heading}\x1b[0m" if wants_colour(sys.stdout) else heading)
        for row in rows:
            put(self._line(row))

    def _narrow(self) -> None:
        """Leave the last column what the screen has left for it."""
        screen = _screen_width()
        if screen is not None:
            left = screen - sum(self._widths[:-1]) - len(_GAP) * (len(self._widths) - 1)
            self._widths[-1] = max(min(self._widths[-1], left), _NARROWEST)

    def _line(self, cells: list[str]) -> str:
        *others, last = (self._padded(at, cell) for at, cell in enumerate(cells))
        return _GAP.join([*others, _cut(last, self._widths[-1])]).rstrip()

    def _padded(self, at: int, cell: str) -> str:
        spaces = " " * (self._widths[at] - cell_width(cell))
        return spaces + cell if self._headings[at] == "total" else cell + spaces


def _cut(text: str, width: int) -> str:
    if cell_width(text) <= width:
        return text
    while cell_width(text) > width - 3:
        text = text[:-1]
    return text + "..."


_COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("number", ("number",)),
    ("createdDate", ("createdDate",)),
    ("status", ("status",)),
    ("paymentStatus", ("paymentStatus",)),
    ("fulfillmentStatus", ("fulfillmentStatus",)),
    ("total", ("priceSummary.total.amount",)),
    ("buyer", ("billingInfo.contactDetails.fullName", "buyerInfo.email")),
)


def _cell(schema: Schema, names: tuple[str, ...]) -> Cell:
    """The text of the first of these fields that an order has; of an amount, with the order's currency."""
    rows = [row for name in names if (row := schema.find(name)) is not None]
    readers = [(row, reader(schema, row)) for row in rows]

    def cell(order: JSON) -> str:
        for row, read in readers:
            value = read(order, {})
            if value is None or value == []:
                continue
            values = value if row.many and isinstance(value, list) else [value]
            text = ", ".join(_text(row, item) for item in values)
            currency = order.get("currency") if row.type.name == "amount" else None
            return f"{text} {currency}" if isinstance(currency, str) else text
        return ""

    return cell


def _text(row: Field, value: Any) -> str:
    if row.type.name == "instant":
        return row.type.text(value)[:19].replace("T", " ")
    if row.type.name == "amount":
        return format(value, "f")
    return row.type.text(value)
