"""Build a pydantic model of filters, as a careful user of pydantic would.

Each field is an attribute with an alias: the operand itself, or an object with the field's operators, with the type of
the field. The model rejects unknown fields and operators; filters nest.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, create_model

import orderquery as oq
from orderquery.language.operators import Takes

_STRICT = ConfigDict(extra="forbid")
_TYPES: dict[str, Any] = {
    "guid": UUID,
    "text": StrictStr,
    "enum": StrictStr,
    "boolean": StrictBool,
    "instant": datetime,
    "amount": Decimal,
    "sequence": StrictStr | StrictInt,
}


def _operand(row: oq.Field) -> Any:
    return Literal[row.values] if row.values else _TYPES[row.type.name]


def _operators(schema: oq.Schema, row: oq.Field) -> type[BaseModel]:
    operand = _operand(row)
    members: dict[str, Any] = {}
    for operator in schema.operators_of(row):
        element = operand | None if operator.nulls else operand
        operand_types = {
            Takes.VALUE: element,
            Takes.VALUES: list[element],
            Takes.FLAG: StrictBool,
            Takes.TEXT: StrictStr,
        }
        members[operator.name.lstrip("$")] = (operand_types[operator.takes], Field(default=None, alias=operator.name))
    return create_model(f"Of_{row.column}", __config__=_STRICT, **members)


def search_model(schema: oq.Schema) -> type[BaseModel]:
    """Return the model of a bare search with a filter over this table."""
    members: dict[str, Any] = {
        row.column: (_operators(schema, row) | _operand(row) | None, Field(default=None, alias=row.name))
        for row in schema.fields
    }
    several = list["Filter"] | None  # type: ignore[name-defined]  # noqa: F821 - the model created below
    members["all_of"] = (several, Field(default=None, alias="$and"))
    members["any_of"] = (several, Field(default=None, alias="$or"))
    members["none_of"] = ("Filter | None", Field(default=None, alias="$not"))
    model = create_model("Filter", __config__=_STRICT, **members)
    model.model_rebuild(_types_namespace={"Filter": model})
    return create_model("Search", __config__=_STRICT, filter=(model, ...))


def operands(model: BaseModel) -> int:
    """Return the number of operands in a model of a filter."""
    found = 0
    for name in model.model_fields_set:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            found += operands(value)
        elif isinstance(value, list) and value and isinstance(value[0], BaseModel):
            found += sum(map(operands, value))
        else:
            found += 1
    return found
