"""Orders and transactions to the values of fields: the one place that walks a document.

A document may use REST names or the SDK's (``_id``); where both stand, the REST name counts. Null and missing are one
thing. A reader never raises on a decoded document, whatever is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..language.fields import Field, ValueSource
from ..language.limits import MAX_ID_CHARS, MAX_SORTABLE_CHARS
from ..language.schema import Schema
from ..language.types import Value, ValueType, has_lone_surrogate

JSON = Any
Reader = Callable[[JSON, JSON], Value]
"""From an order and its transactions (or ``None``) to a value, ``None`` for missing, a list for a field of many."""

_NO_RECORD: dict[str, JSON] = {}


@cache
def reader(schema: Schema, field: Field) -> Reader:
    """The function that reads ``field`` out of a document."""
    sources = [_source_reader(schema, field, source) for source in field.sources]
    first = sources[0]
    if field.many:
        if len(sources) == 1:
            return first
        return lambda order, transactions: next(
            (found for source in sources if (found := source(order, transactions))), []
        )
    default = field.default
    if len(sources) == 1 and default is None:
        return first

    def read(order: JSON, transactions: JSON) -> Value:
        for source in sources:
            value = source(order, transactions)
            if value is not None:
                return value
        return default

    return read


def _source_reader(schema: Schema, field: Field, source: ValueSource) -> Reader:
    fits = fitting(field)
    if source.joined:
        parts = [_single_walk(schema, path, source) for path in source.paths]
        return lambda order, transactions: fits(words_joined(part(order, transactions) for part in parts))
    if not field.many or source.single:
        walk = _single_walk(schema, source.paths[0], source)
        if not field.many:
            return lambda order, transactions: fits(walk(order, transactions))

        def one(order: JSON, transactions: JSON) -> list[Value]:
            value = fits(walk(order, transactions))
            return [] if value is None else [value]

        return one
    elements = _many_walk(schema, source.paths[0], source)
    return lambda order, transactions: [
        value for item in elements(order, transactions) if (value := fits(item)) is not None
    ]


def fitting(field: Field) -> Callable[[JSON], Value]:
    """What a stored value counts as: read by the field's type, or ``None`` where it does not fit the field."""
    read = field.type.read
    if not (field.sortable and field.type.textual):
        return read

    def fits(value: JSON) -> Value:
        if isinstance(value, str) and len(value) > MAX_SORTABLE_CHARS:
            return None
        return read(value)

    return fits


def words_joined(parts: Iterable[JSON]) -> str | None:
    """The texts among these that are not blank, with spaces between them; ``None`` where there are none."""
    words = [part for part in parts if isinstance(part, str) and part and not part.isspace()]
    return " ".join(words) if words else None


def _single_walk(schema: Schema, path: tuple[str, ...], source: ValueSource) -> Reader:
    """A generated function: the path spelled out is several times faster than a loop over it."""
    record = "order" if source.record == "order" else "transactions"
    lines = ["def walk(order, transactions):", f"    at = {record}"]
    names: dict[str, str] = {}
    for index, step in enumerate(path):
        names[f"n{index}"] = step
        lines += ["    if not isinstance(at, dict): return None", f"    found = at.get(n{index})"]
        if step in schema.sdk_names:
            names[f"s{index}"] = schema.sdk_names[step]
            lines.append(f"    if found is None: found = at.get(s{index})")
        lines.append("    at = found")
    lines.append("    return at")
    scope: dict[str, Any] = dict(names)
    exec("\n".join(lines), scope)  # noqa: S102 - the source holds no name or value from outside
    walk: Reader = scope["walk"]
    return walk


def _many_walk(schema: Schema, path: tuple[str, ...], source: ValueSource) -> Callable[[JSON, JSON], list[JSON]]:
    steps = [(step, schema.sdk_names.get(step)) for step in path]
    in_order = source.record == "order"

    def walk(order: JSON, transactions: JSON) -> list[JSON]:
        nodes: list[JSON] = [order if in_order else transactions]
        for step, sdk in steps:
            found: list[JSON] = []
            for node in nodes:
                if isinstance(node, dict):
                    item = node.get(step)
                    if item is None and sdk is not None:
                        item = node.get(sdk)
                    if isinstance(item, list):
                        found.extend(_flat(item))
                    elif item is not None:
                        found.append(item)
            nodes = found
        return nodes

    return walk


def _flat(items: list[JSON]) -> Iterator[JSON]:
    """The elements, nested lists flattened, in document order. A stack: the nesting is the document's to choose."""
    stack = [iter(items)]
    while stack:
        for item in stack[-1]:
            if isinstance(item, list):
                stack.append(iter(item))
                break
            if item is not None:
                yield item
        else:
            stack.pop()


def order_id(schema: Schema, order: JSON) -> str | None:
    """The key of an order, or ``None`` where it has no usable one: 1 to 256 characters, writable as UTF-8."""
    return _usable(reader(schema, schema.key)(order, None))


def transactions_id(document: JSON) -> str | None:
    """The order id of a transactions record, or ``None`` where it has no usable one."""
    record = transactions_record(document)
    return None if record is None else _usable(record.get("orderId"))


def _usable(key: JSON) -> str | None:
    usable = isinstance(key, str) and 0 < len(key) <= MAX_ID_CHARS and not has_lone_surrogate(key)
    return key if usable else None


def transactions_record(document: JSON) -> Mapping[str, JSON] | None:
    """The transactions record itself, out of the envelope it may have been handed over in."""
    if isinstance(document, Mapping) and isinstance(document.get("orderTransactions"), Mapping):
        document = document["orderTransactions"]
    return document if isinstance(document, Mapping) else None


@dataclass(frozen=True, slots=True)
class Unfit:
    """A stored value that does not fit its field, and so counts as missing."""

    field: Field
    value: JSON

    def __str__(self) -> str:
        shown = repr(self.value)
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        why = self.field.type.says
        if isinstance(self.value, str) and self.field.sortable and len(self.value) > MAX_SORTABLE_CHARS:
            why = f"at most {MAX_SORTABLE_CHARS} characters"
        return f"{self.field.name} is {shown}, not {why}: it counts as missing"


@cache
def _probes(schema: Schema, record: str) -> list[tuple[Field, Callable[[JSON, JSON], list[JSON]], ValueType]]:
    return [
        (field, _many_walk(schema, source.paths[0], source), field.type)
        for field in schema.fields
        for source in field.sources
        if source.record == record and not source.joined
    ]


def unfit_values(schema: Schema, order: JSON, transactions: JSON = None) -> list[Unfit]:
    """Every stored value that is there and does not fit its field."""
    found = []
    record = "order" if transactions is None else "transactions"
    for field, walk, _ in _probes(schema, record):
        for value in walk(order, transactions):
            if fitting(field)(value) is None:
                found.append(Unfit(field, value))
    return found


def project(schema: Schema, order: JSON, transactions: JSON = None) -> dict[str, Value]:
    """The value of every field, by name."""
    record = transactions if transactions is not None else _NO_RECORD
    return {field.name: reader(schema, field)(order, record) for field in schema.fields}
