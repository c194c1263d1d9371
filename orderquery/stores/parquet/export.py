"""What ``export`` writes: a store in the published columnar layout, as Parquet (see :mod:`.columnar`)."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ...diagnostics.errors import MissingExtra, StoreError, UsageError
from ...documents.fields import project
from ...language.schema import Schema
from ...language.types import encode_text
from ...syntax.json_decoder import decode_json
from ..base import Kept, Store
from ..columnar import ABOUT, ORDERS, TRANSACTION_COLUMNS, TRANSACTIONS, Column, about, columns, read_about
from ..disk_errors import why

if TYPE_CHECKING:
    from types import TracebackType

    import pyarrow as arrow

ROWS_PER_FILE = 200_000
_ROWS_AT_ONCE = 10_000
_BYTES_AT_ONCE = 32 << 20
"""Of documents: what is held in memory, and what an engine reads at once."""
_NO_TRANSACTIONS: dict[str, Any] = {}


@dataclass
class ExportResult:
    """What an export wrote so far, or in all."""

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
    """Write what a store holds, of one site or of all, into a folder, all or nothing.

    The folder must not be there, or be empty; with ``replace`` it may be an earlier export. ``written`` is told of the
    result now and then.

    Raises:
        StoreError: the folder is in use or cannot be written.
        MissingExtra: Arrow is not installed.

    """
    if rows_per_file < 1:
        raise UsageError("a file has at least one row")
    _arrow()
    target, result = Path(folder), ExportResult()
    check_target(target, replace=replace)
    with _made(target, replace) as draft:
        with (
            closing(store.iterate_kept(site)) as rows,
            _Table(draft / ORDERS, columns(store.schema), rows_per_file) as orders,
            _Table(draft / TRANSACTIONS, TRANSACTION_COLUMNS, rows_per_file) as transactions,
        ):
            named = False
            for order, other in rows:
                kept = order or other
                named = named or bool(kept and kept.site)
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
        made = {
            **about(store.schema),
            "orders": result.orders,
            "transactions": result.transactions,
            "named_sites": named,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        (draft / ABOUT).write_text(json.dumps(made, indent=2) + "\n", "utf-8")
        _keep(draft / ABOUT)
    return result


def _order_row(schema: Schema, order: Kept, other: Kept | None) -> list[Any]:
    transactions = _NO_TRANSACTIONS if other is None else decode_json(other.document, Decimal)
    values = project(schema, decode_json(order.document, Decimal), transactions)
    _, *fields, _ = columns(schema)
    return [order.site, *(column.stored(values[column.field]) for column in fields), order.document]


# -- folders ----------------------------------------------------------------------------------------------------


def check_target(target: Path, *, replace: bool) -> None:
    """Refuse a folder that an export cannot be written to.

    Raises:
        StoreError: it is in use, or there is no folder to make it in.

    """
    if not target.parent.is_dir():
        raise StoreError(f"cannot make {target}: there is no folder {target.parent}")
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise StoreError(f"{target} is there and is no folder")
    if not target.exists() or not any(target.iterdir()):
        return
    if not replace:
        raise StoreError(f"{target} is not empty: --replace replaces an earlier export")
    # Only what was made here is ever removed.
    read_about(target)


@contextmanager
def _made(target: Path, replace: bool) -> Iterator[Path]:
    """A new folder, which takes the name of the target at the end; after an exception it is gone."""
    draft = _beside(target, "draft")
    try:
        draft.mkdir()
        yield draft
        check_target(target, replace=replace)
        _put(draft, target)
    except OSError as problem:
        raise StoreError(f"cannot write {target}: {why(problem)}") from problem
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _put(draft: Path, target: Path) -> None:
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


def _keep(file: Path) -> None:
    """Have the disk hold what was written, so that no crash leaves a folder of half its files."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def _beside(target: Path, what: str) -> Path:
    return target.with_name(f".{target.name}.{what}-{secrets.token_hex(4)}")


# -- files ------------------------------------------------------------------------------------------------------


class _Table:
    """The files of one table, written one after the other. Used as a context manager; there is always one file."""

    def __init__(self, folder: Path, listed: Iterable[Column], rows_per_file: int) -> None:
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
        """Add a row, whose document has so many bytes."""
        self._rows.append(row)
        self._bytes += size
        full = self._in_file + len(self._rows) >= self._rows_per_file
        if full or len(self._rows) >= _ROWS_AT_ONCE or self._bytes >= _BYTES_AT_ONCE:
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
        self._writer.write_table(_arrow().table(arrays, self._schema), row_group_size=_ROWS_AT_ONCE)
        self._in_file += len(self._rows)
        self._rows, self._bytes = [], 0

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            _keep(self._folder / f"part-{self.files:05}.parquet")
        self._writer, self._in_file = None, 0


def _arrow_field(column: Column) -> arrow.Field:
    kinds = {"text": _arrow().large_string(), "integer": _arrow().int64(), "boolean": _arrow().bool_()}
    type_ = kinds[column.kind]
    return _arrow().field(column.name, _arrow().list_(type_) if column.many else type_, nullable=not column.required)


def _arrow() -> Any:
    try:
        import pyarrow
    except ImportError as problem:
        raise MissingExtra("export", problem) from None
    return pyarrow
