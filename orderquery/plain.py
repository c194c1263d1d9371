"""Plain searches: small ones about which nothing is to be said, read in one pass from decoded JSON to a plan.

Whatever is not plain (a mistake, a doubt, an unusual notation, a large operand) is left to the reader and the checker,
which find the same plan for what is plain.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from .checker import check_search, visible
from .cursor import room_beside
from .json_form import SHAPES, Reader, Shape
from .plain_leaves import DEEPEST, IMPLICIT, MOST_BYTES, MOST_LEAVES, NOT_PLAIN, Leaf, Node, Table, Unusual
from .plain_shapes import Shapes, Taken
from .plan import Plan
from .predicate import Condition, all_of, any_of, negate
from .schema import Schema
from .syntax import Search

JSON = Any


def read_plain(document: JSON, shape: Shape, schema: Schema) -> Plan | None:
    """The plan of decoded JSON about which nothing is to be said, or ``None`` where the checker has to look."""
    try:
        if shape == "request":
            if document.__class__ is not dict or len(document) != 1:
                return None
            document = document["search"]
        elif shape != "search":
            return None
        filter_ = document["filter"]
        if document.__class__ is not dict or filter_.__class__ is not dict:
            return None
        known = known_of(schema)
        around = known.alone[shape] if len(document) == 1 else _around(document, shape, schema)
        if around is None:
            return None
        taken = _taken(filter_, known)
    except NOT_PLAIN:
        return None
    plan = object.__new__(Plan)
    own = plan.__dict__
    own |= around.plan
    own["taken"] = taken
    return plan


class Known:
    """What is looked up of a table: its leaves, the shapes that came over it, and what stands beside a lone filter."""

    def __init__(self, schema: Schema) -> None:
        self.leaves = Table(schema)
        self.shapes = Shapes()
        self.alone = {shape: _beside(schema, shape, None, None) for shape in SHAPES}


@lru_cache(maxsize=16)
def known_of(schema: Schema) -> Known:
    """What is known of a table."""
    return Known(schema)


def _taken(filter_: dict[str, JSON], known: Known) -> Taken:
    names, shapes = tuple(filter_), known.shapes
    for take in shapes.takers.get(names) or shapes.older(names):
        try:
            return take(filter_)
        except NOT_PLAIN:
            continue
    operands, values = list[JSON](), list[Any]()
    node = _node(filter_, known.leaves, operands, values, 0)
    shapes.note(names, node)
    return node, operands, values


def _node(filter_: dict[str, JSON], leaves: Table, operands: list[JSON], values: list[Any], depth: int) -> Node:
    node: list[Any] = []
    for name, value in filter_.items():
        own = leaves.get(name) or leaves.made(name)
        if own is None:
            node.append((name, _under(name, value, leaves, operands, values, depth)))
            continue
        if value.__class__ is dict:
            if len(value) != 1:
                raise Unusual
            ((operator, operand),) = value.items()
            leaf = own[operator]
        else:
            leaf, operand = own[IMPLICIT], value
        values.append(None if operand is None and leaf.nullable else leaf.read(operand))
        operands.append(tuple(operand) if operand.__class__ is list else operand)
        node.append(leaf)
    if not node or len(values) > MOST_LEAVES:
        raise Unusual
    return tuple(node)


def _under(
    connective: str,
    value: JSON,
    leaves: Table,
    operands: list[JSON],
    values: list[Any],
    depth: int,
) -> tuple[Node, ...]:
    if depth == DEEPEST:
        raise Unusual
    if connective == "$not":
        under = [value]
    elif connective in ("$and", "$or") and value.__class__ is list:
        under = value
    else:
        raise Unusual
    made = []
    for part in under:
        if part.__class__ is not dict:
            raise Unusual
        made.append(_node(part, leaves, operands, values, depth + 1))
    if not made:
        raise Unusual
    return tuple(made)


# -- sort and paging ---------------------------------------------------------------------------------------------

Sent = tuple[tuple[str, str | None], ...]
"""The entries of a sort: field and order, ``None`` where that is not said."""


class Around:
    """What stands beside the filter of plain searches, and makes the parts of their plans that are asked for later."""

    __slots__ = ("_schema", "_shape", "_written", "plan")

    def __init__(self, schema: Schema, shape: Shape, written: dict[str, JSON], plan: dict[str, Any]) -> None:
        self._schema, self._shape, self._written = schema, shape, written
        self.plan = {**plan, "around": self}
        """What all these plans have in common."""

    def condition(self, taken: Taken) -> Condition:
        """The condition of a plan whose filter was taken apart so."""
        node, _, values = taken
        return all_of([visible(self._schema), _meant(node, iter(values))])

    def tree(self, taken: Taken) -> Search:
        """The tree of such a plan, places and all: what the checker makes of the same JSON."""
        node, operands, _ = taken
        search = {**self._written, "filter": _written(node, iter(operands))}
        document = {"search": search} if self._shape == "request" else search
        _, plan = check_search(Reader(document, self._shape, {}, self._schema.by_name).search, self._schema)
        assert plan is not None
        return plan.tree


def _around(search: dict[str, JSON], shape: Shape, schema: Schema) -> Around | None:
    entries: list[tuple[str, str | None]] | None = None
    limit: int | None = None
    for key, value in search.items():
        if key == "sort" and value.__class__ is list:
            entries = [_entry(entry, schema) for entry in value[: schema.max_sorts + 1]]
        elif key == "cursorPaging" and value.__class__ is dict and len(value) == 1:
            limit = value["limit"]
            if limit.__class__ is not int or not 1 <= limit <= schema.max_limit:
                raise Unusual
        elif key != "filter":
            raise Unusual
    return _beside(schema, shape, None if entries is None else tuple(entries), limit)


def _entry(entry: dict[str, JSON], schema: Schema) -> tuple[str, str | None]:
    name, order = entry["fieldName"], entry.get("order")
    if len(entry) != 1 + ("order" in entry) or order not in ("ASC", "DESC", None) or name not in schema.by_name:
        raise Unusual
    return name, order


@lru_cache(maxsize=512)
def _beside(schema: Schema, shape: Shape, sort: Sent | None, limit: int | None) -> Around | None:
    written: dict[str, JSON] = {}
    if sort is not None:
        written["sort"] = [{"fieldName": name, **({"order": order} if order else {})} for name, order in sort]
    if limit is not None:
        written["cursorPaging"] = {"limit": limit}
    said, plan = check_search(Reader(written, "search", {}, schema.by_name).search, schema)
    if said or plan is None or room_beside(plan.sort) < MOST_BYTES:
        return None
    shared = ("schema", "sort", "limit", "cursor", "sort_sent", "limit_sent", "diagnostics")
    return Around(schema, shape, written, {name: getattr(plan, name) for name in shared} | {"filter_sent": True})


# -- what a plan makes of it when it is asked --------------------------------------------------------------------


def _meant(node: Node, values: Iterator[Any]) -> Condition:
    parts: list[Condition] = []
    for part in node:
        if part.__class__ is Leaf:
            parts.append(part.operator.meaning(part.row, next(values)))
        else:
            connective, under = part
            made = [_meant(child, values) for child in under]
            parts.append(
                all_of(made) if connective == "$and" else any_of(made) if connective == "$or" else negate(made[0])
            )
    return all_of(parts)


def _written(node: Node, operands: Iterator[JSON]) -> dict[str, JSON]:
    written: dict[str, JSON] = {}
    for part in node:
        if part.__class__ is Leaf:
            operand = next(operands)
            written[part.name] = operand if part.implicit else {part.operator.name: operand}
        else:
            connective, under = part
            made = [_written(child, operands) for child in under]
            written[connective] = made[0] if connective == "$not" else made
    return written
