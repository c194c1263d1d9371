"""compiler.report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.edits import Edit, apply_edits
from ..diagnostics.errors import OrderQueryError
from .query import Query

JSON = Any
QueryT = TypeVar("QueryT", bound=Query)

MOST_FIXES = 200
"""Fixes that are made in one request: each copies what it changes."""


@dataclass(frozen=True, slots=True)
class Report(Generic[QueryT]):
    """All that is to be said about one search.

    ``plan`` is there whenever nothing in the search is refused; ``corrected`` is the decoded request with every fix
    made, where the source was JSON and could be decoded, and has no more than 200 mistakes.
    """

    diagnostics: tuple[Diagnostic, ...]
    plan: QueryT | None = None
    source: str | None = None
    request: JSON = None

    @property
    def ok(self) -> bool:
        """Whether there is no error (warnings apart)."""
        return not self.errors

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that are errors."""
        return tuple(d for d in self.diagnostics if d.severity == "error")

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that are warnings."""
        return tuple(d for d in self.diagnostics if d.severity == "warning")

    @property
    def corrected(self) -> JSON:
        """The request with every fix made, or ``None`` where there is nothing to mend, too much, or nothing decoded."""
        fixes = [d.fix for d in self.diagnostics if d.fix]
        if self.request is None or not fixes or len(fixes) > MOST_FIXES:
            return None
        document = self.request
        # Later places first, and whole-key moves last of all, so that no fix changes the path of one still to come.
        for fix in sorted(fixes, key=_order_of_fix):
            document = apply_edits(document, fix)
        return document

    def to_json(self) -> dict[str, JSON]:
        """``{"ok": …, "diagnostics": […]}``."""
        return {"ok": self.ok, "diagnostics": [d.to_json() for d in self.diagnostics]}


def _order_of_fix(fix: Sequence[Edit]) -> tuple[int, tuple[tuple[int, int | str], ...]]:
    steps = tuple((0, -step) if isinstance(step, int) else (1, step) for step in fix[0].path)
    return -len(fix[0].path), steps


class QueryError(OrderQueryError, ValueError):
    """A search that cannot be used. ``diagnostics`` holds every problem; ``report`` the whole report, if any."""

    def __init__(self, diagnostics: Iterable[Diagnostic], report: Report[Any] | None = None) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        self.report = report
        super().__init__("; ".join(_line(d) for d in self.diagnostics))


def _line(diagnostic: Diagnostic) -> str:
    where = diagnostic.pointer
    if where is None:
        where = f"{diagnostic.line}:{diagnostic.column}" if diagnostic.line else ""
    return f"{diagnostic.code}{f' at {where}' if where else ''}: {diagnostic.message}"
