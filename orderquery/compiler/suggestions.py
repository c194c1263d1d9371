"""Suggestions: the helps and fixes of the checker.

The first line of a help is the one thing to write; a list of possibilities is a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from ..diagnostics.edits import Edit
from ..diagnostics.place import Path
from ..diagnostics.quoting import quoted
from ..language.fields import Field
from ..language.operators import CONNECTIVES, OPERATORS, Takes
from ..language.schema import Schema
from ..syntax.ast import Comparison, Search
from ..syntax.json_printer import write_help
from ..syntax.json_reader import Reader

JSON = Any
Advice = tuple[str, tuple[Edit, ...]]

_MAX_NESTED_NAMES = 20
_MAX_REWRITTEN_VALUES = 10
_OPERATOR_WORDS = {
    "$le": "$lte", "$ge": "$gte", "$neq": "$ne", "$not_in": "$nin", "$notin": "$nin", "$beginswith": "$startsWith",
    "$begins": "$startsWith", "$prefix": "$startsWith", "$any": "$hasSome", "$all": "$hasAll", "$contains": "$hasSome",
    "$containsany": "$hasSome", "$isnull": "$exists", "$isempty": "$exists",
}  # fmt: skip


def nearest(name: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the closest name, or ``None``.

    That is one equal but for case, with the same last segment, or close in spelling.
    """
    from difflib import get_close_matches

    candidates = list(names)
    folded = name.casefold()
    for candidate in candidates:
        if candidate.casefold() == folded:
            return candidate
    ends = [candidate for candidate in candidates if candidate.casefold().endswith("." + folded)]
    if len(ends) == 1:
        return ends[0]
    close = get_close_matches(name[:200], candidates, 1, cutoff)
    return close[0] if close else None


def nearest_field(schema: Schema, name: str) -> str | None:
    """Return the field of the table that is closest to an unknown name."""
    rest = schema.from_sdk(name)
    return rest if rest != name and schema.find(rest) else nearest(name, schema.by_name)


def unknown_field(schema: Schema, name: str, path: Path | None, sorting: bool = False) -> Advice:
    """Return help and fix for a field that the table does not have."""
    near = nearest_field(schema, name)
    if near is None:
        return 'for the fields run "orderquery fields"', ()
    help_ = f"did you mean {quoted(near)}?"
    row = schema.find(near)
    if sorting and row is not None and not row.sortable:
        return f"{help_} It is not sortable\n{sortable_fields(schema)}", ()
    if path is None:
        return help_, ()
    return help_, (Edit("put", path, near) if sorting else Edit("rename", path, near),)


def sortable_fields(schema: Schema) -> str:
    """Return the list of sortable fields, as a line of a help."""
    return "sortable: " + ", ".join(row.name for row in schema.fields if row.sortable and row.documented_sort)


def unknown_operator(schema: Schema, node: Comparison, path: Path | None) -> Advice:
    """Return help and fix for an unknown operator.

    It may be a nested object, a connective under a field, or a typing error.
    """
    name, row = node.operator, schema.find(node.field)
    if name in CONNECTIVES:
        return _connective_moved(node, path)
    allowed = row.operators if row else tuple(OPERATORS)
    if not name.startswith("$") and (row is None or "$" + name not in allowed):
        return _dotted(schema, node, path)
    near = "$" + name if not name.startswith("$") else _OPERATOR_WORDS.get(name.casefold())
    near = near or nearest(name, OPERATORS, 0.7)
    operators = f"operators of {node.field}: {', '.join(allowed)}" if row else f"operators: {', '.join(allowed)}"
    if near is None or near not in allowed:
        return operators, ()
    return f"did you mean {quoted(near)}?\n{operators}", (Edit("rename", path, near),) if path is not None else ()


def _connective_moved(node: Comparison, path: Path | None) -> Advice:
    inner = node.operand if isinstance(node.operand, dict | tuple | list) else {"$eq": node.operand}
    parts = inner if isinstance(inner, tuple | list) else (inner,)
    under = [{node.field: part} for part in parts]
    moved = {node.operator: under[0] if node.operator == "$not" and len(under) == 1 else under}
    fix: tuple[Edit, ...] = ()
    if path is not None:
        fix = (Edit("put", (*path[:-2], node.operator), moved[node.operator]), Edit("drop", path[:-1]))
    return write_help(moved), fix


def _dotted(schema: Schema, node: Comparison, path: Path | None) -> Advice:
    name, operand = f"{node.field}.{node.operator}", node.operand
    for _ in range(_MAX_NESTED_NAMES):
        if not (isinstance(operand, dict) and len(operand) == 1):
            break
        key = next(iter(operand))
        if not isinstance(key, str) or key.startswith("$"):
            break
        name, operand = f"{name}.{key}", operand[key]
    near = name if schema.find(name) else nearest_field(schema, name) or name
    written = {near: list(operand) if isinstance(operand, tuple) else operand}
    fix: tuple[Edit, ...] = ()
    if path is not None and schema.find(near):
        holder = (*path[:-2], near)
        fix = (Edit("put", holder, written[near]), Edit("drop", path[:-1]))
    return write_help(written), fix


def operator_not_allowed(node: Comparison, row: Field, schema: Schema) -> Advice:
    """Return help and fix for an operator that the field does not support.

    The fix is the same condition with an operator it does support.
    """
    path = node.place.path
    names = [operator.name if path is not None else operator.spelled for operator in schema.operators_of(row)]
    operators = f"operators of {row.name}: {', '.join(names)}"
    instead = _rewritten(node, row)
    if instead is None:
        return operators, ()
    if path is None:
        return f"write: {_in_text(instead, schema)}\n{operators}", ()
    fix: tuple[Edit, ...] = ()
    if not node.implicit:
        if len(instead) == 1 and row.name in instead:
            fix = (Edit("drop", path), Edit("put", path[:-1], instead[row.name]))
        else:
            key = next(iter(instead))
            fix = (Edit("put", (*path[:-2], key), instead[key]), Edit("drop", path[:-1]))
    return f"{write_help(instead)}\n{operators}", fix


def _in_text(filter_: dict[str, JSON], schema: Schema) -> str:
    from ..syntax.text_printer import print_text

    return print_text(Search(Reader({"filter": filter_}, "search", {}).search.filter), schema)


def _rewritten(node: Comparison, row: Field) -> dict[str, JSON] | None:
    name, operand, has = node.operator, node.operand, row.operators
    values = list(operand) if isinstance(operand, tuple) else [operand]
    if name == "$exists" and isinstance(operand, bool) and "$ne" in has:
        return {row.name: {"$ne" if operand else "$eq": None}}
    if name == "$in" and "$eq" in has and 1 <= len(values) <= _MAX_REWRITTEN_VALUES:
        return {"$or": [{row.name: value} for value in values]}
    if name == "$nin" and "$ne" in has and 1 <= len(values) <= _MAX_REWRITTEN_VALUES:
        return {"$and": [{row.name: {"$ne": value}} for value in values]}
    if name in ("$hasSome", "$hasAll") and "$in" in has and (name == "$hasSome" or len(values) == 1):
        return {row.name: {"$in": values}}
    if name in ("$hasSome", "$hasAll", "$in") and "$eq" in has and len(values) == 1:
        return {row.name: {"$eq": values[0]}}
    return None


def operand_shape(node: Comparison, row: Field) -> tuple[str, JSON]:
    """Return help for an operand of the wrong shape, and the likely operand."""
    operator, operand = OPERATORS[node.operator], node.operand
    takes = operator.takes
    if takes is Takes.VALUES and not isinstance(operand, tuple | dict):
        return write_help({node.operator: [operand]}), [operand]
    if takes is Takes.FLAG:
        words: dict[Any, bool] = {"true": True, "false": False, 1: True, 0: False}
        key = operand.lower() if isinstance(operand, str) else operand
        flag = words.get(key) if isinstance(key, str | int) else None
        return "write true or false" if flag is None else write_help(flag), flag
    if isinstance(operand, tuple) and len(operand) == 1 and not isinstance(operand[0], tuple | dict):
        return write_help(operand[0]), operand[0]
    if isinstance(operand, tuple) and node.operator == "$eq" and "$in" in row.operators:
        return write_help({row.name: {"$in": list(operand)}}), None
    return f"write {takes.value}", None


@lru_cache(maxsize=1024)
def unknown_enum_value(row: Field, value: str) -> tuple[str, str | None]:
    """Return help for a value that the enum lacks, and the closest value."""
    near = nearest(value.replace(" ", "_").replace("-", "_"), row.values)
    values = f"values of {row.name}: {', '.join(row.values)}"
    return f"did you mean {quoted(near)}?\n{values}" if near else values, near
