"""What a load is given, as orders and transactions: responses, envelopes and events taken apart, bytes kept.

Nothing here raises on bad input: what cannot be used comes back as a :class:`Diagnostic` with its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Path, Place
from ..language.datetimes import read_instant
from ..language.limits import MAX_DOCUMENT_LEVELS
from ..language.schema import Schema
from ..syntax.json_decoder import decode_integer
from ..syntax.json_printer import encode_json
from .extract import Values, values_of
from .fields import order_id, transactions_id, unfit_values

if TYPE_CHECKING:
    import msgspec

JSON = Any
_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True, slots=True)
class Record:
    """One order or transactions record: its id, its bytes, and the same decoded.

    ``event_time`` is the time of the event that brought it, in microseconds since 1970-01-01 UTC, or ``None``;
    ``values`` are those of its fields, where they have been read already.
    """

    kind: Literal["order", "transactions"]
    id: str
    document: bytes
    decoded: dict[str, JSON]
    event_time: int | None = None
    values: Values | None = None


Found = Record | Diagnostic
_WHOLE = Place(())


@cache
def _decoder() -> msgspec.json.Decoder[Any]:
    import msgspec

    return msgspec.json.Decoder(float_hook=Decimal)


def nests_too_deep(document: JSON, written: bytes) -> bool:
    """Whether a document, of these bytes, is deeper than any reader of it is sure to bear."""
    if written.count(b"{") + written.count(b"[") <= MAX_DOCUMENT_LEVELS:
        return False
    level, depth = [document], 0
    while level and depth <= MAX_DOCUMENT_LEVELS:
        depth += 1
        inner = [part for part in level if isinstance(part, dict | list | tuple)]
        level = [below for part in inner for below in (part.values() if isinstance(part, dict) else part)]
    return bool(level)


def why_unusable(document: JSON) -> str | None:
    """Why a decoded document cannot be kept, or ``None`` where it can."""
    try:
        return _reason(RecursionError()) if nests_too_deep(document, encode_json(document)) else None
    except (ValueError, TypeError, RecursionError, OverflowError) as problem:
        return _reason(problem)


def from_object(schema: Schema, document: JSON, place: Place = _WHOLE) -> Iterator[Found]:
    """The records of one decoded document."""
    try:
        raw = encode_json(document)
        text = raw.decode("utf-8")
    except (ValueError, TypeError, RecursionError, OverflowError) as problem:
        yield _unusable(_reason(problem), place)
        return
    yield from _from_text(schema, text, raw, place)


def from_bytes(schema: Schema, raw: bytes, place: Place = _WHOLE, *, report_unfit: bool = True) -> Iterator[Found]:
    """The records of one JSON text. Without ``report_unfit`` nothing is said of values that do not fit their fields."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        yield _undecoded(f"not UTF-8 at byte {problem.start}", place)
        return
    yield from _from_text(schema, text, raw, place, report_unfit)


def _from_text(schema: Schema, text: str, raw: bytes, place: Place, report_unfit: bool = True) -> Iterator[Found]:
    suspect = False
    try:
        decoded = _decoder().decode(raw)
    except (ValueError, ArithmeticError, RecursionError):
        # One bad string must not cost a whole response: the standard decoder says more and takes lone surrogates.
        suspect = True
        try:
            decoded = json.loads(text, parse_float=Decimal, parse_int=decode_integer, parse_constant=_no_constant)
        except (ValueError, ArithmeticError, RecursionError) as problem:
            yield _undecoded(_reason(problem), place)
            return
    slicer = _Slicer(text) if suspect else _RawSlicer(raw)
    for part in _parts(schema, decoded):
        if isinstance(part, Diagnostic):
            yield _at(part, place)
            continue
        found = _record(schema, part, suspect)
        if isinstance(found, str):
            document = _sliced(slicer, part)
            if document is None:
                yield _at(_unusable(_reason(RecursionError()), Place(part.path)), place)
                continue
            if not report_unfit:
                yield Record(part.kind, found, document, part.decoded, part.event_time)
                continue
            values, regular = values_of(schema, part.kind, part.decoded)
            yield Record(part.kind, found, document, part.decoded, part.event_time, values)
            if not regular:
                yield from _unfit(schema, part, place)
        else:
            yield _at(found, place)


def _sliced(slicer: _RawSlicer | _Slicer, part: _Part) -> bytes | None:
    """The bytes of a part, or ``None`` where it nests too deep."""
    try:
        document = slicer.slice(part.path)
    except RecursionError:
        return None
    return None if nests_too_deep(part.decoded, document) else document


def _no_constant(text: str) -> JSON:
    raise ValueError(f"{text} is not JSON")


def _reason(problem: Exception) -> str:
    if isinstance(problem, RecursionError) or "ircular" in str(problem):
        return "it nests too deep"
    if isinstance(problem, UnicodeEncodeError):
        return "it holds a lone surrogate, which no UTF-8 text can hold"
    if isinstance(problem, json.JSONDecodeError):
        return f"it is not JSON: {problem.msg.lower()} at line {problem.lineno} column {problem.colno}"
    return f"it is not JSON: {problem}"


@dataclass(frozen=True, slots=True)
class _Part:
    kind: Literal["order", "transactions"]
    decoded: dict[str, JSON]
    path: Path
    event_time: int | None = None


@cache
def _first_steps(schema: Schema) -> frozenset[str]:
    """The keys an order may have at its top: with none of them an object is something else."""
    steps = {path[0] for field in schema.fields for source in field.sources for path in source.paths}
    return frozenset(steps | {schema.sdk_names.get(step, step) for step in steps}) - {"payments"}


def _parts(schema: Schema, document: JSON) -> Iterator[_Part | Diagnostic]:
    if isinstance(document, list):
        for index, item in enumerate(document):
            yield from (_moved(part, (index,)) for part in _one(schema, item))
    else:
        yield from _one(schema, document)


def _moved(part: _Part | Diagnostic, base: Path) -> _Part | Diagnostic:
    if isinstance(part, Diagnostic):
        return Diagnostic(part.code, part.message, part.help, Place((*base, *(part.place.path or ()))))
    return _Part(part.kind, part.decoded, (*base, *part.path), part.event_time)


WRAPPERS = frozenset({"entityFqdn", "entityId", "orders", "order", "orderTransactions", "orderId", "payments"})
"""An object that has the key of an order, and none of these at its top, is an order."""


def _one(schema: Schema, document: JSON) -> Iterator[_Part | Diagnostic]:
    if not isinstance(document, dict):
        kind = "null" if document is None else type(document).__name__
        yield _unusable(f"it is no object but {'an array' if isinstance(document, list) else kind}", Place(()))
    elif "entityFqdn" in document or ("slug" in document and "entityId" in document):
        yield _event(document)
    elif isinstance(document.get("orders"), list):
        yield from _each(schema, document["orders"], "orders", "order")
    elif isinstance(document.get("order"), dict):
        yield _Part("order", document["order"], ("order",))
    elif isinstance(document.get("orderTransactions"), dict):
        yield _Part("transactions", document["orderTransactions"], ("orderTransactions",))
    elif isinstance(document.get("orderTransactions"), list):
        yield from _each(schema, document["orderTransactions"], "orderTransactions", "transactions")
    elif "orderId" in document and ("payments" in document or "refunds" in document):
        yield _Part("transactions", document, ())
    elif not _first_steps(schema).isdisjoint(document):
        yield _Part("order", document, ())
    else:
        keys = ", ".join(sorted(map(str, document))[:5])
        message = f"neither an order nor transactions: an object with {keys}" if keys else "an empty object"
        yield Diagnostic("unknown-document", message, "hand over orders, responses, transactions or events", Place(()))


def _each(
    schema: Schema, items: list[JSON], name: str, kind: Literal["order", "transactions"]
) -> Iterator[_Part | Diagnostic]:
    for index, item in enumerate(items):
        place = Place((name, index))
        if not isinstance(item, dict):
            yield _unusable("it is no object", place)
        elif kind == "order" and isinstance(item.get("order"), dict) and order_id(schema, item) is None:
            message = "the body of an update: a change of an order, not an order"
            yield Diagnostic("partial-order", message, "load the order as Get Order or Search Orders answer it", place)
        else:
            yield _Part(kind, item, (name, index))


def _event(document: dict[str, JSON]) -> _Part | Diagnostic:
    from .events import read_event

    event = read_event(document)
    if isinstance(event, str):
        return Diagnostic("unknown-document", f"not an event of orders: {event}", "", Place(()))
    path = event.entity_path()
    if path is None or "order" not in event.entityFqdn:
        message = f"an event {event.entityFqdn} {event.slug} that holds neither an order nor transactions"
        return Diagnostic("unknown-document", message, "", Place(()))
    entity = document
    for step in path:
        entity = entity[step]
    kind: Literal["order", "transactions"] = "transactions" if event.of_transactions else "order"
    return _Part(kind, entity, path, read_instant(event.eventTime))


def _record(schema: Schema, part: _Part, suspect: bool) -> str | Diagnostic:
    """The id of a part that can be kept, or why it cannot."""
    place = Place(part.path)
    if suspect and _surrogates_in(part.decoded):
        return _unusable("it holds a lone surrogate, which no UTF-8 text can hold", place)
    if part.kind == "order":
        found = order_id(schema, part.decoded)
        what, wanted = "an order", "id"
    else:
        found = transactions_id(part.decoded)
        what, wanted = "transactions", "orderId"
    if found is None:
        message = f"{what} without a usable {wanted} (a string of 1 to 256 characters)"
        return Diagnostic("no-usable-id", message, "load what the service answered: a request has no id yet", place)
    return found


def _surrogates_in(decoded: JSON) -> bool:
    try:
        json.dumps(decoded, ensure_ascii=False, default=str).encode("utf-8")
    except (UnicodeEncodeError, RecursionError):
        return True
    return False


def _unfit(schema: Schema, part: _Part, place: Place) -> Iterable[Diagnostic]:
    decoded = part.decoded
    found = unfit_values(schema, decoded) if part.kind == "order" else unfit_values(schema, {}, decoded)
    for unfit in found:
        yield _at(Diagnostic("unfit-value", str(unfit), "", Place(part.path)), place)


def _at(diagnostic: Diagnostic, place: Place) -> Diagnostic:
    path = (*(place.path or ()), *(diagnostic.place.path or ()))
    return Diagnostic(diagnostic.code, diagnostic.message, diagnostic.help, Place(path))


def _unusable(why: str, place: Place) -> Diagnostic:
    return Diagnostic("unusable-document", why, "it was skipped", place)


def _undecoded(why: str, place: Place) -> Diagnostic:
    return replace(_unusable(why, place), facts={"undecoded": True})


# -- the bytes of a part ----------------------------------------------------------------------------------------

_SCAN = json.JSONDecoder(parse_float=str, parse_int=str).raw_decode


class _RawSlicer:
    """The bytes of a part, exactly as they stand in their source; of a key given twice the last one counts."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._inner: dict[Path, Any] = {}

    def slice(self, path: Path) -> bytes:
        if not path:
            return self._raw.strip(b" \t\r\n")
        around, step = path[:-1], path[-1]
        inner = self._inner.get(around)
        if inner is None:
            inner = self._inner[around] = _raw_decoder(isinstance(step, int)).decode(self.slice(around))
        return bytes(inner[step])


@cache
def _raw_decoder(of_list: bool) -> msgspec.json.Decoder[Any]:
    import msgspec

    return msgspec.json.Decoder(list[msgspec.Raw] if of_list else dict[str, msgspec.Raw])


class _Slicer:
    """The same of a text that the fast decoder does not take."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._spans: dict[Path, tuple[int, int]] = {}

    def slice(self, path: Path) -> bytes:
        start, end = self._span(path)
        return self._text[start:end].strip(" \t\r\n").encode("utf-8")

    def _span(self, path: Path) -> tuple[int, int]:
        if not path:
            return self._skip(0), len(self._text)
        if path not in self._spans:
            start, _ = self._span(path[:-1])
            children = self._members(start) if self._text[start] == "{" else self._elements(start)
            self._spans.update(((*path[:-1], step), span) for step, span in children)
        return self._spans[path]

    def _members(self, start: int) -> Iterator[tuple[str, tuple[int, int]]]:
        at = self._skip(start + 1)
        while self._text[at] != "}":
            name, at = _SCAN(self._text, at)
            begin = self._skip(self._skip(at) + 1)
            at = _SCAN(self._text, begin)[1]
            yield name, (begin, at)
            at = self._next(at)

    def _elements(self, start: int) -> Iterator[tuple[int, tuple[int, int]]]:
        at, index = self._skip(start + 1), 0
        while self._text[at] != "]":
            end = _SCAN(self._text, at)[1]
            yield index, (at, end)
            at, index = self._next(end), index + 1

    def _next(self, at: int) -> int:
        at = self._skip(at)
        return self._skip(at + 1) if self._text[at] == "," else at

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at
