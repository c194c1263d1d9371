"""Operators in words or in signs of other languages.

Such as ``is greater than`` and ``<>``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

BETWEEN, PART, REGEX = "between", "part", "regex"
"""Readings that are not one operator: a range, a part of a text, a regular expression."""


class Phrase(NamedTuple):
    """What a phrase in place of an operator means.

    An operator, ``missing``, or another reading.

    ``end`` is the character offset behind it.
    """

    meaning: str
    negated: bool
    end: int


_MAX_PIECES = 8
_PIECE = re.compile(
    r"\s*(?:(?P<sign>[=<>!≠≤≥:~]+(?:\s+[=<>!]+)*\*?)|(?P<word>\$?[A-Za-z][A-Za-z_]*(?:['\u2019]t\b)?)(?![\w.:@]))"
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_FILLERS = frozenset(("is", "are", "was", "were", "be", "been", "must", "should", "does", "do", "did", "="))
_NOTS = {
    **dict.fromkeys(("not", "never", "!"), ()),
    **{
        f"{verb}{end}": () for verb in ("isn", "aren", "wasn", "doesn", "didn", "don") for end in ("'t", "\u2019t", "t")
    },
}
_OPPOSITES = {"$gt": "$lte", "$lte": "$gt", "$lt": "$gte", "$gte": "$lt", "$eq": "$ne", "$ne": "$eq", "$in": "$nin"}

_MEANINGS = {
    "$eq": "= == === : := equal equals eq same|as exactly identical on at during",
    "$ne": "!= !== <> ≠ =! =!= !: ne neq unequal different|from differs|from other except",
    "$gt": "> gt after above over beyond exceeds greater more larger bigger higher later newer",
    "$gte": ">= => ≥ >== gte ge since from starting starting|from starting|on on|or|after after|or|on minimum min "
    "at|least no|less no|fewer no|earlier greater|or|equal more|or|equal larger|or|equal later|or|equal "
    "equal|or|greater equal|or|more",
    "$lt": "< lt before below under less fewer smaller lower earlier older prior",
    "$lte": "<= =< ≤ <== lte le until till up by through on|or|before before|or|on maximum max at|most no|more "
    "no|greater no|later less|or|equal fewer|or|equal smaller|or|equal earlier|or|equal equal|or|less equal|or|fewer",
    "$in": "in one|of any|of either|of either among in|list",
    "$nin": "nin notin none|of neither neither|of",
    "$hasSome": "has|any has|some has|any|of has|some|of has|one|of contains|any contains|any|of contains|some "
    "includes|any includes|some overlaps intersects",
    "$hasAll": "has|all has|all|of has|every contains|all contains|all|of includes|all includes|all|of",
    "$startsWith": "starts|with start|with starting|with begins|with begin|with beginning|with startswith beginswith "
    "starts begins like ilike",
    PART: "contains contain containing includes include including has have ends|with end|with ending|with endswith",
    REGEX: "matches match regex regexp rlike similar glob ~ =~ ~= ~* =~* !~ !~*",
    BETWEEN: "between",
    "missing": "missing null empty blank none nil undefined unset absent isnull isempty",
    "present": "present exists exist set defined filled there notnull",
}
"""The phrases of each meaning, without *is*, *not*, *than* and *to*; ``|`` is a space."""
_PHRASES = {phrase.replace("|", " "): meaning for meaning, phrases in _MEANINGS.items() for phrase in phrases.split()}


def read_phrase(text: str, start: int) -> Phrase | None:
    """Return the reading of the longest phrase at an offset, or ``None``."""
    at = start
    pieces: list[tuple[list[str], int]] = []
    while len(pieces) < _MAX_PIECES and (found := _PIECE.match(text, at)) is not None:
        at = found.end()
        pieces.append((_words_of(found), at))
    for count in range(len(pieces), 0, -1):
        words = [word for part, _ in pieces[:count] for word in part]
        read = _read(words)
        if read is not None:
            return Phrase(*read, pieces[count - 1][1])
    return None


def _words_of(found: re.Match[str]) -> list[str]:
    if found["sign"]:
        return ["".join(found["sign"].split())]
    return _HUMP.sub(" ", found["word"].lstrip("$")).replace("_", " ").lower().split()


def _read(words: list[str]) -> tuple[str, bool] | None:
    negated, at = False, 0
    while at < len(words) and (words[at] in _NOTS or (words[at] in _FILLERS and at + 1 < len(words))):
        negated ^= words[at] in _NOTS
        at += 1
    core = [word for word in words[at:] if word != "than"]
    if len(core) > 1 and core[-1] == "to":
        del core[-1]
    if not core:
        return None if words[-1] == "than" else ("$ne" if negated else "$eq", False)
    if core in (["is"], ["are"], ["was"], ["does"], ["="]):
        return "$ne" if negated else "$eq", False
    meaning = _PHRASES.get(" ".join(core))
    if meaning is None:
        return None
    if meaning == "present":
        return "missing", not negated
    if meaning == REGEX:
        return meaning, negated ^ core[0].startswith("!")
    if negated and meaning in _OPPOSITES:
        return _OPPOSITES[meaning], False
    return meaning, negated
