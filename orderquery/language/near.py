"""Names that differ so little that only one can be intended.

A near name is certain, so a correction may use it. The closest name of a list is a guess, good for help only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

MIN_CHARS_OF_A_TYPO = 5
"""A shorter name with one edit may mean too many others."""
_MAX_CHARS = 200
_FILLERS = re.compile(r"[_\-\s$]")
_SIGN = re.compile(r"[^\w.]")


@lru_cache(maxsize=2_048)  # the names of the tables are compared again with every unknown name
def _plain(name: str) -> str:
    return _FILLERS.sub("", name).casefold()


def near_name(name: str, names: Iterable[str]) -> str | None:
    """Return the one name that is near ``name``, or ``None``.

    Near is equal but for case, ``_``, ``-``, spaces and ``$``, or one edit away. One edit is a character inserted,
    removed or replaced, or two neighbours exchanged, in a name of at least five letters. ``None`` if there is no such
    name, or more than one. A sign such as ``!`` or ``>`` is no typing error: it may change the meaning.
    """
    if len(name) > _MAX_CHARS:
        return None
    candidates = list(dict.fromkeys(names))
    plain = _plain(name)
    same = [candidate for candidate in candidates if _plain(candidate) == plain]
    if same or len(plain) < MIN_CHARS_OF_A_TYPO or _SIGN.search(plain) is not None:
        return same[0] if len(same) == 1 else None
    close = [candidate for candidate in candidates if _one_edit_apart(plain, _plain(candidate))]
    return close[0] if len(close) == 1 else None


def _one_edit_apart(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1 or len(other) < MIN_CHARS_OF_A_TYPO:
        return False
    shorter, longer = sorted((one, other), key=len)
    start = next((i for i, char in enumerate(shorter) if char != longer[i]), len(shorter))
    if len(shorter) < len(longer):
        return shorter[start:] == longer[start + 1 :]
    rest, against = shorter[start:], longer[start:]
    return rest[1:] == against[1:] or (rest[:2] == against[1::-1] and rest[2:] == against[2:])


def closest_name(name: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the most similar name: the same last segment, or similar letters."""
    from difflib import get_close_matches

    candidates = list(names)
    folded = name.casefold()
    ends = [candidate for candidate in candidates if candidate.casefold().endswith("." + folded)]
    if len(ends) == 1:
        return ends[0]
    close = get_close_matches(name[:_MAX_CHARS], candidates, 1, cutoff)
    return close[0] if close else None
