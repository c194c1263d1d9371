"""Warnings about operands of the right type that probably match nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from ..diagnostics.diagnostic import Fix
from ..diagnostics.place import Place
from ..diagnostics.quoting import quoted
from ..language.conditions import Condition, accepted_values
from ..language.datetimes import has_offset
from ..language.fields import Field
from ..language.odd_characters import described_oddity, without_odd_characters
from ..language.operators import OPERATORS, Operator
from ..language.schema import Schema
from ..language.types import is_guid
from ..language.unfilled_values import unfilled_value
from ..language.written_patterns import written_pattern
from ..syntax.ast import Comparison
from ..syntax.json_printer import write_help
from .signed_values import help_for_signed
from .suggestions import number_instead, spelled, write_condition

JSON = Any


class ValueWarning(NamedTuple):
    """The parts of a warning, and the value that a certain fix writes instead."""

    code: str
    message: str
    help: str
    fix: Fix | None = None
    value: JSON = None


def value_warning(
    item: JSON, row: Field, operator: Operator, place: Place, schema: Schema, index: int | None = None
) -> ValueWarning | None:
    """Return the warning about an operand of a field, if there is one.

    ``index`` is its place in a list.
    """
    name = row.type.name
    if name == "instant":
        if item[-1] in "Zz" or has_offset(item):
            return None
        message = f"{quoted(item)} has no UTC offset and is read as UTC"
        return ValueWarning("no-offset", message, f'write: "{item}Z"', "same-answer", item + "Z")
    if not isinstance(item, str):
        return None
    found = unfilled_operand(Comparison(row.name, operator.name, item, place), schema, index)
    if found is not None:
        return found
    if row.type.name == "text" and written_pattern(item) is not None:
        return pattern_value(Comparison(row.name, operator.name, item, place), row, schema, index)
    if without_odd_characters(item) != item:
        return odd_characters(Comparison(row.name, operator.name, item, place), schema, index)
    if name == "guid" and not is_guid(item):
        help_ = 'write a GUID such as "6f759095-0701-4075-9908-c9c31ff013e1"'
        return ValueWarning("not-a-guid", f"{quoted(item)} is not a GUID", help_)
    if name == "sequence" and not (item.isascii() and item.isdigit()):
        message = f"{quoted(item)} is not a number, so it comes after every number"
        signed = help_for_signed(item, row, operator, schema, in_text=place.path is None)
        if signed:
            return ValueWarning("not-a-number", message, signed, "guess")
        return ValueWarning(
            "not-a-number", message, *number_instead(Comparison(row.name, operator.name, item, place), schema, index)
        )
    return None


def unfilled_operand(node: Comparison, schema: Schema, index: int | None = None) -> ValueWarning | None:
    """Return the warning about a text that stands for a missing value (D171)."""
    in_text = node.place.path is None
    found = unfilled_value(node.operand, has_parameters=in_text)
    if found is None:
        return None
    help_ = found.help
    if found.is_absent and OPERATORS[node.operator].nulls and (index is None or not in_text):
        absent = write_condition(replace(node, operand=None), schema, in_text=True).removeprefix("write: ")
        wanted = "with" if node.operator in ("$ne", "$nin") else "without"
        help_ = f"{help_}\nfor orders {wanted} a value: {absent if in_text else 'null'}"
    return ValueWarning("unfilled-value", f"{quoted(node.operand)} is probably {found.reason}", help_)


def pattern_value(node: Comparison, row: Field, schema: Schema, index: int | None = None) -> ValueWarning | None:
    """Return the warning about a wildcard or a regular expression in a value (D172)."""
    found, in_text = written_pattern(node.operand), node.place.path is None
    if found is None:
        return None
    message = f"{quoted(node.operand)} is compared as it is: {quoted(found.sign)} is a character of it"
    has_prefix = "$startsWith" in row.operators
    if found.start and has_prefix and node.operator in ("$eq", "$startsWith") and index is None:
        condition = replace(node, operator="$startsWith", operand=found.start)
        is_operand = node.operator == "$startsWith" and not in_text
        help_ = write_help(found.start) if is_operand else write_condition(condition, schema, in_text=in_text)
        return ValueWarning("pattern-value", message, help_, "guess")
    prefix = spelled("$startsWith", node.place)
    return ValueWarning(
        "pattern-value",
        message,
        f"no operator finds a part of a text; {prefix} finds its start"
        if has_prefix
        else "no operator finds a part of a text; write whole values",
    )


def odd_characters(node: Comparison, schema: Schema, index: int | None = None) -> ValueWarning | None:
    """Return the warning about odd characters in a value (D163)."""
    plain = without_odd_characters(node.operand)
    if plain == node.operand:
        return None
    row = schema.find(node.field)
    if row is not None and row.type.name == "sequence":
        plain = plain.removeprefix("#")
    if index is not None or node.place.path is not None:
        help_ = write_help(plain)
    else:
        help_ = write_condition(replace(node, operand=plain), schema, in_text=True)
    message = f"{quoted(node.operand)} contains {described_oddity(node.operand)}, part of the value"
    return ValueWarning("odd-characters", message, help_, "guess")


def hidden_values(
    node: Comparison, row: Field, hidden: Collection[str], condition: Condition
) -> Iterator[tuple[str, str, Place]]:
    """Yield message, help and place for each operand that only hidden orders have."""
    wanted = set(accepted_values(condition))
    values = enumerate(node.operand) if isinstance(node.operand, tuple) else ((None, node.operand),)
    for index, value in values:
        if value in hidden and value in wanted:
            message = f"no search returns orders with {row.name} {quoted(value)}"
            yield message, f"remove {quoted(value)}", node.place.item(index)
