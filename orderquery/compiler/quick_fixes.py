"""Fixes to choose from: the edits that fix one diagnostic of a search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from ..diagnostics.arguments import optional
from ..diagnostics.diagnostic import Diagnostic, Fix
from ..language.schema import Schema
from ..syntax.ast import Search
from ..syntax.source_text import Replacement, splice
from ..syntax.text_parser import parse_text
from .corrections import EndlessFixes
from .editor_form import EditorForm, EditorText, editor_text, table_of
from .editor_report import checked_source, moved_diagnostic, shape_of
from .guessed_fixes import Guess, guesses_in_json, guesses_in_text
from .partial_corrections import class_of
from .report import Report
from .rewrite import read_source, replacements
from .single_fixes import lone_fix
from .single_text_fixes import single_text_edits

MAX_READ_CHARS = 600_000
"""Of the texts that are read and checked to find fixes, all together: of many mistakes in a long text the first have
fixes. With a position, those at the position have."""
_CHECK = 4
"""A text that is checked counts so many times."""
_SHORT = 100
"""A shorter text costs as much."""
_MAX_OFFERED = 20


class QuickFix(NamedTuple):
    """Edits that fix one diagnostic.

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

    def apply(self, text: str) -> str:
        """Return the text with the edits made."""
        return splice(text, self.edits)

    def to_json(self) -> dict[str, Any]:
        """Return the documented JSON object."""
        return {
            "code": self.diagnostic.code,
            "title": self.title,
            "fix": self.fix,
            "start": self.start,
            "end": self.end,
            "edits": [edit._asdict() for edit in self.edits],
        }


def fixes(
    text: str, form: EditorForm = "auto", table: Schema | str | None = None, *, position: int | None = None
) -> list[QuickFix]:
    """Return the fixes of a search, or only those of the diagnostics at a position.

    A certain fix leaves the other mistakes as they are, except those of a part that it has to write anew. All certain
    fixes, made one after the other, give the correction of the report. A guess is offered if its mistake is gone after
    it.

    Raises:
        UsageError: no such form.
        SchemaError: no such table.

    """
    schema = table_of(table)
    optional("position", position, int, "an offset in the text")
    return list(_FixFinder(editor_text(text, form, schema), schema).all(position))


class _FixFinder:
    """Finds the fixes of one search."""

    def __init__(self, found: EditorText, schema: Schema) -> None:
        self._found = found
        self._schema = schema
        self._source = checked_source(found)
        self._report: Report[Any] = self._source.check(schema)
        self._names = _names(self._report.diagnostics)
        self._left = MAX_READ_CHARS

    def all(self, position: int | None) -> Iterator[QuickFix]:
        for diagnostic in self._report.diagnostics:
            placed = moved_diagnostic(diagnostic, self._source, self._found)
            start, end = placed.span or (0, 0)
            if position is not None and not start <= position <= end:
                continue
            made = self._certain(diagnostic, placed) if diagnostic.certain else None
            yield from (made,) if made is not None else self._guesses(diagnostic, placed)

    def _certain(self, diagnostic: Diagnostic, placed: Diagnostic) -> QuickFix | None:
        title = placed.help.partition("\n")[0]
        alone = self._alone(diagnostic)
        if alone:
            return self._fix(placed, title, diagnostic.fix or "guess", alone)
        if not self._may_read(_CHECK):
            return None
        try:
            made = self._report.correct(diagnostic)
        except EndlessFixes:
            return None
        fix = None if made is None else class_of(diagnostic, self._report.diagnostics, made.remaining)
        if made is None or fix is None:
            return None
        text = self._source.text
        is_text = isinstance(made.value, str)
        edits = [changed_part(text, made.value)] if is_text else replacements(text, made.value)
        return self._fix(placed, title, fix, edits)

    def _alone(self, diagnostic: Diagnostic) -> Iterable[Replacement]:
        """Return the edits of a fix that touches no other mistake, if it is one."""
        text = self._source.text
        if self._search is not None:
            return single_text_edits(text, self._search, self._schema, diagnostic)
        if self._report.request is None or self._is_unread or not self._may_read():
            return ()
        request = read_source(text)
        fixed = lone_fix(request, shape_of(self._found), self._schema, diagnostic)
        return () if fixed is request else replacements(text, fixed)

    def _may_read(self, times: int = 1) -> bool:
        """Return whether the text may be read once more."""
        self._left -= times * max(len(self._source.text), _SHORT)
        return self._left >= 0

    @cached_property
    def _search(self) -> Search | None:
        """The search of a text form."""
        return parse_text(self._source.text, self._schema)[0] if self._found.root is None else None

    @cached_property
    def _is_unread(self) -> bool:
        """Whether a part of a JSON search is not read, so that there is no certain fix."""
        return any(found.code in ("duplicate-key", "json-syntax") for found in self._report.diagnostics)

    def _guesses(self, diagnostic: Diagnostic, placed: Diagnostic) -> Iterator[QuickFix]:
        offered: set[tuple[Replacement, ...]] = set()
        guesses = self._guessed(diagnostic)
        while self._may_read() and (guess := next(guesses, None)) is not None:
            if guess.edits and guess.edits not in offered and (guess.plain or self._mends(diagnostic, guess.edits)):
                offered.add(guess.edits)
                made = self._fix(placed, guess.title, "guess", guess.edits)
                if made is not None:
                    yield made
            if len(offered) >= _MAX_OFFERED:
                return

    def _guessed(self, diagnostic: Diagnostic) -> Iterator[Guess]:
        text = self._source.text
        if self._found.root is None:
            return guesses_in_text(text, diagnostic, self._schema)
        request = None if self._is_unread else read_source(text)
        return guesses_in_json(text, request, shape_of(self._found), diagnostic, self._schema)

    def _mends(self, diagnostic: Diagnostic, edits: tuple[Replacement, ...]) -> bool:
        """Return whether a mistake is gone after an edit, without a new syntax error."""
        if not self._may_read(_CHECK):
            return False
        after = self._source.with_text(splice(self._source.text, edits)).check(self._schema).diagnostics
        if diagnostic.code.endswith("-syntax"):
            reached = edits[-1].start + len(edits[-1].text)
            return not any(d.code == diagnostic.code and (d.span or (0, 0))[0] <= reached for d in after)
        name = (diagnostic.code, diagnostic.message)
        return _names(after)[name] < self._names[name] and not any(d.code.endswith("-syntax") for d in after)

    def _fix(self, placed: Diagnostic, title: str, fix: Fix, edits: Iterable[Replacement]) -> QuickFix | None:
        """Move edits to the source; ``None`` if one is outside of it."""
        distance, size = self._source.distance, len(self._found.source)
        moved = tuple(sorted(Replacement(e.start + distance, e.end + distance, e.text) for e in edits))
        if not moved or any(not 0 <= edit.start <= edit.end <= size for edit in moved):
            return None
        start, end = placed.span or (0, 0)
        return QuickFix(placed, title, fix, start, end, moved)


def _names(diagnostics: Iterable[Diagnostic]) -> Counter[tuple[str, str]]:
    return Counter((diagnostic.code, diagnostic.message) for diagnostic in diagnostics)


def changed_part(old: str, new: str) -> Replacement:
    """Return the one edit that leads from a text to another, of whole words."""
    start = 0
    most = min(len(old), len(new))
    while start < most and old[start] == new[start]:
        start += 1
    end = 0
    while end < most - start and old[-1 - end] == new[-1 - end]:
        end += 1
    while start and (old[start - 1].isalnum() or old[start - 1] in "_.$"):
        start -= 1
    while end and (old[len(old) - end].isalnum() or old[len(old) - end] in "_.$"):
        end -= 1
    return Replacement(start, len(old) - end, new[start : len(new) - end])
