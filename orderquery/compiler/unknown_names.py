"""What to write for an unknown name, perhaps with a sign or a value in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from ..diagnostics.diagnostic import Fix
from ..diagnostics.quoting import quoted
from ..language.elsewhere import certain_field, fields_elsewhere, fields_from_elsewhere
from ..language.grammar_files import table_names
from ..language.near import closest_name, without_minus, without_negation, without_plus
from ..language.schema import DEFAULT_SCHEMA, Schema
from ..language.types import UnfitOperand
from ..syntax.ast import Comparison, SortKey, comparisons
from ..syntax.json_printer import write_help
from ..syntax.problems import Problems
from .suggestions import Instead

_MAX_LISTED_FIELDS = 20
_MAX_NUMBER = 10**15


def nearest_field(schema: Schema, name: str) -> str | None:
    """Return the field of the table that is closest to an unknown name."""
    return certain_field(schema, name) or closest_name(name, schema.by_name)


def unknown_field(schema: Schema, name: str, problems: Problems, *, sorting: bool = False) -> tuple[str, Fix | None]:
    """Return the help for a name without a certain meaning."""
    elsewhere = fields_elsewhere()
    names = [name for name, row in schema.by_name.items() if row.sortable or not sorting]
    other = schema.by_name.get(elsewhere.other_values.get(name, ""))
    if other is not None and not sorting:
        return f"see the values of {quoted(other.name)}: {', '.join(other.values)}", "guess"
    others = [field for field in fields_from_elsewhere(name) if field in schema.by_name]
    may_be = [field for field in others if field in names]
    if may_be:
        return f"did you mean {' or '.join(map(quoted, may_be))}?", "guess"
    if others:
        return f"{quoted(others[0])} is not sortable\n{sortable_fields(schema)}", None
    if known := unsearchable_part(name, schema):
        nearest = elsewhere.nearest.get(known)
        nearest = nearest if nearest in names else None
        help_ = f"{quoted(known)} exists, but cannot be searched"
        return (f"{help_}\nnearest field: {nearest}", "guess") if nearest else (help_, None)
    near = problems.closest(name, names)
    if near:
        return f"did you mean {quoted(near)}?", "guess"
    path = _paths_by_end(schema).get(name, "")
    known = unsearchable_part(path, schema) if path else ""
    return (f"{quoted(known)} exists, but cannot be searched" if known else _list_of_fields(schema, names)), None


@lru_cache(maxsize=16)  # a request may have thousands of unknown names
def _paths_by_end(schema: Schema) -> dict[str, str]:
    """Return the shortest path without a search by what it ends with."""
    starts = {field.partition(".")[0] for field in schema.by_name}
    found: dict[str, str] = {}
    for path in sorted(fields_elsewhere().unsearchable, key=lambda path: (path.count("."), path)):
        steps = path.split(".")
        if steps[0] in starts:
            for count in range(1, len(steps)):
                found.setdefault(".".join(steps[count:]), path)
    return found


def unsearchable_part(name: str, schema: Schema) -> str:
    """Return the longest start of a path that is a property without a search."""
    steps = name.split(".")
    starts = [".".join(steps[:count]) for count in range(len(steps), 0, -1)]
    found = next((start for start in starts if start in fields_elsewhere().unsearchable), "")
    return "" if not found or any(field.startswith(f"{found}.") for field in schema.by_name) else found


def _list_of_fields(schema: Schema, names: Sequence[str]) -> str:
    """Return the command that lists the fields of a table, or the first fields."""
    if schema.name == DEFAULT_SCHEMA:
        return 'for the fields run "orderquery fields"'
    if schema.name in table_names():
        return f'for the fields run "orderquery fields --table {schema.name}"'
    names = [row.name for row in schema.fields if row.name in names]
    more = len(names) - _MAX_LISTED_FIELDS
    return f"fields: {', '.join(names[:_MAX_LISTED_FIELDS])}" + (f" and {more:,} more" if more > 0 else "")


def sortable_fields(schema: Schema) -> str:
    """Return the list of sortable fields, as a line of a help."""
    return "sortable: " + ", ".join(row.name for row in schema.fields if row.sortable and row.documented_sort)


def instead_of_name(schema: Schema, node: Comparison) -> Instead | None:
    """Return the help for a name in a filter that is a negated field or a value."""
    return _negated_field(schema, node) or _swapped_sides(schema, node) or _decorated_field(schema, node)


def instead_of_sort(schema: Schema, key: SortKey) -> Instead | None:
    """Return the help for a sort field with a sign, or for a word such as ``newest``.

    Its ``value`` is the field, if the order is certain.
    """
    return _signed_sort(schema, key) or _named_order(schema, key)


def _negated_field(schema: Schema, node: Comparison) -> Instead | None:
    bare = without_negation(node.field)
    certain = None if bare is None else certain_field(schema, schema.from_sdk(bare))
    if certain is None:
        return None
    if node.field_place.path is None:
        return Instead(f"write {quoted(f'not {certain}')} instead of {quoted(node.field)}", "guess")
    return Instead(f'write: {{"$not": {{{json.dumps(certain)}: ...}}}}', "guess")


def _swapped_sides(schema: Schema, node: Comparison) -> Instead | None:
    if node.field_place.path is not None or not isinstance(node.operand, str):
        return None
    from ..syntax.swapped_sides import swapped_condition

    condition = swapped_condition(
        schema, node.field, node.operator, node.operand, lambda text: _is_condition(text, schema)
    )
    return Instead(f"write: {condition}", "guess") if condition else None


def _decorated_field(schema: Schema, node: Comparison) -> Instead | None:
    """Return the help for a name as in a URL, such as ``number__gte``, in a text."""
    value = node.operand
    is_number = isinstance(value, int) or (isinstance(value, Decimal) and value.is_finite())
    is_short = isinstance(value, str) or (is_number and abs(value) < _MAX_NUMBER)
    if node.field_place.path is not None or not is_short:
        return None
    from ..syntax.foreign_queries import condition_of_key
    from ..syntax.part_names import part_elsewhere

    if part_elsewhere(node.field) == "sort" or node.field == "sort":
        field = certain_field(schema, str(node.operand))
        is_sortable = field is not None and schema.by_name[field].sortable
        return Instead(f"write: order by {field}", "guess") if is_sortable and node.operator == "$eq" else None
    condition = condition_of_key(node.field, str(node.operand), schema, node.operator)
    return Instead(f"write: {condition}", "guess") if condition and _is_condition(condition, schema) else None


def _is_condition(text: str, schema: Schema) -> bool:
    """Return whether a text has only conditions whose values fit their field."""
    from ..syntax.text_parser import parse_text

    search, _ = parse_text(text, schema)
    if search is None or search.sort:
        return False
    try:
        for node in comparisons(search.filter):
            schema.by_name[node.field].type.operand(node.operand)
    except (UnfitOperand, KeyError):
        return False
    return True


def _signed_sort(schema: Schema, key: SortKey) -> Instead | None:
    minus, plus = without_minus(key.field), without_plus(key.field)
    certain = certain_field(schema, minus or plus or "")
    if certain is None:
        return None
    # A sign beside the other direction may mean either direction.
    is_certain = not key.descending if minus is None else key.descending or not key.has_order
    written = _written_sort(certain, minus is not None, key)
    return Instead(written, "intended" if is_certain else "guess", certain if is_certain else None)


def _named_order(schema: Schema, key: SortKey) -> Instead | None:
    from ..syntax.clause_helps import date_sort, direction_of_dates

    direction, field = direction_of_dates(key.field), date_sort(schema)
    if not direction or field is None:
        return None
    return Instead(_written_sort(field, direction == "desc", key), "guess")


def _written_sort(field: str, descending: bool, key: SortKey) -> str:
    """Return the help that shows an entry of a sort, in the form of the search."""
    if key.place.path is None:
        return f"write: {field} {'desc' if descending else 'asc'}"
    return write_help({"fieldName": field, "order": "DESC" if descending else "ASC"})
