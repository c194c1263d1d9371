"""Where a search over mapped tables differs from the language, one row each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limitation:
    """One difference: where it applies, and what happens."""

    name: str
    where: str
    text: str


# fmt: off
_ROWS = (
    Limitation(
        "folding", "`$startsWith` on text, every engine",
        "case is folded by the engine's LOWER (SQLite: ASCII only, the others letter by letter): `ß` does not match "
        "`ss`; `İ` and the final `ς` may differ",
    ),
    Limitation(
        "text as stored", "mapped columns of text",
        "a value is compared as stored: a sortable text of more than 512 characters does not count as missing, and a "
        "collation or type under which different texts are equal (nondeterministic, `citext`) applies",
    ),
    Limitation(
        "other date notation", "dates in the forms `iso` and `plain`",
        "a date in another notation is compared as text; a sort that reads it raises an error",
    ),
    Limitation(
        "infinity", "timestamps in PostgreSQL and DuckDB",
        "a sort that reads infinity raises an error",
    ),
    Limitation("negative numbers", "`number` in a column of numbers", "negative numbers sort first, not last"),
    Limitation(
        "floating point", "amounts in a column of numbers, SQLite",
        "an amount that is not an integer is a floating-point number, exact to about 15 digits",
    ),
    Limitation(
        "38 digits", "amounts in DuckDB, BigQuery and Snowflake",
        "an amount has at most 20 digits before the point and 18 after it: a larger one counts as missing, a finer one "
        "is rounded",
    ),
    Limitation("NUL", "JSON in SQLite", "a text is cut at its first NUL character"),
    Limitation("duplicate keys", "JSON in SQLite and DuckDB", "of duplicate keys in an object, the first counts"),
    Limitation("nested lists", "JSON, fields of many values", "lists inside lists are not searched"),
    Limitation("invalid JSON", "JSON in a column of text", "a document that is not valid JSON makes the search fail"),
    Limitation(
        "engine casts", "JSON and texts in BigQuery and Snowflake",
        "the engine's own cast decides what is a date or a decimal (a bare date is accepted); statements for these two "
        "are rendered but not tested on the engine",
    ),
    Limitation(
        "reformatted documents", "`jsonb`, `VARIANT` and BigQuery's JSON",
        "documents are returned as the engine formats them, not as the stored bytes",
    ),
)
# fmt: on

LIMITATIONS: dict[str, Limitation] = {row.name: row for row in _ROWS}


def notes_of(names: set[str]) -> tuple[str, ...]:
    """Return the notes for these limitations, in the order of the table."""
    unknown = names - LIMITATIONS.keys()
    assert not unknown, unknown
    return tuple(f"{row.where}: {row.text}" for row in _ROWS if row.name in names)
