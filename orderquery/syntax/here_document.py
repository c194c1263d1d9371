"""The here-document of a shell command: the lines from ``<<EOF`` to ``EOF``."""

from __future__ import annotations

import re
from typing import NamedTuple

from .shell_words import Expansion, Segment, ShellWord
from .source_text import Span

_OPENING = re.compile(r"""<<-?[ \t]*(?:(?P<quote>["'])(?P<quoted>\w+)(?P=quote)|\\?(?P<plain>\w+))[^\r\n]*\r?\n""")
_PARTS = re.compile(
    r"""(?P<escaped>\\[\\$`])
      | (?P<joined>\\\r?\n)
      | (?P<expansion>\$\w+|\$\{[^}\n]{0,99}\}|\$\([^)\n]{0,99}\)|`[^`\n]{0,99}`)
      | (?P<plain>[^\\$`]+|.)""",
    re.VERBOSE | re.DOTALL,
)
HERE_MARK = "<<"


class HereDocument(NamedTuple):
    """The text of a here-document, and its place.

    ``word`` has its characters if the shell replaces variables in it, because its end is not in quotes.
    """

    text: str
    span: Span
    end: str
    word: ShellWord | None


def here_document(command: str, start: int) -> HereDocument | None:
    """Return the first here-document of a command from an offset on."""
    opening = _OPENING.search(command, start)
    if opening is None:
        return None
    end = opening["quoted"] or opening["plain"]
    begin = opening.end()
    closing = re.compile(rf"^[ \t]*{end}[ \t]*\)?\"?[ \t\r]*$", re.MULTILINE).search(command, begin)
    stop = len(command) if closing is None else closing.start()
    is_quoted = opening["quote"] is not None or "\\" in opening[0]
    text = command[begin:stop]
    return HereDocument(text, (begin, stop), end, None if is_quoted else _word(command, (begin, stop)))


def _word(command: str, span: Span) -> ShellWord:
    segments: list[Segment] = []
    expansions: list[Expansion] = []
    length = 0
    for found in _PARTS.finditer(command, *span):
        if found.lastgroup == "expansion":
            expansions.append(Expansion(found[0], found.span(), True))
        if found.lastgroup != "joined":
            text = found[0][1:] if found.lastgroup == "escaped" else found[0]
            segments.append(Segment(length, text, found.span(), HERE_MARK))
            length += len(text)
    return ShellWord("".join(segment.text for segment in segments), span, tuple(segments), tuple(expansions))
