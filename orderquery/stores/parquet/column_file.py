"""One Parquet or Arrow file of chosen values of orders, written in batches.

Texts are strings, instants timestamps in UTC with microseconds, amounts decimals with 9 places.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any, Literal, NamedTuple, Protocol

from ...diagnostics.errors import MissingExtra

ColumnKind = Literal["text", "boolean", "instant", "amount"]
ColumnFileFormat = Literal["parquet", "arrow"]

_AMOUNT_DIGITS, _AMOUNT_PLACES = 38, 9
"""Of a decimal of 128 bits."""
_LARGEST_AMOUNT = Decimal(10) ** (_AMOUNT_DIGITS - _AMOUNT_PLACES)
_SMALLEST_STEP = Decimal(1).scaleb(-_AMOUNT_PLACES)


class TypedColumn(NamedTuple):
    """A column of the file: a name, a type, and whether each value is a list."""

    name: str
    kind: ColumnKind
    many: bool = False


class _Writable(Protocol):
    def write(self, data: Any, /) -> Any: ...

    def flush(self) -> Any: ...


class ColumnFile:
    """A file of rows. ``close`` completes it.

    Raises:
        MissingExtra: Arrow is not installed.

    """

    def __init__(self, stream: _Writable, columns: Iterable[TypedColumn], format_: ColumnFileFormat) -> None:
        self._columns = tuple(columns)
        arrow = _arrow()
        kinds = {
            "text": arrow.string(),
            "boolean": arrow.bool_(),
            "instant": arrow.timestamp("us", tz="UTC"),
            "amount": arrow.decimal128(_AMOUNT_DIGITS, _AMOUNT_PLACES),
        }
        types = [arrow.list_(kinds[column.kind]) if column.many else kinds[column.kind] for column in self._columns]
        names = [column.name for column in self._columns]
        self._schema = arrow.schema(list(zip(names, types, strict=True)))
        sink = arrow.PythonFile(_Sink(stream), mode="w")
        if format_ == "parquet":
            from pyarrow import parquet

            self._writer: Any = parquet.ParquetWriter(sink, self._schema, compression="zstd")
        else:
            self._writer = arrow.ipc.new_file(sink, self._schema)

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write rows, each with a value for every column; ``None`` is missing."""
        arrow = _arrow()
        arrays = [arrow.array([row[index] for row in rows], type_) for index, type_ in enumerate(self._schema.types)]
        self._writer.write_table(arrow.table(arrays, self._schema))

    def close(self) -> None:
        """Complete the file."""
        self._writer.close()


def fits_column(value: Any, kind: ColumnKind) -> bool:
    """Return whether a column of this kind can have a value exactly."""
    if kind != "amount" or value is None:
        return True
    if not isinstance(value, Decimal) or not value.is_finite() or abs(value) >= _LARGEST_AMOUNT:
        return False
    with localcontext(prec=_AMOUNT_DIGITS * 4):
        try:
            return value.quantize(_SMALLEST_STEP) == value
        except InvalidOperation:
            return False


class _Sink:
    """A stream without positions, as Arrow wants a file."""

    closed = False

    def __init__(self, stream: _Writable) -> None:
        self._stream, self._position = stream, 0

    def write(self, data: Any) -> int:
        chunk = memoryview(data).cast("B")
        self._stream.write(chunk)
        self._position += len(chunk)
        return len(chunk)

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        self._stream.flush()

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        """Leave the stream open: it belongs to the caller."""
        self.closed = True


def _arrow() -> Any:
    try:
        import pyarrow
    except ImportError as problem:
        raise MissingExtra("export", problem) from None
    return pyarrow
