"""Own tables in PostgreSQL: typed columns as they are, and ``jsonb``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from sqlglot import exp

from ...language.datetimes import FIRST_INSTANT, LAST_INSTANT, write_instant
from ..dialects import Dialect
from . import held
from .column_format import Form
from .engine import AMOUNT, DATE_TIME, NUMBER, Engine, Forms, Steps, runs

_OFFSET = "[+-][0-9]{2}:[0-9]{2}$"


class Postgres(Engine):
    """PostgreSQL. Where a text is taken apart, ``OFFSET 0`` keeps it from being computed many times."""

    name = "postgres"
    nulls_are_greatest = True
    no_elements = "COALESCE(CARDINALITY({}), 0) = 0"
    document_differs = ("rewritten",)

    @cached_property
    def forms(self) -> Mapping[str, Forms]:
        """The forms of each value type."""
        text = {"text": replace(self.computed["text"], differs=("as it is",))}
        instant = self.computed["instant"]
        local = replace(
            instant, says="a timestamp without a zone, in UTC", array="TIMESTAMP",
            parameter=self.wrap("CAST({} AS TIMESTAMP)"), bind=_local, differs=("infinity",),
        )  # fmt: skip
        collated = self.wrap('{} COLLATE "C"')
        return {
            "guid": {
                **text,
                "uuid": held.guids(self.wrap("CAST({} AS UUID)"), self.wrap('CAST({} AS TEXT) COLLATE "C"')),
            },
            "text": text,
            "enum": text,
            "boolean": {"boolean": self.computed["boolean"]},
            "instant": {
                "timestamp": replace(instant, says="a timestamp with time zone", differs=("infinity",)),
                "timestamp without zone": local,
                "text": self.from_text("instant"),
                "iso": held.iso_instants(collated),
                "plain": held.plain_instants(collated),
                **held.counted_instants(),
            },
            "amount": {
                "number": self.computed["amount"],
                "text": self.from_text("amount"),
                "hundredths": held.hundredths(),
            },
            "sequence": {"text": self.from_text("sequence"), "number": held.whole_numbers()},
        }

    @cached_property
    def computed(self) -> Mapping[str, Form]:
        """Of each value type, the form of the columns that the methods below make."""
        collated = self.wrap('{} COLLATE "C"')
        text = held.texts(nul=False, ordered=collated)
        return {
            "guid": text,
            "text": text,
            "enum": text,
            "boolean": Form("a boolean", read=bool, array="BOOLEAN"),
            "instant": Form(
                "", bind=_zoned, read=int, parameter=self.wrap("CAST({} AS TIMESTAMPTZ)"), array="TIMESTAMPTZ",
                shown=self.wrap("CAST(EXTRACT(EPOCH FROM {}) * 1000000 AS BIGINT)"),
            ),
            "amount": held.decimals("a number", self.wrap("CAST({} AS NUMERIC)"), limited=False),
            "sequence": held.sequence_keys(nul=False, ordered=collated),
        }  # fmt: skip

    def adapted(self, dialect: Dialect) -> Dialect:
        """The dialect as own tables use it: STARTS_WITH is served by indexes of either kind, ranges by one."""
        return replace(
            dialect, begins=lambda text, prefix: exp.Anonymous(this="STARTS_WITH", expressions=[text, prefix])
        )

    def verbatim(self, text: str) -> str:
        """A text of somebody's SQL as a statement holds it: its driver reads a lone ``%`` as a parameter."""
        return text.replace("%", "%%")

    def instant(self, text: str) -> str:
        """The timestamp of a date-time, or NULL."""
        moment = (
            "CAST(SUBSTR(t, 1, 10) || ' ' || SUBSTR(t, 12, 8) || '+00' AS TIMESTAMPTZ) "
            "+ CAST(RPAD(LEFT(COALESCE(SUBSTRING(t FROM '\\.([0-9]+)'), ''), 6), 6, '0') AS INTEGER) "
            "* INTERVAL '1 microsecond' "
            f"- CAST(COALESCE(SUBSTRING(t FROM '{_OFFSET}'), '00:00') AS INTERVAL)"
        )
        last_day = "CAST(SUBSTR(t, 1, 8) || '01' AS DATE) + INTERVAL '1 month' - INTERVAL '1 day'"
        fits = (
            f"CASE WHEN t ~ {self.literal(DATE_TIME)} AND t ~ '^(?!0000)....-(0[1-9]|1[0-2])-' "
            f"THEN CAST(SUBSTR(t, 9, 2) AS INTEGER) BETWEEN 1 AND EXTRACT(DAY FROM {last_day}) END"
        )
        found = f"SELECT {moment} AS m FROM (SELECT {text} AS t OFFSET 0) AS s WHERE {fits} OFFSET 0"
        first, last = _zoned(FIRST_INSTANT), _zoned(LAST_INSTANT)
        return f"(SELECT m FROM ({found}) AS s WHERE m BETWEEN '{first}' AND '{last}')"

    def amount(self, text: str) -> str:
        """The number of a decimal, or NULL."""
        digits = "LENGTH(REGEXP_REPLACE(SPLIT_PART(t, 'e', 1), '[^0-9]', '', 'g')) <= 100"
        return (
            f"(SELECT CASE WHEN t ~ {self.literal(AMOUNT)} AND {digits} THEN CAST(t AS NUMERIC) END "
            f"FROM (SELECT {text} AS t OFFSET 0) AS s)"
        )

    def sequence(self, text: str) -> str:
        """The text that sorts as the sequence does."""
        digits = "COALESCE(NULLIF(LTRIM(t, '0'), ''), '0')"
        number = f"'0' || LPAD(CAST(LENGTH({digits}) - 1 AS TEXT), 2, '0') || {digits}"
        return (
            f"(SELECT CASE WHEN t ~ '{NUMBER}' THEN {number} ELSE '1' || t END "
            f"FROM (SELECT CAST({text} AS TEXT) AS t OFFSET 0) AS s)"
        )

    def at_most(self, text: str, longest: int) -> str:
        """A text, or NULL where it has more characters."""
        return f"(SELECT t FROM (SELECT {text} AS t OFFSET 0) AS s WHERE LENGTH(t) <= {longest})"

    def at(self, json: str, steps: Steps) -> str:
        """The JSON at a path of keys through objects, NULL where there is none."""
        return f"({' -> '.join((json, *map(self.literal, steps)))})" if steps else json

    def either(self, json: str, other: str) -> str:
        """The first JSON, or the other where it is null or not there."""
        return f"COALESCE(NULLIF({json}, 'null'), {other})"

    def scalar(self, kind: str, json: str, steps: Steps) -> str:
        """What a field of this type can hold of the JSON at a path: a boolean, or a text; else NULL."""
        return f"(SELECT {_of_json(kind)} FROM (SELECT {self.at(json, steps)} AS j OFFSET 0) AS s)"

    def array_of_one(self, value: str) -> str:
        """The array of one value, NULL where there is none."""
        return f"(SELECT ARRAY[v] FROM (SELECT {value} AS v OFFSET 0) AS s WHERE NOT v IS NULL)"

    def elements(self, kind: str, json: str, path: Sequence[tuple[str, str | None]]) -> str:
        """The array of the values at a path that crosses arrays, NULL where there are none."""
        sources = []
        for number, (steps, other) in enumerate(runs(path), 1):
            node, through = json, steps
            if other is not None:
                before, last = f"b{number}.j", steps[-1]
                sources.append(self._walk(json, steps[:-1], f"b{number}"))
                node, through = self.either(self.at(before, (last,)), self.at(before, (other,))), ()
            sources.append(self._walk(node, through, f"e{number}"))
            json = f"e{number}.j"
        aliases = [source.rpartition(" AS ")[2].partition("(")[0] for source in sources]
        order = ", ".join(f"{alias}.n" for alias in aliases)
        value = self.of_text(kind, _of_json(kind))
        return (
            f"(SELECT ARRAY_AGG(v.v ORDER BY {order}) FROM {', '.join(sources)}, "
            f"LATERAL (SELECT {value} AS v FROM (SELECT {json}) AS s(j)) AS v WHERE NOT v.v IS NULL)"
        )

    def _walk(self, json: str, steps: Steps, alias: str) -> str:
        path = self.path(steps).removesuffix("'") + "[*]'"
        return f"JSONB_PATH_QUERY({json}, {path}) WITH ORDINALITY AS {alias}(j, n)"


def _of_json(kind: str) -> str:
    """What a field of this type can hold of the JSON ``j``."""
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
    """An instant as PostgreSQL reads a timestamp."""
    return write_instant(micros).rstrip("Z").replace("T", " ")


def _zoned(micros: int) -> str:
    return _local(micros) + "+00"
