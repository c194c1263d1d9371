"""Wildcards and regular expressions in a value, which is compared as it is (D172)."""

from __future__ import annotations

import re
from typing import NamedTuple

_MAX_CHARS = 200
_WILDCARD = re.compile(r"(\*?)([^*\s][^*]*[^*\s])(\*?)")
_LIKE = re.compile(r"(%?)([^\W\d_][^%]*[^\W\d_])(%?)")
_REGEX = re.compile(r"/(\^?)(.{2,})/[gimsuy]{0,6}")
_PLAIN = re.compile(r"[\w @+-]+")


class WrittenPattern(NamedTuple):
    """A pattern, and the start of a text that it finds; empty for another part."""

    sign: str
    start: str


def written_pattern(text: str) -> WrittenPattern | None:
    """Return the pattern that a value probably is, or ``None``."""
    first, last = text[:1], text[-1:]
    if not ({first, last} & {"*", "%"} or first == "/") or len(text) > _MAX_CHARS:
        return None
    for sign, pattern in (("*", _WILDCARD), ("%", _LIKE)):
        found = pattern.fullmatch(text)
        if found is not None and (found[1] or found[3]):
            return WrittenPattern(sign, "" if found[1] else found[2])
    found = _REGEX.fullmatch(text)
    if found is None or "/" in found[2]:
        return None
    is_start = found[1] and _PLAIN.fullmatch(found[2]) is not None
    return WrittenPattern("/", found[2] if is_start else "")
