"""The export of a store to the published columnar layout (see :mod:`.tables`).

The files are Parquet.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ...diagnostics.diagnostic import Diagnostic
from ...diagnostics.errors import MissingExtra, UsageError
from ...documents.fields import project
from ...language.schema import Schema
from ...language.types import encode_text
from ..base import Store
from ..document_tables import StoredRecord
from ..file_modes import GROUP_MODES, OWNER_MODES, FileModes, create_file
from ..stored_documents import decode_stored, is_usable, problem_of
from .folders import new_folder
from .tables import (
    ABOUT_FILE,
    MAX_FILES,
    ORDERS,
    TRANSACTION_COLUMNS,
    TRANSACTIONS,
    ColumnarColumn,
    columns,
    format_about,
    make_about,
)

if TYPE_CHECKING:
    from types import TracebackType

    import pyarrow as arrow

ROWS_PER_FILE = 200_000
_MAX_PROBLEMS = 100
_MAX_GROUP_ROWS = 10_000
_MAX_GROUP_BYTES = 32 << 20
"""Rows, and bytes of documents, that are kept in memory, and that an engine reads at once."""


@dataclass
class ExportResult:
    """Counts of what an export has written."""

    orders: int = 0
    transactions: int = 0
    files: int = 0
    skipped: int = 0
    """Stored documents that are not JSON."""
    problems: list[Diagnostic] = field(default_factory=list)
    """The first of them."""

    def report(self, problem: Diagnostic) -> None:
        """Count a document that is left out."""
        self.skipped += 1
        if len(self.problems) < _MAX_PROBLEMS:
            self.problems.append(problem)


def export(
    store: Store,
    folder: str | os.PathLike[str],
    *,
    site: str | None = None,
    rows_per_file: int = ROWS_PER_FILE,
    replace: bool = False,
    group: bool = False,
    written: Callable[[ExportResult], None] | None = None,
) -> ExportResult:
    """Write the records of one site or of all sites to a folder.

    The export is all or nothing. The folder must not exist, or be empty; with ``replace`` it may be an earlier export
    without other files. Stored documents that are not JSON are left out and counted. Its owner alone can read the
    export; with ``group``, the group of its files, too. ``written`` is called with the result from time to time.

    Raises:
        StoreError: the folder is in use, has other files, or cannot be written.
        MissingExtra: Arrow is not installed.

    """
    if rows_per_file < 1:
        raise UsageError(f"rows_per_file must be at least 1, not {rows_per_file}")
    _arrow()
    target, result = Path(folder), ExportResult()
    modes = GROUP_MODES if group else OWNER_MODES
    with new_folder(target, replace=replace, mode=modes.folder) as draft:
        with (
            closing(store.iterate_records(site)) as rows,
            _TableWriter(draft / ORDERS, columns(store.schema), rows_per_file, modes) as orders,
            _TableWriter(draft / TRANSACTIONS, TRANSACTION_COLUMNS, rows_per_file, modes) as transactions,
        ):
            named = False
            for order, other in rows:
                record = order or other
                named = named or bool(record and record.site)
                if other is not None and not is_usable(other.document):
                    result.report(problem_of(other.id, "transactions"))
                    other = None
                if order is not None and not is_usable(order.document):
                    result.report(problem_of(order.id))
                elif order is not None:
                    result.orders += 1
                    orders.add(_order_row(store.schema, order, other), len(order.document))
                if other is not None:
                    result.transactions += 1
                    row = [other.site, encode_text(other.id), other.event_time, other.document]
                    transactions.add(row, len(other.document))
                if written is not None and (result.orders + result.transactions) % 100 == 0:
                    written(result)
        result.files = len(orders.files) + len(transactions.files)
        about = {
            **make_about(store.schema),
            "orders": result.orders,
            "transactions": result.transactions,
            "named_sites": named,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "files": [*orders.files, *transactions.files],
        }
        with create_file(draft / ABOUT_FILE, modes.file) as file:
            file.write(format_about(about))
            file.flush()
            os.fsync(file.fileno())
    return result


def _order_row(schema: Schema, order: StoredRecord, other: StoredRecord | None) -> list[Any]:
    values = project(schema, decode_stored(order.document), None if other is None else decode_stored(other.document))
    _, *fields, _ = columns(schema)
    return [order.site, *(column.encode(values[column.field]) for column in fields), order.document]


# -- files ------------------------------------------------------------------------------------------------------


class _TableWriter:
    """A writer for the files of one table, one after the other and at least one.

    Use it as a context manager.
    """

    def __init__(self, folder: Path, listed: Iterable[ColumnarColumn], rows_per_file: int, modes: FileModes) -> None:
        folder.mkdir(mode=modes.folder)
        folder.chmod(modes.folder)
        self.files: list[dict[str, Any]] = []
        """What the layout file lists."""
        self._modes, self._file = modes, ExitStack()
        self._folder, self._rows_per_file = folder, rows_per_file
        self._schema = _arrow().schema([_arrow_field(column) for column in listed])
        self._writer: Any = None
        self._in_file = self._bytes = 0
        self._rows: list[list[Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and (self._rows or not self.files):
                self._flush()
        finally:
            self._close()

    def add(self, row: list[Any], size: int) -> None:
        """Add a row whose document has ``size`` bytes."""
        self._rows.append(row)
        self._bytes += size
        full = self._in_file + len(self._rows) >= self._rows_per_file
        if full or len(self._rows) >= _MAX_GROUP_ROWS or self._bytes >= _MAX_GROUP_BYTES:
            self._flush()
        if full:
            self._close()

    def _flush(self) -> None:
        from pyarrow import parquet

        if self._writer is None:
            if len(self.files) == MAX_FILES:
                raise UsageError(f"more than {MAX_FILES:,} files a table; raise --rows-per-file {self._rows_per_file}")
            name = f"part-{len(self.files) + 1:05}.parquet"
            self.files.append({"path": f"{self._folder.name}/{name}"})
            self._stream = self._file.enter_context(create_file(self._folder / name, self._modes.file))
            self._writer = parquet.ParquetWriter(self._stream, self._schema, compression="zstd", store_schema=False)
        arrays = [
            _arrow().array([row[index] for row in self._rows], type_) for index, type_ in enumerate(self._schema.types)
        ]
        self._writer.write_table(_arrow().table(arrays, self._schema), row_group_size=_MAX_GROUP_ROWS)
        self._in_file += len(self._rows)
        self._rows, self._bytes = [], 0

    def _close(self) -> None:
        with self._file:
            if self._writer is not None:
                writer, self._writer = self._writer, None
                writer.close()
                self._stream.flush()
                # No crash may leave a folder with incomplete files.
                os.fsync(self._stream.fileno())
                self.files[-1] |= {"rows": self._in_file, "bytes": self._stream.tell()}
        self._in_file = 0


def _arrow_field(column: ColumnarColumn) -> arrow.Field:
    kinds = {"text": _arrow().large_string(), "integer": _arrow().int64(), "boolean": _arrow().bool_()}
    type_ = kinds[column.kind]
    return _arrow().field(column.name, _arrow().list_(type_) if column.many else type_, nullable=not column.required)


def _arrow() -> Any:
    try:
        import pyarrow
    except ImportError as problem:
        raise MissingExtra("export", problem) from None
    return pyarrow
