"""The certain fixes of searches, made in the source code.

Each fix is proven: the changed source is scanned again, and every call must have the search that its correction has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from ..compiler.corrections import EndlessFixes
from ..compiler.partial_corrections import class_of
from ..diagnostics.diagnostic import Diagnostic, Fix
from ..syntax.holes import Hole
from ..syntax.source_text import Replacement, splice
from .checks import check_document, identity_of
from .documents import SearchDocument
from .edits import CannotEdit, edits_of, same
from .languages import has_errors
from .scanned import ScannedCall, ScannedSource, scan_source

JSON = Any
OnlyClass = Literal["same-answer"] | None
Chosen = Callable[[Diagnostic], bool]
MAX_ROUNDS = 8
"""A fix may reveal another mistake."""
_MAX_SCANS = 40
"""Of one source, to prove its fixes."""
_MAX_SCANNED_CHARS = 4_000_000
"""To prove the fixes of a source one by one."""


def fixed_source(scanned: ScannedSource, only: OnlyClass = None, chosen: Chosen = lambda _: True) -> ScannedSource:
    """Return a source with its certain fixes made.

    It is the same object if there are none.

    With ``only``, fixes of one class are made; ``chosen`` tells which findings may be fixed. A source that does not
    parse stays as it is.
    """
    if not any(d.certain and chosen(d) for d in scanned.diagnostics) or has_errors(scanned.text, scanned.language):
        return scanned
    return _SourceFixer(only, chosen).fixed(scanned)


@dataclass(frozen=True, slots=True)
class SingleFix:
    """The edits of a source that fix one finding, and the class of all that they fix."""

    diagnostic: Diagnostic
    class_: Fix
    edits: tuple[Replacement, ...]


def single_fixes(scanned: ScannedSource, chosen: Chosen = lambda _: True) -> tuple[SingleFix, ...]:
    """Return the certain fixes of a source, each alone and for the source as it is.

    A fix that moves a part of a search makes the others of that, too. Of a long source only the first ones are made.
    """
    wanted = [d for d in scanned.diagnostics if d.certain and chosen(d)]
    if not wanted or has_errors(scanned.text, scanned.language):
        return ()
    fixer = _SourceFixer(None, chosen, max(1, min(_MAX_SCANS, _MAX_SCANNED_CHARS // len(scanned.text))))
    found = (fixer.single(scanned, diagnostic) for diagnostic in wanted)
    return tuple([fix for fix in found if fix is not None])


class _Attempt(NamedTuple):
    """Edits that are proven, and the source after them."""

    edits: list[Replacement]
    after: ScannedSource


class _SourceFixer:
    def __init__(self, only: OnlyClass, chosen: Chosen, scans: int = _MAX_SCANS) -> None:
        self._only = only
        self._chosen = chosen
        self._scans_left = scans

    def single(self, scanned: ScannedSource, diagnostic: Diagnostic) -> SingleFix | None:
        """Return the fix of one finding; ``None`` if there is none that is proven."""
        name = identity_of(diagnostic)
        for index, call in enumerate(scanned.calls):
            certain = [d for d in call.diagnostics if d.certain]
            if name not in map(identity_of, certain) or not call.found_documents.is_whole:
                continue
            attempts: list[Diagnostic | None] = [diagnostic]
            attempts += [None] if len(certain) > 1 and all(map(self._chosen, certain)) else []
            for attempt in attempts:
                made = self._attempt(scanned, index, attempt)
                class_ = None if made is None else class_of(diagnostic, scanned.diagnostics, made.after.diagnostics)
                if made is not None and class_ is not None:
                    return SingleFix(diagnostic, class_, tuple(made.edits))
        return None

    def fixed(self, scanned: ScannedSource) -> ScannedSource:
        """Return the source after as many rounds as are needed."""
        for _ in range(MAX_ROUNDS):
            after = self._round(scanned)
            if after is None:
                break
            scanned = after
        return scanned

    def _round(self, scanned: ScannedSource) -> ScannedSource | None:
        """Return the source with some fixes made; ``None`` if none can be."""
        shown = {identity_of(d) for d in scanned.diagnostics if d.certain and self._chosen(d)}
        for index, call in enumerate(scanned.calls):
            certain = [d for d in call.diagnostics if d.certain]
            wanted = [d for d in certain if identity_of(d) in shown]
            if not wanted or not call.found_documents.is_whole:
                continue
            # All at once, unless some are silenced; then one after the other.
            attempts: list[Diagnostic | None] = [None] if len(wanted) == len(certain) else []
            for attempt in (*attempts, *wanted):
                made = self._attempt(scanned, index, attempt)
                if made is not None:
                    return made.after
        return None

    def _attempt(self, scanned: ScannedSource, index: int, alone: Diagnostic | None) -> _Attempt | None:
        corrected = [
            [self._corrected(document, call, alone, scanned) for document in call.documents] for call in scanned.calls
        ]
        call = scanned.calls[index]
        if all(same(d.value, value) for d, value in zip(call.documents, corrected[index], strict=True)):
            return None
        edits = _edits(scanned, call, corrected[index])
        if edits is None or self._scans_left <= 0:
            return None
        self._scans_left -= 1
        text = splice(scanned.text, edits)
        after = scan_source(text, scanned.language, ecom_version=scanned.ecom_version)
        return _Attempt(edits, after) if _is_proven(scanned, after, corrected, index) else None

    def _corrected(
        self, document: SearchDocument, call: ScannedCall, alone: Diagnostic | None, scanned: ScannedSource
    ) -> JSON:
        """Return a document with its fixes made, or with one of them."""
        if isinstance(document.value, Hole):
            return document.value
        report = check_document(document.value, call.sends)
        which: Any = self._only
        if alone is not None:
            found = [
                d for d in report.diagnostics
                if d.code == alone.code and document.span(d.place.path or (), d.place.at) == alone.span
            ]  # fmt: skip
            if not found or (self._only and found[0].fix != self._only):
                return document.value
            which = found[0]
        try:
            made = report.correct(which)
        except EndlessFixes:
            return document.value
        return document.value if made is None else made.value


def _edits(scanned: ScannedSource, call: ScannedCall, corrected: list[JSON]) -> list[Replacement] | None:
    """Return the edits of all documents of a call; ``None`` if they do not agree."""
    found: set[Replacement] = set()
    try:
        for document, value in zip(call.documents, corrected, strict=True):
            found |= set(edits_of(scanned.text, document, value, is_python=scanned.language == "python"))
    except CannotEdit:
        return None
    edits = sorted(found)
    if not edits or any(one.end > other.start for one, other in pairwise(edits)):
        return None
    # Two insertions at one place have no order.
    return None if len({edit.start for edit in edits}) < len(edits) else edits


def _is_proven(before: ScannedSource, after: ScannedSource, corrected: list[list[JSON]], index: int) -> bool:
    """Return whether the fixed call has its corrected search, and no other changed.

    Another call may have its corrected search, too.
    """
    if len(after.calls) != len(before.calls) or has_errors(after.text, after.language):
        return False
    for at, (old, new) in enumerate(zip(before.calls, after.calls, strict=True)):
        wanted = _contents(corrected[at])
        if (old.sends, new.sends) == ("request", "sdk"):
            # The argument of an older SDK, which now is { search: … } (D183).
            wanted = [
                value["search"] if isinstance(value, dict) and list(value) == ["search"] else value for value in wanted
            ]
        found = _contents([document.value for document in new.documents])
        if found != wanted and (at == index or found != _contents([document.value for document in old.documents])):
            return False
    return True


def _contents(values: Iterable[JSON]) -> list[JSON]:
    """Return documents for a comparison, each once."""
    found: list[JSON] = []
    for value in values:
        content = _content(value)
        if content not in found:
            found.append(content)
    return found


def _content(value: JSON) -> JSON:
    if isinstance(value, dict):
        return {_content(key): _content(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return ["list", *map(_content, value)]
    if isinstance(value, Hole):
        return ("hole", value.kind, " ".join(value.written.split()))
    return (type(value).__name__, value) if isinstance(value, bool) else value
