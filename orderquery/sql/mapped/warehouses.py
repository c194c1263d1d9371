"""Mapped tables in BigQuery and Snowflake: rendered, never executed there."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from ..column_format import ColumnFormat
from . import shared_formats
from .mapping_engine import AMOUNT_REGEX, NUMBER_REGEX, Alternatives, ColumnFormats, MappingEngine, Steps, key_runs

_T = re.compile(r"\bt\b")
_DIGITS = "COALESCE(NULLIF(LTRIM(t, '0'), ''), '0')"


class _Warehouse(MappingEngine):
    """What BigQuery and Snowflake have in common."""

    string: str
    to_micros: str
    from_micros: str
    decimal: str
    json_limitations = ("engine casts",)
    document_limitations = ("reformatted documents",)

    @cached_property
    def formats(self) -> Mapping[str, ColumnFormats]:
        """The column formats of each value type."""
        text = {"text": replace(shared_formats.text_format(), limitations=("text as stored",))}
        timestamp = replace(
            shared_formats.epoch_formats()["microseconds"], description="timestamp with time zone",
            element_type="TIMESTAMP", wrap_parameter=self.wrap(self.from_micros), wrap_result=self.wrap(self.to_micros),
        )  # fmt: skip
        return {
            "guid": text,
            "text": text,
            "enum": text,
            "boolean": {"boolean": self.computed_formats["boolean"]},
            "instant": {
                "timestamp": timestamp,
                "text": replace(self.parsed_text_format("instant"), limitations=("engine casts",)),
                "iso": shared_formats.iso_format(),
                "plain": shared_formats.plain_format(),
                **shared_formats.epoch_formats(),
            },
            "amount": {
                "number": self.computed_formats["amount"],
                "text": replace(self.parsed_text_format("amount"), limitations=("38 digits", "engine casts")),
                "hundredths": shared_formats.hundredths_format(),
            },
            "sequence": {"text": self.parsed_text_format("sequence"), "number": shared_formats.integer_format()},
        }

    @cached_property
    def computed_formats(self) -> Mapping[str, ColumnFormat]:
        """The format, by value type, of the expressions that the methods below make."""
        return shared_formats.computed_formats(self.wrap(f"CAST({{}} AS {self.decimal})"))

    def limit_length(self, text: str, max_chars: int) -> str:
        """Return the text, or NULL if it is longer."""
        return self.over_text(text, f"CASE WHEN LENGTH(t) <= {max_chars} THEN t END")

    def sequence(self, text: str) -> str:
        """Return the text that sorts as the sequence value does."""
        key = f"CONCAT('0', LPAD(CAST(LENGTH({_DIGITS}) - 1 AS {self.string}), 2, '0'), {_DIGITS})"
        return self.over_text(text, f"CASE WHEN {self.matches(NUMBER_REGEX)} THEN {key} ELSE CONCAT('1', t) END")

    @abstractmethod
    def over_text(self, text: str, use: str) -> str:
        """Return ``use``, in which ``t`` is the text."""

    @abstractmethod
    def matches(self, pattern: str) -> str:
        """Return the test that all of ``t`` matches."""


class Bigquery(_Warehouse):
    """BigQuery and its type JSON."""

    name = "bigquery"
    empty_array_test = "COALESCE(ARRAY_LENGTH({}), 0) = 0"
    string, decimal = "STRING", "BIGNUMERIC"
    to_micros, from_micros = "UNIX_MICROS({})", "TIMESTAMP_MICROS({})"

    def instant(self, text: str) -> str:
        """Return the microseconds of a date-time; NULL if it is none."""
        return f"UNIX_MICROS(SAFE_CAST({text} AS TIMESTAMP))"

    def amount(self, text: str) -> str:
        """Return the decimal of a text; NULL if it is none."""
        return self.over_text(text, f"CASE WHEN {self.matches(AMOUNT_REGEX)} THEN SAFE_CAST(t AS BIGNUMERIC) END")

    def over_text(self, text: str, use: str) -> str:
        """Return ``use``, in which ``t`` is the text."""
        return f"(SELECT {use} FROM (SELECT {text} AS t))"

    def matches(self, pattern: str) -> str:
        """Return the test that all of ``t`` matches."""
        return f"REGEXP_CONTAINS(t, {self.literal(pattern)})"

    def at(self, json: str, steps: Steps) -> str:
        """Return the JSON at a path of object keys; NULL if there is none."""
        return f"JSON_QUERY({json}, {self.path(steps)})" if steps else json

    def either(self, json: str, other: str) -> str:
        """Return the first JSON, or the other if the first is null or absent."""
        return f"CASE WHEN COALESCE(JSON_TYPE({json}), 'null') <> 'null' THEN {json} ELSE {other} END"

    def scalar(self, kind: str, json: str, steps: Steps) -> str:
        """Return the boolean or text at a JSON path; NULL if the type cannot hold it."""
        return _of_json(kind, self.at(json, steps))

    def array_of_one(self, value: str) -> str:
        """Return the array of one value; empty if the value is NULL."""
        return f"ARRAY(SELECT v FROM (SELECT {value} AS v) WHERE NOT v IS NULL)"

    def elements(self, kind: str, json: str, path: Sequence[Alternatives]) -> str:
        """Return the array of values at a path through arrays."""
        sources = []
        for number, (steps, alternatives) in enumerate(key_runs(path), 1):
            node, through = json, steps
            if alternatives and steps:
                sources.append(self._walk(json, steps, f"b{number}"))
                json = f"b{number}"
            if alternatives:
                node, through = self.first(json, alternatives), ()
            sources.append(self._walk(node, through, f"e{number}"))
            json = f"e{number}"
        order = ", ".join(f"{source.rpartition(' AS ')[2]}" for source in sources)
        value = self.from_text(kind, _of_json(kind, json))
        return f"ARRAY(SELECT {value} FROM {', '.join(sources)} WHERE NOT {value} IS NULL ORDER BY {order})"

    def _walk(self, json: str, steps: Steps, alias: str) -> str:
        path = self.path(steps).replace("$", "lax recursive $", 1)
        return f"UNNEST(JSON_QUERY_ARRAY(JSON_QUERY({json}, {path}))) AS {alias} WITH OFFSET AS {alias}_n"

    def document(self, json: str) -> str:
        """Return a document as text."""
        return f"TO_JSON_STRING({json})"


def _of_json(kind: str, json: str) -> str:
    if kind == "boolean":
        return f"CASE JSON_TYPE({json}) WHEN 'boolean' THEN BOOL({json}) END"
    number = f" WHEN 'number' THEN JSON_VALUE({json})" if kind in ("amount", "sequence") else ""
    return f"CASE JSON_TYPE({json}) WHEN 'string' THEN JSON_VALUE({json}){number} END"


class Snowflake(_Warehouse):
    """Snowflake and its type VARIANT."""

    name = "snowflake"
    nulls_are_greatest = True
    empty_array_test = "COALESCE(ARRAY_SIZE({}), 0) = 0"
    string, decimal = "VARCHAR", f"NUMBER({shared_formats.DECIMAL_DIGITS}, {shared_formats.DECIMAL_PLACES})"
    to_micros, from_micros = "DATE_PART(EPOCH_MICROSECOND, {})", "TO_TIMESTAMP_TZ({}, 6)"

    def instant(self, text: str) -> str:
        """Return the microseconds of a date-time; NULL if it is none."""
        zoned = "CASE WHEN RLIKE(t, '.*([Zz]|[+-][0-9]{2}:[0-9]{2})') THEN t ELSE CONCAT(t, 'Z') END"
        return self.over_text(text, f"DATE_PART(EPOCH_MICROSECOND, TRY_TO_TIMESTAMP_TZ({zoned}))")

    def amount(self, text: str) -> str:
        """Return the decimal of a text; NULL if it is none."""
        return f"TRY_TO_DECIMAL({text}, {shared_formats.DECIMAL_DIGITS}, {shared_formats.DECIMAL_PLACES})"

    def over_text(self, text: str, use: str) -> str:
        """Return ``use`` with ``t`` replaced by the text.

        Snowflake allows few subqueries in a column.
        """
        return _T.sub(lambda _: text, use)

    def matches(self, pattern: str) -> str:
        """Return the test that all of ``t`` matches."""
        return f"RLIKE(t, {self.literal(pattern)})"

    def verbatim(self, text: str) -> str:
        """Return SQL text with ``%`` doubled, as the driver requires."""
        return text.replace("%", "%%")

    def path(self, steps: Sequence[str]) -> str:
        """Return the path of these keys as a literal."""
        return self.literal(".".join(f'"{step}"' for step in steps))

    def at(self, json: str, steps: Steps) -> str:
        """Return the JSON at a path of object keys; NULL if there is none."""
        return f"GET_PATH({json}, {self.path(steps)})" if steps else json

    def either(self, json: str, other: str) -> str:
        """Return the first JSON, or the other if the first is null or absent."""
        return f"COALESCE(STRIP_NULL_VALUE({json}), {other})"

    def scalar(self, kind: str, json: str, steps: Steps) -> str:
        """Return the boolean or text at a JSON path; NULL if the type cannot hold it."""
        found = self.at(json, steps)
        if kind in ("amount", "sequence"):
            return f"CASE WHEN {_fits(kind, found)} THEN TO_VARCHAR({found}) END"
        return f"AS_{'BOOLEAN' if kind == 'boolean' else 'VARCHAR'}({found})"

    def array_of_one(self, value: str) -> str:
        """Return the array of one value; NULL if the value is NULL."""
        return f"CASE WHEN NOT {value} IS NULL THEN ARRAY_CONSTRUCT({value}) END"

    def elements(self, kind: str, json: str, path: Sequence[Alternatives]) -> str:
        """Return the array of values at a path through arrays."""
        nodes = ""
        for number, alternatives in enumerate(path):
            node = f"e{number}" if number else json
            found = self.first(node, alternatives)
            each = f"COALESCE(TO_ARRAY(STRIP_NULL_VALUE({found})), ARRAY_CONSTRUCT())"
            nodes = f"ARRAY_FLATTEN(TRANSFORM({nodes}, {node} -> {each}))" if number else each
        fitting = f"FILTER({nodes}, e -> {_fits(kind, 'e')})"
        value = self.from_text(kind, self.scalar(kind, "e", ()))
        return f"TRANSFORM({fitting}, e -> {value})"

    def document(self, json: str) -> str:
        """Return a document as text."""
        return f"TO_JSON({json})"


def _fits(kind: str, json: str) -> str:
    kinds = {
        "boolean": "'BOOLEAN'",
        "amount": "'VARCHAR', 'INTEGER', 'DECIMAL', 'DOUBLE'",
        "sequence": "'VARCHAR', 'INTEGER'",
    }.get(kind, "'VARCHAR'")
    return f"TYPEOF({json}) IN ({kinds})"
