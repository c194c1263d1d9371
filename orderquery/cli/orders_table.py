"""A table of orders as text, which fits the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..compiler.render import cell_width, printable
from .columns import CURRENCY, OrderColumn, cell_text, field_column, json_text
from .output import wants_colour, write_line
from .terminal import terminal_columns, truncate

if TYPE_CHECKING:
    from ..language.schema import Schema

JSON = Any

_MAX_CELL_COLUMNS = 80
_MIN_CELL_COLUMNS = 10
"""A text column is not narrowed further."""
_MIN_HEADING_COLUMNS = 6
"""A heading is cut before a number, a date or a value of an enum is."""
_DATE_CHARS, _TIME_CHARS = 10, 19
"""Of an instant: the day, and the day with its time."""
_FALLBACK_FIELDS = 7
"""Columns of a table of fields without the fields in ``_COLUMNS``."""
_GAP = "  "

_COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("number", ("number",)),
    ("createdDate", ("createdDate",)),
    ("status", ("status",)),
    ("paymentStatus", ("paymentStatus",)),
    ("fulfillmentStatus", ("fulfillmentStatus",)),
    ("total", ("priceSummary.total.amount",)),
    ("buyer", ("billingInfo.contactDetails.fullName", "buyerInfo.email")),
)
_LEFT_OUT_FIRST = ("fulfillmentStatus", "paymentStatus", "status")
"""Columns of the usual table that a narrow terminal has no room for; then the last ones."""


@dataclass
class _TableColumn:
    """A column of the table: what it shows, and how wide it is.

    ``sources`` are alternatives: the first with a value is shown.
    """

    heading: str
    sources: tuple[OrderColumn, ...]
    width: int = 0
    whole_digits: int = 0
    """Characters of an amount before its point."""
    is_day: bool = False
    """Whether instants are cut to the day."""
    cell_width: int = 0
    """Of the widest cell, without the heading."""
    kind: str = field(init=False)

    def __post_init__(self) -> None:
        row = self.sources[0].field
        self.kind = "text" if row is None or row.many else row.type.name

    @property
    def is_flexible(self) -> bool:
        """Whether a cell may be cut short: a cut number would be another number."""
        return self.kind not in ("amount", "instant", "sequence")

    @property
    def min_width(self) -> int:
        if self.kind == "enum" or not self.is_flexible:
            return min(self.width, max(self.cell_width, _MIN_HEADING_COLUMNS))
        return min(self.width, _MIN_CELL_COLUMNS)

    def text(self, order: JSON, transactions: JSON) -> str:
        for source in self.sources:
            found = cell_text(source, order, transactions)
            if found and isinstance(found, list):
                return ", ".join(map(json_text, found))
            if found and isinstance(found, str):
                return self._shown(source, found, order)
        return ""

    def _shown(self, source: OrderColumn, text: str, order: JSON) -> str:
        row = source.field
        if row is not None and row.type.name == "instant" and source.read(order, {}) is not None:
            return text[:_TIME_CHARS].replace("T", " ")
        if row is not None and row.type.name == "amount" and isinstance(order, dict):
            currency = order.get(CURRENCY)
            return f"{text} {currency}" if isinstance(currency, str) and currency else text
        return text

    def measure(self, cells: Sequence[str]) -> None:
        """Set the width from the first rows."""
        if self.kind == "amount":
            self.whole_digits = max((_whole_digits(cell) for cell in cells), default=0)
        self.cell_width = max((cell_width(self.aligned(cell)) for cell in cells), default=0)
        self.width = max(cell_width(self.heading), self.cell_width)

    def aligned(self, cell: str) -> str:
        """Return an amount with its point below that of others; any other text unchanged."""
        if self.kind != "amount" or not cell:
            return cell
        return " " * (self.whole_digits - _whole_digits(cell)) + cell

    def format(self, cell: str) -> str:
        if self.is_day:
            cell = cell[:_DATE_CHARS]
        shown = self.aligned(cell)
        return truncate(shown, self.width) if self.is_flexible else shown


def _whole_digits(cell: str) -> int:
    """Return the number of characters before the point of an amount."""
    number = cell.partition(" ")[0]
    return len(number.partition(".")[0])


class OrdersTable:
    """A table of orders, written in chunks; the first chunk sets the widths.

    The columns are the usual ones of a list of orders; a table without these fields shows its first fields. On a narrow
    terminal dates lose their time, then texts are cut short, then columns are left out.
    """

    def __init__(self, schema: Schema, columns: Sequence[OrderColumn] | None = None) -> None:
        self._is_chosen = columns is not None
        self._columns = [_TableColumn(column.heading, (column,)) for column in columns or ()] or _usual(schema)
        self._left_out: list[str] = []
        self._is_begun = False
        self.has_transactions = any(source.reads_transactions for column in self._columns for source in column.sources)

    def write(self, rows: Sequence[tuple[JSON, JSON]]) -> None:
        """Write a chunk of orders with their transactions; the first has headings."""
        lines = [
            [printable(column.text(order, transactions), _MAX_CELL_COLUMNS) for column in self._columns]
            for order, transactions in rows
        ]
        if not self._is_begun:
            self._begin(lines)
        shown = [index for index, column in enumerate(self._columns) if column.heading not in self._left_out]
        for cells in lines:
            write_line(self._line((self._columns[index], cells[index]) for index in shown))

    def close(self) -> None:
        """Write nothing: a table has no end."""

    def notes(self) -> Iterator[str]:
        """Yield a note if columns were left out."""
        if self._left_out:
            note = f"no room for {', '.join(self._left_out)}"
            yield note if self._is_chosen else f"{note}; choose with --columns"

    def _begin(self, lines: list[list[str]]) -> None:
        for column, cells in zip(self._columns, zip(*lines, strict=True), strict=True):
            column.measure(cells)
        available = terminal_columns()
        if available is not None:
            self._fit(available)
        heading = self._line((column, None) for column in self._columns if column.heading not in self._left_out)
        write_line(f"\x1b[1m{heading}\x1b[0m" if wants_colour(sys.stdout) else heading)
        self._is_begun = True

    def _fit(self, available: int) -> None:
        """Narrow the columns, then leave some out, until a line fits."""
        shown = list(self._columns)
        if _total(shown, at_least=False) > available:
            for column in shown:
                if column.kind == "instant" and not self._is_chosen:
                    column.is_day, column.cell_width = True, _DATE_CHARS
                    column.width = max(_DATE_CHARS, cell_width(column.heading))
        while len(shown) > 1 and _total(shown, at_least=True) > available:
            shown.remove(self._next_to_leave(shown))
        self._left_out = [column.heading for column in self._columns if column not in shown]
        excess = _total(shown, at_least=False) - available
        # The widest text gives way first, so that short ones stay whole.
        while excess > 0:
            widest = max((column for column in shown if column.width > column.min_width), key=_width, default=None)
            if widest is None:
                return
            widest.width -= 1
            excess -= 1

    def _next_to_leave(self, shown: list[_TableColumn]) -> _TableColumn:
        if not self._is_chosen:
            for heading in _LEFT_OUT_FIRST:
                for column in shown:
                    if column.heading == heading:
                        return column
        return shown[-1]

    def _line(self, cells: Iterable[tuple[_TableColumn, str | None]]) -> str:
        parts = []
        for column, cell in cells:
            text = truncate(column.heading, column.width) if cell is None else column.format(cell)
            spaces = " " * (column.width - cell_width(text))
            parts.append(spaces + text if cell is None and column.kind == "amount" else text + spaces)
        return _GAP.join(parts).rstrip()


def _width(column: _TableColumn) -> int:
    return column.width


def _total(columns: Sequence[_TableColumn], *, at_least: bool) -> int:
    widths = (column.min_width if at_least else column.width for column in columns)
    return sum(widths) + len(_GAP) * (len(columns) - 1)


def _usual(schema: Schema) -> list[_TableColumn]:
    def column(heading: str, names: Sequence[str]) -> _TableColumn | None:
        rows = [row for name in names if (row := schema.find(name)) is not None]
        sources = tuple(field_column(schema, row) for row in rows)
        return _TableColumn(heading, sources) if sources else None

    usual = [found for heading, names in _COLUMNS if (found := column(heading, names)) is not None]
    if len(usual) == len(_COLUMNS):
        return usual
    return [_TableColumn(row.name, (field_column(schema, row),)) for row in schema.fields[:_FALLBACK_FIELDS]]
