"""The values of fields in orders and transactions.

A document may use REST names or SDK names (``_id``); if it has both, the REST name counts. Null means missing. A reader
never raises on a decoded document, whatever is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..diagnostics.quoting import described
from ..language.fields import Field, ValueSource
from ..language.limits import MAX_ID_CHARS, MAX_SORTABLE_CHARS
from ..language.schema import Schema
from ..language.types import Value, has_lone_surrogate

JSON = Any
Reader = Callable[[JSON, JSON], Value]
"""From an order and its transactions (or ``None``) to a value: ``None`` if missing, a list for a "many" field."""

_NO_RECORD: dict[str, JSON] = {}


@cache
def reader(schema: Schema, field: Field) -> Reader:
    """Return the function that reads ``field`` from a document."""
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
    read_value = value_reader(field)
    if source.joined:
        parts = [_single_getter(schema, path, source) for path in source.paths]
        return lambda order, transactions: read_value(join_words(part(order, transactions) for part in parts))
    if not field.many or source.single:
        get = _single_getter(schema, source.paths[0], source)
        if not field.many:
            return lambda order, transactions: read_value(get(order, transactions))

        def read_as_list(order: JSON, transactions: JSON) -> list[Value]:
            value = read_value(get(order, transactions))
            return [] if value is None else [value]

        return read_as_list
    get_elements = _many_getter(schema, source.paths[0], source)
    return lambda order, transactions: [
        value for item in get_elements(order, transactions) if (value := read_value(item)) is not None
    ]


def value_reader(field: Field) -> Callable[[JSON], Value]:
    """Return the function that reads a stored JSON value.

    The function returns ``None`` for a value that does not fit the field.
    """
    read = field.type.read
    if not (field.sortable and field.type.textual):
        return read

    def read_short(value: JSON) -> Value:
        if isinstance(value, str) and len(value) > MAX_SORTABLE_CHARS:
            return None
        return read(value)

    return read_short


def join_words(parts: Iterable[JSON]) -> str | None:
    """Join the texts that are not blank with spaces; ``None`` if there are none."""
    words = [part for part in parts if isinstance(part, str) and part and not part.isspace()]
    return " ".join(words) if words else None


def _single_getter(schema: Schema, path: tuple[str, ...], source: ValueSource) -> Reader:
    """Generate a function that returns the JSON value at a path, or ``None``."""
    # A path that is spelled out is several times faster than a loop over its steps.
    record = "order" if source.record == "order" else "transactions"
    lines = ["def get(order, transactions):", f"    at = {record}"]
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
    exec("\n".join(lines), scope)  # noqa: S102 - names of a schema are in the scope, not in the source
    get: Reader = scope["get"]
    return get


def _many_getter(schema: Schema, path: tuple[str, ...], source: ValueSource) -> Callable[[JSON, JSON], list[JSON]]:
    steps = [
        (step, schema.sdk_names.get(step), fallback_getter(schema, source) if number == len(path) else None)
        for number, step in enumerate(path, 1)
    ]
    in_order = source.record == "order"

    def get_elements(order: JSON, transactions: JSON) -> list[JSON]:
        nodes: list[JSON] = [order if in_order else transactions]
        for step, sdk, fallback in steps:
            found: list[JSON] = []
            for node in nodes:
                if isinstance(node, dict):
                    item = node.get(step)
                    if item is None and sdk is not None:
                        item = node.get(sdk)
                    if item is None and fallback is not None:
                        item = fallback(node)
                    if isinstance(item, list):
                        found.extend(_flat(item))
                    elif item is not None:
                        found.append(item)
            nodes = found
        return nodes

    return get_elements


@cache
def fallback_getter(schema: Schema, source: ValueSource) -> Callable[[JSON], JSON] | None:
    """Return the function that reads the first fallback of a source in an object.

    It returns ``None`` if the object has none of them. Without fallbacks there is no function.
    """
    if not source.fallbacks:
        return None
    getters = [_single_getter(schema, path, source) for path in source.fallbacks]

    def get_fallback(node: JSON) -> JSON:
        for get in getters:
            found = get(node, node)
            if found is not None:
                return found
        return None

    return get_fallback


def _flat(items: list[JSON]) -> Iterator[JSON]:
    """Yield the elements of nested lists in document order."""
    # A stack, not recursion: the document decides how deep its lists nest.
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
    """Return the id of an order, or ``None`` without a usable one.

    A usable id has 1 to 256 characters and no lone surrogate.
    """
    return _usable_id(reader(schema, schema.key)(order, None))


def transactions_id(document: JSON) -> str | None:
    """Return the order id of a transactions record, or ``None`` without a usable one."""
    record = transactions_record(document)
    return None if record is None else _usable_id(record.get("orderId"))


def _usable_id(key: JSON) -> str | None:
    usable = isinstance(key, str) and 0 < len(key) <= MAX_ID_CHARS and not has_lone_surrogate(key)
    return key if usable else None


def transactions_record(document: JSON) -> Mapping[str, JSON] | None:
    """Return a transactions record, without its envelope; ``None`` if it is no object."""
    if isinstance(document, Mapping) and isinstance(document.get("orderTransactions"), Mapping):
        document = document["orderTransactions"]
    return document if isinstance(document, Mapping) else None


@dataclass(frozen=True, slots=True)
class UnfitValue:
    """A stored value that does not fit its field, and so counts as missing."""

    field: Field
    value: JSON

    def __str__(self) -> str:
        problem = f"is not {self.field.type.says}"
        if isinstance(self.value, str) and self.field.sortable and len(self.value) > MAX_SORTABLE_CHARS:
            problem = f"has more than {MAX_SORTABLE_CHARS} characters"
        return f"{self.field.name}: {described(self.value)} {problem}, so it counts as missing"


@cache
def _element_getters(schema: Schema, record: str) -> list[tuple[Field, Callable[[JSON, JSON], list[JSON]]]]:
    return [
        (field, _many_getter(schema, source.paths[0], source))
        for field in schema.fields
        for source in field.sources
        if source.record == record and not source.joined
    ]


def unfit_values(schema: Schema, order: JSON, transactions: JSON = None) -> list[UnfitValue]:
    """Return every stored value that does not fit its field.

    Reads the transactions if given, else the order.
    """
    found = []
    record = "order" if transactions is None else "transactions"
    for field, get_elements in _element_getters(schema, record):
        for value in get_elements(order, transactions):
            if value_reader(field)(value) is None:
                found.append(UnfitValue(field, value))
    return found


def project(schema: Schema, order: JSON, transactions: JSON = None) -> dict[str, Value]:
    """Return the value of every stored field, by name."""
    record = transactions if transactions is not None else _NO_RECORD
    return {field.name: reader(schema, field)(order, record) for field in schema.stored_fields}
