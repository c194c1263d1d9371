"""Orders as CSV, Parquet and Arrow."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any, Literal, Protocol

from ..compiler.render import printable
from ..documents.fields import order_id
from .columns import OrderColumn, cell_text, data_columns, json_text, split_names, suggest_columns
from .output import ByteStream, count_of, is_terminal, stdout_bytes, write_line, write_message
from .terminal import terminal_columns

if TYPE_CHECKING:
    from ..language.schema import Schema
    from ..stores.parquet.column_file import ColumnFileFormat, ColumnKind

JSON = Any
ColumnFormat = Literal["table", "csv", "parquet", "arrow"]

COLUMN_FORMATS: tuple[ColumnFormat, ...] = ("table", "csv", "parquet", "arrow")
"""The formats with columns."""
BINARY_FORMATS = ("parquet", "arrow")

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The first characters of a formula in a spreadsheet, the last four at full width (D127)."""
_LINE_END = "\r\n"
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


class RowWriter(Protocol):
    """A writer of orders with their transactions, in chunks."""

    has_transactions: bool
    """Whether the transactions of the orders are read."""

    def write(self, rows: Sequence[tuple[JSON, JSON]]) -> None:
        """Write a chunk."""

    def close(self) -> None:
        """Complete the output."""

    def notes(self) -> Iterator[str]:
        """Yield what the reader should know about the output."""


def check_format(format_: str, columns: str | None, output: str | None) -> None:
    """Raise ``UsageError`` for a format without columns, or not for a terminal."""
    from ..diagnostics.errors import UsageError

    if columns is not None and format_ not in COLUMN_FORMATS:
        raise UsageError(f"--columns needs --format {', '.join(COLUMN_FORMATS[:-1])} or {COLUMN_FORMATS[-1]}")
    if format_ in BINARY_FORMATS and output in (None, "-") and is_terminal(sys.stdout):
        raise UsageError(f"--format {format_} is binary; pass --output orders.{format_}")


def row_writer(format_: str, schema: Schema, columns: str | None) -> RowWriter:
    """Return the writer of a format, for the columns of ``--columns``.

    Raises:
        UsageError: a column is unknown.
        MissingExtra: Arrow is not installed.

    """
    from .columns import find_columns

    chosen = None if columns is None else find_columns(schema, split_names(columns))
    if format_ == "ids":
        return _Ids(schema)
    if format_ == "table":
        from .orders_table import OrdersTable

        return _NotingPaths(OrdersTable(schema, chosen), schema, chosen)
    listed = data_columns(schema) if chosen is None else chosen
    writer = CsvFile(listed) if format_ == "csv" else _TypedFile(listed, "parquet" if format_ == "parquet" else "arrow")
    return _NotingPaths(writer, schema, chosen)


def write_notes(notes: Iterable[str]) -> None:
    """Write notes about the output.

    On a terminal they are below the output, else they go to standard error.
    """
    columns = terminal_columns() if is_terminal(sys.stdout) else None
    for note in notes:
        text = f"note: {note}"
        write_note_line(text if columns is None else fill(text, columns, break_on_hyphens=False))


def write_note_line(text: str) -> None:
    """Write a line about the output where its notes go."""
    if terminal_columns() is not None and is_terminal(sys.stdout):
        write_line(text)
    else:
        write_message(text)


class _Ids:
    """The id of each order on a line of its own."""

    has_transactions = False

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def write(self, rows: Sequence[tuple[JSON, JSON]]) -> None:
        """Write a chunk of orders."""
        for order, _ in rows:
            write_line(printable(order_id(self._schema, order) or ""))

    def close(self) -> None:
        """Write nothing: a list has no end."""

    def notes(self) -> Iterator[str]:
        """Yield nothing."""
        yield from ()


class _NotingPaths:
    """A writer that notices paths of ``--columns`` that no order has."""

    def __init__(self, writer: RowWriter, schema: Schema, columns: Sequence[OrderColumn] | None) -> None:
        self._writer, self._schema = writer, schema
        self._unseen = [column for column in columns or () if column.field is None]
        self._has_rows = False
        self.has_transactions = writer.has_transactions

    def write(self, rows: Sequence[tuple[JSON, JSON]]) -> None:
        """Write a chunk of orders with their transactions."""
        self._has_rows = self._has_rows or bool(rows)
        if self._unseen:
            self._unseen = [column for column in self._unseen if all(column.read(*row) is None for row in rows)]
        self._writer.write(rows)

    def close(self) -> None:
        """Complete the output."""
        self._writer.close()

    def notes(self) -> Iterator[str]:
        """Yield the notes of the writer, then one for each path that no order has."""
        yield from self._writer.notes()
        if self._has_rows:
            yield from suggest_columns(self._schema, self._unseen)


class CsvFile:
    """CSV as RFC 4180 has it, in UTF-8, with headings and line feeds.

    A field of many values is a JSON array. A text that a spreadsheet would run as a formula begins with an apostrophe
    (D127).
    """

    def __init__(self, columns: Sequence[OrderColumn]) -> None:
        self._columns = columns
        self._guarded = 0
        self.has_transactions = any(column.reads_transactions for column in columns)
        self._write_rows([[column.heading for column in columns]])

    def write(self, rows: Sequence[tuple[JSON, JSON]]) -> None:
        """Write a chunk of orders with their transactions."""
        self._write_rows([[self._cell(column, *row) for column in self._columns] for row in rows])

    def close(self) -> None:
        """Write nothing: CSV has no end."""

    def notes(self) -> Iterator[str]:
        """Yield a note if texts were changed."""
        if self._guarded:
            yield (
                f"{count_of(self._guarded, 'text')} that a spreadsheet would run as a formula got an apostrophe in "
                "front; --format jsonl, parquet and arrow leave them unchanged"
            )

    def _cell(self, column: OrderColumn, order: JSON, transactions: JSON) -> str:
        found = cell_text(column, order, transactions)
        text = found if isinstance(found, str) else json_text(found) if found else ""
        if text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text):
            self._guarded += 1
            return f"'{text}"
        return text

    def _write_rows(self, rows: list[list[str]]) -> None:
        lines = []
        for row in rows:
            buffer = io.StringIO()
            # Python 3.11 leaves a carriage return without quotes, unless it is in the line terminator.
            csv.writer(buffer, lineterminator=_LINE_END).writerow(row)
            lines.append(buffer.getvalue().removesuffix(_LINE_END))
        if lines:
            stdout_bytes().write("\n".join([*lines, ""]).encode("utf-8", "backslashreplace"))


class _TypedFile:
    """A Parquet or Arrow file, with a type for each field; a path is text."""

    def __init__(self, columns: Sequence[OrderColumn], format_: ColumnFileFormat) -> None:
        from ..stores.parquet.column_file import ColumnFile, TypedColumn

        self._columns = columns
        self._kinds = [_kind(column) for column in columns]
        self._unfit: Counter[str] = Counter()
        self.has_transactions = any(column.reads_transactions for column in columns)
        typed = [
            TypedColumn(column.heading, kind, column.is_many) for column, kind in zip(columns, self._kinds, strict=True)
        ]
        stream: ByteStream = stdout_bytes()
        self._file = ColumnFile(stream, typed, format_)

    def write(self, rows: Sequence[tuple[JSON, JSON]]) -> None:
        """Write a chunk of orders with their transactions."""
        pairs = list(zip(self._columns, self._kinds, strict=True))
        self._file.write([[self._value(column, kind, *row) for column, kind in pairs] for row in rows])

    def close(self) -> None:
        """Complete the file."""
        self._file.close()

    def notes(self) -> Iterator[str]:
        """Yield a note for each column with values that do not fit its type."""
        for heading, count in self._unfit.items():
            if count:
                values = count_of(count, "value")
                yield f"{heading}: {values} of another type left out; --format csv and jsonl have them"

    def _value(self, column: OrderColumn, kind: ColumnKind, order: JSON, transactions: JSON) -> Any:
        from ..stores.parquet.column_file import fits_column

        if kind == "text" and not column.is_many:
            found = cell_text(column, order, transactions)
            text = found if isinstance(found, str) else json_text(found) if found else ""
            # An empty text of the order is a text; only what is missing is null.
            is_missing = not text and column.read_raw(order, transactions) is None
            return None if is_missing else _encodable(text)
        value = column.read(order, transactions)
        if column.is_many:
            row = column.field
            assert row is not None
            if kind == "text":
                return [_encodable(row.type.text(item)) for item in value] if value else None
            fitting = [item for item in value if fits_column(item, kind)]
            self._unfit[column.heading] += len(value) - len(fitting)
            return fitting or None
        if not fits_column(value, kind) or (value is None and column.read_raw(order, transactions) is not None):
            self._unfit[column.heading] += 1
            return None
        return value


def _kind(column: OrderColumn) -> ColumnKind:
    row = column.field
    kinds: dict[str, ColumnKind] = {"boolean": "boolean", "instant": "instant", "amount": "amount"}
    return "text" if row is None else kinds.get(row.type.name, "text")


def _encodable(text: str) -> str:
    """Return a text that UTF-8 can encode; lone surrogates are escaped."""
    return text.encode("utf-8", "backslashreplace").decode()
