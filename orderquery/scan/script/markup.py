"""The scripts in HTML, Vue and Svelte files."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..found import Language
from ..nodes import Span

_BEGINNING = re.compile(r"<!--|<script\b", re.IGNORECASE)
_OPENING = re.compile(r"<script\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
_CLOSING = re.compile(r"</script\s*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(lang|type|src)\s*=\s*["']?([^"'\s>]*)""", re.IGNORECASE)
_TYPES = ("", "module", "text/javascript", "application/javascript", "text/ecmascript", "text/babel", "text/typescript")
_LANGUAGES: dict[str, Language] = {"ts": "typescript", "typescript": "typescript", "tsx": "tsx"}
_MAX_SCRIPTS = 200
_MAX_TAG_CHARS = 2_000


class Script(NamedTuple):
    """The text of a script, where it begins in its file, and its language."""

    text: str
    offset: int
    language: Language


def scripts_in(text: str) -> list[Script]:
    """Return the scripts of a file; those of other types, such as JSON, are left out."""
    return _parts(text)[0]


def comments_of(text: str) -> list[Span]:
    """Return the places of the comments of a file outside of its scripts."""
    return _parts(text)[1]


def _parts(text: str) -> tuple[list[Script], list[Span]]:
    scripts: list[Script] = []
    comments: list[Span] = []
    position = 0
    while len(scripts) < _MAX_SCRIPTS:
        found = _BEGINNING.search(text, position)
        if found is None:
            break
        start = found.start()
        if text.startswith("<!--", start):
            end = text.find("-->", start + 4)
            position = len(text) if end < 0 else end + 3
            comments.append((start, position))
            continue
        opening = _OPENING.match(text, start, min(len(text), start + _MAX_TAG_CHARS))
        if opening is None:
            position = start + 1
            continue
        closing = _CLOSING.search(text, opening.end())
        end = len(text) if closing is None else closing.start()
        script = _script(text[opening.end() : end], opening.end(), opening[1] or "")
        scripts += [] if script is None else [script]
        position = end if closing is None else closing.end()
    return scripts, comments


def _script(text: str, offset: int, attributes: str) -> Script | None:
    values = {name.lower(): value.lower() for name, value in _ATTRIBUTE.findall(attributes)}
    if values.get("type", "") not in _TYPES:
        return None
    is_typed = values.get("type") == "text/typescript"
    return Script(text, offset, _LANGUAGES.get(values.get("lang", ""), "typescript" if is_typed else "javascript"))
