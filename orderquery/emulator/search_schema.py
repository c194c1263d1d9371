"""JSON Schemas of a search, generated from fields, operators and limits.

The lenient schemas accept what the service does not refuse; the strict ones accept searches without diagnostics. The
description of ``SearchRequest`` lists the rules that JSON Schema cannot express.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..language.conditions import Kind, tests_of
from ..language.fields import Field
from ..language.limits import (
    MAX_AMOUNT_DIGITS,
    MAX_AMOUNT_EXPONENT,
    MAX_CURSOR_CHARS,
    MAX_FIELD_NAME_CHARS,
    MAX_FILTER_LEVELS,
    MAX_FILTER_NODES,
    MAX_LIST_ITEMS,
    MAX_NUMBER_DIGITS,
    MAX_STRING_CHARS,
)
from ..language.operators import OPERATORS, Operator, Takes
from ..language.schema import Schema
from ..language.types import AMOUNT_PATTERN, GUID_PATTERN, TYPES

JSON = Any
JSONSchema = dict[str, JSON]

_IMPLICIT = "$eq"
"""The operator of ``{field: value}``."""

# -- operands by type -------------------------------------------------------------------------------------------

_TEXT = {"type": "string", "maxLength": MAX_STRING_CHARS}
_GUID = f"^{GUID_PATTERN}$"
_INSTANT = (
    "^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
_AMOUNT = r"^(?![+-]?(\.?[0-9]){101})" + AMOUNT_PATTERN + "$"


def _prefix_pattern(template: str) -> str:
    """Return a pattern for prefixes of a template; 0 is a digit, a letter either case."""
    pattern = ""
    for sign in reversed(template):
        one = "[0-9]" if sign == "0" else f"[{sign.upper()}{sign.lower()}]" if sign.isalpha() else f"[{sign}]"
        pattern = f"({one}{pattern})?"
    return f"^{pattern}$"


@dataclass(frozen=True, slots=True)
class _Operand:
    """The JSON operands of a value type.

    ``accepted`` operands are not refused; ``clean`` ones get no warning either, and ``warning`` describes the
    difference. ``prefix`` is the clean operand of an operator that takes text; ``None`` if every one gets a warning.
    """

    description: str
    accepted: JSONSchema
    clean: JSONSchema
    prefix: JSONSchema | None
    warning: str = ""


_NUMBER = {"type": "number", "description": f"At most {MAX_AMOUNT_DIGITS} digits."}
_AMOUNTS = {"anyOf": [{"type": "string", "pattern": _AMOUNT, "maxLength": MAX_STRING_CHARS}, _NUMBER]}
_WHOLE = {
    "type": "integer",
    "minimum": 0,
    "description": f"At most {MAX_NUMBER_DIGITS} digits, no fraction, no exponent.",
}
_SEQUENCES = {"anyOf": [_TEXT, _WHOLE]}
_DIGITS = {"anyOf": [{"type": "string", "pattern": "^[0-9]+$", "maxLength": MAX_STRING_CHARS}, _WHOLE]}

# fmt: off
_ROWS = {
    "guid": _Operand(
        "A GUID.", _TEXT, {"type": "string", "pattern": _GUID}, _TEXT, " Any other string gets a warning.",
    ),
    "text": _Operand("A string, compared exactly.", _TEXT, _TEXT, _TEXT),
    "enum": _Operand("A name, compared exactly.", _TEXT, _TEXT, _TEXT),
    "boolean": _Operand("true or false.", {"type": "boolean"}, {"type": "boolean"}, None),
    "instant": _Operand(
        "A date-time such as 2024-01-31T09:30:00.000Z, within the years 0001 to 9999 UTC.",
        {"type": "string", "pattern": f"{_INSTANT}?$"}, {"type": "string", "pattern": f"{_INSTANT}$"},
        {"type": "string", "pattern": _prefix_pattern("0000-00-00T00:00:00.000Z")},
        " A date-time without an offset is read as UTC and gets a warning.",
    ),
    "amount": _Operand("A decimal number, or a string with one, such as 63.24.", _AMOUNTS, _AMOUNTS, _TEXT),
    "sequence": _Operand(
        "A whole number, or a string of digits, which equals that number.", _SEQUENCES, _DIGITS, _TEXT,
        " Any other string gets a warning.",
    ),
}
# fmt: on
# A type without a row must fail at import, not in the first description of a table that uses it.
_OPERANDS = {name: _ROWS[name] for name in TYPES}


# -- the search -------------------------------------------------------------------------------------------------


def component(name: str, kind: str = "schemas") -> JSONSchema:
    """Return a reference to a component of the document."""
    return {"$ref": f"#/components/{kind}/{name}"}


def _any_of(schemas: list[JSONSchema]) -> JSONSchema:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _nullable(schema: JSONSchema) -> JSONSchema:
    return {"anyOf": [schema, {"type": "null"}]}


def _component_name(row: Field) -> str:
    return row.name.replace(".", "_")


def search_schemas(schema: Schema, *, strict: bool, max_body: int) -> dict[str, JSONSchema]:
    """Return the component schemas of ``SearchRequest``, by name.

    ``strict`` schemas reject a search with any diagnostic; ``max_body``, in bytes, appears in a description.

    Raises:
        KeyError: the table uses a type without a row in this module.

    """
    return _SchemaBuilder(schema, strict, max_body).schemas()


class _SchemaBuilder:
    """Builds the schemas of a search over one table."""

    def __init__(self, schema: Schema, strict: bool, max_body: int) -> None:
        self.schema, self.strict, self.max_body = schema, strict, max_body

    def schemas(self) -> dict[str, JSONSchema]:
        rows = self.schema.fields
        return {
            "SearchRequest": self._object({"search": _nullable(component("Search"))}, self._describe_request()),
            "Search": self._search(),
            "CursorPaging": self._paging(),
            "Sort": self._sort(),
            "Filter": self._filter(),
            **{f"Field_{_component_name(row)}": self._field(row) for row in rows},
            **{f"Enum_{_component_name(row)}": self._enum(row) for row in rows if self._has_values(row)},
            **{f"Type_{row.type.name}": self._type(row) for row in rows if not self._has_values(row)},
        }

    def _object(self, properties: dict[str, JSON], description: str, **more: JSON) -> JSONSchema:
        """Return an object outside the filter, where the service ignores unknown keys."""
        closed = {"additionalProperties": False} if self.strict else {}
        return {"type": "object", "description": description, "properties": properties, **more, **closed}

    def _list(self, items: JSON) -> JSONSchema:
        least = {"minItems": 1} if self.strict else {}
        return {"type": "array", "items": items, **least, "maxItems": MAX_LIST_ITEMS}

    def _describe_request(self) -> str:
        mode = (
            "A request with any diagnostic is refused, warnings included, also that about a text such as "
            "undefined in place of a value."
            if self.strict
            else "Unknown keys outside the filter are ignored, and reported in x-orderquery-warnings."
        )
        return (
            f"{mode} Rules that this schema cannot express: keys of an object are unique; strings contain no lone "
            f"surrogates; integers have neither fraction nor exponent; numbers have at most {MAX_AMOUNT_DIGITS} digits "
            f"and an exponent of at most {MAX_AMOUNT_EXPONENT}; dates exist in the calendar; connectives nest at most "
            f"{MAX_FILTER_LEVELS} levels, a filter has at most {MAX_FILTER_NODES:,} nodes, the body at most "
            f"{self.max_body:,} bytes; the search fits in a cursor of {MAX_CURSOR_CHARS:,} characters."
        )

    def _search(self) -> JSONSchema:
        properties = {
            "filter": _nullable(component("Filter")),
            "sort": _nullable(component("Sort")),
            "cursorPaging": _nullable(component("CursorPaging")),
        }
        order = ", ".join(f"{row.name} {'DESC' if down else 'ASC'}" for row, down in self.schema.sort)
        description = "An absent, null or empty part has its default."
        description += f" The default sort is {order}." if order else ""
        if self.schema.hidden is not None:
            row, values = self.schema.hidden
            description += f" Never returned: {row.name} {', '.join(map(str, values))}."
        if not self.strict:
            description += " A cursor contains filter and sort; if you send them too, send the same ones."
            return self._object(properties, description)
        description += " A cursor contains filter and sort; send neither with it."
        cursor = {
            "type": "object",
            "required": ["cursor"],
            "properties": {"cursor": {"type": "string", "minLength": 1}},
        }
        return self._object(
            properties,
            description,
            **{
                "if": {"required": ["cursorPaging"], "properties": {"cursorPaging": cursor}},
                "then": {"properties": {"filter": {"maxProperties": 0}, "sort": {"maxItems": 0}}},
            },
        )

    def _paging(self) -> JSONSchema:
        limit = {"type": ["integer", "null"], "minimum": 1, "maximum": self.schema.max_limit}
        limit["description"] = f"Default: {self.schema.limit}, or the limit of the cursor."
        cursor = {"type": ["string", "null"], "maxLength": MAX_CURSOR_CHARS}
        cursor["description"] = "metadata.cursors.next or .prev of an earlier response, unchanged."
        return self._object({"limit": limit, "cursor": cursor}, "The page to return, and its size.")

    def _sort(self) -> JSONSchema:
        rows = [row for row in self.schema.fields if row.sortable and (row.documented_sort or not self.strict)]
        names = [[row.name, *row.aliases] for row in rows]
        field = {"type": "string", "maxLength": MAX_FIELD_NAME_CHARS, "enum": [name for same in names for name in same]}
        order = {"enum": ["ASC", "DESC", None], "description": "Default: ASC."}
        entry = self._object({"fieldName": field, "order": order}, "A field to sort by.", required=["fieldName"])
        once = [{"contains": _sort_entry_of(same), "minContains": 0, "maxContains": 1} for same in names]
        return {
            "type": "array",
            "description": "The most significant field first.",
            "items": entry,
            "maxItems": self.schema.max_sorts,
            **({"allOf": once} if self.strict and once else {}),
        }

    # -- the filter --------------------------------------------------------------------------------------------

    def _filter(self) -> JSONSchema:
        least = {"minItems": 1} if self.strict else {}
        inner = {"type": "array", "items": component("Filter")}
        properties: dict[str, JSON] = {
            "$and": {
                **inner,
                **least,
                "description": "True if every filter is true; an empty array matches everything.",
            },
            "$or": {
                **inner,
                **least,
                "description": "True if at least one filter is true; an empty array matches nothing.",
            },
            "$not": {
                "anyOf": [component("Filter"), {**inner, "minItems": 1, "maxItems": 1}],
                "description": "True if the filter is false: one filter, or an array with one filter.",
            },
        }
        for row in self.schema.fields:
            properties[row.name] = component(f"Field_{_component_name(row)}")
            for alias in row.aliases:
                properties[alias] = {**properties[row.name], "description": f"Alias of {row.name}."}
        description = "Conditions that must all be true. Write a field as one dotted name; {} matches everything."
        return {"type": "object", "description": description, "properties": properties, "additionalProperties": False}

    def _field(self, row: Field) -> JSONSchema:
        operators = {}
        for operator in self.schema.operators_of(row):
            operands = list(self._operands(row, operator))
            if operands:
                operators[operator.name] = {"description": _sentence(operator.says), **_any_of(operands)}
        forms = list(self._operands(row, OPERATORS[_IMPLICIT])) if _IMPLICIT in row.operators else []
        most = {"maxProperties": 1} if self.strict else {}
        if operators:
            closed = {"minProperties": 1, **most, "additionalProperties": False}
            forms.append({"type": "object", "properties": operators, **closed})
        return {"title": row.name, "description": _describe_field(row), **(_any_of(forms) if forms else {"not": {}})}

    def _operands(self, row: Field, operator: Operator) -> Iterator[JSONSchema]:
        """Yield a schema for each operand shape that an operator accepts."""
        if operator.takes is Takes.FLAG:
            yield {"type": "boolean"}
            return
        if operator.takes is Takes.TEXT:
            prefix = _OPERANDS[row.type.name].prefix if self.strict else _TEXT
            if prefix is not None:
                yield dict(prefix)
            return
        value = component(f"Enum_{_component_name(row)}" if self._has_values(row) else f"Type_{row.type.name}")
        rejected = [hidden for hidden in self._hidden(row) if _selects(row, operator, hidden)]
        visible = {**value, "not": {"enum": rejected}} if rejected else value
        if operator.takes is Takes.VALUES:
            yield self._list(_nullable(visible) if operator.nulls else visible)
            return
        yield visible
        if operator.nulls:
            yield {"type": "null"}
        if operator.lists and row.many:
            yield self._list(dict(value))

    def _hidden(self, row: Field) -> tuple[JSON, ...]:
        hidden = self.schema.hidden
        return hidden[1] if self.strict and hidden is not None and hidden[0] is row else ()

    def _has_values(self, row: Field) -> bool:
        return row.type.name == "enum" and bool(row.values)

    def _enum(self, row: Field) -> JSONSchema:
        values = list(row.values)
        if self.strict:
            return {"type": "string", "enum": values}
        description = f"One of {', '.join(values)}. Any other string matches nothing and gets a warning."
        return {**_TEXT, "description": description, "examples": values}

    def _type(self, row: Field) -> JSONSchema:
        kind = _OPERANDS[row.type.name]
        if self.strict:
            return {"description": kind.description, **kind.clean}
        return {"description": kind.description + kind.warning, **kind.accepted}


def _selects(row: Field, operator: Operator, value: JSON) -> bool:
    """Return whether an operand selects this value, which is hidden."""
    condition = operator.meaning(row, (value,) if operator.takes is Takes.VALUES else value)
    return any(test.kind in (Kind.EQUALS, Kind.ONE_OF) and not test.negated for test in tests_of(condition))


def _sort_entry_of(names: list[str]) -> JSONSchema:
    return {"required": ["fieldName"], "properties": {"fieldName": {"enum": names}}}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _describe_field(row: Field) -> str:
    parts = [f"{'Several values' if row.many else 'One value'} of type {row.type.name}"]
    if row.sortable:
        parts.append("sortable" if row.documented_sort else "sortable (undocumented)")
    if row.default is not None:
        parts.append(f"{row.type.text(row.default)} if missing")
    return f"{', '.join(parts)}.{' ' if row.note else ''}{row.note.strip()}"
