"""One diagnostic: a mistake or doubt in a search or a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .codes import CODES, Severity
from .edits import Edit
from .place import NOWHERE, Place, pointer_of

JSON = Any


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake or doubt in a search or a document.

    ``pointer`` is the JSON pointer of its place (``None`` for the text form), ``line`` and ``column`` count from 1 in
    characters and are ``None`` where the source is not text. ``help`` says what to write instead, ``fix`` holds the
    edits that do so, if any (:mod:`orderquery.compiler.corrections`). ``facts`` are for programs: ``threshold`` is the
    limit, and ``bound`` says whether that is the ``MIN`` or the ``MAX``.
    """

    code: str
    message: str
    help: str = ""
    place: Place = NOWHERE
    line: int | None = None
    column: int | None = None
    span: tuple[int, int] | None = None
    fix: tuple[Edit, ...] = field(default=(), compare=False)
    facts: Mapping[str, JSON] = field(default_factory=dict, compare=False)
    source_name: str | None = None

    @property
    def severity(self) -> Severity:
        """``error`` or ``warning``, as the catalogue has it."""
        return CODES[self.code].severity

    @property
    def refused(self) -> bool:
        """Whether the live service refuses a request for this."""
        return CODES[self.code].effect == "refuses"

    @property
    def pointer(self) -> str | None:
        """The JSON pointer of the place, or ``None`` where the source is not JSON."""
        return None if self.place.path is None else pointer_of(self.place.path)

    def to_json(self) -> dict[str, JSON]:
        """The documented JSON object: code, severity, pointer, line, column, message, help."""
        return {
            "code": self.code,
            "severity": self.severity,
            "pointer": self.pointer,
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "help": self.help,
        }
