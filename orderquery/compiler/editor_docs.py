"""One line about each field, operator, keyword, key and value, for editors."""

from __future__ import annotations

from ..language.fields import Field
from ..language.operators import ANY, Operator, Spelling
from ..language.schema import Schema

KEYWORDS = {
    "_AND": "both conditions match",
    "_OR": "one of the conditions matches",
    "NOT": "the condition does not match",
    "BETWEEN": "from the first value to the second, both included",
    "NOT_BETWEEN": "before the first value or after the second, or missing",
    "EVERYTHING": "every order",
    "NOTHING": "no order",
    "ORDER_BY": "the fields to sort by",
    "ASC": "ascending, missing values first",
    "DESC": "descending, missing values last",
    "_LIMIT": "the most orders of a page",
    "_AFTER": "the cursor of the page before",
}
"""By terminal of ``grammar/filter.lark``."""

KEYS = {
    "search": "the search: filter, sort and cursorPaging",
    "filter": "the conditions that orders must match",
    "sort": "the fields to sort by",
    "cursorPaging": "the size of a page, and the cursor of the next",
    "limit": "the most orders of a page",
    "cursor": "the cursor of the page before or after; it holds the whole search",
    "fieldName": "the field to sort by",
    "order": "ASC or DESC",
    "$and": "every filter of the list matches",
    "$or": "some filter of the list matches",
    "$not": "the filter does not match",
}

DIRECTIONS = {"ASC": KEYWORDS["ASC"], "DESC": KEYWORDS["DESC"]}
_TYPES = {
    "guid": "GUID",
    "text": "text",
    "enum": "one of its values",
    "boolean": "true or false",
    "instant": "date-time",
    "amount": "decimal amount",
    "sequence": "number of an order",
}
_MAX_VALUES = 5
"""Of an enum, in one line."""


def type_of(row: Field) -> str:
    """Return the type of a field in words."""
    name = _TYPES.get(row.type.name, row.type.name)
    return f"list of {name}" if row.many else name


def field_doc(row: Field) -> str:
    """Return one line about a field: type, order, values, note."""
    parts = [type_of(row)]
    if row.values:
        more = ", ..." if len(row.values) > _MAX_VALUES else ""
        parts = [", ".join(row.values[:_MAX_VALUES]) + more]
    parts[0] += "; sortable" if row.sortable and row.documented_sort else ""
    return ". ".join([*parts, row.note]).rstrip(". ") if row.note else parts[0]


def sort_doc(row: Field) -> str:
    """Return one line about a field to sort by."""
    return type_of(row) if row.documented_sort else "not documented as sortable; only the documented sample sorts by it"


def operator_doc(operator: Operator) -> str:
    """Return one line about an operator."""
    return f"{operator.says}; takes {operator.takes.value}"


def spelling_doc(operator: Operator, spelling: Spelling) -> str:
    """Return one line about an operator of the text form."""
    if spelling.operand is ANY:
        return operator_doc(operator)
    return (
        "the field has no value"
        if spelling.operand in (None, False) and operator.name != "$ne"
        else "the field has a value"
    )


def value_doc(row: Field, value: str, schema: Schema) -> str:
    """Return one line about a value of a field."""
    if schema.hidden is not None and schema.hidden[0] is row and value in schema.hidden[1]:
        return f"value of {row.name}; no search returns such orders"
    return f"value of {row.name}"


def null_doc(operator: Operator) -> str:
    """Return one line about null as an operand."""
    return "orders that have a value" if operator.name == "$ne" else "orders without a value"


def limit_doc(schema: Schema) -> str:
    """Return one line about the page size."""
    return f"1 to {schema.max_limit}; {schema.limit} if there is none"
