"""Own tables in DuckDB: typed columns and lists as they are, and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from ...language.datetimes import FIRST_INSTANT, LAST_INSTANT
from . import held
from .column_format import Form
from .engine import AMOUNT, DATE_TIME, NUMBER, Engine, Forms, Steps

_PRESENT = "CASE WHEN JSON_TYPE(j) <> 'NULL' THEN j END"
_DECIMAL = f"DECIMAL({held.DIGITS}, {held.DECIMALS})"


class Duckdb(Engine):
    """DuckDB. What is used several times is an element of a list, so that its text stands once."""

    name = "duckdb"
    no_elements = "COALESCE(LEN({}), 0) = 0"
    json_differs = ("keys twice", "no JSON")

    @cached_property
    def forms(self) -> Mapping[str, Forms]:
        """The forms of each value type."""
        text = {"text": replace(self.computed["text"], differs=("as it is",))}
        shown = self.wrap("EPOCH_US({})")
        micros = held.counted_instants()["microseconds"]
        return {
            "guid": {**text, "uuid": held.guids(self.wrap("CAST({} AS UUID)"), self.wrap("CAST({} AS TEXT)"))},
            "text": text,
            "enum": text,
            "boolean": {"boolean": self.computed["boolean"]},
            "instant": {
                "timestamp": replace(
                    micros, says="a timestamp with time zone", parameter=self.wrap("MAKE_TIMESTAMPTZ({})"), shown=shown,
                    array="TIMESTAMPTZ", differs=("infinity",),
                ),
                "timestamp without zone": replace(
                    micros, says="a timestamp without a zone, in UTC", parameter=self.wrap("MAKE_TIMESTAMP({})"),
                    shown=shown, array="TIMESTAMP", differs=("infinity",),
                ),
                "text": self.from_text("instant"),
                "iso": held.iso_instants(),
                "plain": held.plain_instants(),
                **held.counted_instants(),
            },
            "amount": {
                "number": self.computed["amount"],
                "text": self.from_text("amount"),
                "hundredths": held.hundredths(),
            },
            "sequence": {"text": self.from_text("sequence"), "number": held.whole_numbers()},
        }  # fmt: skip

    @cached_property
    def computed(self) -> Mapping[str, Form]:
        """Of each value type, the form of the columns that the methods below make."""
        text = held.texts()
        return {
            "guid": text,
            "text": text,
            "enum": text,
            "boolean": Form("a boolean", read=bool, array="BOOLEAN"),
            "instant": held.counted_instants()["microseconds"],
            "amount": held.decimals("a number", self.wrap(f"CAST({{}} AS {_DECIMAL})"), limited=True),
            "sequence": held.sequence_keys(),
        }

    def instant(self, text: str) -> str:
        """The microseconds of a date-time, or NULL."""
        fraction = "RPAD(SUBSTR(REGEXP_EXTRACT(t, '\\.([0-9]+)', 1), 1, 6), 6, '0')"
        offset = "REGEXP_EXTRACT(t, '([+-])([0-9]{2}):([0-9]{2})$', "
        minutes = f"(TRY_CAST({offset}2) AS BIGINT) * 60 + TRY_CAST({offset}3) AS BIGINT))"
        away = f"COALESCE(TRY_CAST({offset}1) || '1' AS BIGINT) * {minutes}, 0) * 60000000"
        clock = "TRY_CAST(SUBSTR(t, 1, 10) || ' ' || SUBSTR(t, 12, 8) AS TIMESTAMP)"
        fits = f"REGEXP_FULL_MATCH(t, {self.literal(DATE_TIME)})"
        micros = f"CASE WHEN {fits} THEN EPOCH_US({clock}) + TRY_CAST({fraction} AS BIGINT) - {away} END"
        within = f"CASE WHEN i BETWEEN {FIRST_INSTANT} AND {LAST_INSTANT} THEN i END"
        return _once(_once(text, "t", micros), "i", within)

    def amount(self, text: str) -> str:
        """The decimal of a text, or NULL."""
        fits = f"REGEXP_FULL_MATCH(t, {self.literal(AMOUNT)})"
        return _once(text, "t", f"CASE WHEN {fits} THEN TRY_CAST(t AS {_DECIMAL}) END")

    def sequence(self, text: str) -> str:
        """The text that sorts as the sequence does."""
        digits = "COALESCE(NULLIF(LTRIM(t, '0'), ''), '0')"
        number = f"'0' || LPAD(CAST(LENGTH({digits}) - 1 AS TEXT), 2, '0') || {digits}"
        key = f"CASE WHEN REGEXP_FULL_MATCH(t, '{NUMBER}') THEN {number} ELSE '1' || t END"
        return _once(f"CAST({text} AS TEXT)", "t", key)

    def at_most(self, text: str, longest: int) -> str:
        """A text, or NULL where it has more characters."""
        return _once(text, "t", f"CASE WHEN LENGTH(t) <= {longest} THEN t END")

    def at(self, json: str, steps: Steps) -> str:
        """The JSON at a path of keys through objects, NULL where there is none."""
        return f"JSON_EXTRACT({json}, {self.path(steps)})" if steps else json

    def either(self, json: str, other: str) -> str:
        """The first JSON, or the other where it is null or not there."""
        return f"COALESCE({_once(json, 'j', _PRESENT)}, {other})"

    def scalar(self, kind: str, json: str, steps: Steps) -> str:
        """What a field of this type can hold of the JSON at a path: a boolean, or a text; else NULL."""
        return _of_json(kind, f"{json}, {self.path(steps)}") if steps else _once(json, "j", _of_json(kind, "j, '$'"))

    def array_of_one(self, value: str) -> str:
        """The list of one value, NULL where there is none."""
        return f"CASE WHEN NOT {value} IS NULL THEN [{value}] END"

    def elements(self, kind: str, json: str, path: Sequence[tuple[str, str | None]]) -> str:
        """The list of the values at a path that crosses arrays, NULL where there are none."""
        nodes = ""
        for number, (step, other) in enumerate(path):
            node = f"e{number}"
            found = self.at(json if number == 0 else node, (step,))
            if other is not None:
                found = self.either(found, self.at(json if number == 0 else node, (other,)))
            each = _once(found, "j", "CASE JSON_TYPE(j) WHEN 'ARRAY' THEN JSON_EXTRACT(j, '$[*]') ELSE [j] END")
            nodes = each if number == 0 else f"FLATTEN(LIST_TRANSFORM({nodes}, LAMBDA {node} : {each}))"
        value = self.of_text(kind, _of_json(kind, "e, '$'"))
        values = f"LIST_TRANSFORM({nodes}, LAMBDA e : {value})"
        return f"NULLIF(LIST_FILTER({values}, LAMBDA v : NOT v IS NULL), [])"


def _once(expression: str, name: str, use: str) -> str:
    """An expression that uses another, which is called so in it, and computed once."""
    return f"LIST_TRANSFORM([{expression}], LAMBDA {name} : {use})[1]"


def _of_json(kind: str, place: str) -> str:
    """What a field of this type can hold of the JSON at a place."""
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
