"""The diagnostic: one error or warning about a search or a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .codes import CODES, EFFECT_NOTES, Effect, Severity
from .place import NOWHERE, Place, pointer_of
from .quoting import shortened

JSON = Any

Fix = Literal["same-answer", "intended", "guess"]
"""How sure a fix is.

``same-answer``: condition, order and limit stay equal. ``intended``: the service refuses or ignores the part, so the
answer changes to the search that was written. ``guess``: a help only; a correction never makes it.
"""
_REFUSING: frozenset[Effect] = frozenset(("refuses", "local", "untranslatable"))


@dataclass(frozen=True, slots=True, repr=False)
class Diagnostic:
    """One error or warning about a search or a document.

    ``pointer`` is the JSON pointer of its place (``None`` for the text form), ``line`` and ``column`` count from 1 in
    characters and are ``None`` where the source is not text; ``end_line`` and ``end_column`` are just after the place.
    ``help`` is what to write instead, and ``fix`` how sure that is (``None`` without a proposal). ``changed_effect`` is
    what the service does with this mistake, if not what the code says: inside a part that the service ignores it is
    ``ignores``. ``facts`` are for programs: ``threshold``, the bound that was passed, and ``bound``, whether it is the
    ``MIN`` or the ``MAX``.
    """

    code: str
    message: str
    help: str = ""
    place: Place = NOWHERE
    line: int | None = None
    column: int | None = None
    span: tuple[int, int] | None = None
    fix: Fix | None = field(default=None, compare=False)
    facts: Mapping[str, JSON] = field(default_factory=dict, compare=False)
    source_name: str | None = None
    changed_effect: Effect | None = None
    end_line: int | None = None
    end_column: int | None = None

    def __repr__(self) -> str:
        where = self.pointer if self.line is None else f"{self.line}:{self.column}"
        text = f"{self.severity}[{self.code}]{f' at {where}' if where else ''}: {self.message}"
        return f"<{shortened(text)}>"

    @property
    def severity(self) -> Severity:
        """Return ``error`` or ``warning``, as the code says."""
        return CODES[self.code].severity

    @property
    def effect(self) -> Effect:
        """Return what the service does with the mistake."""
        return self.changed_effect or CODES[self.code].effect

    @property
    def effect_note(self) -> str:
        """Return what the service does with the mistake, in words."""
        return EFFECT_NOTES[self.changed_effect] if self.changed_effect else CODES[self.code].effect_note

    @property
    def refused(self) -> bool:
        """Return whether a search with this cannot run."""
        return (self.changed_effect or CODES[self.code].effect) in _REFUSING

    @property
    def certain(self) -> bool:
        """Return whether a correction makes the fix."""
        return self.fix in ("same-answer", "intended")

    @property
    def pointer(self) -> str | None:
        """Return the JSON pointer of the place, or ``None`` if the source is not JSON."""
        return None if self.place.path is None else pointer_of(self.place.path)

    def to_json(self) -> dict[str, JSON]:
        """Return the documented JSON object of this diagnostic."""
        return {
            "code": self.code,
            "severity": self.severity,
            "effect": self.effect,
            "pointer": self.pointer,
            "line": self.line,
            "column": self.column,
            "endLine": self.end_line,
            "endColumn": self.end_column,
            "message": self.message,
            "help": self.help,
            "fix": self.fix,
        }
