"""Orders and transactions in responses, envelopes and events, with their bytes.

Nothing in this module raises on bad input: a document that cannot be used is returned as a :class:`Diagnostic`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Path, Place
from ..diagnostics.quoting import quoted
from ..language.limits import MAX_ID_CHARS
from ..language.schema import Schema
from ..syntax.json_decoder import decode_decimal, decode_exactly
from ..syntax.json_printer import encode_json
from .defects import LONE_SURROGATE, TOO_DEEP, Defect, defect_of, has_surrogates, nests_too_deep
from .entities import Entity, NestedText, OldOrder, find_entities, marking_keys, moved_diagnostic, old_order
from .extract import Kind, Values, values_of
from .fields import order_id, transactions_id, unfit_values
from .large_texts import MAX_RECORD_BYTES, TooLarge
from .record_tables import of_another_table
from .slices import RawSlicer, TextSlicer
from .tokens import is_token, read_claims

if TYPE_CHECKING:
    import msgspec

JSON = Any
_MAX_TEXTS = 4
"""Of JSON texts inside each other; the service nests three."""


@dataclass(frozen=True, slots=True)
class Record:
    """One order or transactions record: its id, its bytes, and its decoded document.

    ``event_time`` is the time of the event that contained it, in microseconds since 1970-01-01 UTC, or ``None``.
    ``values`` are the values of its fields, or ``None`` if they were not read yet. ``schema`` is its table of fields,
    if that is not the one it was read with.
    """

    kind: Kind
    id: str
    document: bytes
    decoded: dict[str, JSON]
    event_time: int | None = None
    values: Values | None = None
    schema: Schema | None = None


Found = Record | Diagnostic


class OrderConverter(Protocol):
    """Makes records of orders of the Stores API."""

    @property
    def orders(self) -> int:
        """Return how many orders there were so far."""

    def convert(self, old: OldOrder, place: Place) -> Iterator[Found]:
        """Yield the records of an old order, or the problem with it."""

    def leave_out(self, document: JSON, used: list[Path], place: Place) -> Iterator[Diagnostic]:
        """Yield what a document has besides its orders, at the paths ``used``."""


_WHOLE = Place(())
_TOO_LARGE = Defect(f"a record has more than {MAX_RECORD_BYTES >> 20} MiB", "split it, or leave it out")


UNSHOWN = Diagnostic("unfit-value", "a value that does not fit its field")
"""Instead of such a problem where enough of them are shown: it has no place and no value."""


def is_skipped(problem: Diagnostic) -> bool:
    """Return whether a problem means that its document is not used."""
    return problem.code not in ("unfit-value", "unverified-event", "kept-value", "conversion-loss")


@cache
def _decoder() -> msgspec.json.Decoder[Any]:
    import msgspec

    return msgspec.json.Decoder(float_hook=decode_decimal)


def without_id(kind: Kind, key: str, place: Place) -> Diagnostic:
    """Return the diagnostic for a document whose ``key`` holds no usable id."""
    message = f"{quoted(key)} is missing, or not a string of 1 to {MAX_ID_CHARS} characters"
    what = "the order" if kind == "order" else "the transactions"
    return Diagnostic("no-usable-id", message, f"use {what} as returned by the service, not as sent to it", place)


def from_object(
    schema: Schema,
    document: JSON,
    place: Place = _WHOLE,
    *,
    other_tables: bool = False,
    converter: OrderConverter | None = None,
) -> Iterator[Found]:
    """Yield the records and problems of one decoded document.

    ``other_tables`` and ``converter`` are those of :func:`from_bytes`.
    """
    try:
        raw = encode_json(document)
        text = raw.decode("utf-8")
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        yield defect_of(error).at(place)
        return
    yield from _Ingester(schema, other_tables=other_tables, converter=converter).read(text, raw, place)


def from_bytes(
    schema: Schema,
    raw: bytes,
    place: Place = _WHOLE,
    *,
    report_unfit: bool = True,
    open_tokens: bool = False,
    other_tables: bool = False,
    converter: OrderConverter | None = None,
    has_enough: Callable[[], bool] | None = None,
) -> Iterator[Found]:
    """Yield the records and problems of one JSON text.

    Without ``report_unfit``, values that do not fit their fields are not reported. With ``open_tokens``, the text may
    be a webhook token; its signature is not checked, which is reported. With ``other_tables``, records of another table
    of fields are yielded with that table; otherwise they are problems. A ``converter`` makes records of orders of the
    Stores API; without it they are problems. As soon as ``has_enough``, values that do not fit are ``UNSHOWN``.
    """
    if isinstance(raw, TooLarge):
        yield _TOO_LARGE.undecoded(place)
        return
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        yield defect_of(error).undecoded(place)
        return
    ingester = _Ingester(
        schema,
        report_unfit=report_unfit,
        open_tokens=open_tokens,
        other_tables=other_tables,
        converter=converter,
        has_enough=has_enough,
    )
    yield from ingester.read(text, raw, place)


class _Ingester:
    """Reads one JSON text, and the JSON texts inside it."""

    def __init__(
        self,
        schema: Schema,
        *,
        report_unfit: bool = True,
        open_tokens: bool = False,
        other_tables: bool = False,
        converter: OrderConverter | None = None,
        has_enough: Callable[[], bool] | None = None,
    ) -> None:
        self._schema, self._report_unfit, self._has_enough = schema, report_unfit, has_enough
        self._open_tokens, self._other_tables, self._converter = open_tokens, other_tables, converter

    def read(self, text: str, raw: bytes, place: Place, level: int = 1) -> Iterator[Found]:
        suspect = False
        try:
            decoded = _decoder().decode(raw)
        except (ValueError, ArithmeticError, RecursionError):
            # The standard decoder accepts lone surrogates, so that one bad string does not cost a whole response.
            suspect = True
            try:
                decoded = decode_exactly(text, parse_float=decode_decimal)
            except (ValueError, ArithmeticError, RecursionError) as error:
                yield from self._not_json(raw, error, place, level)
                return
        if not suspect and type(decoded) is dict and decoded.keys().isdisjoint(marking_keys(self._schema)):
            # Most texts are one order, and the general way takes longer.
            key = order_id(self._schema, decoded)
            if key is not None:
                yield from self._stored(Entity("order", decoded, ()), key, raw.strip(b" \t\r\n"), place)
                return
        slicer = TextSlicer(text) if suspect else RawSlicer(raw)
        used, before = list[Path](), self._converter.orders if self._converter else 0
        for part in find_entities(self._schema, decoded):
            used.append((part.place.path or ()) if isinstance(part, Diagnostic) else part.path)
            if isinstance(part, Diagnostic):
                yield moved_diagnostic(part, place)
            elif isinstance(part, NestedText):
                yield from self._read_nested(part, place, level)
            elif isinstance(part, OldOrder):
                yield from self._read_old(part, raw, place, suspect)
            else:
                yield from self._record(part, slicer, place, suspect)
        if self._converter is not None and self._converter.orders > before:
            yield from self._converter.leave_out(decoded, used, place)

    def _read_old(self, old: OldOrder, raw: bytes, place: Place, suspect: bool) -> Iterator[Found]:
        at = Place((*(place.path or ()), *old.path))
        if self._converter is None:
            yield old_order(old, at)
        elif suspect and has_surrogates(old.decoded):
            yield LONE_SURROGATE.at(at)
        elif nests_too_deep(old.decoded, raw):
            yield TOO_DEEP.at(at)
        else:
            yield from self._converter.convert(old, at)

    def _not_json(self, raw: bytes, error: Exception, place: Place, level: int) -> Iterator[Found]:
        if level > 1 or not is_token(raw):
            yield defect_of(error).undecoded(place)
            return
        if not self._open_tokens:
            help_ = "send one token as the whole body, so that its signature can be checked"
            yield Defect("a webhook token, not JSON", help_).undecoded(place)
            return
        message = "the signature of this webhook token was not checked"
        yield Diagnostic("unverified-event", message, "load only tokens that you trust", place)
        try:
            claims = read_claims(raw)
            text = claims.decode("utf-8")
        except ValueError:
            yield Defect("a webhook token whose claims are not JSON", "copy the whole token").at(place)
            return
        yield from self._read_inner(text, claims, place, level)

    def _read_nested(self, part: NestedText, place: Place, level: int) -> Iterator[Found]:
        at = Place((*(place.path or ()), *part.path))
        try:
            raw = part.text.encode("utf-8")
        except UnicodeEncodeError:
            yield LONE_SURROGATE.at(at)
            return
        if part.schema is None:
            yield from self._read_inner(part.text, raw, at, level)
            return
        reader = _Ingester(part.schema, report_unfit=self._report_unfit, other_tables=True, has_enough=self._has_enough)
        for found in reader._read_inner(part.text, raw, at, level):
            table = found.schema or part.schema if isinstance(found, Record) else self._schema
            if isinstance(found, Diagnostic):
                yield found
            elif table is self._schema or self._other_tables:
                yield replace(found, schema=None if table is self._schema else table)
            else:
                yield of_another_table(self._schema, table, at)

    def _read_inner(self, text: str, raw: bytes, place: Place, level: int) -> Iterator[Found]:
        """Yield what is in a text inside the document, without lines and columns.

        They would not be those of the file.
        """
        if level >= _MAX_TEXTS:
            yield Defect("JSON texts nest too deeply", "load the event itself").at(place)
            return
        for found in self.read(text, raw, place, level + 1):
            if isinstance(found, Diagnostic) and found is not UNSHOWN:
                yield replace(found, line=None, column=None, facts={})
            else:
                yield found

    def _record(self, entity: Entity, slicer: RawSlicer | TextSlicer, place: Place, suspect: bool) -> Iterator[Found]:
        if entity.schema is not None and not self._other_tables:
            yield moved_diagnostic(of_another_table(self._schema, entity.schema, Place(entity.path)), place)
            return
        key = self._usable_id(entity, suspect)
        if isinstance(key, Diagnostic):
            yield moved_diagnostic(key, place)
            return
        try:
            document = slicer.slice(entity.path)
        except RecursionError:
            yield moved_diagnostic(TOO_DEEP.at(Place(entity.path)), place)
        else:
            yield from self._stored(entity, key, document, place)

    def _stored(self, entity: Entity, key: str, document: bytes, place: Place) -> Iterator[Found]:
        """Yield the record with these bytes, and the values of it that do not fit."""
        if nests_too_deep(entity.decoded, document):
            yield moved_diagnostic(TOO_DEEP.at(Place(entity.path)), place)
        elif not self._report_unfit:
            yield Record(entity.kind, key, document, entity.decoded, entity.event_time, schema=entity.schema)
        else:
            values, all_fit = values_of(entity.schema or self._schema, entity.kind, entity.decoded)
            yield Record(entity.kind, key, document, entity.decoded, entity.event_time, values, entity.schema)
            if not all_fit:
                yield from self._unfit_values(entity, place)

    def _usable_id(self, entity: Entity, suspect: bool) -> str | Diagnostic:
        """Return the id of an entity, or a diagnostic that says why it cannot be stored."""
        place, schema = Place(entity.path), entity.schema or self._schema
        if suspect and has_surrogates(entity.decoded):
            return LONE_SURROGATE.at(place)
        if entity.kind == "order":
            found, key = order_id(schema, entity.decoded), schema.key.name
        else:
            found, key = transactions_id(entity.decoded), "orderId"
        return without_id(entity.kind, key, place) if found is None else found

    def _unfit_values(self, entity: Entity, place: Place) -> Iterable[Diagnostic]:
        decoded, schema = entity.decoded, entity.schema or self._schema
        found = unfit_values(schema, decoded) if entity.kind == "order" else unfit_values(schema, {}, decoded)
        for unfit in found:
            if self._has_enough is not None and self._has_enough():
                yield UNSHOWN
            else:
                yield moved_diagnostic(Diagnostic("unfit-value", str(unfit), "", Place(entity.path)), place)
