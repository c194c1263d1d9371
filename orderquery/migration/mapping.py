"""A mapping of documents from an old table to a new one: data of ``grammar/``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from ..diagnostics.errors import SchemaError
from ..diagnostics.place import Path
from ..language.grammar_files import grammar_text
from .restate import RESTATE

JSON = Any
Pattern = tuple[str, ...]
"""A path in which ``[]`` is every element of a list, ``[0]`` one element and ``[+]`` one more."""

OPS = (
    "move", "address", "enum", "any", "list", "map", "constant", "default", "line-total", "date-time", "sum",
    "condition", "twin", "extended-fields", "keep",
)  # fmt: skip
TRANSACTIONS = "transactions"
"""The first step of a path in the transactions record; all others are in the order."""

_LAST = 1 << 40
"""The number of an element behind all others of its list."""
_STEP = re.compile(r"[^.\[\]]+|\[[0-9+]?\]")


@dataclass(frozen=True)
class Row:
    """One row of a mapping: where an old value goes, and how.

    ``when`` and ``unless`` are conditions on other old values. ``of`` are the old values that the row needs besides.
    ``empty``: an empty list becomes an empty object. ``loss`` says what is lost if the old value has no counterpart.
    """

    source: Pattern
    target: Pattern
    op: str
    restate: str
    when: tuple[tuple[Pattern, JSON], ...]
    unless: tuple[tuple[Pattern, JSON], ...]
    of: tuple[Pattern, ...]
    value: JSON
    enum: str
    pair: tuple[str, ...]
    empty: bool
    loss: str
    note: str
    tag: str
    label: str
    """The path of the row in the documentation."""

    @cached_property
    def is_transaction(self) -> bool:
        """Whether the row writes into the transactions record."""
        return self.target[:1] == (TRANSACTIONS,)

    @cached_property
    def _fixed(self) -> Path | None:
        return None if "[]" in self.target else place(self.target, ())

    def target_of(self, path: Path) -> Path:
        """Return the new path for the value at an old path."""
        return self._fixed or place(self.target, path)


@dataclass(frozen=True, slots=True)
class EnumValue:
    """What one old value of an enum becomes."""

    field: str
    value: str
    targets: tuple[tuple[Pattern, str], ...]
    loss: str
    note: str
    tag: str


@dataclass(frozen=True, slots=True)
class PaymentRules:
    """When an old order has a payment, and what its amount is."""

    status: Pattern
    statuses: Mapping[str, str]
    total: Pattern
    gift_card: tuple[Pattern, ...]
    without_amount: frozenset[str]
    loss: str
    ids: tuple[str, str]
    tag: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """An old webhook event and the new event that replaces it."""

    title: str
    topic: str
    names: tuple[str, ...]
    order: str
    keys: tuple[str, ...]
    new: str
    new_order: str
    condition: str
    note: str
    tag: str


@dataclass(frozen=True, slots=True)
class CSVColumns:
    """The columns by which a CSV file is known, that of the order, and those of items."""

    marks: frozenset[str]
    order: str
    items: frozenset[str]


@dataclass(slots=True)
class Branch:
    """The rows of one old path, and the paths below it."""

    rows: list[int] = field(default_factory=list)
    below: dict[str, Branch] = field(default_factory=dict)
    whole: bool = False
    """A row takes the whole value, whatever is in it."""


@dataclass(frozen=True, slots=True)
class DocumentMapping:
    """A mapping of documents, read."""

    name: str
    source: str
    read: str
    keep_in: tuple[str, ...]
    rows: tuple[Row, ...]
    addresses: tuple[Row, ...]
    defaults: tuple[Row, ...]
    """The rows of values that a new document has if no other row writes them."""
    documented: tuple[Row, ...]
    """The rows as they are written, before those of addresses are put in."""
    enums: Mapping[str, Mapping[str, EnumValue]]
    payments: PaymentRules
    webhooks: tuple[Webhook, ...]
    webhook_order_id: tuple[str, str]
    """Where the id of the order is in an old payload, and in a new one."""
    columns: CSVColumns | None
    root: Branch


@cache
def export_to_ecommerce() -> DocumentMapping:
    """Return the mapping from the dashboard's CSV of orders to eCommerce orders."""
    return parse_mapping(grammar_text("stores-export-to-ecom.toml"))


@cache
def stores_to_ecommerce() -> DocumentMapping:
    """Return the mapping from orders of the Stores API to eCommerce orders."""
    return parse_mapping(grammar_text("stores-v2-to-ecom.toml"))


def parse_mapping(text: str) -> DocumentMapping:
    """Return the mapping of a TOML text.

    Raises:
        SchemaError: a row is invalid.

    """
    data = tomllib.loads(text)
    documented = tuple(map(_row, data["fields"]))
    addresses = tuple(map(_row, data["addresses"]))
    rows = tuple(part for row in documented for part in _expanded(row, addresses))
    enums: dict[str, dict[str, EnumValue]] = {}
    for entry in data["enums"]:
        enums.setdefault(entry["field"], {})[entry["value"]] = _enum_value(entry)
    for row in rows:
        if row.op == "enum" and row.enum not in enums:
            raise SchemaError(f'{row.label}: no enum "{row.enum}"')
    payments, order_id = data["payments"], data.get("webhook_order_id", {})
    return DocumentMapping(
        name=data["name"],
        source=data["source"],
        read=str(data["read"]),
        keep_in=tuple(data["keep_in"]),
        rows=rows,
        addresses=addresses,
        defaults=tuple(row for row in rows if row.op == "default"),
        documented=documented,
        enums=enums,
        payments=PaymentRules(
            read_pattern(payments["status"]),
            payments["statuses"],
            read_pattern(payments["total"]),
            tuple(map(read_pattern, payments["gift_card"])),
            frozenset(payments["without_amount"]),
            payments["loss"],
            (payments["ids"][0], payments["ids"][1]),
            payments["tag"],
        ),
        webhooks=tuple(map(_webhook, data.get("webhooks", ()))),
        webhook_order_id=(order_id.get("old", ""), order_id.get("new", "")),
        columns=_columns(data["csv"]) if "csv" in data else None,
        root=_branches(rows),
    )


def read_pattern(text: str) -> Pattern:
    """Return the steps of a path: ``("items", "[]", "id")`` of ``items[].id``."""
    return tuple(_STEP.findall(text))


def place(pattern: Pattern, path: Path) -> Path:
    """Return the path of a pattern, in the same elements of lists as ``path``."""
    numbers = iter([step for step in path if isinstance(step, int)])
    return tuple(_step(step, numbers) for step in pattern)


def _step(step: str, numbers: Iterator[int]) -> str | int:
    if step[0] != "[":
        return step
    return next(numbers) if step == "[]" else _LAST if step == "[+]" else int(step[1:-1])


def _row(entry: dict[str, JSON]) -> Row:
    op, restate = entry.get("op", "move"), entry.get("as", "text")
    label = str(entry.get("from") or entry.get("to"))
    unknown = entry.keys() - {
        "from", "to", "op", "as", "when", "unless", "of", "value", "enum", "pair", "empty",
        "contact", "loss", "note", "tag",
    }  # fmt: skip
    if unknown or op not in OPS or restate not in RESTATE or "tag" not in entry:
        wrong = ", ".join(sorted(unknown)) or (op if op not in OPS else restate if restate not in RESTATE else "no tag")
        raise SchemaError(f"{label}: invalid row of a mapping: {wrong}")
    return Row(
        source=read_pattern(entry.get("from", "")),
        target=read_pattern(entry.get("to", "")),
        op=op,
        restate=restate,
        when=_conditions(entry.get("when", {})),
        unless=_conditions(entry.get("unless", {})),
        of=tuple(map(read_pattern, entry.get("of", ()))),
        value=entry.get("value") if op != "address" else entry.get("contact", ""),
        enum=entry.get("enum", ""),
        pair=tuple(entry.get("pair", ())),
        empty=entry.get("empty", False),
        loss=entry.get("loss", ""),
        note=entry.get("note", ""),
        tag=entry["tag"],
        label=label,
    )


def _conditions(entries: dict[str, JSON]) -> tuple[tuple[Pattern, JSON], ...]:
    return tuple((read_pattern(path), wanted) for path, wanted in entries.items())


def _expanded(row: Row, addresses: tuple[Row, ...]) -> list[Row]:
    """Return a row itself, or the rows of the parts of its address."""
    if row.op != "address":
        return [row]
    places = {"address": row.target, "contactDetails": read_pattern(row.value), "order": ()}
    return [
        _replaced(part, row, places[part.target[0]] if part.target else ())
        for part in addresses
        if not part.target or part.target[0] == "order" or places[part.target[0]]
    ]


def _replaced(part: Row, row: Row, place: Pattern) -> Row:
    from dataclasses import replace

    source = (*row.source, *part.source)
    return replace(part, source=source, target=(*place, *part.target[1:]), label=".".join(source))


def _enum_value(entry: dict[str, JSON]) -> EnumValue:
    targets = tuple((read_pattern(path), new) for path, new in entry["to"].items())
    return EnumValue(
        entry["field"], entry["value"], targets, entry.get("loss", ""), entry.get("note", ""), entry["tag"]
    )


def _webhook(entry: dict[str, JSON]) -> Webhook:
    return Webhook(
        title=entry["title"],
        topic=entry["topic"],
        names=tuple(entry["names"]),
        order=entry["order"],
        keys=tuple(entry.get("keys", ())),
        new=entry["new"],
        new_order=entry.get("new_order", ""),
        condition=entry.get("condition", ""),
        note=entry.get("note", ""),
        tag=entry["tag"],
    )


def _columns(entry: dict[str, JSON]) -> CSVColumns:
    return CSVColumns(frozenset(entry["marks"]), entry["order"], frozenset(entry["items"]))


def _branches(rows: tuple[Row, ...]) -> Branch:
    root = Branch()
    for number, row in enumerate(rows):
        if not row.source:
            continue
        branch = root
        for step in row.source:
            branch = branch.below.setdefault(step, Branch())
        branch.rows.append(number)
        branch.whole |= row.op in ("keep", "extended-fields") or row.restate == "object"
    return root
