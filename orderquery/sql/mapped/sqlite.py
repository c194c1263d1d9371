"""Mapped tables in SQLite: dates and decimals are computed from texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property

from ...language.datetimes import FIRST_INSTANT, LAST_INSTANT
from ...language.limits import MAX_AMOUNT_DIGITS, MAX_AMOUNT_EXPONENT, MAX_NUMBER_DIGITS
from ...language.types import TYPES
from ..column_format import ColumnFormat
from . import shared_formats
from .mapping_engine import Alternatives, ColumnFormats, MappingEngine, Steps

_SWAPPED_DIGITS = (("0", "9"), ("1", "8"), ("2", "7"), ("3", "6"), ("4", "5"))


class Sqlite(MappingEngine):
    """SQLite. Arrays are JSON texts.

    ``LIMIT 1`` stops the planner from flattening a subquery, so that its text is computed once.
    """

    name = "sqlite"
    json_limitations = ("NUL", "duplicate keys", "invalid JSON")

    @cached_property
    def formats(self) -> Mapping[str, ColumnFormats]:
        """The column formats of each value type."""
        text = replace(shared_formats.text_format(), column_sql="{} COLLATE BINARY", limitations=("text as stored",))
        number = ColumnFormat(
            "number", bind=_number, read=lambda number: TYPES["amount"].read(number), limitations=("floating point",)
        )
        return {
            "guid": {"text": text, "uuid": shared_formats.hex_uuid_format()},
            "text": {"text": text},
            "enum": {"text": text},
            "boolean": {"boolean": self.computed_formats["boolean"]},
            "instant": {
                "text": self.parsed_text_format("instant"),
                "iso": shared_formats.iso_format(),
                "plain": shared_formats.plain_format(),
                "datetime": shared_formats.datetime_format(),
                **shared_formats.epoch_formats(),
            },
            "amount": {
                "number": number,
                "text": self.parsed_text_format("amount"),
                "hundredths": shared_formats.hundredths_format(),
            },
            "sequence": {"text": self.parsed_text_format("sequence"), "number": shared_formats.integer_format()},
        }

    @cached_property
    def computed_formats(self) -> Mapping[str, ColumnFormat]:
        """The format, by value type, of the expressions that the methods below make."""
        text = shared_formats.text_format()
        return {
            "guid": text,
            "text": text,
            "enum": text,
            "boolean": ColumnFormat("boolean, 1 or 0", bind=int, read=bool),
            "instant": shared_formats.epoch_formats()["microseconds"],
            "amount": shared_formats.amount_key_format(),
            "sequence": shared_formats.sequence_key_format(),
        }

    def instant(self, text: str) -> str:
        """Return the microseconds of a date-time; NULL if it is none."""
        tail = "SUBSTR(t, 20)"
        zone = f"LTRIM({tail}, '.0123456789')"
        apart = (
            f"SELECT t, SUBSTR(t, 1, 10) AS day, SUBSTR(t, 12, 8) AS clock, {zone} AS zone, "
            f"SUBSTR({tail}, 1, LENGTH({tail}) - LENGTH({zone})) AS fraction FROM (SELECT {text} AS t LIMIT 1) LIMIT 1"
        )
        digit, pair = "[0-9]", "[0-9][0-9]"
        micros = (
            "CAST(STRFTIME('%s', day || ' ' || clock) AS INTEGER) * 1000000 "
            "+ CAST(SUBSTR(SUBSTR(fraction, 2) || '000000', 1, 6) AS INTEGER) "
            "- CASE WHEN LENGTH(zone) = 6 THEN CAST(SUBSTR(zone, 1, 1) || '1' AS INTEGER) "
            "* (CAST(SUBSTR(zone, 2, 2) AS INTEGER) * 60 + CAST(SUBSTR(zone, 5) AS INTEGER)) * 60000000 ELSE 0 END"
        )
        fits = (
            f"t GLOB '{digit * 4}-{pair}-{pair}[Tt]{pair}:{pair}:{pair}*' AND day >= '0001' "
            "AND DATE(day, '+0 days') = day AND clock < '24' AND SUBSTR(clock, 4, 2) < '60' "
            "AND SUBSTR(clock, 7) < '60' "
            f"AND (fraction = '' OR fraction GLOB '.{digit}*' AND fraction NOT GLOB '.*[^0-9]*' "
            "AND LENGTH(fraction) <= 10) "
            f"AND (zone IN ('', 'Z', 'z') OR zone GLOB '[+-]{pair}:{pair}' AND SUBSTR(zone, 2, 2) < '24' "
            "AND SUBSTR(zone, 5) < '60')"
        )
        found = f"SELECT {micros} AS i FROM ({apart}) WHERE {fits} LIMIT 1"
        return f"(SELECT CASE WHEN i BETWEEN {FIRST_INSTANT} AND {LAST_INSTANT} THEN i END FROM ({found}))"

    def amount(self, text: str) -> str:
        """Return the stored form of an amount; NULL if it is none.

        It is what :func:`~orderquery.language.types.encode_amount` returns.
        """
        bare = (
            "SELECT SUBSTR(t, 1, 1) = '-' AS minus, LTRIM(SUBSTR(t, 1, 1), '+-') || SUBSTR(t, 2) AS u "
            f"FROM (SELECT {text} AS t LIMIT 1) LIMIT 1"
        )
        parts = (
            "SELECT minus, CASE WHEN u LIKE '%e%' THEN SUBSTR(u, 1, INSTR(u, 'e') - 1) ELSE u END AS m, "
            "CASE WHEN u LIKE '%e%' THEN SUBSTR(u, INSTR(u, 'e') + 1) ELSE '0' END AS x "
            f"FROM ({bare}) LIMIT 1"
        )
        digits = (
            "SELECT minus, m, CAST(x AS INTEGER) AS shift, INSTR(m || '.', '.') - 1 AS whole, "
            "REPLACE(m, '.', '') AS every, LTRIM(REPLACE(m, '.', ''), '0') AS d, "
            "LTRIM(SUBSTR(x, 1, 1), '+-') || SUBSTR(x, 2) AS bare_shift "
            f"FROM ({parts}) LIMIT 1"
        )
        fits = (
            "m GLOB '[0-9]*' AND m GLOB '*[0-9]' AND m NOT GLOB '*[^0-9.]*' AND m NOT GLOB '*.*.*' "
            f"AND LENGTH(every) <= {MAX_AMOUNT_DIGITS} AND bare_shift GLOB '[0-9]*' AND bare_shift NOT GLOB '*[^0-9]*' "
            f"AND shift BETWEEN -{MAX_AMOUNT_EXPONENT} AND {MAX_AMOUNT_EXPONENT}"
        )
        scale = "500 + shift + whole - LENGTH(every) + LENGTH(d)"
        nines = "RTRIM(d, '0')"
        for one, other in _SWAPPED_DIGITS:
            nines = f"REPLACE(REPLACE(REPLACE({nines}, '{one}', 'x'), '{other}', '{one}'), 'x', '{other}')"
        key = (
            f"CASE WHEN d = '' THEN '1' WHEN minus THEN '0' || PRINTF('%03d', 999 - ({scale})) || {nines} || '~' "
            f"ELSE '2' || PRINTF('%03d', {scale}) || RTRIM(d, '0') END"
        )
        return f"(SELECT {key} FROM ({digits}) WHERE {fits})"

    def sequence(self, text: str) -> str:
        """Return the text that sorts as the sequence value does."""
        number = f"t <> '' AND t NOT GLOB '*[^0-9]*' AND LENGTH(t) <= {MAX_NUMBER_DIGITS}"
        digits = "COALESCE(NULLIF(LTRIM(t, '0'), ''), '0')"
        return (
            f"(SELECT CASE WHEN {number} THEN PRINTF('0%02d', LENGTH({digits}) - 1) || {digits} ELSE '1' || t END "
            f"FROM (SELECT CAST({text} AS TEXT) AS t LIMIT 1) WHERE NOT t IS NULL)"
        )

    def limit_length(self, text: str, max_chars: int) -> str:
        """Return the text, or NULL if it is longer."""
        return f"(SELECT t FROM (SELECT {text} AS t LIMIT 1) WHERE LENGTH(t) <= {max_chars})"

    def at(self, json: str, steps: Steps) -> str:
        """Return the JSON at a path of object keys; NULL if there is none."""
        return f"({json} -> {self.path(steps)})" if steps else json

    def either(self, json: str, other: str) -> str:
        """Return the first JSON, or the other if the first is null or absent."""
        return f"COALESCE(NULLIF({json}, 'null'), {other})"

    def scalar(self, kind: str, json: str, steps: Steps) -> str:
        """Return the boolean or text at a JSON path; NULL if the type cannot hold it."""
        path = self.path(steps)
        text = f"JSON_EXTRACT({json}, {path})"
        found = {
            "boolean": "WHEN 'true' THEN 1 WHEN 'false' THEN 0",
            "amount": f"WHEN 'text' THEN {text} WHEN 'integer' THEN {json} -> {path} "
            f"WHEN 'real' THEN LOWER({json} -> {path})",
            "sequence": f"WHEN 'text' THEN {text} WHEN 'integer' THEN {json} -> {path}",
        }.get(kind, f"WHEN 'text' THEN {text}")
        return f"CASE JSON_TYPE({json}, {path}) {found} END"

    def allows_array(self, column_format: ColumnFormat) -> bool:
        """Return True: JSON arrays are read element by element, in any format."""
        return True

    def array(self, column_format: ColumnFormat, expression: str) -> str:
        """Return the searched JSON array of a mapped expression in a format."""
        value = column_format.apply("e.value")
        return (
            f"NULLIF((SELECT JSON_GROUP_ARRAY({value}) FROM JSON_EACH({expression}) AS e "
            f"WHERE NOT {value} IS NULL), '[]')"
        )

    def array_of_one(self, value: str) -> str:
        """Return the JSON array of one value; NULL if the value is NULL."""
        return f"(SELECT JSON_ARRAY(v) FROM (SELECT {value} AS v LIMIT 1) WHERE NOT v IS NULL)"

    def elements(self, kind: str, json: str, path: Sequence[Alternatives]) -> str:
        """Return the JSON array of values at a path through arrays; NULL if none."""
        at, sources = json, []
        for number, alternatives in enumerate(path, 1):
            node = self.first(at, alternatives)
            each = f"CASE JSON_TYPE({node}) WHEN 'array' THEN {node} ELSE JSON_ARRAY(JSON({node})) END"
            sources.append(f"JSON_EACH({each}) AS e{number}")
            at = f"CASE e{number}.type WHEN 'object' THEN e{number}.value END"
        last = f"e{len(path)}"
        value = self.from_text(kind, _of_element(kind, last))
        return f"NULLIF((SELECT JSON_GROUP_ARRAY({value}) FROM {', '.join(sources)} WHERE NOT {value} IS NULL), '[]')"


def _of_element(kind: str, element: str) -> str:
    """Return what a field of this type can hold of a row of ``JSON_EACH``."""
    found = {
        "boolean": "WHEN 'true' THEN 1 WHEN 'false' THEN 0",
        "amount": f"WHEN 'text' THEN {element}.value WHEN 'integer' THEN {element}.value "
        f"WHEN 'real' THEN LOWER({element}.value)",
        "sequence": f"WHEN 'text' THEN {element}.value WHEN 'integer' THEN {element}.value",
    }.get(kind, f"WHEN 'text' THEN {element}.value")
    return f"CASE {element}.type {found} END"


def _number(amount: Decimal) -> int | float:
    """Return an integer, which SQLite compares exactly, or else a float."""
    whole = abs(amount) < 1 << 63 and amount == amount.to_integral_value()
    return int(amount) if whole else float(amount)
