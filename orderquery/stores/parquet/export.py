"""The export of a store to the published columnar layout (see :mod:`.tables`).

The files are Parquet.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ...diagnostics.errors import MissingExtra, StoreError, UsageError
from ...language.schema import Schema
from ...language.types import encode_text
from ..base import Store
from ..disk_errors import describe
from ..document_tables import StoredRecord
from ..projection import project_stored
from ..store_errors import check_folder_of
from .tables import (
    ABOUT_FILE,
    ORDERS,
    TRANSACTION_COLUMNS,
    TRANSACTIONS,
    ColumnarColumn,
    columns,
    make_about,
    read_about,
)

if TYPE_CHECKING:
    from types import TracebackType

    import pyarrow as arrow

ROWS_PER_FILE = 200_000
_MAX_GROUP_ROWS = 10_000
_MAX_GROUP_BYTES = 32 << 20
"""Rows, and bytes of documents, that are kept in memory, and that an engine reads at once."""


@dataclass
class ExportResult:
    """Counts of what an export has written."""

    orders: int = 0
    transactions: int = 0
    files: int = 0


def export(
    store: Store,
    folder: str | os.PathLike[str],
    *,
    site: str | None = None,
    rows_per_file: int = ROWS_PER_FILE,
    replace: bool = False,
    written: Callable[[ExportResult], None] | None = None,
) -> ExportResult:
    """Write the records of one site or of all sites to a folder.

    The export is all or nothing. The folder must not exist, or be empty; with ``replace`` it may be an earlier export.
    ``written`` is called with the result from time to time.

    Raises:
        StoreError: the folder is in use, or cannot be written.
        MissingExtra: Arrow is not installed.

    """
    if rows_per_file < 1:
        raise UsageError(f"rows_per_file must be at least 1, not {rows_per_file}")
    _arrow()
    target, result = Path(folder), ExportResult()
    check_target(target, replace=replace)
    with _new_folder(target, replace) as draft:
        with (
            closing(store.iterate_records(site)) as rows,
            _TableWriter(draft / ORDERS, columns(store.schema), rows_per_file) as orders,
            _TableWriter(draft / TRANSACTIONS, TRANSACTION_COLUMNS, rows_per_file) as transactions,
        ):
            named = False
            for order, other in rows:
                record = order or other
                named = named or bool(record and record.site)
                if order is not None:
                    result.orders += 1
                    orders.add(_order_row(store.schema, order, other), len(order.document))
                if other is not None:
                    result.transactions += 1
                    row = [other.site, encode_text(other.id), other.event_time, other.document]
                    transactions.add(row, len(other.document))
                if written is not None and (result.orders + result.transactions) % 100 == 0:
                    written(result)
        result.files = orders.files + transactions.files
        about = {
            **make_about(store.schema),
            "orders": result.orders,
            "transactions": result.transactions,
            "named_sites": named,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        (draft / ABOUT_FILE).write_text(json.dumps(about, indent=2) + "\n", "utf-8")
        _sync(draft / ABOUT_FILE)
    return result


def _order_row(schema: Schema, order: StoredRecord, other: StoredRecord | None) -> list[Any]:
    values = project_stored(schema, order.document, None if other is None else other.document)
    _, *fields, _ = columns(schema)
    return [order.site, *(column.encode(values[column.field]) for column in fields), order.document]


# -- folders ----------------------------------------------------------------------------------------------------


def check_target(target: Path, *, replace: bool) -> None:
    """Check that an export can be written to a folder.

    Raises:
        StoreError: the folder is in use, or its parent does not exist.

    """
    check_folder_of(target)
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise StoreError(f"{target} is not a folder; export to another path")
    if not target.exists() or not any(target.iterdir()):
        return
    if not replace:
        raise StoreError(f"{target} is not empty; use --replace to replace an earlier export")
    # Only exports are ever deleted.
    read_about(target)


@contextmanager
def _new_folder(target: Path, replace: bool) -> Iterator[Path]:
    """Yield a new folder; rename it to the target, or delete it after an exception."""
    draft = _beside(target, "draft")
    try:
        draft.mkdir()
        yield draft
        check_target(target, replace=replace)
        _move(draft, target)
    except OSError as problem:
        raise StoreError(f"cannot write {target}: {describe(problem)}") from problem
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _move(draft: Path, target: Path) -> None:
    if not target.exists():
        draft.rename(target)
        return
    old = _beside(target, "old")
    target.rename(old)
    try:
        draft.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old)


def _sync(file: Path) -> None:
    """Flush a file to disk, so that no crash leaves a folder with incomplete files."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def _beside(target: Path, what: str) -> Path:
    return target.with_name(f".{target.name}.{what}-{secrets.token_hex(4)}")


# -- files ------------------------------------------------------------------------------------------------------


class _TableWriter:
    """A writer for the files of one table, one after the other and at least one.

    Use it as a context manager.
    """

    def __init__(self, folder: Path, listed: Iterable[ColumnarColumn], rows_per_file: int) -> None:
        folder.mkdir()
        self.files = 0
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
            self.files += 1
            path = self._folder / f"part-{self.files:05}.parquet"
            self._writer = parquet.ParquetWriter(path, self._schema, compression="zstd", store_schema=False)
        arrays = [
            _arrow().array([row[index] for row in self._rows], type_) for index, type_ in enumerate(self._schema.types)
        ]
        self._writer.write_table(_arrow().table(arrays, self._schema), row_group_size=_MAX_GROUP_ROWS)
        self._in_file += len(self._rows)
        self._rows, self._bytes = [], 0

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            _sync(self._folder / f"part-{self.files:05}.parquet")
        self._writer, self._in_file = None, 0


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
