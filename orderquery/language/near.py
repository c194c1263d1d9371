"""Names that differ so little that only one can be intended.

A near name is certain, so a correction may use it. The closest name of a list is a guess, good for help only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

MIN_CHARS_OF_A_TYPO = 5
"""A shorter name with one edit may mean too many others."""
_MIN_CHARS_OF_A_BEGINNING = 3
_MAX_CHARS = 200
_MAX_EDITS = 2
"""Of a misspelt value."""
_FILLERS = re.compile(r"[_\s$]|(?<=\w)-+(?=[\w\s])")
"""A ``-`` between letters only: before or after a name it is a sign."""
_SIGN = re.compile(r"[^\w.]")
_MINUS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
"""The hyphen, and what word processors put in its place."""
_NEGATED = re.compile(rf"\s*(?:[{_MINUS}!~\u00ac]\s*|not[\s_]+)(.+)|(.+?)[._]+\$?not", re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=2_048)  # the names of the tables are compared again with every unknown name
def _plain(name: str) -> str:
    return _FILLERS.sub("", name).casefold()


def near_name(name: str, names: Iterable[str]) -> str | None:
    """Return the one name that is near ``name``, or ``None``.

    Near is equal but for case, ``_``, ``-``, spaces and ``$``, or one edit away. One edit is a character inserted,
    removed or replaced, or two neighbours exchanged, in a name of at least five letters. ``None`` if there is no such
    name, or more than one. A sign such as ``!`` or ``>``, or a ``-`` before or after a name, is no typing error: it may
    change the meaning.
    """
    if len(name) > _MAX_CHARS:
        return None
    candidates = list(dict.fromkeys(names))
    plain = _plain(name)
    same = [candidate for candidate in candidates if _plain(candidate) == plain]
    if same or len(plain) < MIN_CHARS_OF_A_TYPO or _SIGN.search(plain) is not None:
        return same[0] if len(same) == 1 else None
    # Most names differ in length: that is compared here, for thousands of wrong names without a call for each.
    shortest, longest = max(len(plain) - 1, MIN_CHARS_OF_A_TYPO), len(plain) + 1
    close = [
        candidate
        for candidate in candidates
        if shortest <= len(other := _plain(candidate)) <= longest and _is_one_edit(plain, other)
    ]
    return close[0] if len(close) == 1 else None


def plain_name(name: str) -> str:
    """Return a name without fillers and case, as near names are compared."""
    return _plain(name)


def without_minus(name: str) -> str | None:
    """Return the name after a leading minus; ``None`` if there is none."""
    found = name.strip()
    return found[1:].strip() if found[:1] in _MINUS and len(found) > 1 else None


def without_plus(name: str) -> str | None:
    """Return the name after a leading plus; ``None`` if there is none."""
    found = name.strip()
    return found[1:].strip() if found[:1] == "+" and len(found) > 1 else None


def without_negation(name: str) -> str | None:
    """Return a name without its negation, or ``None`` if it has none.

    That is a leading ``-``, ``!``, ``~`` or ``not``, or ``_not`` at the end.
    """
    found = _NEGATED.fullmatch(name[:_MAX_CHARS])
    return None if found is None else (found[1] or found[2]).strip()


def _is_one_edit(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1:
        return False
    shorter, longer = sorted((one, other), key=len)
    start = next((i for i, char in enumerate(shorter) if char != longer[i]), len(shorter))
    if len(shorter) < len(longer):
        return shorter[start:] == longer[start + 1 :]
    rest, against = shorter[start:], longer[start:]
    return rest[1:] == against[1:] or (rest[:2] == against[1::-1] and rest[2:] == against[2:])


def misspelt_value(value: str, values: Iterable[str]) -> str | None:
    """Return the one value that ``value`` misspells, or ``None``.

    It is near, or begins with the same letter and is at most two edits away, such as ``PAYED`` for ``PAID``. A word in
    front, such as ``UN`` or ``NOT``, is no typing error: it means another value.
    """
    candidates = list(values)
    found = near_name(value, candidates)
    if found is not None or not MIN_CHARS_OF_A_TYPO <= len(value) <= _MAX_CHARS:
        return found
    plain = _plain(value)
    close = [other for other in candidates if other[0].casefold() == plain[0:1] and _at_most_two_edits(plain, other)]
    return close[0] if len(close) == 1 else None


def _at_most_two_edits(plain: str, other: str) -> bool:
    against = _plain(other)
    return abs(len(plain) - len(against)) <= _MAX_EDITS and _edits(plain, against) <= _MAX_EDITS


def _edits(one: str, other: str) -> int:
    """Count the characters to insert, remove or replace between two words."""
    row = list(range(len(other) + 1))
    for index, char in enumerate(one, 1):
        before, row = row, [index]
        for column, against in enumerate(other):
            row.append(min(row[-1] + 1, before[column + 1] + 1, before[column] + (char != against)))
    return row[-1]


def is_nearly(name: str, names: Iterable[str]) -> bool:
    """Return whether a name is at most one edit away from one of some names."""
    plain = _plain(name[:_MAX_CHARS])
    return any(plain == _plain(other) or _is_one_edit(plain, _plain(other)) for other in names)


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


def begins_nearly(typed: str, name: str) -> bool:
    """Return whether a half-written name may be a misspelt beginning of another.

    It has at least three characters. One edit is allowed, and one more for every five characters.
    """
    written, whole = _plain(typed[:_MAX_CHARS]), _plain(name)
    if len(written) < _MIN_CHARS_OF_A_BEGINNING:
        return False
    most = 1 + len(written) // 5
    return any(_edits(written, whole[:size]) <= most for size in range(len(written) - 1, len(written) + 2))
