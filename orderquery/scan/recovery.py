"""Find the calls behind a syntax error (D176).

The source is read again without the line of the error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .found import FoundCalls, SearchCall
from .languages import SourceLanguage, calls_in
from .nodes import Span
from .syntax_errors import call_words

_MAX_LINES = 3
"""Of a source that are left out, one after the other; each needs another parse."""


def all_calls(text: str, language: SourceLanguage, *, takes_options: bool = False) -> FoundCalls:
    """Return the calls of a source, those behind syntax errors too.

    ``takes_options``: ``searchOrders`` of the SDK takes ``{ search: … }``, as in older versions.

    The code around a call behind an error is not judged, because a part of it was left out.
    """
    calls, first = calls_in(text, language, takes_options=takes_options)
    error = first
    for _ in range(_MAX_LINES):
        if error is None or all(_is_in(word, calls) for word in call_words(text)):
            break
        text = _without_line(text, error[0])
        more, error = calls_in(text, language, takes_options=takes_options)
        calls += [replace(call, around=()) for call in more if not _is_in(call.span[0], calls)]
    return FoundCalls(sorted(calls, key=lambda call: call.span), first)


def _is_in(offset: int, calls: Iterable[SearchCall]) -> bool:
    return any(call.span[0] <= offset < call.span[1] for call in calls)


def _without_line(text: str, offset: int) -> str:
    """Return a source with a line of spaces, so that every other part keeps its place."""
    start, end = _line_around(text, offset)
    return text[:start] + " " * (end - start) + text[end:]


def _line_around(text: str, offset: int) -> Span:
    end = text.find("\n", offset)
    return text.rfind("\n", 0, offset) + 1, len(text) if end < 0 else end
