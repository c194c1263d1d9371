"""Names of fields with a sign in front, which reverses an order or a condition."""

from __future__ import annotations

import json

from ..diagnostics.quoting import quoted
from ..language.elsewhere import certain_field
from ..language.near import without_minus, without_negation
from ..language.schema import Schema
from ..syntax.ast import Comparison, SortKey
from .suggestions import Instead


def negated_field(schema: Schema, node: Comparison) -> Instead | None:
    """Return the help for a field with a sign of negation, if the rest is a field."""
    bare = without_negation(node.field)
    certain = None if bare is None else certain_field(schema, schema.from_sdk(bare))
    if certain is None:
        return None
    if node.field_place.path is None:
        return Instead(f"write {quoted(f'not {certain}')} instead of {quoted(node.field)}", "guess")
    return Instead(f'write: {{"$not": {{{json.dumps(certain)}: ...}}}}', "guess")


def descending_field(schema: Schema, key: SortKey) -> Instead | None:
    """Return the help for a sort field with a minus in front, if the rest is a field.

    Its ``value`` is the field, if the order is certain.
    """
    bare = without_minus(key.field)
    certain = None if bare is None else certain_field(schema, bare)
    if certain is None:
        return None
    # A minus beside a direction may mean either direction.
    is_certain = key.descending or not key.has_order
    return Instead(f"write: {certain} desc", "intended" if is_certain else "guess", certain if is_certain else None)
