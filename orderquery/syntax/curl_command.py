"""The body of a pasted ``curl`` command."""

from __future__ import annotations

import re

from ..diagnostics.quoting import quoted
from ..language.operators import CONNECTIVES, OPERATORS
from .excerpt import Excerpt
from .here_document import here_document
from .shell_words import Expansion, ShellWord, split_words
from .source_text import ReadError

_CURL = re.compile(r"[\s\ufeff]*(?:[$>%]\s+)?(curl(?:\.exe)?)(?=\s+[^\s=!<>])")
_BODY_OPTIONS = ("--data", "--data-raw", "--data-binary", "--data-ascii", "--json")
_SHORT = re.compile(r"-[a-zA-Z#]*?d")
"""``-d``, perhaps after options without a value: ``-sSd``."""
_SHORT_WITH_VALUE = frozenset("AbcCDeEFHKmoPQrtTuUwxXyYzZ")
"""Short options whose value may follow without a space."""
_STANDARD_INPUT = ("@-", "@/dev/stdin")
_SUBSTITUTED = re.compile(r"""[\s=]["']?\$\(\s*cat\s*(?=<<)""")
"""A here-document as the value of an option: ``-d "$(cat <<'EOF'``."""
_EXAMPLE = """-d '{"search": {}}'"""


def curl_body(text: str) -> Excerpt | None:
    """Return the body of a ``curl`` command; ``None`` if the text is not one.

    Raises:
        ReadError: the command has no body, several, or one that is not in the text.

    """
    found = _CURL.match(text)
    if found is None:
        return None
    substituted = _SUBSTITUTED.search(text, found.end())
    if substituted is not None:
        return _in_lines(text, substituted.end())
    bodies = [*_bodies(split_words(text, found.start(1)))]
    if not bodies:
        raise ReadError("json-syntax", "curl without a body", f"add the body: {_EXAMPLE}", found.span(1))
    if len(bodies) > 1:
        word = bodies[1][0]
        message = f"curl with {len(bodies)} bodies"
        raise ReadError("json-syntax", message, "pass one body that holds the whole search", word.place)
    word, start = bodies[0]
    body = word.text[start:]
    if body in _STANDARD_INPUT:
        excerpt = _in_lines(text, found.end())
        if excerpt is not None:
            return excerpt
    if body.startswith("@"):
        name = "-" if body in _STANDARD_INPUT else body[1:]
        where = "standard input" if name == "-" else f"the file {quoted(name)}"
        help_ = "pass the body itself" if name == "-" else f"pass {where} instead of the command"
        raise ReadError("json-syntax", f"the body of curl is in {where}", help_, word.place)
    for expansion in word.expansions:
        raise _expansion_error(expansion, " in double quotes", "put the body in single quotes")
    return Excerpt(text, body, start, "request", strict=True, word=word)


def _in_lines(text: str, start: int) -> Excerpt | None:
    """Return the body in the here-document of a command.

    Raises:
        ReadError: the shell replaces a part of it.

    """
    found = here_document(text, start)
    if found is None:
        return None
    if found.word is None:
        return Excerpt(text, found.text, found.span[0], "request", strict=True)
    for expansion in found.word.expansions:
        raise _expansion_error(expansion, "", f"put the end of the lines in quotes: <<'{found.end}'")
    return Excerpt(text, found.word.text, 0, "request", strict=True, word=found.word)


def _bodies(words: list[ShellWord]) -> list[tuple[ShellWord, int]]:
    """Return the words with a body, and where it begins in each."""
    bodies: list[tuple[ShellWord, int]] = []
    waiting = False
    for word in words[1:]:
        text = word.text
        if waiting:
            bodies.append((word, 0))
            waiting = False
        elif text in _BODY_OPTIONS:
            waiting = True
        elif text.startswith("--") or not text.startswith("-"):
            name, equals, _ = text.partition("=")
            if equals and name in _BODY_OPTIONS:
                bodies.append((word, len(name) + 1))
        else:
            short = _SHORT.match(text)
            if short is not None and not _SHORT_WITH_VALUE & set(short[0][1:-1]):
                waiting = short.end() == len(text)
                if not waiting:
                    bodies.append((word, short.end()))
    return bodies


def _expansion_error(expansion: Expansion, where: str, help_: str) -> ReadError:
    text = expansion.text
    if expansion.in_double_quotes and text in {*OPERATORS, *CONNECTIVES}:
        message = f"the shell replaces {quoted(text)}{where} by a variable"
        return ReadError("json-syntax", message, help_, expansion.span)
    message = f"the shell replaces {quoted(text)} by a value that is not here"
    return ReadError("json-syntax", message, f"replace {text} by its value", expansion.span)
