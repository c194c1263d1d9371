"""Mapped tables in DuckDB: typed columns, lists and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from ...language.datetimes import FIRST_INSTANT, LAST_INSTANT
from ..column_format import ColumnFormat
from . import shared_formats
from .mapping_engine import (
    AMOUNT_REGEX,
    INSTANT_REGEX,
    NUMBER_REGEX,
    Alternatives,
    ColumnFormats,
    MappingEngine,
    Steps,
)

_PRESENT = "CASE WHEN JSON_TYPE(j) <> 'NULL' THEN j END"
_DECIMAL = f"DECIMAL({shared_formats.DECIMAL_DIGITS}, {shared_formats.DECIMAL_PLACES})"


class Duckdb(MappingEngine):
    """DuckDB. An expression used several times is the element of a list, written once."""

    name = "duckdb"
    empty_array_test = "COALESCE(LEN({}), 0) = 0"
    json_limitations = ("duplicate keys", "invalid JSON")

    @cached_property
    def formats(self) -> Mapping[str, ColumnFormats]:
        """The column formats of each value type."""
        text = {"text": replace(self.computed_formats["text"], limitations=("text as stored",))}
        from_timestamp = self.wrap("EPOCH_US({})")
        micros = shared_formats.epoch_formats()["microseconds"]
        return {
            "guid": {
                **text,
                "uuid": shared_formats.uuid_format(self.wrap("CAST({} AS UUID)"), self.wrap("CAST({} AS TEXT)")),
            },
            "text": text,
            "enum": text,
            "boolean": {"boolean": self.computed_formats["boolean"]},
            "instant": {
                "timestamp": replace(
                    micros, description="timestamp with time zone", element_type="TIMESTAMPTZ",
                    wrap_parameter=self.wrap("MAKE_TIMESTAMPTZ({})"), wrap_result=from_timestamp,
                    limitations=("infinity",),
                ),
                "timestamp without zone": replace(
                    micros, description="timestamp without time zone, in UTC", element_type="TIMESTAMP",
                    wrap_parameter=self.wrap("MAKE_TIMESTAMP({})"), wrap_result=from_timestamp,
                    limitations=("infinity",),
                ),
                "text": self.parsed_text_format("instant"),
                "iso": shared_formats.iso_format(),
                "plain": shared_formats.plain_format(),
                **shared_formats.epoch_formats(),
            },
            "amount": {
                "number": self.computed_formats["amount"],
                "text": self.parsed_text_format("amount"),
                "hundredths": shared_formats.hundredths_format(),
            },
            "sequence": {"text": self.parsed_text_format("sequence"), "number": shared_formats.integer_format()},
        }  # fmt: skip

    @cached_property
    def computed_formats(self) -> Mapping[str, ColumnFormat]:
        """The format, by value type, of the expressions that the methods below make."""
        return shared_formats.computed_formats(self.wrap(f"CAST({{}} AS {_DECIMAL})"))

    def instant(self, text: str) -> str:
        """Return the microseconds of a date-time; NULL if it is none."""
        fraction = "RPAD(SUBSTR(REGEXP_EXTRACT(t, '\\.([0-9]+)', 1), 1, 6), 6, '0')"
        offset = "REGEXP_EXTRACT(t, '([+-])([0-9]{2}):([0-9]{2})$', "
        minutes = f"(TRY_CAST({offset}2) AS BIGINT) * 60 + TRY_CAST({offset}3) AS BIGINT))"
        away = f"COALESCE(TRY_CAST({offset}1) || '1' AS BIGINT) * {minutes}, 0) * 60000000"
        clock = "TRY_CAST(SUBSTR(t, 1, 10) || ' ' || SUBSTR(t, 12, 8) AS TIMESTAMP)"
        fits = f"REGEXP_FULL_MATCH(t, {self.literal(INSTANT_REGEX)})"
        micros = f"CASE WHEN {fits} THEN EPOCH_US({clock}) + TRY_CAST({fraction} AS BIGINT) - {away} END"
        within = f"CASE WHEN i BETWEEN {FIRST_INSTANT} AND {LAST_INSTANT} THEN i END"
        return _once(_once(text, "t", micros), "i", within)

    def amount(self, text: str) -> str:
        """Return the decimal of a text; NULL if it is none."""
        fits = f"REGEXP_FULL_MATCH(t, {self.literal(AMOUNT_REGEX)})"
        return _once(text, "t", f"CASE WHEN {fits} THEN TRY_CAST(t AS {_DECIMAL}) END")

    def sequence(self, text: str) -> str:
        """Return the text that sorts as the sequence value does."""
        digits = "COALESCE(NULLIF(LTRIM(t, '0'), ''), '0')"
        number = f"'0' || LPAD(CAST(LENGTH({digits}) - 1 AS TEXT), 2, '0') || {digits}"
        key = f"CASE WHEN REGEXP_FULL_MATCH(t, '{NUMBER_REGEX}') THEN {number} ELSE '1' || t END"
        return _once(f"CAST({text} AS TEXT)", "t", key)

    def limit_length(self, text: str, max_chars: int) -> str:
        """Return the text, or NULL if it is longer."""
        return _once(text, "t", f"CASE WHEN LENGTH(t) <= {max_chars} THEN t END")

    def at(self, json: str, steps: Steps) -> str:
        """Return the JSON at a path of object keys; NULL if there is none."""
        return f"JSON_EXTRACT({json}, {self.path(steps)})" if steps else json

    def either(self, json: str, other: str) -> str:
        """Return the first JSON, or the other if the first is null or absent."""
        return f"COALESCE({_once(json, 'j', _PRESENT)}, {other})"

    def scalar(self, kind: str, json: str, steps: Steps) -> str:
        """Return the boolean or text at a JSON path; NULL if the type cannot hold it."""
        return _of_json(kind, f"{json}, {self.path(steps)}") if steps else _once(json, "j", _of_json(kind, "j, '$'"))

    def array_of_one(self, value: str) -> str:
        """Return the list of one value; NULL if the value is NULL."""
        return f"CASE WHEN NOT {value} IS NULL THEN [{value}] END"

    def elements(self, kind: str, json: str, path: Sequence[Alternatives]) -> str:
        """Return the list of values at a path through arrays; NULL if there are none."""
        nodes = ""
        for number, alternatives in enumerate(path):
            node = f"e{number}"
            found = self.first(json if number == 0 else node, alternatives)
            each = _once(found, "j", "CASE JSON_TYPE(j) WHEN 'ARRAY' THEN JSON_EXTRACT(j, '$[*]') ELSE [j] END")
            nodes = each if number == 0 else f"FLATTEN(LIST_TRANSFORM({nodes}, LAMBDA {node} : {each}))"
        value = self.from_text(kind, _of_json(kind, "e, '$'"))
        values = f"LIST_TRANSFORM({nodes}, LAMBDA e : {value})"
        return f"NULLIF(LIST_FILTER({values}, LAMBDA v : NOT v IS NULL), [])"


def _once(expression: str, name: str, use: str) -> str:
    """Return ``use``, in which ``name`` is the value of ``expression``, computed once."""
    return f"LIST_TRANSFORM([{expression}], LAMBDA {name} : {use})[1]"


def _of_json(kind: str, place: str) -> str:
    """Return what a field of this type can hold of the JSON at ``place``."""
    text, sort = f"JSON_EXTRACT_STRING({place})", f"JSON_TYPE({place})"
    if kind == "boolean":
        return f"CASE {sort} WHEN 'BOOLEAN' THEN CAST({text} AS BOOLEAN) END"
    if kind == "amount":
        number = f"{sort} IN ('BIGINT', 'UBIGINT', 'DOUBLE')"
        return f"CASE WHEN {sort} = 'VARCHAR' THEN {text} WHEN {number} THEN LOWER({text}) END"
    if kind == "sequence":
        whole = f"{sort} IN ('BIGINT', 'UBIGINT') OR {sort} = 'DOUBLE' AND REGEXP_FULL_MATCH({text}, '-?[0-9]+')"
        return f"CASE WHEN {sort} = 'VARCHAR' OR {whole} THEN {text} END"
    return f"CASE {sort} WHEN 'VARCHAR' THEN {text} END"
