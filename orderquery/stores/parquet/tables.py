r"""The published columnar layout: a Parquet folder with all records of a store.

Any engine that reads Parquet can search it.

::

    DIR/layout.json                        format, table of fields, counts, time of creation, and every other file
    DIR/orders/part-00001.parquet ...      one row per order, also those that Search hides
    DIR/transactions/part-00001.parquet .. one row per transactions record

``orders`` has the columns of :func:`columns`; ``python -m orderquery.stores.parquet.tables`` prints them as a table.
Rows are sorted by site and id. Their values are those that every store of this package searches, so a statement for
``spark`` or ``clickhouse`` (``plan.sql``) runs on them unchanged:

- Text columns compare by their bytes. They contain the *stored form* of a value: texts unchanged except that U+0000
  and U+0001 become ``\x01\x01`` and ``\x01\x02``; amounts and numbers of orders as texts that sort as they do.
  Instants are microseconds since 1970-01-01 UTC.
- A missing value is NULL, and so is an empty list. Engines whose arrays are never NULL read an empty array there.
- ``…_folded`` columns contain the case-folded texts that ``$startsWith`` compares.
- ``document`` is the order as it was loaded, byte for byte.

``transactions`` has ``site``, ``order_id`` (as ``id`` in ``orders``), ``event_time`` (of the event that brought it, in
microseconds, or NULL) and ``document``.
"""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ...diagnostics.errors import MissingExtra, StoreError
from ...language.fields import Field
from ...language.schema import Schema, load_schema
from ...language.small_files import read_small_file
from ...language.types import Value
from ...sql.leaf_tests import prefix_column
from ..projection import folding
from ..store_errors import check_versions, command

FORMAT = 2
KIND = "orderquery export"
ABOUT_FILE = "layout.json"
ORDERS, TRANSACTIONS = "orders", "transactions"
PART_NAME = re.compile(r"part-[0-9]{5}\.parquet")
MAX_FILES = 4_000
"""Files of one table: so many fit into the layout file."""
MAX_ABOUT_BYTES = 1 << 20


class ColumnarColumn(NamedTuple):
    """A column of the layout.

    ``kind`` is ``text``, ``integer`` or ``boolean``. ``field`` names the field it is computed from, if any, and
    ``encode`` computes it from the field's value.
    """

    name: str
    kind: str
    many: bool
    required: bool
    meaning: str
    field: str = ""
    encode: Callable[[Value], Any] = lambda value: value


class ListedFile(NamedTuple):
    """A file of an export, as its layout file lists it."""

    name: str
    rows: int
    size: int


SITE = ColumnarColumn("site", "text", False, True, "the site of the order")
DOCUMENT = ColumnarColumn("document", "text", False, True, "the order as it was loaded")
TRANSACTION_COLUMNS = (
    SITE,
    ColumnarColumn("order_id", "text", False, True, "the order"),
    ColumnarColumn("event_time", "integer", False, False, "the time of its event"),
    DOCUMENT._replace(meaning="the record as it was loaded"),
)


@cache
def columns(schema: Schema) -> tuple[ColumnarColumn, ...]:
    """Return the columns of ``orders``."""
    return (SITE, *_columns_of_fields(schema), DOCUMENT)


def _columns_of_fields(schema: Schema) -> Iterator[ColumnarColumn]:
    for field in schema.stored_fields:
        encode = bool if field.type.column == "boolean" else field.type.encode
        yield _column(field, field.column, field.type.column, field.name, encode)
        if field.prefixed:
            meaning = f"the text of {field.name}, case-folded"
            yield _column(field, prefix_column(field), "text", meaning, folding(field))


def _column(field: Field, name: str, kind: str, meaning: str, encode: Callable[[Value], Any]) -> ColumnarColumn:
    if field.many:

        def encode_column(values: Value) -> Any:
            return [encode(value) for value in values] or None
    else:

        def encode_column(values: Value) -> Any:
            return None if values is None else encode(values)

    return ColumnarColumn(name, kind, field.many, field.required, meaning, field.name, encode_column)


def describe_columns(schema: Schema) -> str:
    """Return the columns of ``orders`` as a Markdown table."""
    lines = ["| column | type | value |", "|---|---|---|"]
    for column in columns(schema):
        kind = {"text": "string", "integer": "int64", "boolean": "bool"}[column.kind]
        type_ = f"list&lt;{kind}&gt;" if column.many else kind
        lines.append(f"| `{column.name}` | {type_} | {column.meaning}{'' if column.required else ', or NULL'} |")
    return "\n".join(lines)


def make_about(schema: Schema) -> dict[str, Any]:
    """Return the part of :data:`ABOUT_FILE` that describes the layout."""
    table = {"name": schema.name, "version": schema.version, "fingerprint": schema.fingerprint}
    return {"kind": KIND, "format": FORMAT, "table": table}


def format_about(about: dict[str, Any]) -> bytes:
    """Return the content of :data:`ABOUT_FILE`, each of its files on a line."""
    files = ",\n".join(f"    {json.dumps(file)}" for file in about["files"])
    text = json.dumps({**about, "files": []}, indent=2)
    return (text.removesuffix("[]\n}") + f"[\n{files}\n  ]\n}}\n").encode()


def export_again(folder: str | Path) -> str:
    """Return the command that replaces an export."""
    return command("export", "STORE", folder, "--replace")


def read_about(folder: Path) -> dict[str, Any]:
    """Read :data:`ABOUT_FILE` of an export.

    Raises:
        StoreError: the folder is not an export.

    """
    if not folder.is_dir():
        raise StoreError(f"folder not found: {folder}; create an export with: {command('export', 'STORE', folder)}")
    try:
        about = json.loads(read_small_file(folder / ABOUT_FILE, MAX_ABOUT_BYTES).decode())
    except FileNotFoundError:
        about = None
    except (OSError, ValueError, RecursionError) as problem:
        raise StoreError(f"{folder / ABOUT_FILE}: {problem}") from None
    if not isinstance(about, dict) or about.get("kind") != KIND:
        raise StoreError(f"{folder} is not an export; create one with: orderquery export STORE DIR")
    return about


def read_files(folder: Path) -> list[ListedFile]:
    """Return the files that :data:`ABOUT_FILE` of an export lists.

    Raises:
        StoreError: the folder is not an export, or its layout file is not valid.

    """
    about = read_about(folder)
    if about.get("format") == 1:
        raise StoreError(
            f"{folder} was exported by an older orderquery, which did not list its files; delete it, and export again"
        )
    listed = about.get("files")
    files = [_listed_file(item) for item in listed] if isinstance(listed, list) else [None]
    found = [file for file in files if file is not None]
    if len(found) != len(files) or len({file.name for file in found}) != len(found):
        raise StoreError(f"{folder / ABOUT_FILE} is not valid; export the store again")
    return found


def _listed_file(item: Any) -> ListedFile | None:
    if not isinstance(item, dict):
        return None
    name, rows, size = item.get("path"), item.get("rows"), item.get("bytes")
    if not isinstance(name, str) or type(rows) is not int or type(size) is not int:
        return None
    table, _, part = name.partition("/")
    return ListedFile(name, rows, size) if table in (ORDERS, TRANSACTIONS) and PART_NAME.fullmatch(part) else None


def list_content(folder: Path) -> list[str]:
    """Return the names in a folder and in its folders of tables, sorted."""
    names = []
    for entry in os.scandir(folder):
        names.append(entry.name)
        if entry.name in (ORDERS, TRANSACTIONS) and entry.is_dir(follow_symlinks=False):
            names += [f"{entry.name}/{inner.name}" for inner in os.scandir(entry.path)]
    return sorted(names)


def check_about(folder: Path, schema: Schema) -> dict[str, Any]:
    """Read :data:`ABOUT_FILE` of an export, and check it and the files.

    Raises:
        StoreError: the folder is not an export, has another version or table of fields, or its files were changed.

    """
    about = read_about(folder)
    version, table = about.get("format"), about.get("table")
    if not isinstance(version, int) or not isinstance(table, dict):
        raise StoreError(f"{folder / ABOUT_FILE} is not valid; export the store again")
    # A version of the table has a fingerprint of its own; an older format is never read.
    fix = f"export the store again: {export_again(folder)}"
    check_versions(str(folder), version, FORMAT, schema, table.get("name"), table.get("fingerprint"), fix=fix)
    _check_files(folder, about)
    return about


def _check_files(folder: Path, about: dict[str, Any]) -> None:
    """Compare the files of an export with those of its layout file."""
    files = read_files(folder)
    fix = f"export the store again: {export_again(folder)}"
    try:
        for file in files:
            if (problem := _difference(folder, file)) is not None:
                raise StoreError(f'{folder}: file "{file.name}" {problem}; {fix}')
        allowed = {file.name for file in files}
        for name in list_content(folder):
            if "/" in name and name not in allowed:
                raise StoreError(f'{folder}: file "{name}" is not in {ABOUT_FILE}; move it elsewhere')
    except OSError as problem:
        raise StoreError(f"{folder}: {problem.strerror or problem}") from None
    for table in (ORDERS, TRANSACTIONS):
        rows = sum(file.rows for file in files if file.name.startswith(f"{table}/"))
        if rows != about.get(table):
            raise StoreError(f'{folder}: {rows:,} rows in {table}, but {ABOUT_FILE} has "{about.get(table)}"; {fix}')


def _difference(folder: Path, file: ListedFile) -> str | None:
    """Return how a file differs from its entry in the layout file, if it does."""
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as problem:
        raise MissingExtra("export", problem) from None
    try:
        found = (folder / file.name).lstat()
    except FileNotFoundError:
        return "is missing"
    if not stat.S_ISREG(found.st_mode):
        return "is not a regular file"
    if found.st_size != file.size:
        return f"has {found.st_size:,} bytes instead of {file.size:,}"
    try:
        rows = parquet.read_metadata(folder / file.name).num_rows
    except (ArrowException, ValueError):
        return "is not a Parquet file"
    return None if rows == file.rows else f"has {rows:,} rows instead of {file.rows:,}"


if __name__ == "__main__":
    sys.stdout.write(describe_columns(load_schema(*sys.argv[1:2])) + "\n")
