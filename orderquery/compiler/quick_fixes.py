"""Fixes to choose from: for each diagnostic, the edits that mend it alone."""

from __future__ import annotations

from typing import NamedTuple

from ..diagnostics.diagnostic import Diagnostic, Fix
from ..language.schema import Schema
from ..syntax.source_text import Replacement
from .editor_form import EditorForm


class QuickFix(NamedTuple):
    """Edits that mend one diagnostic and leave the others as they are.

    ``fix`` is ``same-answer``, ``intended`` or ``guess``; there may be several guesses, to choose from. ``edits`` are
    ``(start, end, text)``, in order, without overlap. Positions count code points. ``start`` and ``end`` are the place
    of the diagnostic.
    """

    diagnostic: Diagnostic
    title: str
    fix: Fix
    start: int
    end: int
    edits: tuple[Replacement, ...]

    @property
    def certain(self) -> bool:
        """Whether a correction makes this fix, too."""
        return self.fix != "guess"


def fixes(
    text: str, form: EditorForm = "auto", table: Schema | str | None = None, *, position: int | None = None
) -> list[QuickFix]:
    """Return the fixes of a search, or only those of the diagnostics at a position."""
    return []
