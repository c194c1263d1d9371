"""A checked search: resolved against a table, typed, with a total order.

Nothing downstream of a plan can fail for the user's fault, a cursor apart.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..language.conditions import Condition, Test, tests_of
from ..language.fields import Field
from ..language.schema import Schema
from ..syntax.ast import Search
from ..syntax.json_printer import print_json

JSON = Any


@dataclass(frozen=True, slots=True)
class SortField:
    """One key of the total order."""

    field: Field
    descending: bool


@dataclass(frozen=True, eq=False)
class Query:
    """What a search means: ``condition`` and ``sort`` (the tie-break by id its last key), and the page size.

    ``tree`` is the search it was checked from, under the table's own field names. ``cursor`` is the token it
    continues from, if any; ``filter_sent`` and ``sort_sent`` say which parts stood beside it.
    """

    schema: Schema
    tree: Search
    condition: Condition
    sort: tuple[SortField, ...]
    limit: int
    cursor: str | None = None
    filter_sent: bool = False
    sort_sent: bool = False
    limit_sent: bool = False
    diagnostics: tuple[Diagnostic, ...] = field(default=())
    """The warnings, and in a report's plan the keys that the service would ignore."""

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Every field the plan reads, once each."""
        read = [test.field for test in tests_of(self.condition)] + [key.field for key in self.sort]
        return tuple(dict.fromkeys(read))

    @cached_property
    def reads_transactions(self) -> bool:
        """Whether the answer depends on the orders' transactions."""
        return any(row.record == "transactions" for row in self.fields)

    @cached_property
    def packed(self) -> bytes:
        """Filter and sort as a cursor carries them: compressed JSON."""
        import zlib

        search = {key: value for key, value in print_json(self.tree).items() if key != "cursorPaging"}
        text = json.dumps(search, separators=(",", ":"), ensure_ascii=False)
        return zlib.compress(text.encode("utf-8"), 9)

    def to_json(self) -> dict[str, JSON]:
        """The bare search as plain JSON values, with REST names."""
        return print_json(self.tree)

    def to_text(self) -> str:
        """The search in the text form. Raises ``UsageError`` for an operator without a spelling."""
        from ..syntax.text_printer import print_text

        return print_text(self.tree, self.schema)


def same_condition(one: Condition, other: Condition) -> bool:
    """Whether two conditions are the same but for the order of their parts, and parts said twice."""
    return _canonical(one) == _canonical(other)


def _canonical(condition: Condition) -> tuple[Any, ...]:
    if isinstance(condition, Test):
        operand, encode = condition.operand, condition.field.type.encode
        kind = condition.kind.value
        if kind in ("one of", "contains"):
            shown: Any = sorted(str(encode(value)) for value in operand)
        elif kind == "listed":
            shown = [encode(value) for value in operand]
        elif kind == "compares":
            shown = [operand[0], encode(operand[1])]
        else:
            shown = operand if kind in ("prefix", "present") else encode(operand)
        return ("test", kind, condition.field.name, condition.negated, repr(shown))
    parts = sorted({_canonical(part) for part in condition.parts}, key=repr)
    return parts[0] if len(parts) == 1 else (type(condition).__name__, *parts)
