"""Mapped tables in PostgreSQL: typed columns and ``jsonb``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from sqlglot import exp

from ...language.datetimes import FIRST_INSTANT, LAST_INSTANT, write_instant
from ...language.limits import MAX_AMOUNT_DIGITS
from ..column_format import ColumnFormat
from ..dialects import Dialect
from . import shared_formats
from .mapping_engine import (
    AMOUNT_REGEX,
    INSTANT_REGEX,
    NUMBER_REGEX,
    Alternatives,
    ColumnFormats,
    MappingEngine,
    Steps,
    key_runs,
)

_OFFSET = "[+-][0-9]{2}:[0-9]{2}$"


class Postgres(MappingEngine):
    """PostgreSQL.

    ``OFFSET 0`` stops the planner from flattening a subquery, so that its text is computed once.
    """

    name = "postgres"
    nulls_are_greatest = True
    empty_array_test = "COALESCE(CARDINALITY({}), 0) = 0"
    document_limitations = ("reformatted documents",)

    @cached_property
    def formats(self) -> Mapping[str, ColumnFormats]:
        """The column formats of each value type."""
        text = {"text": replace(self.computed_formats["text"], limitations=("text as stored",))}
        instant = self.computed_formats["instant"]
        local = replace(
            instant, description="timestamp without time zone, in UTC", element_type="TIMESTAMP",
            wrap_parameter=self.wrap("CAST({} AS TIMESTAMP)"), bind=_local, limitations=("infinity",),
        )  # fmt: skip
        collated = self.wrap('{} COLLATE "C"')
        return {
            "guid": {
                **text,
                "uuid": shared_formats.uuid_format(
                    self.wrap("CAST({} AS UUID)"), self.wrap('CAST({} AS TEXT) COLLATE "C"')
                ),
            },
            "text": text,
            "enum": text,
            "boolean": {"boolean": self.computed_formats["boolean"]},
            "instant": {
                "timestamp": replace(instant, description="timestamp with time zone", limitations=("infinity",)),
                "timestamp without zone": local,
                "text": self.parsed_text_format("instant"),
                "iso": shared_formats.iso_format(collated),
                "plain": shared_formats.plain_format(collated),
                **shared_formats.epoch_formats(),
            },
            "amount": {
                "number": self.computed_formats["amount"],
                "text": self.parsed_text_format("amount"),
                "hundredths": shared_formats.hundredths_format(),
            },
            "sequence": {"text": self.parsed_text_format("sequence"), "number": shared_formats.integer_format()},
        }

    @cached_property
    def computed_formats(self) -> Mapping[str, ColumnFormat]:
        """The format, by value type, of the expressions that the methods below make."""
        collated = self.wrap('{} COLLATE "C"')
        text = shared_formats.text_format(nul=False, wrap_ordered=collated)
        return {
            "guid": text,
            "text": text,
            "enum": text,
            "boolean": ColumnFormat("boolean", read=bool, element_type="BOOLEAN"),
            "instant": ColumnFormat(
                "", bind=_zoned, read=int, element_type="TIMESTAMPTZ",
                wrap_parameter=self.wrap("CAST({} AS TIMESTAMPTZ)"),
                wrap_result=self.wrap("CAST(EXTRACT(EPOCH FROM {}) * 1000000 AS BIGINT)"),
            ),
            "amount": shared_formats.decimal_format(self.wrap("CAST({} AS NUMERIC)"), limited=False),
            "sequence": shared_formats.sequence_key_format(nul=False, wrap_ordered=collated),
        }  # fmt: skip

    def adapt(self, dialect: Dialect) -> Dialect:
        """Return the dialect with STARTS_WITH.

        Text indexes of either operator class serve it; a range is served by one class only.
        """
        return replace(
            dialect, starts_with=lambda text, prefix: exp.Anonymous(this="STARTS_WITH", expressions=[text, prefix])
        )

    def verbatim(self, text: str) -> str:
        """Return SQL text with ``%`` doubled, as the driver requires."""
        return text.replace("%", "%%")

    def instant(self, text: str) -> str:
        """Return the timestamp of a date-time; NULL if it is none."""
        moment = (
            "CAST(SUBSTR(t, 1, 10) || ' ' || SUBSTR(t, 12, 8) || '+00' AS TIMESTAMPTZ) "
            "+ CAST(RPAD(LEFT(COALESCE(SUBSTRING(t FROM '\\.([0-9]+)'), ''), 6), 6, '0') AS INTEGER) "
            "* INTERVAL '1 microsecond' "
            f"- CAST(COALESCE(SUBSTRING(t FROM '{_OFFSET}'), '00:00') AS INTERVAL)"
        )
        last_day = "CAST(SUBSTR(t, 1, 8) || '01' AS DATE) + INTERVAL '1 month' - INTERVAL '1 day'"
        fits = (
            f"CASE WHEN t ~ {self.literal(INSTANT_REGEX)} AND t ~ '^(?!0000)....-(0[1-9]|1[0-2])-' "
            f"THEN CAST(SUBSTR(t, 9, 2) AS INTEGER) BETWEEN 1 AND EXTRACT(DAY FROM {last_day}) END"
        )
        found = f"SELECT {moment} AS m FROM (SELECT {text} AS t OFFSET 0) AS s WHERE {fits} OFFSET 0"
        first, last = _zoned(FIRST_INSTANT), _zoned(LAST_INSTANT)
        return f"(SELECT m FROM ({found}) AS s WHERE m BETWEEN '{first}' AND '{last}')"

    def amount(self, text: str) -> str:
        """Return the number of a decimal; NULL if it is none."""
        digits = f"LENGTH(REGEXP_REPLACE(SPLIT_PART(t, 'e', 1), '[^0-9]', '', 'g')) <= {MAX_AMOUNT_DIGITS}"
        return (
            f"(SELECT CASE WHEN t ~ {self.literal(AMOUNT_REGEX)} AND {digits} THEN CAST(t AS NUMERIC) END "
            f"FROM (SELECT {text} AS t OFFSET 0) AS s)"
        )

    def sequence(self, text: str) -> str:
        """Return the text that sorts as the sequence value does."""
        digits = "COALESCE(NULLIF(LTRIM(t, '0'), ''), '0')"
        number = f"'0' || LPAD(CAST(LENGTH({digits}) - 1 AS TEXT), 2, '0') || {digits}"
        return (
            f"(SELECT CASE WHEN t ~ '{NUMBER_REGEX}' THEN {number} ELSE '1' || t END "
            f"FROM (SELECT CAST({text} AS TEXT) AS t OFFSET 0) AS s)"
        )

    def limit_length(self, text: str, max_chars: int) -> str:
        """Return the text, or NULL if it is longer."""
        return f"(SELECT t FROM (SELECT {text} AS t OFFSET 0) AS s WHERE LENGTH(t) <= {max_chars})"

    def at(self, json: str, steps: Steps) -> str:
        """Return the JSON at a path of object keys; NULL if there is none."""
        return f"({' -> '.join((json, *map(self.literal, steps)))})" if steps else json

    def either(self, json: str, other: str) -> str:
        """Return the first JSON, or the other if the first is null or absent."""
        return f"COALESCE(NULLIF({json}, 'null'), {other})"

    def scalar(self, kind: str, json: str, steps: Steps) -> str:
        """Return the boolean or text at a JSON path; NULL if the type cannot hold it."""
        return f"(SELECT {_of_json(kind)} FROM (SELECT {self.at(json, steps)} AS j OFFSET 0) AS s)"

    def array_of_one(self, value: str) -> str:
        """Return the array of one value; NULL if the value is NULL."""
        return f"(SELECT ARRAY[v] FROM (SELECT {value} AS v OFFSET 0) AS s WHERE NOT v IS NULL)"

    def elements(self, kind: str, json: str, path: Sequence[Alternatives]) -> str:
        """Return the array of values at a path through arrays; NULL if there are none."""
        sources = []
        for number, (steps, alternatives) in enumerate(key_runs(path), 1):
            node, through = json, steps
            if alternatives:
                sources.append(self._walk(json, steps, f"b{number}"))
                node, through = self.first(f"b{number}.j", alternatives), ()
            sources.append(self._walk(node, through, f"e{number}"))
            json = f"e{number}.j"
        aliases = [source.rpartition(" AS ")[2].partition("(")[0] for source in sources]
        order = ", ".join(f"{alias}.n" for alias in aliases)
        value = self.from_text(kind, _of_json(kind))
        return (
            f"(SELECT ARRAY_AGG(v.v ORDER BY {order}) FROM {', '.join(sources)}, "
            f"LATERAL (SELECT {value} AS v FROM (SELECT {json}) AS s(j)) AS v WHERE NOT v.v IS NULL)"
        )

    def _walk(self, json: str, steps: Steps, alias: str) -> str:
        path = self.path(steps).removesuffix("'") + "[*]'"
        return f"JSONB_PATH_QUERY({json}, {path}) WITH ORDINALITY AS {alias}(j, n)"


def _of_json(kind: str) -> str:
    """Return what a field of this type can hold of the JSON ``j``."""
    text = "j #>> '{}'"
    if kind == "boolean":
        return "CASE JSONB_TYPEOF(j) WHEN 'boolean' THEN CAST(j AS BOOLEAN) END"
    if kind == "amount":
        return f"CASE WHEN JSONB_TYPEOF(j) IN ('string', 'number') THEN {text} END"
    if kind == "sequence":
        whole = f"JSONB_TYPEOF(j) = 'number' AND {text} ~ '^-?[0-9]+$'"
        return f"CASE WHEN JSONB_TYPEOF(j) = 'string' OR {whole} THEN {text} END"
    return f"CASE JSONB_TYPEOF(j) WHEN 'string' THEN {text} END"


def _local(micros: int) -> str:
    """Return an instant as PostgreSQL reads a timestamp."""
    return write_instant(micros).rstrip("Z").replace("T", " ")


def _zoned(micros: int) -> str:
    return _local(micros) + "+00"
