"""Report: the diagnostics of a search and its query, also as an error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import OrderQueryError
from .corrections import correct
from .query import Query

JSON = Any
QueryT = TypeVar("QueryT", bound=Query)


@dataclass(frozen=True, slots=True)
class Report(Generic[QueryT]):
    """Everything a check found in one search.

    ``plan`` is there if nothing in the search is refused. ``source`` is the text that was checked, if it was one;
    ``request`` is the decoded JSON, if the search was JSON.
    """

    diagnostics: tuple[Diagnostic, ...]
    plan: QueryT | None = None
    source: str | None = None
    request: JSON = None

    @property
    def ok(self) -> bool:
        """Whether the search has no error; warnings do not count."""
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
        """The decoded request with every fix made.

        ``None`` without fixes, or with more than 200.
        """
        return correct(self.request, self.diagnostics)

    def to_json(self) -> dict[str, JSON]:
        """Return ``{"ok": …, "diagnostics": […]}``."""
        return {"ok": self.ok, "diagnostics": [d.to_json() for d in self.diagnostics]}


class QueryError(OrderQueryError, ValueError):
    """A search that is not usable.

    ``diagnostics`` has every problem; ``report`` is the whole report, if any.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic], report: Report[Any] | None = None) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        self.report = report
        super().__init__("; ".join(_line(d) for d in self.diagnostics))


def _line(diagnostic: Diagnostic) -> str:
    where = diagnostic.pointer
    if where is None:
        where = f"{diagnostic.line}:{diagnostic.column}" if diagnostic.line else ""
    return f"{diagnostic.code}{f' at {where}' if where else ''}: {diagnostic.message}"
