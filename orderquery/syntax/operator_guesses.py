"""What may be meant by an operator that the language does not have; help only.

A guess keeps a negation: ``$hasNone`` is never ``$hasSome`` (D165).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..diagnostics.quoting import quoted
from ..language.fields import Field
from ..language.near import plain_name
from ..language.operators import OPERATORS, Takes
from ..language.types import UnfitOperand
from .ast import Comparison, Filter, Not
from .foreign_operators import Knows, Use, foreign_help, ways_to_search
from .holes import Hole
from .json_printer import print_filter, write_help
from .problems import Problems

JSON = Any

_RANGES = ("between", "inrange", "range")
_RANGE = "use $gte and $lte, each in a condition of its own in $and"
_PART = "no operator finds a part of a text"
_SENTENCES = {
    **dict.fromkeys(("contains", "contain", "includes", "include", "text", "search"), _PART),
    **dict.fromkeys(("regex", "regexp", "matches", "match"), "regular expressions are not supported"),
    **dict.fromkeys(("like", "ilike"), "patterns are not supported"),
    **dict.fromkeys(("endswith",), "no operator finds the end of a text"),
    **dict.fromkeys(_RANGES, _RANGE),
}
_EMPTY_WORDS = ("isempty", "empty")
_MISSING_WORDS = ("isnull", "null", "ismissing", "missing", "isabsent", "absent")
_WORDS = {
    **{name.removeprefix("$").lower(): name for name in OPERATORS},
    **dict.fromkeys(("equal", "equals", "is"), "$eq"),
    **dict.fromkeys(("oneof", "isoneof", "isin"), "$in"),
    **dict.fromkeys(("has", "hasany", "hasone", "hasoneof", "any", "anyof", "some", "containsany"), "$hasSome"),
    **dict.fromkeys(("all", "allof", "hasevery", "every", "containsall", "includesall"), "$hasAll"),
    **dict.fromkeys(("exist", "present", "ispresent", "defined", "isset"), "$exists"),
    **dict.fromkeys(("beginswith", "prefix"), "$startsWith"),
    **dict.fromkeys(("before", "lessthan"), "$lt"),
    **dict.fromkeys(("after", "greaterthan", "morethan"), "$gt"),
    **dict.fromkeys(("from", "since", "min", "minimum", "start", "atleast", "onorafter"), "$gte"),
    **dict.fromkeys(("to", "until", "till", "max", "maximum", "end", "atmost", "onorbefore"), "$lte"),
}
"""Words of other interfaces, and the operator each may mean."""
_NEGATIVE_WORDS = {
    **dict.fromkeys(("none", "noneof", "hasnone", "hasnoneof", "hasno", "hasnot", "hasnotsome"), "$hasSome"),
    **dict.fromkeys(("hasnotany", "hassomenot", "containsnone", "matchesnone"), "$hasSome"),
    **dict.fromkeys(("exclude", "excludes", "disjoint", "without"), "$hasSome"),
    **dict.fromkeys(("hasnotall", "hasallnot"), "$hasAll"),
    **dict.fromkeys(("undefined", "unset"), "$exists"),
    **dict.fromkeys(("isnot", "isnt", "differs", "unequal"), "$eq"),
}
"""Words for the negation of an operator."""
_NOT = re.compile(r"(?:is|does|do|has|are)?(?:not|nt|non)|un|n|[!~-]")


def operator_guess(key: str, use: Use, problems: Problems) -> str:
    """Return a line of help about what an unknown operator may mean, or ``""``."""
    word, operand, row = plain_name(key), use.operand, use.row
    foreign = foreign_help(key, use)
    if foreign:
        return foreign
    negated = word in _NEGATIVE_WORDS
    base = _without_not(word)
    if base is not None:
        word, negated = base, True
    if word in _EMPTY_WORDS:
        is_empty = (operand is not False) is not negated
        return "" if row is None or isinstance(operand, Hole) else _emptiness(row, is_empty=is_empty)
    if word in _MISSING_WORDS:
        word, negated = "exists", not negated
    if word in _SENTENCES and (row is None or not row.many or _SENTENCES[word] is not _PART):
        sentence = _SENTENCES[word] if word in _RANGES else ways_to_search(row, _SENTENCES[word])
        return f"{sentence}; for the opposite put it in $not" if negated else sentence
    operator = _NEGATIVE_WORDS.get(word) or ("$hasSome" if word in _SENTENCES else _WORDS.get(word))
    if operator is not None and row is not None:
        tree = _condition(operator, operand, row, negated=negated)
        if tree is not None and (operator != "$exists" or isinstance(operand, bool)) and _fits(operator, operand, row):
            return write_help(print_filter(tree))
    if operator is not None:
        name = {"$in": "$nin", "$eq": "$ne"}.get(operator) if negated else operator
        return _did_you_mean(name, row)
    near = problems.closest(key, OPERATORS, 0.7)
    is_negative = word.startswith("n") or "not" in word or "none" in word
    return _did_you_mean(near, row) if is_negative is (near in ("$ne", "$nin")) else ""


def guesser(knows: Knows, problems: Problems) -> Callable[[Field], Callable[[str, JSON], str]]:
    """Return what makes the guesses for the operators of a field."""
    return lambda row: (
        lambda name, operand: operator_guess(name, Use(row.name, operand, row, {name: operand}, knows), problems)
    )


def _fits(operator: str, operand: JSON, row: Field) -> bool:
    """Return whether every value of an operand is one of the field."""
    values = operand if isinstance(operand, list | tuple) else (operand,)
    try:
        for value in values:
            if value is None and operator in ("$gt", "$gte", "$lt", "$lte"):
                return False
            if value is not None and not isinstance(value, bool | Hole):
                row.type.operand(value)
    except UnfitOperand:
        return False
    return True


def _without_not(word: str) -> str | None:
    """Return a word without the negation in front, if the rest is known."""
    found = _NOT.match(word)
    rest = "" if found is None else word[found.end() :]
    known = rest in _WORDS or rest in _SENTENCES or rest in _EMPTY_WORDS or rest in _MISSING_WORDS
    return rest if known and word not in _NEGATIVE_WORDS and word not in _MISSING_WORDS else None


def _did_you_mean(name: str | None, row: Field | None) -> str:
    allowed = row.operators if row is not None else tuple(OPERATORS)
    return f"did you mean {quoted(name)}?" if name in allowed else ""


def _condition(operator: str, operand: JSON, row: Field, *, negated: bool) -> Filter | None:
    """Return the condition that an operator may mean, if the field can express it."""
    has = row.operators
    if operator == "$exists":
        return _presence(row, operand is not negated)
    if operator == "$hasSome" and (operator not in has or (negated and "$nin" in has)):
        operator = "$in"
    if OPERATORS[operator].takes is Takes.VALUES and not isinstance(operand, Hole):
        operand = tuple(operand) if isinstance(operand, list | tuple) else (operand,)
    opposite = {"$in": "$nin", "$eq": "$ne"}.get(operator)
    if negated and opposite in has:
        return Comparison(row.name, str(opposite), operand)
    if operator not in has:
        return None
    made = Comparison(row.name, operator, operand)
    return Not(made) if negated else made


def _presence(row: Field, is_present: bool) -> Filter:
    if "$exists" in row.operators:
        return Comparison(row.name, "$exists", is_present)
    return Comparison(row.name, "$ne" if is_present else "$eq", None)


def _emptiness(row: Field, *, is_empty: bool) -> str:
    """Return the two readings of ``$isEmpty``: no value, and for a text the empty one."""
    help_ = f"{write_help(print_filter(_presence(row, not is_empty)))} for {'no' if is_empty else 'any'} value"
    if row.type.name != "text" or row.many:
        return help_
    text = {row.name: "" if is_empty else {"$ne": ""}}
    return f"{help_}, or {write_help(text, '').removeprefix(': ')} for {'an empty' if is_empty else 'another'} text"
