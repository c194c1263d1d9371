"""Parameters by position, where SQLite gets very many of them."""

from __future__ import annotations

import sqlite3

import pytest

from orderquery.stores.sqlite.parameters import bound

MANY = {f"p{number}": number for number in range(1_001)}


def test_few_stay_named() -> None:
    few = {"p1": 1}
    assert bound("SELECT :p1", few) == ("SELECT :p1", few)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("SELECT :p7, :p7, :p1000", (7, 7, 1000)),
        ("SELECT ':p1', :p2, 'it''s :p3'", (":p1", 2, "it's :p3")),
        ('SELECT ":p""1" + :p2 FROM (SELECT 40 AS ":p""1")', (42,)),
    ],
)
def test_many_are_numbered_but_not_within_quotes(text: str, row: tuple[object, ...]) -> None:
    database = sqlite3.connect(":memory:")
    # A name that stands twice is one parameter.
    database.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 3)
    assert database.execute(*bound(text, MANY)).fetchone() == row
    database.close()
