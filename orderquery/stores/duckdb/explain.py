"""Execution plans of DuckDB, and the steps of them that read every order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from ...sql.statement import Statement
from ..explain import READS_ALL
from .shared_database import DuckdbConnection

_SCANS_ORDERS = re.compile(r" *SEQ_SCAN \w+: ([^;]*\.)?(\w+_)?orders;")


def execution_plan(reader: DuckdbConnection, built: Statement) -> list[str]:
    """Return DuckDB's execution plan for a statement, one step per line."""
    ((_, plan),) = reader.rows(f"EXPLAIN (FORMAT JSON) {built.text}", built.parameters)
    return [line for step in json.loads(plan) for line in _format_step(step, 0)]


def _format_step(step: dict[str, Any], depth: int) -> Iterator[str]:
    facts = [
        f"{name}: {', '.join(fact) if isinstance(fact, list) else fact}"
        for name, fact in step.get("extra_info", {}).items()
    ]
    yield "  " * depth + f"{step['name'].strip()} {'; '.join(facts)}".rstrip()
    for below in step.get("children", ()):
        yield from _format_step(below, depth + 1)


def find_store_costs(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the costs of an execution plan over a store's tables.

    Sorting is not a cost: the engine keeps only the best rows while it reads orders.
    """
    return ((READS_ALL, line.strip()) for line in lines if _SCANS_ORDERS.match(line))


def find_mapped_costs(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the costs of an execution plan over mapped tables."""
    return ((READS_ALL, line.strip()) for line in lines if line.strip().startswith(("SEQ_SCAN", "READ_")))
