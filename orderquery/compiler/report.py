"""The result of a check, and the error that carries it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from ..diagnostics.arguments import require
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import OrderQueryError
from ..diagnostics.place import Path
from ..syntax.json_printer import plain_json
from .corrections import Correction, EndlessFixes, Only
from .query import SHAPE_NAMES, Query, SourceShape
from .render import printable, render_corrected, render_diagnostics, summary

JSON = Any
QueryT = TypeVar("QueryT", bound=Query)
_SURROGATE = re.compile("[\ud800-\udfff]")


def _nothing(_: Only) -> None:
    return None


def in_order(diagnostics: Iterable[Diagnostic], document: JSON) -> tuple[Diagnostic, ...]:
    """Return diagnostics in the order of their places in the source."""
    found = tuple(diagnostics)
    if len(found) < 2:
        return found
    if all(diagnostic.span for diagnostic in found):
        return tuple(sorted(found, key=lambda diagnostic: diagnostic.span[0] if diagnostic.span else 0))
    return tuple(sorted(found, key=_StepsInSource(document)))


class _StepsInSource:
    """Paths in a source by the index of every key; a key comes before its value."""

    def __init__(self, document: JSON) -> None:
        self._document = document
        self._indexes: dict[int, dict[JSON, int]] = {}
        # Thousands of diagnostics may be in one list or object: its own path is followed once.
        self._parent: Path = ()
        self._steps, self._inside = self._follow(())

    def __call__(self, diagnostic: Diagnostic) -> list[int]:
        path = diagnostic.place.path or ()
        if path[:-1] != self._parent:
            self._parent = path[:-1]
            self._steps, self._inside = self._follow(self._parent)
        steps = [*self._steps, *self._step(self._inside, path[-1])] if path else []
        if diagnostic.place.at == "key" and isinstance(self._inside, dict) and len(steps) > len(self._steps):
            steps[-1] = 0
        return steps

    def _follow(self, path: Path) -> tuple[list[int], JSON]:
        """Return the steps of a path as far as the document has it, and the value there."""
        steps, document = list[int](), self._document
        for step in path:
            found = self._step(document, step)
            if not found:
                return steps, None
            steps += found
            document = document[step]
        return steps, document

    def _step(self, document: JSON, step: str | int) -> tuple[int, ...]:
        if isinstance(document, dict) and step in document:
            indexes = self._indexes.get(id(document))
            if indexes is None:
                indexes = self._indexes[id(document)] = {key: index for index, key in enumerate(document)}
            return indexes[step], 1
        if isinstance(document, list | tuple) and isinstance(step, int) and step < len(document):
            return (step,)
        return ()


@dataclass(frozen=True, repr=False)
class Report(Generic[QueryT]):
    """Everything found in one search.

    ``plan`` is there unless the service refuses the search; it leaves out what the service ignores. ``source`` is the
    text that was checked, ``request`` the decoded JSON, with holes in place of variables. ``print(report)`` prints
    what ``orderquery check`` does.
    """

    diagnostics: tuple[Diagnostic, ...]
    plan: QueryT | None = None
    source: str | None = None
    request: JSON = None
    correct: Callable[[Only], Correction | None] = field(default=_nothing, repr=False, compare=False)
    """Makes the correction when it is first asked for; raises ``EndlessFixes``."""
    shape: SourceShape = field(default="request", compare=False)
    """The shape that the source was read as: ``request``, ``search``, ``sdk``, or ``text``."""

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

    @cached_property
    def _correction(self) -> Correction | None:
        try:
            return self.correct(None)
        except EndlessFixes:
            return None

    @property
    def corrected(self) -> JSON:
        """The search with every certain fix made, if no error is left.

        ``None`` if there is no certain fix. A decoded request for JSON, a text for the text form.
        """
        found = self._correction
        return found.value if found is not None and found.whole else None

    @property
    def partly_corrected(self) -> JSON:
        """The search with every certain fix made, if an error is left; else ``None``."""
        found = self._correction
        return found.value if found is not None and not found.whole else None

    @property
    def remaining(self) -> tuple[Diagnostic, ...]:
        """The diagnostics of the corrected search, at their places in it.

        Without a correction they are those of the report.
        """
        found = self._correction
        return self.diagnostics if found is None else found.remaining

    def __str__(self) -> str:
        return render_report(self)

    def __repr__(self) -> str:
        return f"<Report of {SHAPE_NAMES[self.shape]}: {summary(self.diagnostics)}>"

    def to_json(self) -> dict[str, JSON]:
        """Return the documented JSON object of this report.

        ``corrected`` or ``partlyCorrected`` is there if :attr:`corrected` or :attr:`partly_corrected` is.
        """
        found: dict[str, JSON] = {"ok": self.ok, "diagnostics": [d.to_json() for d in self.diagnostics]}
        made = self._correction
        if made is not None:
            # A Python object that contains itself is not JSON.
            with suppress(RecursionError, ValueError):
                found["corrected" if made.whole else "partlyCorrected"] = plain_json(made.value)
        return found


def report_json(report: Report[Any]) -> str:
    """Return the documented JSON of a report."""
    return json_text(report.to_json())


def json_text(value: JSON) -> str:
    """Return indented JSON that UTF-8 can encode."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def render_report(report: Report[Any], name: str = "", *, colour: bool = False, columns: int | None = None) -> str:
    """Render a report for people: diagnostics, summary and corrected request.

    ``name`` is the name of the source. Excerpts fit a terminal with ``columns``.
    """
    require("report", report, Report, "the report of oq.check")
    require("name", name, str, "the name of the source")
    if not report.diagnostics:
        return f"{printable(name)}: no problems" if name else "no problems"
    shown = render_diagnostics(report.diagnostics, report.source, name, colour=colour, columns=columns)
    if report.corrected is not None:
        corrected = render_corrected(report.corrected, None)
    elif report.partly_corrected is not None:
        left = sum(diagnostic.severity == "error" for diagnostic in report.remaining)
        corrected = render_corrected(report.partly_corrected, left)
    else:
        return shown
    return f"{shown}\n\n{corrected}" if corrected else shown


class QueryError(OrderQueryError, ValueError):
    """A search that cannot be used.

    ``diagnostics`` holds every problem; ``report`` is the whole report, if there is one. ``str`` of the error has a
    line for every diagnostic, with its help, and a line with ``note``.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic], report: Report[Any] | None = None, note: str = "") -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        self.report = report
        super().__init__("\n".join([*map(_line, self.diagnostics), *([note] if note else [])]))


def _line(diagnostic: Diagnostic) -> str:
    where = diagnostic.pointer
    if where is None:
        where = f"{diagnostic.line}:{diagnostic.column}" if diagnostic.line else ""
    text = "; ".join(filter(None, (diagnostic.message, *diagnostic.help.split("\n"))))
    return printable(f"{diagnostic.code}{f' at {where}' if where else ''}: {text}")
