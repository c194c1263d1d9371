"""Suggestions: what to write instead of a mistake, and how sure that is.

The first line of a help is the one thing to write; a list of possibilities is a line of its own.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from ..diagnostics.diagnostic import Fix
from ..diagnostics.errors import UsageError
from ..diagnostics.place import Place
from ..diagnostics.quoting import quoted
from ..language.conditions import negate
from ..language.fields import Field
from ..language.foreign_dates import foreign_dates, is_relative_time
from ..language.odd_characters import without_odd_characters
from ..language.operators import OPERATORS, Operator, Takes
from ..language.schema import Schema
from ..language.types import UnfitOperand, fold
from ..language.unfilled_values import unfilled_value
from ..language.written_amounts import GROUPED_DIGITS
from ..language.written_times import UNITS, written_time
from ..syntax.ast import Comparison, Filter, Not, Search, both, either
from ..syntax.foreign_operators import plain_value, range_of, value_of_field
from ..syntax.holes import Hole, is_spread
from ..syntax.json_decoder import decode_decimal, decode_exactly
from ..syntax.json_printer import print_filter, write_help
from .whole_periods import help_for_period
from .written_flags import help_for_flag

JSON = Any

_MAX_REWRITTEN_VALUES = 10
_MAX_LISTED_FIELDS = 20
_LAST_DAY = "9999-12-31"
_MAX_PLAIN_DIGITS = 18
"""A number of an order that a help of the text form shows without quotes."""


def operator_not_allowed(node: Comparison, row: Field, schema: Schema) -> tuple[str, Filter | None]:
    """Return the help for an unsupported operator, and the same condition if certain."""
    if isinstance(node.operand, Hole):
        return _with_hole(node, row, schema), None
    in_text = node.place.path is None
    period = help_for_period(node.operand, row, node.operator, in_text=in_text)
    instead = certain = None if period else _alternatives(node, row)
    if instead is None:
        instead = _guessed(node, row)
    names = [operator.spelled if in_text else operator.name for operator in schema.operators_of(row)]
    operators = row.list_operators(names)
    if period:
        return f"{period}\n{operators}", None
    if instead is None:
        return operators, None
    return f"{write_condition(instead, schema, in_text=in_text)}\n{operators}", certain


def _with_hole(node: Comparison, row: Field, schema: Schema) -> str:
    """Return the help for an unsupported operator with an operand that is not known."""
    operators = row.list_operators([operator.name for operator in schema.operators_of(row)])
    if node.operator != "$hasSome" or "$in" not in row.operators:
        return operators
    return f"{write_condition(Comparison(row.name, '$in', node.operand), schema, in_text=False)}\n{operators}"


def write_condition(tree: Filter, schema: Schema, *, in_text: bool) -> str:
    """Return the help that shows a condition, in the form of the search."""
    if not in_text:
        return write_help(print_filter(tree))
    from ..syntax.text_printer import print_text

    try:
        return f"write: {print_text(Search(tree), schema)}"
    except UsageError:
        return "write another operand"


def spelled(name: str, place: Place) -> str:
    """Return an operator as a message names it, in the form of the search."""
    return name if place.path is not None else quoted(OPERATORS[name].spellings[0].words)


def _alternatives(node: Comparison, row: Field) -> Filter | None:
    """Return the same condition with operators that the field has."""
    of_values = _of_single_values(node, row)
    return of_values if of_values is not None else _opposite(node, row)


def _of_single_values(node: Comparison, row: Field) -> Filter | None:
    """Return ``$in`` and ``$nin`` of a few values in terms of ``$eq`` and ``$ne``."""
    operand = node.operand
    if not isinstance(operand, tuple):
        operand = () if operand is None or pieces_of(operand) != (operand,) else (operand,)
    if not 1 <= len(operand) <= _MAX_REWRITTEN_VALUES:
        return None
    if not all(map(_is_one_value, operand)):
        return None
    single = {"$in": "$eq", "$nin": "$ne"}.get(node.operator)
    if single is None or single not in row.operators:
        return None
    parts = [Comparison(row.name, single, value, node.place, node.field_place) for value in dict.fromkeys(operand)]
    return either(parts) if single == "$eq" else both(parts)


def _opposite(node: Comparison, row: Field) -> Filter | None:
    """Return the negation of the field's operator that means the opposite of a text."""
    operator, operand = OPERATORS[node.operator], node.operand
    if operator.takes is not Takes.TEXT or not isinstance(operand, str):
        return None
    opposite = negate(operator.meaning(row, operand))
    for name in row.operators:
        if OPERATORS[name].takes is Takes.TEXT and OPERATORS[name].meaning(row, operand) == opposite:
            return Not(replace(node, operator=name))
    return None


def _is_one_value(value: JSON) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite()
    return value is None or isinstance(value, str | int | float) or (isinstance(value, Hole) and not is_spread(value))


def _guessed(node: Comparison, row: Field) -> Filter | None:
    name, operand, has = node.operator, node.operand, row.operators
    values = operand if isinstance(operand, tuple) else pieces_of(operand)
    is_open = any(map(is_spread, values))
    if name in ("$in", "$nin") and not isinstance(operand, tuple) and len(values) > 1:
        return _alternatives(replace(node, operand=values), row)
    if name == "$exists" and isinstance(operand, bool) and "$ne" in has:
        return Comparison(row.name, "$ne" if operand else "$eq", None)
    if name in ("$hasSome", "$hasAll") and "$in" in has and (name == "$hasSome" or (len(values) == 1 and not is_open)):
        return Comparison(row.name, "$in", values)
    if name in ("$hasSome", "$hasAll", "$in") and "$eq" in has and len(values) == 1 and not is_open:
        return Comparison(row.name, "$eq", values[0])
    return None


def operand_instead(operand: JSON, row: Field, operator: Operator) -> JSON:
    """Return the certain meaning of an operand of the wrong shape, else ``None``."""
    takes = operator.takes
    if takes is Takes.VALUES and not isinstance(operand, tuple | dict) and operand is not None:
        pieces = pieces_of(operand)
        if pieces != (operand,):
            # A text that is no enum value may have a comma in it.
            return pieces if set(pieces) <= set(row.values) else None
        return pieces
    if takes is Takes.FLAG and not isinstance(operand, bool):
        words: dict[JSON, bool] = {"true": True, "false": False, 1: True, 0: False}
        key = operand.lower() if isinstance(operand, str) else operand
        return words.get(key) if isinstance(key, str | int) else None
    if takes is Takes.VALUE and isinstance(operand, tuple) and len(operand) == 1 and not row.many:
        return None if isinstance(operand[0], tuple | list | dict | Hole) else operand[0]
    return None


def pieces_of(operand: JSON) -> tuple[JSON, ...]:
    """Return the values of a text that may stand for a list.

    They are those of a JSON list, or what is between commas. Another operand is the only value.
    """
    if not isinstance(operand, str):
        return (operand,)
    listed = _json_list(operand) if operand.lstrip()[:1] == "[" else None
    if listed is not None:
        return listed
    pieces = [piece.strip() for piece in operand.split(",")]
    return tuple([piece for piece in pieces if piece]) if len(pieces) > 1 and any(pieces) else (operand,)


def _json_list(text: str) -> tuple[JSON, ...] | None:
    try:
        values = decode_exactly(text, parse_float=decode_decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return None
    is_list = isinstance(values, list) and values and not any(isinstance(value, list | dict) for value in values)
    return tuple(values) if is_list else None


def operand_shape(node: Comparison, row: Field, schema: Schema) -> tuple[str, Fix | None]:
    """Return the help for an operand of the wrong shape without a certain meaning."""
    operand, in_text = node.operand, node.place.path is None
    if isinstance(operand, tuple) and node.operator == "$eq" and "$in" in row.operators:
        instead = Comparison(row.name, "$in", operand)
        return write_condition(instead, schema, in_text=in_text), "guess"
    if isinstance(operand, tuple) and node.operator == "$eq" and not in_text and not row.many:
        help_ = _list_of_one(operand, row)
        if help_:
            return help_, "guess"
    takes, pieces = OPERATORS[node.operator].takes, pieces_of(operand)
    if takes is Takes.VALUES and pieces != (operand,):
        if in_text:
            return write_condition(replace(node, operand=pieces), schema, in_text=True), "guess"
        one = f", or {json.dumps([operand], ensure_ascii=False)} for one value" if row.type.name == "text" else ""
        return write_help(pieces) + one, "guess"
    value = value_of_field(plain_value(operand), row) if takes is Takes.VALUE and not in_text else None
    if value is not None:
        return write_help(value), "guess"
    return "write true or false" if takes is Takes.FLAG else f"write {takes.value}", None


def _list_of_one(values: tuple[JSON, ...], row: Field) -> str:
    """Return the help for a list of values where the field has no ``$in``."""
    whole = range_of(row, *values) if len(values) == 2 else None
    fits = 1 < len(values) <= _MAX_REWRITTEN_VALUES and all(value_of_field(value, row) == value for value in values)
    shown = [] if whole is None else [f"{write_help(print_filter(whole), '').removeprefix(': ')} for the range"]
    if fits:
        alternatives = print_filter(either([Comparison(row.name, "$eq", value) for value in values]))
        shown.append(f"{write_help(alternatives, '').removeprefix(': ')} for one of them")
    return f"write: {', or '.join(shown)}" if shown else ""


class Instead(NamedTuple):
    """What to write instead of an operand, and how sure that is.

    ``operator`` is set if it changes, too.
    """

    help: str
    fix: Fix | None = None
    value: JSON = None
    operator: str | None = None


def unfit_operand(problem: UnfitOperand, item: JSON, row: Field, operator: Operator, *, in_text: bool) -> Instead:
    """Return what to write instead of an operand of the wrong type."""
    unfilled = unfilled_value(item, has_parameters=in_text) if isinstance(item, str) else None
    if unfilled is not None:
        return Instead(unfilled.help)
    is_one = operator.takes is Takes.VALUE
    period = help_for_period(item, row, operator.name, in_text=in_text) if is_one else ""
    if period:
        return Instead(period, "guess")
    is_time_in_text = in_text and row.type.name == "instant" and isinstance(item, str)
    relative = written_time(item) if is_time_in_text else None
    if relative is not None:
        return Instead(relative.help, "guess")
    instead = problem.instead
    flag = help_for_flag(item, row, operator, in_text=in_text) if instead is None else ""
    if flag:
        return Instead(flag, "guess")
    foreign = _foreign_date(item, row, operator, in_text=in_text) if instead is None else None
    if foreign is not None:
        return foreign
    if instead is None:
        units = f"\n{UNITS}" if is_time_in_text else ""
        return _plain_instead(item, row, operator, in_text=in_text) or Instead(f"write {problem.wanted}{units}")
    day = _bare_day(item) if row.type.name == "instant" else None
    if day is not None:
        to_write = _day_in_text if in_text else _day
        return to_write(day, f"{day}T00:00:00.000Z", row, operator)
    certain = not isinstance(item, int | float | Decimal) if row.type.name != "sequence" else True
    if row.type.name == "amount":
        certain = False
    if row.type.name in ("text", "guid", "enum"):
        certain = isinstance(item, int)
    other = "" if problem.other is None else f" or {write_help(problem.other, '').removeprefix(': ')}"
    return Instead(write_help(instead) + other, "intended" if certain else "guess", instead)


def _foreign_date(item: JSON, row: Field, operator: Operator, *, in_text: bool) -> Instead | None:
    """Return what to write for a date in the notation of another tool; a guess."""
    dates = foreign_dates(item) if row.type.name == "instant" else ()
    if len(dates) == 1 and _bare_day(dates[0]) is not None:
        to_write = _day_in_text if in_text else _day
        return Instead(to_write(dates[0], f"{dates[0]}T00:00:00.000Z", row, operator).help, "guess")
    if len(dates) > 1:
        return Instead(f"write the day as {' or '.join(map(quoted, dates))}", "guess")
    if dates:
        return Instead(f"write: {dates[0] if in_text else quoted(dates[0])}", "guess")
    if row.type.name == "instant" and not in_text and is_relative_time(item):
        return Instead('JSON has no relative dates; write a date-time such as "2024-01-31T09:30:00.000Z"')
    return None


def _plain_instead(item: JSON, row: Field, operator: Operator, *, in_text: bool) -> Instead | None:
    """Return what to write for a value with odd characters around it."""
    plain = without_odd_characters(item) if isinstance(item, str) else ""
    if not plain or plain == item:
        return None
    try:
        row.type.operand(plain)
    except UnfitOperand as problem:
        found = unfit_operand(problem, plain, row, operator, in_text=in_text)
        return None if found.fix is None else Instead(found.help, "guess", found.value)
    return Instead(write_help(plain), "guess", plain)


def _bare_day(item: JSON) -> str | None:
    """Return the day of a date without a time, such as ``2024-01-31`` or ``20240131``."""
    try:
        return date.fromisoformat(item.strip()).isoformat() if isinstance(item, str) else None
    except ValueError:
        return None


def _day_in_text(day: str, midnight: str, row: Field, operator: Operator) -> Instead:
    """Return what to write for a bare date in another notation, in a text."""
    from ..syntax.whole_days import whole_day_condition

    condition = whole_day_condition(row.name, row, operator.name, day, midnight)
    return (
        Instead(f"write: {day}", "intended", midnight) if condition is None else Instead(f"write: {condition}", "guess")
    )


def _day(day: str, midnight: str, row: Field, operator: Operator) -> Instead:
    """Return what to write instead of a bare date."""
    if operator.name in ("$gte", "$lt"):
        return Instead(write_help(midnight), "intended", midnight)
    if day == _LAST_DAY:
        return Instead(f"{write_help(midnight)} for midnight UTC", None)
    following = f"{date.fromisoformat(day) + timedelta(days=1)}T00:00:00.000Z"
    if operator.name == "$lte" and "$lt" in row.operators:
        shown = write_help({"$lt": following})
        return Instead(f"{shown}, so that the whole day is included", "intended", following, "$lt")
    if operator.name == "$gt" and "$gte" in row.operators:
        return Instead(
            f'{write_help({"$gte": following})} for after the day, or {{"$gt": "{midnight}"}} for after midnight UTC',
            "guess",
        )
    if operator.takes is Takes.VALUE and {"$gte", "$lt"} <= set(row.operators):
        whole: JSON = {"$and": [{row.name: {"$gte": midnight}}, {row.name: {"$lt": following}}]}
        if operator.name == "$ne":
            whole = {"$not": whole}
        return Instead(f'{write_help(whole)} for the whole day, or "{midnight}" for midnight UTC', "guess")
    return Instead(f"{write_help(midnight)} for midnight UTC", "guess")


def null_operand(row: Field, operator: Operator, place: Place) -> tuple[str, str]:
    """Return the message and the help for null where it is not an operand."""
    message = f"{spelled(operator.name, place)} does not take null"
    if "$eq" not in row.operators or operator.takes is not Takes.VALUE:
        return message, "remove null"
    if place.path is None:
        return message, f"write: {row.name} is missing"
    return message, 'write: {"$eq": null} to find orders without a value'


def prefix_instead(node: Comparison, row: Field, schema: Schema, wanted: str) -> Instead:
    """Return what to write instead of the operand of ``$startsWith`` that is no text."""
    operand = node.operand
    if not isinstance(operand, bool):
        return Instead(f"write {wanted}")
    if row.type.name == "boolean" and "$eq" in row.operators:
        help_ = write_condition(Comparison(row.name, "$eq", operand), schema, in_text=node.place.path is None)
        return Instead(help_, "intended", operand, "$eq")
    text = "true" if operand else "false"
    return Instead(write_help(text), "intended", text)


def boolean_prefix(node: Comparison, row: Field, schema: Schema) -> tuple[str, str, str, Place, Fix | None]:
    """Return the parts of the diagnostic for the start of ``true`` or ``false``."""
    prefix, place = fold(node.operand), node.place
    begun = [word == "true" for word in ("true", "false") if word.startswith(prefix)]
    code = "prefix-of-boolean" if begun else "never-matches"
    message = f'{spelled(node.operator, place)} compares {row.name} as the text "true" or "false"'
    present = Comparison(row.name, "$exists" if "$exists" in row.operators else "$ne", None)
    if len(begun) > 1 and present.operator == "$exists":
        present = replace(present, operand=True)
    values = [Comparison(row.name, "$eq", value) for value in begun or (True, False)]
    helps = [
        write_condition(tree, schema, in_text=place.path is None) for tree in ([present] if len(begun) > 1 else values)
    ]
    help_ = " or ".join([helps[0], *(text.removeprefix("write: ") for text in helps[1:])])
    return code, message, help_, place, "guess" if prefix and begun else None


def number_instead(node: Comparison, schema: Schema, index: int | None) -> tuple[str, Fix | None]:
    """Return the help for a number of an order that is not digits, such as ``#10042``."""
    digits = node.operand.strip().removeprefix("#").strip()
    digits = digits.replace(",", "") if GROUPED_DIGITS.fullmatch(digits) else digits
    if not (digits.isascii() and digits.isdigit()):
        return 'write digits such as "10042"', None
    if index is not None or node.place.path is not None:
        return write_help(digits), "guess"
    plain = digits[0] != "0" and len(digits) <= _MAX_PLAIN_DIGITS
    return write_condition(replace(node, operand=int(digits) if plain else digits), schema, in_text=True), "guess"


def shape_help(node: Comparison, instead: JSON, schema: Schema) -> str:
    """Return the help for an operand of the wrong shape with a certain meaning."""
    if node.place.path is None:
        return write_condition(replace(node, operand=instead), schema, in_text=True)
    return write_help(list(instead) if isinstance(instead, tuple) else instead)
