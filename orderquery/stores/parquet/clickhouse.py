"""Exports searched by ClickHouse, which chdb embeds in this process.

Needs the extra ``clickhouse``.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...diagnostics.errors import MissingExtra, StoreError
from ...language.schema import Schema
from ..store_errors import is_closed
from .store import Deadline, ParquetEngine, ParquetStore
from .tables import ORDERS, TRANSACTION_COLUMNS, TRANSACTIONS, ColumnarColumn, columns

_KINDS = {"text": "String", "integer": "Int64", "boolean": "Bool"}
_TIMEOUT_CODE = "TIMEOUT_EXCEEDED"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n"})
_numbers = itertools.count(1)


class ClickhouseStore(ParquetStore):
    """Orders of one site in an export, searched by an embedded ClickHouse."""

    dialect = "clickhouse"
    read_pattern = r"\bReadFrom\w+"

    def _start(self) -> ParquetEngine:
        return _ClickhouseEngine(self.path, self.schema)


class _ClickhouseEngine(ParquetEngine):
    """A session of the embedded engine, with a database of views over the files."""

    def __init__(self, folder: Path, schema: Schema) -> None:
        try:
            from chdb import ChdbError
            from chdb.session import Session
        except ImportError as problem:
            raise MissingExtra("clickhouse", problem) from None
        self._folder, self._error, self._lock = folder, ChdbError, threading.Lock()
        # The engine would read some paths as patterns, but not the path of this link.
        self._links = Path(tempfile.mkdtemp(prefix="orderquery-"))
        self._remove_links = weakref.finalize(self, shutil.rmtree, self._links, ignore_errors=True)
        link = self._links / "export"
        link.symlink_to(folder, target_is_directory=True)
        self._limited = False
        session: Any = Session
        self._session: Any = session()
        self._database = f"export_{next(_numbers)}"
        self._query(f"CREATE DATABASE {self._database}")
        self._query(f"USE {self._database}")
        for name, listed in ((ORDERS, columns(schema)), (TRANSACTIONS, TRANSACTION_COLUMNS)):
            files = _quoted(str(link / name / "*.parquet"))
            typed = _quoted(", ".join(f"`{column.name}` {_type(column)}" for column in listed))
            self._query(f"CREATE VIEW {name} AS SELECT * FROM file({files}, Parquet, {typed})")

    def rows(self, text: str, parameters: dict[str, Any], deadline: Deadline | None = None) -> list[Sequence[Any]]:
        """Run a statement; return its rows.

        Raises ``StoreError``, and ``StoreTimeout`` after the deadline.
        """
        import pyarrow as arrow

        given = {name: _encode_parameter(value) for name, value in parameters.items()}
        with self._lock:
            if deadline is not None or self._limited:
                # Zero would mean no limit.
                seconds = 0 if deadline is None else max(deadline.left(), 0.001)
                self._query(f"SET max_execution_time = {seconds:.3f}")
                self._limited = deadline is not None
            try:
                result = self._query(text, "Arrow", given)
            except StoreError as problem:
                if deadline is not None and _TIMEOUT_CODE in str(problem):
                    raise deadline.passed() from problem
                raise
        found = arrow.ipc.open_file(arrow.BufferReader(result.bytes())).read_all()
        return list(zip(*map(_values, found.columns), strict=True))

    def execution_plan(self, text: str, parameters: dict[str, Any]) -> list[str]:
        """Return the lines of the engine's execution plan for a statement."""
        return [str(line) for (line,) in self.rows(f"EXPLAIN {text}", parameters)]

    def _query(self, text: str, format_: str = "Null", parameters: dict[str, str] | None = None) -> Any:
        if self._session is None:
            raise is_closed(str(self._folder))
        try:
            return self._session.query(text, format_, params=parameters)
        except (self._error, RuntimeError) as problem:
            raise StoreError(f"{self._folder}: {problem}") from problem

    def close(self) -> None:
        """Drop the tables. Closing twice is allowed."""
        with self._lock:
            if self._session is None:
                return
            self._query(f"DROP DATABASE {self._database}")
            self._session.close()
            self._session = None
        self._remove_links()


def _values(column: Any) -> list[Any]:
    """Return the values of a column; a text that is not UTF-8 as its bytes."""
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        import pyarrow as arrow

        return [_text(value) for value in column.cast(arrow.large_binary()).to_pylist()]


def _text(value: bytes | None) -> str | bytes | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return value


def _type(column: ColumnarColumn) -> str:
    kind = _KINDS[column.kind]
    if column.many:
        return f"Array({kind})"
    return kind if column.required else f"Nullable({kind})"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _encode_parameter(value: Any) -> str:
    """Return a parameter as the text of a value in a tab-separated file.

    The engine expects parameters in this form.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).translate(_ESCAPES)
