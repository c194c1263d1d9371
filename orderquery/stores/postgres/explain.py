"""What PostgreSQL's own plan of a search says about its cost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..explain import READS_ALL, SORTS_ALL, WALKS

_NODE = re.compile(r"( *)(?:->  )?(\S.*?)  \(cost=")
_OF_ORDERS = re.compile(r"(?:Parallel )?(Seq Scan|Index Scan|Index Only Scan|Bitmap Heap Scan)\b.* on orders o$")
_WHOLE_SITE = re.compile(r"Index Cond: \(site = ")
"""The one condition on an index; were there more, another bracket would stand before it."""


@dataclass
class _Node:
    depth: int
    text: str
    parent: _Node | None
    properties: list[str] = field(default_factory=list)


def costs(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Where the work grows with the number of orders, in the words of :mod:`.explaining`."""
    for node in _nodes(lines):
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


def _nodes(lines: Iterable[str]) -> Sequence[_Node]:
    nodes: list[_Node] = []
    for line in lines:
        found = _NODE.match(line)
        if found is None:
            if nodes:
                nodes[-1].properties.append(line.strip())
            continue
        depth = len(found[1])
        parent = next((node for node in reversed(nodes) if node.depth < depth), None)
        nodes.append(_Node(depth, found[2], parent))
    return nodes


def _is_sorted(node: _Node) -> bool:
    """Whether everything the node finds is sorted before the page is taken of it."""
    above = node.parent
    while above is not None and above.text != "Limit":
        if above.text == "Sort":
            return True
        above = above.parent
    return False
