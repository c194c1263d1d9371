"""What a caller passes to ``load``: a path, bytes, or decoded documents."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from os import PathLike
from typing import TYPE_CHECKING, Any

from ..diagnostics.arguments import iterable, require
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import UsageError
from ..diagnostics.place import Place
from ..diagnostics.quoting import described, quoted
from ..documents.file_kinds import database_kind
from ..documents.ingest import Found, Record, from_object
from ..documents.json_lines import read_content, read_file
from ..language.schema import Schema

if TYPE_CHECKING:
    from ..migration.convert import StoresConverter

JSON = Any
Loadable = str | PathLike[str] | bytes | bytearray | memoryview | dict[str, Any] | Iterable[Any]
"""A path as text or ``Path``, the bytes of a file, a decoded document, or an iterable of documents."""

_LOADABLE = "pass a path, bytes, a decoded document, or an iterable of documents"
_STDIN = "-"
"""What the reader of files takes for standard input."""


def converter_of(schema: Schema, convert: bool) -> StoresConverter | None:
    """Return what converts orders of the Stores API, if they are to be converted."""
    if not convert:
        return None
    from ..migration.convert import StoresConverter

    return StoresConverter(schema)


def records_in(found: Iterable[Found]) -> Iterator[Found]:
    """Yield parsed records and problems. Raises ``UsageError`` for anything else."""
    iterable("found", found, "parsed records")
    for item in found:
        require("found", item, (Record, Diagnostic), "parsed records (for documents use load)")
        yield item


def find_records(schema: Schema, source: Loadable, converter: StoresConverter | None = None) -> Iterable[Found]:
    """Return the records and problems of what a caller passes, to be read lazily.

    A ``converter`` makes records of orders of the Stores API.

    Raises:
        UsageError: it is none of the things that can be loaded, or a file that cannot be read.

    """
    if isinstance(source, str | PathLike):
        return _in_file(schema, source, converter)
    if isinstance(source, bytes | bytearray | memoryview):
        return read_content(schema, bytes(source), converter)
    if isinstance(source, dict):
        return _in_documents(schema, [source], converter)
    if hasattr(source, "read"):
        raise UsageError("cannot load an open file; pass its path, or its bytes: store.load(file.read())")
    if not isinstance(source, Iterable):
        raise UsageError(f"cannot load {described(source)}; {_LOADABLE}")
    return _in_documents(schema, source, converter)


def _in_file(schema: Schema, source: str | PathLike[str], converter: StoresConverter | None) -> Iterator[Found]:
    path = os.fspath(source)
    if not isinstance(path, str):
        raise UsageError("cannot load a path of bytes; pass it as text: os.fsdecode(path)")
    if isinstance(source, str) and source.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        _refuse_json(source)
    if not path or "\0" in path or not os.path.exists(path):
        raise UsageError(
            f"file not found: {quoted(path)} was taken for the path of a file; write the path of an existing file, "
            "or pass its content as bytes"
        )
    if os.path.isdir(path):
        raise UsageError(f"{quoted(path)} is a folder; load its files one by one")
    kind = database_kind(path)
    if kind is not None:
        raise UsageError(f"{quoted(path)} is {kind}, not a file of orders; write: oq.open_store({quoted(path)})")
    if not os.access(path, os.R_OK):
        raise UsageError(f"cannot read {quoted(path)}: permission denied")
    name = os.path.join(os.curdir, path) if path == _STDIN else path
    if converter is not None:
        from ..migration.csv_files import csv_kind, read_csv

        csv = csv_kind(name)
        if csv is not None:
            return (found for _, found in read_csv(name, csv, converter))
    return (found for _, found in read_file(schema, name, other_tables=True, converter=converter))


def _refuse_json(source: str) -> None:
    if "\0" in source or not os.path.exists(source):
        raise UsageError(
            f"{quoted(source)} is JSON, but a string was taken for the path of a file; write: store.load(text.encode())"
        )


def _in_documents(schema: Schema, documents: Iterable[JSON], converter: StoresConverter | None) -> Iterator[Found]:
    for index, document in enumerate(documents):
        place = Place((index,))
        is_json = isinstance(document, str) and document.lstrip()[:1] == "{"  # as the data of an event is
        if isinstance(document, str | bytes | PathLike) and not is_json:
            what = quoted(str(document)) if isinstance(document, str | PathLike) else "bytes"
            message = f"expected a decoded document in the iterable, not {what}"
            yield Diagnostic("unusable-document", message, "load a file or bytes alone: store.load(PATH)", place)
        else:
            yield from from_object(schema, document, place, other_tables=True, converter=converter)
