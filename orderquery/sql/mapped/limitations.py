"""Where a search over own tables cannot keep the exact meaning: one row each, for notes and for the reference."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is otherwise: where, and how."""

    name: str
    where: str
    says: str


# fmt: off
_ROWS = (
    Difference(
        "folding", "`$startsWith` on text, every engine",
        "upper and lower case are those of the engine's LOWER (SQLite knows ASCII alone, the others letter by letter): "
        "`ß` is not `ss`, `İ` and the final `ς` may differ",
    ),
    Difference(
        "as it is", "mapped columns of text",
        "a value counts as the column has it: a sortable text of more than 512 characters is not left out, and a "
        "collation or type that calls different texts equal (nondeterministic, `citext`) is asked",
    ),
    Difference(
        "written otherwise", "dates of the forms `iso` and `plain`",
        "a date that is written otherwise counts as the text it is, and is an error where a sort meets it",
    ),
    Difference(
        "infinity", "timestamps in PostgreSQL and DuckDB",
        "infinity is an error where a sort meets it",
    ),
    Difference("negative numbers", "`number` in a column of numbers", "negative ones come first, not after all others"),
    Difference(
        "floating point", "amounts in a column of numbers, SQLite",
        "what is no whole number is floating point, right to about 15 digits",
    ),
    Difference(
        "38 digits", "amounts in DuckDB, BigQuery and Snowflake",
        "an amount has 20 digits before the point and 18 after it: more is missing, finer is rounded",
    ),
    Difference("NUL", "JSON in SQLite", "a text ends before a NUL in it"),
    Difference("keys twice", "JSON in SQLite and DuckDB", "of a key that stands twice in an object the first counts"),
    Difference("lists in lists", "JSON, fields of many values", "a list in a list is not looked into"),
    Difference("no JSON", "JSON in a column of text", "a document that is no JSON ends the search with an error"),
    Difference(
        "engine casts", "JSON and texts in BigQuery and Snowflake",
        "dates and decimals are what the engine's own cast takes, a bare date among them; these two are "
        "rendered, never executed here",
    ),
    Difference(
        "rewritten", "`jsonb`, `VARIANT` and BigQuery's JSON",
        "documents come back as the engine writes them, not as the bytes that were stored",
    ),
)
# fmt: on

DIFFERENCES: dict[str, Difference] = {row.name: row for row in _ROWS}


def notes_of(names: set[str]) -> tuple[str, ...]:
    """What is to be said of these differences, in the order of the table."""
    unknown = names - DIFFERENCES.keys()
    assert not unknown, unknown
    return tuple(f"{row.where}: {row.says}" for row in _ROWS if row.name in names)
