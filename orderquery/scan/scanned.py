"""A scanned source: the calls found in it, and what is wrong with each."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..compiler.render import render_diagnostics
from ..diagnostics.arguments import optional, require
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Place
from ..syntax.json_printer import plain_json
from ..syntax.source_text import SourceText
from .checks import diagnostics_of, identity_of, translated
from .documents import SearchDocument, SearchDocuments, documents_of, unknown_parts
from .found import FoundCalls, SearchCall, Sends
from .installed_ecom import takes_options
from .languages import SourceLanguage, comments_in, may_have_calls
from .nodes import Span
from .recovery import all_calls
from .suppressions import ignore_comments, without_ignored

JSON = Any
_SYNTAX = "source-syntax"
_MISSED = "syntax error; searches of this file may be missed, or checked in part"
_CORRECT = "correct the syntax from here on, then scan again"


@dataclass(frozen=True, repr=False)
class ScannedCall:
    """A call that sends a search.

    ``sends`` is the form of the search: ``sdk``, ``request``, or ``stores`` for the older API. ``line`` and ``column``
    count from 1 in characters.
    """

    call: SearchCall
    line: int
    column: int
    diagnostics: tuple[Diagnostic, ...]

    @cached_property
    def found_documents(self) -> SearchDocuments:
        """The searches that the call may send, with the places of their parts."""
        return documents_of(self.call.search)

    @property
    def sends(self) -> Sends:
        """The form of the search."""
        return self.call.sends

    @property
    def span(self) -> Span:
        """The character offsets of the call."""
        return self.call.span

    @property
    def documents(self) -> tuple[SearchDocument, ...]:
        """The searches that the call may send: more than one if its source has conditions."""
        return self.found_documents.documents

    @property
    def search(self) -> JSON:
        """The first of the searches, as decoded JSON with holes."""
        return self.documents[0].value

    @property
    def unknown(self) -> tuple[str, ...]:
        """The expressions whose values the source does not tell, each once."""
        return tuple(dict.fromkeys(str(part.hole) for part in unknown_parts(self.call.search)))

    @cached_property
    def translated(self) -> JSON:
        """The request to Search Orders that a call of the Stores API becomes.

        ``None`` if its search has holes, or no counterpart.
        """
        return translated(self.call, self.documents[0])

    def to_json(self) -> dict[str, JSON]:
        """Return the documented JSON object of this call."""
        found: dict[str, JSON] = {
            "line": self.line,
            "column": self.column,
            "sends": self.sends,
            "search": plain_json(self.search),
            "unknown": list(self.unknown),
        }
        return found if self.translated is None else {**found, "translated": plain_json(self.translated)}

    def __repr__(self) -> str:
        return f"<ScannedCall at {self.line}:{self.column}: {self.sends}>"


@dataclass(frozen=True, repr=False)
class ScannedSource:
    """The calls of a source that send a search, and everything found in them.

    ``silenced`` counts the findings that comments silence. ``ecom_version`` is the installed version of @wix/ecom.
    """

    text: str = field(repr=False)
    language: SourceLanguage
    calls: tuple[ScannedCall, ...]
    diagnostics: tuple[Diagnostic, ...]
    silenced: int = 0
    ecom_version: str | None = None

    @property
    def ok(self) -> bool:
        """Whether there is no error (warnings apart)."""
        return not any(diagnostic.severity == "error" for diagnostic in self.diagnostics)

    def to_json(self) -> dict[str, JSON]:
        """Return the documented JSON object of this source."""
        return {
            "ok": self.ok,
            "language": self.language,
            "calls": [call.to_json() for call in self.calls],
            "diagnostics": [diagnostic.to_json() for diagnostic in self.diagnostics],
        }

    def __str__(self) -> str:
        return render_diagnostics(self.diagnostics, self.text) if self.diagnostics else "no problems"

    def __repr__(self) -> str:
        return f"<ScannedSource: {len(self.calls)} calls, {len(self.diagnostics)} diagnostics>"


def scan_source(text: str, language: SourceLanguage, *, ecom_version: str | None = None) -> ScannedSource:
    """Find the searches that a source sends, and check each.

    ``language`` is ``javascript``, ``typescript``, ``tsx``, ``python``, ``html``, ``vue`` or ``svelte``. What is not
    literal is a hole: it fits wherever some value of its place fits. A source that does not parse is read as far as it
    can be, with a warning if calls may be missed.

    ``ecom_version`` is the installed version of the npm package ``@wix/ecom``, such as ``"1.0.727"``: until 1.0.1172
    its ``searchOrders`` takes ``{ search: … }`` (D183). Without it, the newest version is meant.

    Raises:
        UsageError: there is no such language, or this is no version.
        MissingExtra: the extra ``scan`` is not installed.

    """
    require("text", text, str, "the text of a source")
    optional("ecom_version", ecom_version, str, "a version such as 1.0.727")
    options = takes_options(ecom_version)
    has_words = may_have_calls(text.encode("utf-8", "surrogatepass"))
    calls, error = all_calls(text, language, takes_options=options) if has_words else FoundCalls([])
    lines = SourceText(text)
    scanned = tuple([_scanned(call, lines) for call in calls])
    comments = ignore_comments(text, lines, lambda offsets: comments_in(text, language, offsets))
    found = {identity_of(d): d for call in scanned for d in call.diagnostics}
    if error is not None:
        problem = lines.located(Diagnostic(_SYNTAX, _MISSED, _CORRECT, Place()), error)
        found[identity_of(problem)] = problem
    in_order = sorted(found.values(), key=lambda diagnostic: diagnostic.span or (0, 0))
    kept, silenced = without_ignored(in_order, comments, lines)
    return ScannedSource(text, language, scanned, tuple(kept), silenced, ecom_version)


def _scanned(call: SearchCall, lines: SourceText) -> ScannedCall:
    line, column = lines.line_column(call.span[0])
    documents = documents_of(call.search).documents
    return ScannedCall(call, line, column, diagnostics_of(call, documents, lines))
