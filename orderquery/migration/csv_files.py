"""CSV files of old orders: the export of the dashboard, and rows of Stores/Orders.

In the export a row is a line item, and rows of one order follow each other. A row of the Velo collection is an order;
its cells with objects and lists are JSON.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any, Literal, cast

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Place
from ..documents.defects import Defect, defect_of
from ..documents.entities import OldOrder
from ..documents.json_lines import Progress
from ..documents.large_texts import MAX_RECORD_BYTES
from ..documents.opened_files import opened
from ..syntax.json_decoder import decode_decimal, decode_exactly
from .mapping import CSVColumns, export_to_ecommerce, stores_to_ecommerce

if TYPE_CHECKING:
    from ..documents.ingest import Found
    from .convert import StoresConverter

JSON = Any
CSVKind = Literal["export", "rows"]
Line = tuple[int, dict[str, str]]

_START_BYTES = 8_192
_TOO_LARGE = f"a line or an order has more than {MAX_RECORD_BYTES >> 20} MiB"
_ROW_MARKS = frozenset({"_id", "lineItems"})


def csv_kind(name: str) -> CSVKind | None:
    """Return what a CSV file of old orders is, by its first line, or ``None``.

    Standard input is looked at without reading it, if that is possible.

    Raises:
        UsageError: the file cannot be opened.

    """
    with opened(name) as (stream, _):
        if name == "-":
            # What is read of a compressed stream would be missing later.
            can_peek = isinstance(stream, io.BufferedReader)
            start = cast("io.BufferedReader", stream).peek(_START_BYTES) if can_peek else b""
        else:
            try:
                start = stream.read(_START_BYTES)
            except (OSError, EOFError):
                return None
    line = start.partition(b"\n")[0]
    if line.lstrip(b"\xef\xbb\xbf \t")[:1] in (b"{", b"[", b""):
        return None
    columns = set(next(csv.reader([line.decode("utf-8-sig", "replace")]), []))
    export = export_to_ecommerce().columns
    if export is not None and columns >= export.marks:
        return "export"
    return "rows" if columns >= _ROW_MARKS else None


def read_csv(
    name: str, kind: CSVKind, converter: StoresConverter, progress: Progress | None = None
) -> Iterator[tuple[int, Found]]:
    """Yield the records and problems of a CSV file, each with the line of its order.

    Raises:
        UsageError: the file cannot be opened.

    """
    export = export_to_ecommerce()
    with opened(name) as (stream, position):
        text = io.TextIOWrapper(cast("IO[bytes]", stream), "utf-8-sig", newline="")
        try:
            lines = _lines(text)
            if kind == "export" and export.columns is not None:
                orders, mapping = _grouped(lines, export.columns), export
            else:
                orders, mapping = ((line, _decoded(row)) for line, row in lines), stores_to_ecommerce()
            for line, order in orders:
                old = OldOrder(order, (), "an order in a CSV file")
                for found in converter.convert(old, Place(()), mapping):
                    yield line, replace(found, line=line) if isinstance(found, Diagnostic) else found
                if progress is not None:
                    progress(position())
        except (UnicodeDecodeError, csv.Error, OSError, EOFError) as error:
            defect = (
                defect_of(error) if isinstance(error, UnicodeDecodeError) else Defect(str(error), "export it again")
            )
            yield 0, replace(defect.at(Place(())), line=None, column=None)
        finally:
            # Closing the text would close standard input.
            text.detach()


def _lines(text: io.TextIOWrapper) -> Iterator[Line]:
    """Yield the rows below the first, with their lines, without empty cells."""
    reader = csv.reader(_bounded(text))
    names: list[str] = []
    for name in next(reader, []):
        names.append(name if name not in names else f"{name} (column {len(names) + 1})")
    line = reader.line_num
    for cells in reader:
        names += [f"column {number + 1}" for number in range(len(names), len(cells))]
        row = {name: cell for name, cell in zip(names, cells, strict=False) if cell}
        if row:
            yield line + 1, row
        line = reader.line_num


def _bounded(text: io.TextIOWrapper) -> Iterator[str]:
    """Yield the lines of a text. Raises ``csv.Error`` for one of more than 16 MiB."""
    while line := text.readline(MAX_RECORD_BYTES + 1):
        if len(line) > MAX_RECORD_BYTES:
            raise csv.Error(_TOO_LARGE)
        yield line


def _grouped(lines: Iterator[Line], columns: CSVColumns) -> Iterator[tuple[int, dict[str, JSON]]]:
    """Yield orders, each with its line items in ``items``.

    What a further row says about the order is that order's, or if it differs, in its item.
    """
    order: dict[str, JSON] = {}
    first = length = 0
    for line, row in lines:
        number = row.get(columns.order)
        if order and number is not None and number != order.get(columns.order):
            yield first, order
            order = {}
        if not order:
            order, first, length = {"items": []}, line, 0
        length += sum(map(len, row.values()))
        if length > MAX_RECORD_BYTES:
            raise csv.Error(_TOO_LARGE)
        item: dict[str, str] = {}
        for name, cell in row.items():
            own = item if name in columns.items or order.get(name, cell) != cell else order
            own[name] = cell
        order["items"].append(item)
    if order:
        yield first, order


def _decoded(row: dict[str, str]) -> dict[str, JSON]:
    """Return a row with the JSON in its cells decoded."""
    return {name: _cell(cell) for name, cell in row.items()}


def _cell(cell: str) -> JSON:
    if cell in ("true", "false"):
        return cell == "true"
    if cell[0] in "{[":
        try:
            return decode_exactly(cell, parse_float=decode_decimal)
        except (ValueError, ArithmeticError, RecursionError):
            return cell
    return cell
