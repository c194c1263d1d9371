"""What to write instead: the helps and fixes of the checker."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from ..diagnostics.edits import Edit
from ..diagnostics.place import Path
from ..language.fields import Field
from ..language.operators import CONNECTIVES, OPERATORS, Takes
from ..language.schema import Schema
from ..syntax.ast import Comparison
from ..syntax.unknown_keys import corrected_help

JSON = Any
Advice = tuple[str, tuple[Edit, ...]]

_OPERATOR_WORDS = {
    "$le": "$lte", "$ge": "$gte", "$neq": "$ne", "$not_in": "$nin", "$notin": "$nin", "$beginswith": "$startsWith",
    "$begins": "$startsWith", "$prefix": "$startsWith", "$any": "$hasSome", "$all": "$hasAll", "$contains": "$hasSome",
    "$containsany": "$hasSome", "$isnull": "$exists", "$isempty": "$exists",
}  # fmt: skip


def nearest(name: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The name most likely meant: the same but for case, the same last segment, or close in spelling."""
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


def field_meant(schema: Schema, name: str) -> str | None:
    """The field of the table that an unknown name seems to mean."""
    rest = schema.from_sdk(name)
    return rest if rest != name and schema.find(rest) else nearest(name, schema.by_name)


def unknown_field(schema: Schema, name: str, path: Path | None, sorting: bool = False) -> Advice:
    """For a field the table does not have."""
    meant = field_meant(schema, name)
    if meant is None:
        return "orderquery fields lists the fields of the table", ()
    row = schema.find(meant)
    if sorting and row is not None and not row.sortable:
        return f"did you mean {meant}? It cannot be sorted by: {_sortable(schema)} can", ()
    said = f"write {meant}" if schema.from_sdk(name) == meant else f"did you mean {meant}?"
    if path is None:
        return said, ()
    return said, (Edit("put", path, meant) if sorting else Edit("rename", path, meant),)


def _sortable(schema: Schema) -> str:
    return ", ".join(row.name for row in schema.fields if row.sortable and row.documented_sort)


def not_sortable(schema: Schema) -> str:
    """For a field that cannot be sorted by."""
    return f"sort by one of {_sortable(schema)}"


def unknown_operator(schema: Schema, node: Comparison, path: Path | None) -> Advice:
    """For an operator nobody has: a nested object, a connective under a field, or a slip."""
    name, row = node.operator, schema.find(node.field)
    if name in CONNECTIVES:
        return _connective_moved(node, path)
    if not name.startswith("$"):
        return _dotted(schema, node, path)
    allowed = row.operators if row else tuple(OPERATORS)
    meant = _OPERATOR_WORDS.get(name.casefold()) or nearest(name, OPERATORS, 0.7)
    listed = f"{node.field} has {', '.join(allowed)}" if row else f"the operators are {', '.join(OPERATORS)}"
    if meant is None or meant not in allowed:
        return listed, ()
    return f"did you mean {meant}? {listed}", (Edit("rename", path, meant),) if path is not None else ()


def _connective_moved(node: Comparison, path: Path | None) -> Advice:
    inner = node.operand if isinstance(node.operand, dict | tuple | list) else {"$eq": node.operand}
    parts = inner if isinstance(inner, tuple | list) else (inner,)
    under = [{node.field: part} for part in parts]
    moved = {node.operator: under[0] if node.operator == "$not" and len(under) == 1 else under}
    fix: tuple[Edit, ...] = ()
    if path is not None:
        fix = (Edit("put", (*path[:-2], node.operator), moved[node.operator]), Edit("drop", path[:-1]))
    return corrected_help(f"{node.operator} stands beside fields, not under one: write", moved), fix


def _dotted(schema: Schema, node: Comparison, path: Path | None) -> Advice:
    name, operand = f"{node.field}.{node.operator}", node.operand
    steps = 1
    while isinstance(operand, dict) and len(operand) == 1:
        key = next(iter(operand))
        if not isinstance(key, str) or key.startswith("$"):
            break
        name, operand, steps = f"{name}.{key}", operand[key], steps + 1
        if steps > 20:
            break
    meant = name if schema.find(name) else field_meant(schema, name) or name
    written = {meant: list(operand) if isinstance(operand, tuple) else operand}
    fix: tuple[Edit, ...] = ()
    if path is not None and schema.find(meant):
        holder = (*path[:-2], meant)
        fix = (Edit("put", holder, written[meant]), Edit("drop", path[:-1]))
    return corrected_help("a field is one dotted string: write", written), fix


def operator_not_allowed(node: Comparison, row: Field, schema: Schema) -> Advice:
    """For an operator of another field: the operators there are, and the same asked with them, where it can be."""
    path = node.place.path
    if path is None:
        return f"{row.name} has {', '.join(operator.spelled for operator in schema.operators_of(row))}", ()
    listed = f"{row.name} has {', '.join(row.operators)}"
    instead = _rewritten(node, row)
    if instead is None:
        return listed, ()
    fix: tuple[Edit, ...] = ()
    if not node.implicit:
        if len(instead) == 1 and row.name in instead:
            fix = (Edit("drop", path), Edit("put", path[:-1], instead[row.name]))
        else:
            key = next(iter(instead))
            fix = (Edit("put", (*path[:-2], key), instead[key]), Edit("drop", path[:-1]))
    return corrected_help(f"{listed}: write", instead), fix


def _rewritten(node: Comparison, row: Field) -> dict[str, JSON] | None:
    name, operand, has = node.operator, node.operand, row.operators
    values = list(operand) if isinstance(operand, tuple) else [operand]
    if name == "$exists" and isinstance(operand, bool) and "$ne" in has:
        return {row.name: {"$ne" if operand else "$eq": None}}
    if name == "$in" and "$eq" in has and 1 <= len(values) <= 10:
        return {"$or": [{row.name: value} for value in values]}
    if name == "$nin" and "$ne" in has and 1 <= len(values) <= 10:
        return {"$and": [{row.name: {"$ne": value}} for value in values]}
    if name in ("$hasSome", "$hasAll") and "$in" in has and (name == "$hasSome" or len(values) == 1):
        return {row.name: {"$in": values}}
    if name in ("$hasSome", "$hasAll", "$in") and "$eq" in has and len(values) == 1:
        return {row.name: {"$eq": values[0]}}
    return None


def operand_shape(node: Comparison, row: Field) -> tuple[str, JSON]:
    """What the operator takes, and the operand mended where it can be told (else ``None``)."""
    operator, operand = OPERATORS[node.operator], node.operand
    takes = operator.takes
    if takes is Takes.VALUES and not isinstance(operand, tuple | dict):
        return corrected_help(f"{node.operator} takes a list: write", {node.operator: [operand]}), [operand]
    if takes is Takes.FLAG:
        words: dict[Any, bool] = {"true": True, "false": False, 1: True, 0: False}
        key = operand.lower() if isinstance(operand, str) else operand
        meant = words.get(key) if isinstance(key, str | int) else None
        return "$exists takes true or false", meant
    if isinstance(operand, tuple) and len(operand) == 1 and not isinstance(operand[0], tuple | dict):
        return corrected_help("write", operand[0]), operand[0]
    if isinstance(operand, tuple) and node.operator == "$eq" and "$in" in row.operators:
        return corrected_help("for one of several values write", {row.name: {"$in": list(operand)}}), None
    return f"{node.operator} takes {takes.value}", None


@lru_cache(maxsize=1024)
def unknown_enum_value(row: Field, value: str) -> tuple[str, str | None]:
    """The values of the enum, and the one most likely meant."""
    meant = nearest(value.replace(" ", "_").replace("-", "_"), row.values)
    said = f"did you mean {meant}? " if meant else ""
    return f"{said}{row.name} is one of {', '.join(row.values)}", meant
