"""A card about one field.

It has the type, the operators with an example each, and where the value comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING

from ..compiler.render import printable
from ..language.operators import ANY, Takes
from .output import write_line
from .terminal import PIPE_COLUMNS, terminal_columns

if TYPE_CHECKING:
    from ..language.fields import Field, ValueSource
    from ..language.operators import Operator
    from ..language.schema import Schema

_MAX_COLUMNS = 100
_MIN_COLUMNS = 30
_LABEL_COLUMNS = 11
_OPERANDS = {
    "guid": ("7af37a04-9fb8-4b5e-a5ad-d4c4c8ba3d6d", "11111111-2222-4333-8444-555555555555"),
    "text": ('"red shoes"', '"blue shoes"'),
    "enum": ('"A"', '"B"'),
    "boolean": ("true", "false"),
    "instant": ("2026-01-31T12:00:00Z", "-7d"),
    "amount": ("100", "250.50"),
    "sequence": ("10126", "10127"),
}
"""Two operands of each type, in the text form."""
_PREFIXES = {"guid": '"7af37a"', "boolean": '"t"', "instant": '"2026-01"'}
"""Beginnings of a value, for operators that take a text; of other types the text itself."""


def write_card(schema: Schema, row: Field) -> None:
    """Write the card of a field to standard output."""
    for line in card_lines(schema, row, max(min(terminal_columns() or PIPE_COLUMNS, _MAX_COLUMNS), _MIN_COLUMNS)):
        write_line(line)


def card_lines(schema: Schema, row: Field, columns: int) -> Iterator[str]:
    """Yield the lines of the card of a field.

    They are at most ``columns`` wide, unless a word is longer.
    """
    yield printable(row.name)
    facts = {
        "type": f"{row.type.name}, many values" if row.many else row.type.name,
        "stored as": row.type.says,
        "values": ", ".join(row.values),
        "sort": ("yes" if row.documented_sort else "yes, though Wix does not document it") if row.sortable else "no",
        "also named": ", ".join(row.aliases),
        "missing": f"counts as {row.type.text(row.default)}" if row.default is not None else "",
        "read from": "; else ".join(map(_place, row.sources)),
        "note": " ".join(row.note.split()),
        "source": f"{schema.source}, read {schema.read}" if schema.read else schema.source,
    }
    hanging = " " * (_LABEL_COLUMNS + 2)
    for label, text in facts.items():
        if text:
            start = f"  {label:<{_LABEL_COLUMNS}}"
            yield from _filled(printable(text), columns, start, hanging)
    operators = schema.operators_of(row)
    yield ""
    yield "operators" if operators else "no search can filter by this field"
    for operator in operators:
        for example in examples(schema, row, operator):
            yield f"  {printable(example)}"
        meaning = f"{operator.name}: {operator.says}"
        yield from _filled(meaning, columns, " " * 6, " " * 6)


def _filled(text: str, columns: int, start: str, hanging: str) -> list[str]:
    return wrap(
        text, columns, initial_indent=start, subsequent_indent=hanging, break_on_hyphens=False, break_long_words=False
    )


def examples(schema: Schema, row: Field, operator: Operator) -> Iterator[str]:
    """Yield a condition in the text form for each spelling of an operator."""
    unlikely = {"UNSPECIFIED", *(schema.hidden[1] if schema.hidden is not None and schema.hidden[0] is row else ())}
    named = [value for value in row.values if value not in unlikely]
    values = [_word(value) for value in named[:2]] or list(_OPERANDS[row.type.name])
    operand = {
        Takes.VALUE: values[0],
        Takes.VALUES: f"({', '.join(values)})",
        Takes.FLAG: "",
        Takes.TEXT: _PREFIXES.get(row.type.name, values[0]),
    }[operator.takes]
    for spelling in operator.spellings:
        yield f"{row.name} {spelling.words}" + (f" {operand}" if spelling.operand is ANY else "")


def _word(value: str) -> str:
    """Return a value of an enum in the text form: in quotes if it is not one word."""
    return value if value.replace("_", "").isalnum() else f'"{value}"'


def _place(source: ValueSource) -> str:
    path = " + ".join(".".join(path) for path in source.paths)
    fallbacks = "".join(f", else {'.'.join(path)}" for path in source.all_paths[len(source.paths) :])
    return path + fallbacks + (" of the order's transactions" if source.record == "transactions" else "")
