"""Orders of the Stores API as eCommerce orders: one, or records while loading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import DocumentError
from ..diagnostics.place import Path, Place
from ..diagnostics.quoting import quoted
from ..documents.defects import defect_of
from ..documents.entities import OldOrder, moved_diagnostic
from ..documents.ingest import Found, Record, from_bytes, from_object
from ..language.schema import Schema, load_schema
from ..syntax.json_printer import encode_json
from .conversion import convert
from .converted import ConvertedOrder, Fate
from .mapping import DocumentMapping, stores_to_ecommerce
from .nested import path_text
from .report import ConversionReport
from .webhooks import event_in

JSON = Any


def convert_order(document: JSON) -> ConvertedOrder:
    """Convert an order of the Stores API to an eCommerce order.

    ``document`` is the order as the Stores API returned it, alone or in ``{"order": …}``, in a response with one order
    or in the body of an old webhook; or a row of the Velo collection Stores/Orders. An eCommerce order is returned
    unchanged.

    Raises:
        DocumentError: the document is not one order.

    """
    collector = _Collector()
    found = [*from_object(load_schema(), document, converter=collector)]
    records = [item for item in found if isinstance(item, Record) and item.kind == "order"]
    problem = next((item for item in found if isinstance(item, Diagnostic) and item.code != "unfit-value"), None)
    if problem is not None:
        raise DocumentError("; ".join(filter(None, (problem.message, problem.help))))
    count = len(records) + len(collector.converted)
    if count != 1:
        raise DocumentError(f"the document has {count} orders; pass one order")
    return collector.result() if collector.converted else ConvertedOrder(records[0].decoded, unchanged=True)


class _Collector:
    """Keeps converted orders; one of a few is wanted."""

    def __init__(self) -> None:
        self.converted: list[ConvertedOrder] = []
        self.left_out: list[tuple[Path, JSON]] = []

    @property
    def orders(self) -> int:
        return len(self.converted)

    def convert(self, old: OldOrder, place: Place) -> Iterator[Found]:
        self.converted.append(convert_at(old, place))
        yield from ()

    def leave_out(self, document: JSON, used: list[Path], place: Place) -> Iterator[Diagnostic]:
        yield from ()
        self.left_out += [((*(place.path or ()), *path), value) for path, value in _values_beside(document, used)]

    def result(self) -> ConvertedOrder:
        (order,) = self.converted
        lost = {path: Fate("lost", None, value) for path, value in self.left_out}
        notes = [left_out(path) for path in lost]
        return replace(order, losses=(*order.losses, *notes), values={**order.values, **lost}) if lost else order


def convert_at(old: OldOrder, place: Place) -> ConvertedOrder:
    """Convert an old order; its paths begin with those of its place."""
    converted = convert(stores_to_ecommerce(), old.decoded)
    base = place.path or ()
    if not base:
        return converted
    losses = [moved_diagnostic(loss, place) for loss in converted.losses]
    values = {(*base, *path): fate for path, fate in converted.values.items()}
    return replace(converted, losses=tuple(losses), values=values)


def left_out(path: Path) -> Diagnostic:
    """Return the diagnostic of a value that a document has besides its order."""
    return Diagnostic("conversion-loss", f"{quoted(path_text(path))} is not a part of the order", place=Place(path))


class StoresConverter:
    """Makes records of old orders while files or documents are loaded.

    ``report`` counts what became of their values. With ``yield_losses``, the losses of an order follow its records, and
    what a document has besides its orders is a loss, too. ``made`` is the number of orders with a usable id.
    """

    def __init__(self, schema: Schema, *, report_unfit: bool = True, yield_losses: bool = False) -> None:
        self._schema, self._report_unfit, self._yield_losses = schema, report_unfit, yield_losses
        self.report = ConversionReport()
        self.made = 0
        self._last_event = 0

    @property
    def orders(self) -> int:
        """The number of orders converted so far."""
        return self.report.orders

    def convert(self, old: OldOrder, place: Place, mapping: DocumentMapping | None = None) -> Iterator[Found]:
        """Yield the order and the transactions of an old order."""
        converted = convert(mapping or stores_to_ecommerce(), old.decoded)
        self.report.add(converted)
        for document in (converted.order, converted.transactions):
            if document is None:
                continue
            try:
                raw = encode_json(document)
            except (ValueError, TypeError, RecursionError, OverflowError) as error:
                yield defect_of(error).at(place)
                return
            for found in from_bytes(self._schema, raw, place, report_unfit=self._report_unfit):
                self.made += isinstance(found, Record) and found.kind == "order"
                yield found
        if self._yield_losses:
            yield from (moved_diagnostic(loss, place) for loss in converted.losses)

    def leave_out(self, document: JSON, used: list[Path], place: Place) -> Iterator[Diagnostic]:
        """Yield what a document has besides its orders; count it, and the event it is."""
        for path, _ in _values_beside(document, used):
            self.report.count(path_text(path), "lost")
            if self._yield_losses:
                yield moved_diagnostic(left_out(path), place)
        event = event_in(document) if isinstance(document, dict) else None
        # The content of an envelope is read first, and may have told.
        if event is not None and self._last_event != self.orders:
            self._last_event = self.orders
            self.report.events[event.title] += 1


def _values_beside(document: JSON, used: list[Path]) -> Iterator[tuple[Path, JSON]]:
    """Yield the scalars and empty containers that are not at these paths."""
    waiting: list[tuple[Path, JSON]] = [((), document)]
    skipped = set(used)
    while waiting:
        path, value = waiting.pop()
        if path in skipped:
            continue
        if isinstance(value, dict | list) and value:
            steps = value.items() if isinstance(value, dict) else enumerate(value)
            waiting.extend(((*path, step), item) for step, item in steps)
        else:
            yield path, value
