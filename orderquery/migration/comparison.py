"""The differences of two tables of fields, and what becomes of a search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ..diagnostics.diagnostic import Diagnostic

JSON = Any
Aspect = Literal[
    "field", "name", "type", "operators", "sortable", "values", "default", "source", "hidden", "default sort", "limits"
]
Outcome = Literal["same", "changes", "breaks", "wrong"]
"""Of a search: ``wrong`` has errors in the first table already."""


@dataclass(frozen=True, slots=True)
class TableDifference:
    """One difference of two tables: an aspect of a field, or of all searches.

    ``field`` is empty for all searches. ``first`` and ``second`` are lists of what only the one table has, or the two
    values. They are empty for a field that the table does not have.
    """

    aspect: Aspect
    field: str
    first: tuple[str, ...]
    second: tuple[str, ...]

    def to_json(self) -> dict[str, JSON]:
        """Return the difference as a JSON object."""
        found = {"aspect": self.aspect, "field": self.field or None}
        return {**found, "first": list(self.first), "second": list(self.second)}


@dataclass(frozen=True, slots=True)
class ComparedQuery:
    """What becomes of one search.

    ``diagnostics`` are those in the second table (of a ``wrong`` one, in the first), ``changes`` say what is not the
    same without an error.
    """

    name: str
    outcome: Outcome
    diagnostics: tuple[Diagnostic, ...]
    changes: tuple[str, ...]
    source: str | None = None

    def to_json(self) -> dict[str, JSON]:
        """Return the search as a JSON object."""
        diagnostics = [diagnostic.to_json() for diagnostic in self.diagnostics]
        return {"name": self.name, "outcome": self.outcome, "changes": list(self.changes), "diagnostics": diagnostics}
