"""language.fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .types import ValueType

Record = Literal["order", "transactions"]


@dataclass(frozen=True, slots=True)
class ValueSource:
    """One place a field's value may come from: a path, or several joined by a space.

    ``single``: a list on the way does not fit, even in a field of many values.
    """

    paths: tuple[tuple[str, ...], ...]
    joined: bool = False
    record: Record = "order"
    single: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One row of a table. ``sources`` are tried in order; the first that yields a value that fits counts."""

    name: str
    type: ValueType
    operators: tuple[str, ...]
    sources: tuple[ValueSource, ...]
    sortable: bool = False
    documented_sort: bool = True
    """Whether the document itself marks a sortable field so (decision D10)."""
    many: bool = False
    values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    default: Any = None
    indexed: bool = False
    required: bool = False
    """Whether the value is never missing: the key of the record, or a field with a default."""
    note: str = ""

    column: str = ""
    """The field's name in the layouts of stores: snake case, dots as underscores."""
    prefixed: bool = False
    """Whether stores keep the folded text that ``$startsWith`` searches."""

    @property
    def record(self) -> Record:
        """The record the value comes from."""
        return self.sources[0].record

    def __repr__(self) -> str:
        return f"Field({self.name!r})"
