"""The scripts in HTML, Vue and Svelte files."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..found import Language

_OPENING = re.compile(r"<!--|<script\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
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
    found: list[Script] = []
    position = 0
    while len(found) < _MAX_SCRIPTS:
        start = _next_tag(text, position)
        if start is None:
            break
        if text.startswith("<!--", start):
            end = text.find("-->", start + 4)
            if end < 0:
                break
            position = end + 3
            continue
        opening = _OPENING.match(text, start, min(len(text), start + _MAX_TAG_CHARS))
        if opening is None:
            position = start + 1
            continue
        closing = _CLOSING.search(text, opening.end())
        end = len(text) if closing is None else closing.start()
        script = _script(text[opening.end() : end], opening.end(), opening[1] or "")
        found += [] if script is None else [script]
        position = end if closing is None else closing.end()
    return found


def _next_tag(text: str, position: int) -> int | None:
    found = re.compile(r"<!--|<script\b", re.IGNORECASE).search(text, position)
    return None if found is None else found.start()


def _script(text: str, offset: int, attributes: str) -> Script | None:
    values = {name.lower(): value.lower() for name, value in _ATTRIBUTE.findall(attributes)}
    if values.get("type", "") not in _TYPES:
        return None
    is_typed = values.get("type") == "text/typescript"
    return Script(text, offset, _LANGUAGES.get(values.get("lang", ""), "typescript" if is_typed else "javascript"))
