"""Fields: the rows of a table, and the places of their values in a document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from .types import ValueType

Record = Literal["order", "transactions"]
UNSPECIFIED = "UNSPECIFIED"
"""The value of an enum of Wix that no order should have."""
Path = tuple[str, ...]
"""Keys from the top of a record."""


@dataclass(frozen=True, slots=True)
class ValueSource:
    """One place of a field's value: a path, or several joined by a space.

    ``single``: a list on the path does not fit, even in a field of many values. ``fallbacks`` are paths from the object
    that has the last key: the first of them that is neither absent nor null is read where that key is absent or null.
    """

    paths: tuple[Path, ...]
    joined: bool = False
    record: Record = "order"
    single: bool = False
    fallbacks: tuple[Path, ...] = field(default=(), repr=False)

    @property
    def all_paths(self) -> tuple[Path, ...]:
        """Every path that is read, the fallbacks from the top of the document."""
        return (*self.paths, *((*self.paths[0][:-1], *path) for path in self.fallbacks))


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One row of a table.

    The value comes from the first of ``sources`` with a value that fits.
    """

    name: str
    type: ValueType
    operators: tuple[str, ...]
    sources: tuple[ValueSource, ...]
    sortable: bool = False
    documented_sort: bool = True
    """Whether the Wix documentation marks the field as sortable (decision D10)."""
    many: bool = False
    values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    default: Any = None
    indexed: bool = False
    required: bool = False
    """Whether the value is never missing: the table's key, or a field with a default."""
    note: str = ""
    unread_operators: tuple[str, ...] = ()
    """Operators of the service on this field that the language does not have."""

    column: str = ""
    """The column name in stores: snake case, dots as underscores."""
    prefixed: bool = False
    """Whether stores keep the folded text for ``$startsWith``."""

    @property
    def record(self) -> Record:
        """The record of the value."""
        return self.sources[0].record

    def list_operators(self, names: Iterable[str]) -> str:
        """Return the line of a help that lists the names of the field's operators."""
        listed = ", ".join(names)
        return f"operators of {self.name}: {listed}" if listed else f"{self.name} cannot be filtered"

    def __repr__(self) -> str:
        return f"Field({self.name!r})"
