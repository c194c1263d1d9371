"""The diagnostic: one error or warning about a search or a document."""

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
    """One error or warning about a search or a document.

    ``pointer`` is the JSON pointer of its place (``None`` for the text form). ``line`` and ``column`` count characters
    from 1 and are ``None`` if the source is not text. ``help`` is what to write instead; ``fix`` has the edits for it
    (:mod:`orderquery.compiler.corrections` applies them). ``facts`` are for programs: the exceeded ``threshold``, and
    its ``bound``, ``MIN`` or ``MAX``.
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
        """``error`` or ``warning``, by the code."""
        return CODES[self.code].severity

    @property
    def refused(self) -> bool:
        """Whether Wix refuses a request for this."""
        return CODES[self.code].effect == "refuses"

    @property
    def pointer(self) -> str | None:
        """The JSON pointer of the place, ``None`` if the source is not JSON."""
        return None if self.place.path is None else pointer_of(self.place.path)

    def to_json(self) -> dict[str, JSON]:
        """Return the documented JSON object of this diagnostic."""
        return {
            "code": self.code,
            "severity": self.severity,
            "pointer": self.pointer,
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "help": self.help,
        }
