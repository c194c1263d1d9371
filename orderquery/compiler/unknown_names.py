"""What to write for a name with a sign, a value or an order in place of a field."""

from __future__ import annotations

import json
from decimal import Decimal

from ..diagnostics.quoting import quoted
from ..language.elsewhere import certain_field
from ..language.near import without_minus, without_negation, without_plus
from ..language.schema import Schema
from ..language.types import UnfitOperand
from ..syntax.ast import Comparison, SortKey, comparisons
from ..syntax.json_printer import write_help
from .suggestions import Instead


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
    if node.field_place.path is not None or not isinstance(node.operand, str | int | Decimal):
        return None
    from ..syntax.foreign_queries import condition_of_key

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
