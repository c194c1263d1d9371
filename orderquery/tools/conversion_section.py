"""The part of the reference about converting orders of the Stores API.

It is generated from the rows of the mapping, ``grammar/stores-v2-to-ecom.toml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..migration.mapping import DocumentMapping, Pattern, Row, export_to_ecommerce, stores_to_ecommerce

_HOW = {
    "address": "its parts: see below",
    "enum": "see the values below",
    "any": "true if any of them is true",
    "list": "an empty list",
    "map": "a list of pairs as one object",
    "constant": "with it",
    "default": "if no other row writes it",
    "line-total": "less discount, plus tax unless included",
    "date-time": "with `Time`, as one date-time",
    "sum": "computed; kept if it differs",
    "condition": "chooses between rows",
    "twin": "left out if equal, else kept",
    "extended-fields": "the namespaces as they are",
    "keep": "kept",
}
_NOTATIONS = {
    "digits": "as a text of digits",
    "integer": "as an integer",
    "amount": "as a decimal string",
    "number": "as a number",
    "negated": "negated",
    "line-id": "as a GUID of the number",
    "unquoted": "without quotes",
}


def conversion_section() -> str:
    """Return the conversion of documents as Markdown."""
    mapping, export = stores_to_ecommerce(), export_to_ecommerce()
    return "\n".join(
        (
            *_intro(mapping),
            *_fields(mapping),
            *_values(mapping),
            *_webhooks(mapping),
            *_export(export),
            *_values(export),
        )
    )


def _intro(mapping: DocumentMapping) -> Iterator[str]:
    rows = len(mapping.documented)
    yield "## From Stores orders to eCommerce orders\n"
    yield (
        f"`{mapping.name}.toml`, read {mapping.read} from <{mapping.source}> and the documents: {rows} rows of fields "
        f"and {len(mapping.addresses)} of addresses. `orderquery convert-orders` and `load --convert` apply them in "
        "this order: the first row that writes a path wins, another value is kept. What is kept is under "
        f"`{'.'.join(mapping.keep_in)}`, at its old path (D95). A path that begins with `transactions` is in the order "
        "transactions.\n"
    )
    yield (
        "Sources: SEED, the conversion tables of the documents; PAIR, the one order known in both forms; SDK, typings; "
        "FIELD, the machine-readable documentation of the old API, and clients; VELO, the collection Stores/Orders; "
        "INF, inferred.\n"
    )


def _fields(mapping: DocumentMapping) -> Iterator[str]:
    head = ("old", "new", "how", "source", "note")
    yield from _table(head, map(_field, mapping.documented))
    yield "Parts of an address, whose names and numbers go into `contactDetails` beside the new address:\n"
    yield from _table(head, map(_field, mapping.addresses))


def _field(row: Row) -> tuple[str, ...]:
    how = [_HOW[row.op]] if row.op in _HOW else [_NOTATIONS[row.restate]] if row.restate in _NOTATIONS else []
    how += [f"if {_text(pattern)} is {wanted}" for pattern, wanted in row.when]
    how += [f"unless {_text(pattern)} is {other}" for pattern, other in row.unless]
    if row.op in ("constant", "default"):
        how.insert(0, f"`{row.value}`")
    notes = ". ".join(filter(None, (row.note, f"Loss: {row.loss}" if row.loss else "")))
    return (_code(row.source), _code(row.target), ", ".join(how), row.tag, notes)


def _values(mapping: DocumentMapping) -> Iterator[str]:
    yield "Values of enums; one without a row is kept:\n"
    rows = (
        (
            f"`{value.field}`",
            "any other" if value.value == "*" else f"`{value.value}`",
            ", ".join("the same" if new == "*" else f"`{_text(target)}`: `{new}`" for target, new in value.targets),
            value.tag,
            ". ".join(filter(None, (value.note, f"Loss: {value.loss}" if value.loss else ""))),
        )
        for values in mapping.enums.values()
        for value in values.values()
    )
    yield from _table(("field", "old value", "new", "source", "note"), rows)
    rules = mapping.payments
    statuses = ", ".join(f"`{old}` (its status: `{new}`)" for old, new in rules.statuses.items())
    yield (
        f"An order that is {statuses} has a payment of `{_text(rules.total)}` less the gift card (D96). For "
        f"{', '.join(f'`{status}`' for status in sorted(rules.without_amount))}: {rules.loss}. Source: {rules.tag}.\n"
    )


def _webhooks(mapping: DocumentMapping) -> Iterator[str]:
    old, new = mapping.webhook_order_id
    yield f"Webhooks (`orderquery explain event NAME`). The id of the order was `{old}`, now `{new}`:\n"
    rows = (
        (
            row.title,
            f"`{row.topic}`" if row.topic else "none",
            row.order,
            f"`{row.new}`" + (f", if {row.condition}" if row.condition else "") if row.new else "none",
            f"`{row.new_order}`" if row.new_order else "",
            row.tag,
            row.note,
        )
        for row in mapping.webhooks
    )
    yield from _table(("event", "old topic", "old order in", "new event", "new content in", "source", "note"), rows)


def _export(mapping: DocumentMapping) -> Iterator[str]:
    yield (
        "The CSV of orders that the dashboard exported: a row is a line item (`items[]`). Its columns are those that "
        f"public code reads (`{mapping.name}.toml`, {mapping.read}); Wix documents none of them.\n"
    )
    yield from _table(("column", "new", "how", "source", "note"), map(_field, mapping.documented))


def _code(pattern: Pattern) -> str:
    return f"`{_text(pattern)}`" if pattern else ""


def _text(pattern: Pattern) -> str:
    return "".join(step if step[0] == "[" or not number else f".{step}" for number, step in enumerate(pattern))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    yield from (f"| {' | '.join(cells)} |" for cells in rows)
    yield ""
