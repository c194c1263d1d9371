"""Own tables in BigQuery and Snowflake: statements are rendered for them and never executed here."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from . import held
from .column_format import Form
from .engine import AMOUNT, NUMBER, Engine, Forms, Steps, runs

_T = re.compile(r"\bt\b")
_DIGITS = "COALESCE(NULLIF(LTRIM(t, '0'), ''), '0')"


class _Warehouse(Engine):
    """What the two have in common."""

    string: str
    to_micros: str
    from_micros: str
    decimal: str
    json_differs = ("engine casts",)
    document_differs = ("rewritten",)

    @cached_property
    def forms(self) -> Mapping[str, Forms]:
        """The forms of each value type."""
        text = {"text": replace(held.texts(), differs=("as it is",))}
        timestamp = replace(
            held.counted_instants()["microseconds"], says="a timestamp with time zone", array="TIMESTAMP",
            parameter=self.wrap(self.from_micros), shown=self.wrap(self.to_micros),
        )  # fmt: skip
        return {
            "guid": text,
            "text": text,
            "enum": text,
            "boolean": {"boolean": self.computed["boolean"]},
            "instant": {
                "timestamp": timestamp,
                "text": replace(self.from_text("instant"), differs=("engine casts",)),
                "iso": held.iso_instants(),
                "plain": held.plain_instants(),
                **held.counted_instants(),
            },
            "amount": {
                "number": self.computed["amount"],
                "text": replace(self.from_text("amount"), differs=("38 digits", "engine casts")),
                "hundredths": held.hundredths(),
            },
            "sequence": {"text": self.from_text("sequence"), "number": held.whole_numbers()},
        }

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
            "amount": held.decimals("a number", self.wrap(f"CAST({{}} AS {self.decimal})"), limited=True),
            "sequence": held.sequence_keys(),
        }

    def at_most(self, text: str, longest: int) -> str:
        """A text, or NULL where it has more characters."""
        return self.taken(text, f"CASE WHEN LENGTH(t) <= {longest} THEN t END")

    def sequence(self, text: str) -> str:
        """The text that sorts as the sequence does."""
        key = f"CONCAT('0', LPAD(CAST(LENGTH({_DIGITS}) - 1 AS {self.string}), 2, '0'), {_DIGITS})"
        return self.taken(text, f"CASE WHEN {self.matches(NUMBER)} THEN {key} ELSE CONCAT('1', t) END")

    @abstractmethod
    def taken(self, text: str, use: str) -> str:
        """An expression over a text, which is called ``t`` in it."""

    @abstractmethod
    def matches(self, pattern: str) -> str:
        """Whether all of ``t`` matches."""


class Bigquery(_Warehouse):
    """BigQuery, and its type JSON."""

    name = "bigquery"
    no_elements = "COALESCE(ARRAY_LENGTH({}), 0) = 0"
    string, decimal = "STRING", "BIGNUMERIC"
    to_micros, from_micros = "UNIX_MICROS({})", "TIMESTAMP_MICROS({})"

    def instant(self, text: str) -> str:
        """The microseconds of a date-time, or NULL."""
        return f"UNIX_MICROS(SAFE_CAST({text} AS TIMESTAMP))"

    def amount(self, text: str) -> str:
        """The decimal of a text, or NULL."""
        return self.taken(text, f"CASE WHEN {self.matches(AMOUNT)} THEN SAFE_CAST(t AS BIGNUMERIC) END")

    def taken(self, text: str, use: str) -> str:
        """An expression over a text, which is called ``t`` in it."""
        return f"(SELECT {use} FROM (SELECT {text} AS t))"

    def matches(self, pattern: str) -> str:
        """Whether all of ``t`` matches."""
        return f"REGEXP_CONTAINS(t, {self.literal(pattern)})"

    def at(self, json: str, steps: Steps) -> str:
        """The JSON at a path of keys through objects, NULL where there is none."""
        return f"JSON_QUERY({json}, {self.path(steps)})" if steps else json

    def either(self, json: str, other: str) -> str:
        """The first JSON, or the other where it is null or not there."""
        return f"CASE WHEN COALESCE(JSON_TYPE({json}), 'null') <> 'null' THEN {json} ELSE {other} END"

    def scalar(self, kind: str, json: str, steps: Steps) -> str:
        """What a field of this type can hold of the JSON at a path: a boolean, or a text; else NULL."""
        return _of_json(kind, self.at(json, steps))

    def array_of_one(self, value: str) -> str:
        """The array of one value, without any where there is none."""
        return f"ARRAY(SELECT v FROM (SELECT {value} AS v) WHERE NOT v IS NULL)"

    def elements(self, kind: str, json: str, path: Sequence[tuple[str, str | None]]) -> str:
        """The array of the values at a path that crosses arrays."""
        sources = []
        for number, (steps, other) in enumerate(runs(path), 1):
            node, through = json, steps
            if other is not None and steps[:-1]:
                sources.append(self._walk(json, steps[:-1], f"b{number}"))
                json = f"b{number}"
            if other is not None:
                node, through = self.either(self.at(json, steps[-1:]), self.at(json, (other,))), ()
            sources.append(self._walk(node, through, f"e{number}"))
            json = f"e{number}"
        order = ", ".join(f"{source.rpartition(' AS ')[2]}" for source in sources)
        value = self.of_text(kind, _of_json(kind, json))
        return f"ARRAY(SELECT {value} FROM {', '.join(sources)} WHERE NOT {value} IS NULL ORDER BY {order})"

    def _walk(self, json: str, steps: Steps, alias: str) -> str:
        path = self.path(steps).replace("$", "lax recursive $", 1)
        return f"UNNEST(JSON_QUERY_ARRAY(JSON_QUERY({json}, {path}))) AS {alias} WITH OFFSET AS {alias}_n"

    def document(self, json: str) -> str:
        """A document as text."""
        return f"TO_JSON_STRING({json})"


def _of_json(kind: str, json: str) -> str:
    if kind == "boolean":
        return f"CASE JSON_TYPE({json}) WHEN 'boolean' THEN BOOL({json}) END"
    number = f" WHEN 'number' THEN JSON_VALUE({json})" if kind in ("amount", "sequence") else ""
    return f"CASE JSON_TYPE({json}) WHEN 'string' THEN JSON_VALUE({json}){number} END"


class Snowflake(_Warehouse):
    """Snowflake, and its type VARIANT."""

    name = "snowflake"
    nulls_are_greatest = True
    no_elements = "COALESCE(ARRAY_SIZE({}), 0) = 0"
    string, decimal = "VARCHAR", f"NUMBER({held.DIGITS}, {held.DECIMALS})"
    to_micros, from_micros = "DATE_PART(EPOCH_MICROSECOND, {})", "TO_TIMESTAMP_TZ({}, 6)"

    def instant(self, text: str) -> str:
        """The microseconds of a date-time, or NULL."""
        zoned = "CASE WHEN RLIKE(t, '.*([Zz]|[+-][0-9]{2}:[0-9]{2})') THEN t ELSE CONCAT(t, 'Z') END"
        return self.taken(text, f"DATE_PART(EPOCH_MICROSECOND, TRY_TO_TIMESTAMP_TZ({zoned}))")

    def amount(self, text: str) -> str:
        """The decimal of a text, or NULL."""
        return f"TRY_TO_DECIMAL({text}, {held.DIGITS}, {held.DECIMALS})"

    def taken(self, text: str, use: str) -> str:
        """An expression over a text, which is put in the place of ``t``: it bears few subqueries in a column."""
        return _T.sub(lambda _: text, use)

    def matches(self, pattern: str) -> str:
        """Whether all of ``t`` matches."""
        return f"RLIKE(t, {self.literal(pattern)})"

    def verbatim(self, text: str) -> str:
        """A text of somebody's SQL as a statement holds it: its driver reads a lone ``%`` as a parameter."""
        return text.replace("%", "%%")

    def path(self, steps: Sequence[str]) -> str:
        """The path of these keys, as a literal."""
        return self.literal(".".join(f'"{step}"' for step in steps))

    def at(self, json: str, steps: Steps) -> str:
        """The JSON at a path of keys through objects, NULL where there is none."""
        return f"GET_PATH({json}, {self.path(steps)})" if steps else json

    def either(self, json: str, other: str) -> str:
        """The first JSON, or the other where it is null or not there."""
        return f"COALESCE(STRIP_NULL_VALUE({json}), {other})"

    def scalar(self, kind: str, json: str, steps: Steps) -> str:
        """What a field of this type can hold of the JSON at a path: a boolean, or a text; else NULL."""
        found = self.at(json, steps)
        if kind in ("amount", "sequence"):
            return f"CASE WHEN {_fits(kind, found)} THEN TO_VARCHAR({found}) END"
        return f"AS_{'BOOLEAN' if kind == 'boolean' else 'VARCHAR'}({found})"

    def array_of_one(self, value: str) -> str:
        """The array of one value, NULL where there is none."""
        return f"CASE WHEN NOT {value} IS NULL THEN ARRAY_CONSTRUCT({value}) END"

    def elements(self, kind: str, json: str, path: Sequence[tuple[str, str | None]]) -> str:
        """The array of the values at a path that crosses arrays."""
        nodes = ""
        for number, (step, other) in enumerate(path):
            node = f"e{number}" if number else json
            found = self.at(node, (step,))
            if other is not None:
                found = self.either(found, self.at(node, (other,)))
            each = f"COALESCE(TO_ARRAY(STRIP_NULL_VALUE({found})), ARRAY_CONSTRUCT())"
            nodes = f"ARRAY_FLATTEN(TRANSFORM({nodes}, {node} -> {each}))" if number else each
        fitting = f"FILTER({nodes}, e -> {_fits(kind, 'e')})"
        value = self.of_text(kind, self.scalar(kind, "e", ()))
        return f"TRANSFORM({fitting}, e -> {value})"

    def document(self, json: str) -> str:
        """A document as text."""
        return f"TO_JSON({json})"


def _fits(kind: str, json: str) -> str:
    kinds = {
        "boolean": "'BOOLEAN'",
        "amount": "'VARCHAR', 'INTEGER', 'DECIMAL', 'DOUBLE'",
        "sequence": "'VARCHAR', 'INTEGER'",
    }.get(kind, "'VARCHAR'")
    return f"TYPEOF({json}) IN ({kinds})"
