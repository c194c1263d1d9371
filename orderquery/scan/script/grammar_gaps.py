"""Code that is right, but that the grammars of tree-sitter do not parse.

It is parsed with other characters in its place, as many as it has. Texts are read from the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from ..found import Language

_Written = Callable[["re.Match[str]"], str]
_IMPORT = r"import\(\s*(?:\"[^\"\n]*\"|'[^'\n]*')\s*\)"


class _Gap(NamedTuple):
    """Code that does not parse, and what is parsed in its place.

    A text without ``needle`` has none of it.
    """

    needle: str
    pattern: re.Pattern[str]
    write: _Written


def _as_name(found: re.Match[str]) -> str:
    return "_" * len(found[0])


def _as_space(found: re.Match[str]) -> str:
    return re.sub(r"\S", " ", found[0])


# "&" alone in the text of an element, or in an attribute. Where it is an operator, "|" has the same operands.
_AMPERSAND = _Gap("&", re.compile(r"(?<!&)&(?!&)"), lambda _: "|")
_NUL = _Gap("\0", re.compile("\0"), _as_name)
_TYPED = (
    # index < unique.length: the name is a word of types.
    _Gap(
        "<", re.compile(r"(?<=<)\s*(?:unique|infer|asserts)\b(?!\s+[\w$])"), lambda found: re.sub(r"\w", "_", found[0])
    ),
    # typeof import("./shop"), and the type import("./shop").Order[]
    _Gap("import(", re.compile(rf"(?<=typeof ){_IMPORT}|{_IMPORT}(?=\s*\.\s*[A-Z])"), _as_name),
    # styled.div<{ $wide: boolean }>`...`
    _Gap("`", re.compile(r"(?<=[\w$)\]])<\s*\{(?:[^`<>=]|=>?|<[^`<>]{0,200}>){0,2000}\}\s*>(?=\s*`)"), _as_space),
)
_GAPS: dict[Language, tuple[_Gap, ...]] = {
    "javascript": (_AMPERSAND, _NUL),
    "typescript": (_AMPERSAND, _NUL, *_TYPED),
    "tsx": (_AMPERSAND, _NUL, *_TYPED),
}


def parsable(text: str, language: Language) -> str:
    """Return a source that its grammar parses, with every part at its place."""
    for gap in _GAPS.get(language, ()):
        if gap.needle in text:
            text = gap.pattern.sub(gap.write, text)
    return text
