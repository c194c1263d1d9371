"""JSON Schemas of a search, made from a table of fields, the operators and the limits of the language.

They say what the checker says, as far as JSON Schema can: leniently they take what is not refused, strictly what
nothing at all is said about. What they cannot say stands in the description of ``SearchRequest``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..language.conditions import Kind, tests_of
from ..language.fields import Field
from ..language.limits import (
    MAX_CURSOR_CHARS,
    MAX_FIELD_NAME_CHARS,
    MAX_FILTER_LEVELS,
    MAX_FILTER_NODES,
    MAX_LIST_ITEMS,
    MAX_STRING_CHARS,
)
from ..language.operators import OPERATORS, Operator, Takes
from ..language.schema import Schema
from ..language.types import TYPES

JSON = Any
JSONSchema = dict[str, JSON]

_IMPLICIT = "$eq"
"""The operator of ``{field: value}``."""

# -- operands by type -------------------------------------------------------------------------------------------

_TEXT = {"type": "string", "maxLength": MAX_STRING_CHARS}
_GUID = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
_INSTANT = (
    "^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
_AMOUNT = r"^(?![+-]?(\.?[0-9]){101})[+-]?[0-9]+(\.[0-9]+)?(e[+-]?0*([0-9]{1,2}|100))?$"


def _beginnings(template: str) -> str:
    """A pattern for whatever a text of this form begins with: 0 stands for a digit, letters for either case."""
    pattern = ""
    for sign in reversed(template):
        one = "[0-9]" if sign == "0" else f"[{sign.upper()}{sign.lower()}]" if sign.isalpha() else f"[{sign}]"
        pattern = f"({one}{pattern})?"
    return f"^{pattern}$"


@dataclass(frozen=True, slots=True)
class _Type:
    """What the operands of a type are in JSON.

    ``taken`` is not refused; ``clean`` gets no warning either, and ``doubted`` says of the rest that it gets one.
    ``prefix`` is the clean operand of an operator that takes text; ``None`` where any gets a warning.
    """

    says: str
    taken: JSONSchema
    clean: JSONSchema
    prefix: JSONSchema | None
    doubted: str = ""


_NUMBER = {"type": "number", "description": "At most 100 digits."}
_AMOUNTS = {"anyOf": [{"type": "string", "pattern": _AMOUNT, "maxLength": MAX_STRING_CHARS}, _NUMBER]}
_WHOLE = {"type": "integer", "minimum": 0, "description": "At most 100 digits, without fraction or exponent."}
_SEQUENCES = {"anyOf": [_TEXT, _WHOLE]}

# fmt: off
_ROWS = {
    "guid": _Type(
        "A GUID.", _TEXT, {"type": "string", "pattern": _GUID}, _TEXT, " Another text is taken with a warning.",
    ),
    "text": _Type("A text, compared exactly.", _TEXT, _TEXT, _TEXT),
    "enum": _Type("A name, compared exactly.", _TEXT, _TEXT, _TEXT),
    "boolean": _Type("true or false.", {"type": "boolean"}, {"type": "boolean"}, None),
    "instant": _Type(
        "A date-time such as 2024-01-31T09:30:00.000Z, within the years 0001 to 9999 UTC.",
        {"type": "string", "pattern": f"{_INSTANT}?$"}, {"type": "string", "pattern": f"{_INSTANT}$"},
        {"type": "string", "pattern": _beginnings("0000-00-00T00:00:00.000Z")},
        " Without an offset it is read as UTC, with a warning.",
    ),
    "amount": _Type("A decimal number, or a string that holds one such as 63.24.", _AMOUNTS, _AMOUNTS, _TEXT),
    "sequence": _Type("A whole number or a text; a text of digits is that number.", _SEQUENCES, _SEQUENCES, _TEXT),
}
# fmt: on
# A type without a row must fail here, not in the first description of a table that has it.
_OPERANDS = {name: _ROWS[name] for name in TYPES}


# -- the search -------------------------------------------------------------------------------------------------


def component(name: str, kind: str = "schemas") -> JSONSchema:
    """A reference to a component of the document."""
    return {"$ref": f"#/components/{kind}/{name}"}


def _any(schemas: list[JSONSchema]) -> JSONSchema:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _nullable(schema: JSONSchema) -> JSONSchema:
    return {"anyOf": [schema, {"type": "null"}]}


def _of(row: Field) -> str:
    return row.name.replace(".", "_")


def search_schemas(schema: Schema, *, strict: bool, max_body: int) -> dict[str, JSONSchema]:
    """The components that ``SearchRequest`` is made of, by name; they refer to each other as components of OpenAPI.

    ``strict`` refuses what a checker warns about or says is ignored; ``max_body`` is told, in bytes.

    Raises:
        KeyError: the table holds a type that has no row here.

    """
    return _Describer(schema, strict, max_body).schemas()


class _Describer:
    """The schemas of a search over one table."""

    def __init__(self, schema: Schema, strict: bool, max_body: int) -> None:
        self.schema, self.strict, self.max_body = schema, strict, max_body

    def schemas(self) -> dict[str, JSONSchema]:
        rows = self.schema.fields
        return {
            "SearchRequest": self._object({"search": _nullable(component("Search"))}, self._request_says()),
            "Search": self._search(),
            "CursorPaging": self._paging(),
            "Sort": self._sort(),
            "Filter": self._filter(),
            **{f"Field_{_of(row)}": self._field(row) for row in rows},
            **{f"Enum_{_of(row)}": self._enum(row) for row in rows if self._named(row)},
            **{f"Type_{row.type.name}": self._type(row) for row in rows if not self._named(row)},
        }

    def _object(self, properties: dict[str, JSON], says: str, **more: JSON) -> JSONSchema:
        """An object outside the filter, where the service ignores keys that it does not know."""
        closed = {"additionalProperties": False} if self.strict else {}
        return {"type": "object", "description": says, "properties": properties, **more, **closed}

    def _list(self, items: JSON) -> JSONSchema:
        least = {"minItems": 1} if self.strict else {}
        return {"type": "array", "items": items, **least, "maxItems": MAX_LIST_ITEMS}

    def _request_says(self) -> str:
        kept = (
            "Whatever the checker reports is refused, warnings too."
            if self.strict
            else "Keys that are not named here are ignored outside the filter, and reported in x-orderquery-warnings."
        )
        return (
            f"{kept} Beyond what this schema can say: a key stands once in an object; no string holds a lone "
            "surrogate; an integer has neither fraction nor exponent; a number has at most 100 digits and an exponent "
            "of at most 100; a date-time is one of the calendar; connectives nest at most "
            f"{MAX_FILTER_LEVELS} levels, a filter has at most {MAX_FILTER_NODES:,} nodes, "
            f"the body at most {self.max_body:,} bytes; "
            f"and the search fits a cursor of {MAX_CURSOR_CHARS:,} characters."
        )

    def _search(self) -> JSONSchema:
        properties = {
            "filter": _nullable(component("Filter")),
            "sort": _nullable(component("Sort")),
            "cursorPaging": _nullable(component("CursorPaging")),
        }
        order = ", ".join(f"{row.name} {'DESC' if down else 'ASC'}" for row, down in self.schema.sort)
        says = "Parts that are absent, null or empty have their defaults."
        says += f" The default sort is {order}." if order else ""
        if self.schema.hidden is not None:
            row, values = self.schema.hidden
            says += f" Records with {row.name} {', '.join(map(str, values))} are never returned."
        if not self.strict:
            says += " A cursor carries filter and sort; sent along, they have to be the same."
            return self._object(properties, says)
        says += " A cursor carries filter and sort: it is sent without them."
        cursor = {
            "type": "object",
            "required": ["cursor"],
            "properties": {"cursor": {"type": "string", "minLength": 1}},
        }
        return self._object(
            properties,
            says,
            **{
                "if": {"required": ["cursorPaging"], "properties": {"cursorPaging": cursor}},
                "then": {"properties": {"filter": {"maxProperties": 0}, "sort": {"maxItems": 0}}},
            },
        )

    def _paging(self) -> JSONSchema:
        limit = {"type": ["integer", "null"], "minimum": 1, "maximum": self.schema.max_limit}
        limit["description"] = f"Without it {self.schema.limit}, or the cursor's own."
        cursor = {"type": ["string", "null"], "maxLength": MAX_CURSOR_CHARS}
        cursor["description"] = "metadata.cursors.next or .prev of an earlier answer, as it was received."
        return self._object({"limit": limit, "cursor": cursor}, "Which page, and how long.")

    def _sort(self) -> JSONSchema:
        rows = [row for row in self.schema.fields if row.sortable and (row.documented_sort or not self.strict)]
        names = [[row.name, *row.aliases] for row in rows]
        field = {"type": "string", "maxLength": MAX_FIELD_NAME_CHARS, "enum": [name for same in names for name in same]}
        order = {"enum": ["ASC", "DESC", None], "description": "Without it ASC."}
        entry = self._object({"fieldName": field, "order": order}, "A field to sort by.", required=["fieldName"])
        once = [{"contains": _sorts_by(same), "minContains": 0, "maxContains": 1} for same in names]
        return {
            "type": "array",
            "description": "In order of priority.",
            "items": entry,
            "maxItems": self.schema.max_sorts,
            **({"allOf": once} if self.strict and once else {}),
        }

    # -- the filter --------------------------------------------------------------------------------------------

    def _filter(self) -> JSONSchema:
        least = {"minItems": 1} if self.strict else {}
        inner = {"type": "array", "items": component("Filter")}
        properties: dict[str, JSON] = {
            "$and": {**inner, **least, "description": "Each holds; of none, everything."},
            "$or": {**inner, **least, "description": "Some holds; of none, nothing."},
            "$not": {
                "anyOf": [component("Filter"), {**inner, "minItems": 1, "maxItems": 1}],
                "description": "It does not hold: one filter, or an array holding one.",
            },
        }
        for row in self.schema.fields:
            properties[row.name] = component(f"Field_{_of(row)}")
            for alias in row.aliases:
                properties[alias] = {**component(f"Field_{_of(row)}"), "description": f"Another name of {row.name}."}
        says = "Conditions that all hold. A field is one dotted name; {} matches everything."
        return {"type": "object", "description": says, "properties": properties, "additionalProperties": False}

    def _field(self, row: Field) -> JSONSchema:
        operators = {}
        for operator in self.schema.operators_of(row):
            operands = list(self._operands(row, operator))
            if operands:
                operators[operator.name] = {"description": _sentence(operator.says), **_any(operands)}
        forms = list(self._operands(row, OPERATORS[_IMPLICIT])) if _IMPLICIT in row.operators else []
        most = {"maxProperties": 1} if self.strict else {}
        if operators:
            closed = {"minProperties": 1, **most, "additionalProperties": False}
            forms.append({"type": "object", "properties": operators, **closed})
        return {"title": row.name, "description": _field_says(row), **(_any(forms) if forms else {"not": {}})}

    def _operands(self, row: Field, operator: Operator) -> Iterator[JSONSchema]:
        """The operands of an operator, one schema for each shape; none where strictly nothing may stand."""
        if operator.takes is Takes.FLAG:
            yield {"type": "boolean"}
            return
        if operator.takes is Takes.TEXT:
            prefix = _OPERANDS[row.type.name].prefix if self.strict else _TEXT
            if prefix is not None:
                yield dict(prefix)
            return
        value = component(f"Enum_{_of(row)}" if self._named(row) else f"Type_{row.type.name}")
        seen = [hidden for hidden in self._hidden(row) if _asks_for(row, operator, hidden)]
        asked = {**value, "not": {"enum": seen}} if seen else value
        if operator.takes is Takes.VALUES:
            yield self._list(_nullable(asked) if operator.nulls else asked)
            return
        yield asked
        if operator.nulls:
            yield {"type": "null"}
        if operator.lists and row.many:
            yield self._list(dict(value))

    def _hidden(self, row: Field) -> tuple[JSON, ...]:
        hidden = self.schema.hidden
        return hidden[1] if self.strict and hidden is not None and hidden[0] is row else ()

    def _named(self, row: Field) -> bool:
        return row.type.name == "enum" and bool(row.values)

    def _enum(self, row: Field) -> JSONSchema:
        values = list(row.values)
        if self.strict:
            return {"type": "string", "enum": values}
        says = f"One of {', '.join(values)}. Another text matches nothing and gets a warning."
        return {**_TEXT, "description": says, "examples": values}

    def _type(self, row: Field) -> JSONSchema:
        kind = _OPERANDS[row.type.name]
        if self.strict:
            return {"description": kind.says, **kind.clean}
        return {"description": kind.says + kind.doubted, **kind.taken}


def _asks_for(row: Field, operator: Operator, value: JSON) -> bool:
    """Whether an operand makes the operator look for this value, so that the checker warns where it is hidden."""
    asked = operator.meaning(row, (value,) if operator.takes is Takes.VALUES else value)
    return any(test.kind in (Kind.EQUALS, Kind.ONE_OF) and not test.negated for test in tests_of(asked))


def _sorts_by(names: list[str]) -> JSONSchema:
    return {"required": ["fieldName"], "properties": {"fieldName": {"enum": names}}}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _field_says(row: Field) -> str:
    said = [f"{'Many values' if row.many else 'One value'} of type {row.type.name}"]
    if row.sortable:
        said.append("sortable" if row.documented_sort else "sortable, though the table does not mark it")
    if row.default is not None:
        said.append(f"{row.type.text(row.default)} where there is none")
    return f"{', '.join(said)}.{' ' if row.note else ''}{row.note.strip()}"
