"""Execution plans of PostgreSQL, and their costly steps.

The work of a costly step grows with the number of orders.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ...sql.statement import Statement
from ..explain import READS_ALL, SORTS_ALL, WALKS
from .connections import PostgresConnection

_PLAN_NODE = re.compile(r"( *)(?:->  )?(\S.*?)  \(cost=")
_OF_ORDERS = re.compile(
    r"(?:Parallel )?(Seq Scan|Index Scan|Index Only Scan|Bitmap Heap Scan)\b.* on (?:\w+_)?orders o$"
)
_WHOLE_SITE = re.compile(r"Index Cond: \(site = ")
"""A single condition: several conditions begin with another bracket."""


@dataclass
class _PlanNode:
    depth: int
    text: str
    parent: _PlanNode | None
    properties: list[str] = field(default_factory=list)


def execution_plan(database: PostgresConnection, built: Statement) -> list[str]:
    """Return PostgreSQL's execution plan for a statement."""
    return [line for (line,) in database.execute(f"EXPLAIN {built.text}", built.parameters)]


def find_mapped_costs(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the costs of an execution plan over mapped tables."""
    return ((READS_ALL, line.strip()) for line in lines if "Seq Scan on" in line)


def find_store_costs(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the costs of an execution plan over a store's tables."""
    for node in _parse_nodes(lines):
        found = _OF_ORDERS.match(node.text)
        if not found:
            continue
        is_sorted = _is_sorted(node)
        conditions = [text for text in node.properties if text.startswith("Index Cond:")]
        whole = all(map(_WHOLE_SITE.match, conditions)) and found[1] != "Bitmap Heap Scan"
        if found[1] == "Seq Scan" or (whole and is_sorted):
            yield READS_ALL, node.text
        elif whole:
            yield WALKS, node.text
        elif is_sorted:
            yield SORTS_ALL, node.text


def _parse_nodes(lines: Iterable[str]) -> Sequence[_PlanNode]:
    nodes: list[_PlanNode] = []
    for line in lines:
        found = _PLAN_NODE.match(line)
        if found is None:
            if nodes:
                nodes[-1].properties.append(line.strip())
            continue
        depth = len(found[1])
        parent = next((node for node in reversed(nodes) if node.depth < depth), None)
        nodes.append(_PlanNode(depth, found[2], parent))
    return nodes


def _is_sorted(node: _PlanNode) -> bool:
    """Return whether all rows of the node are sorted before the page is cut off."""
    above = node.parent
    while above is not None and above.text != "Limit":
        if above.text == "Sort":
            return True
        above = above.parent
    return False
