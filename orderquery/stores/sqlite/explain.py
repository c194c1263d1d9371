"""Execution plans of SQLite, and their costly steps.

The work of a costly step grows with the number of orders.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from ...sql.statement import Statement
from ..explain import find_costs

_SORTS_ALL = "^USE TEMP B-TREE FOR ORDER BY"


def execution_plan(database: sqlite3.Connection, built: Statement) -> list[str]:
    """Return SQLite's execution plan for a statement, one step per line."""
    steps = database.execute(f"EXPLAIN QUERY PLAN {built.text}", built.parameters).fetchall()
    depths = {0: -1}
    for number, parent, _, _ in steps:
        depths[number] = depths[parent] + 1
    return ["  " * depths[number] + step for number, _, _, step in steps]


def find_store_costs(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the costs of an execution plan over a store's tables."""
    return find_costs(lines, r"^SCAN o\b", _SORTS_ALL, r"^SEARCH o USING .*INDEX \w+ \(site=\?\)$")


def find_mapped_costs(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the costs of an execution plan over mapped tables."""
    # From this step on, the documents of a page are looked up and sorted.
    of_search = lines[: lines.index("SCAN k")] if "SCAN k" in lines else lines
    return find_costs(of_search, r"^SCAN o\b(?! USING)", _SORTS_ALL, r"^SCAN o USING .*INDEX")
