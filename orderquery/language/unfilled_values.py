"""Texts that code writes where a value is missing or was not filled in (D171).

Such as ``undefined``, ``[object Object]`` and ``${email}``. Each is an ordinary text and matches as one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_MAX_CHARS = 4_096
_FILL_IN = "fill in the value before the search is sent"


class Unfilled(NamedTuple):
    """What is probably wrong with a value, and what to do."""

    reason: str
    help: str
    is_absent: bool = False
    """Whether the code may have had no value at all."""


class _Row(NamedTuple):
    pattern: re.Pattern[str]
    is_whole: bool
    found: Unfilled


def _whole(pattern: str, reason: str, help_: str = _FILL_IN, *, is_absent: bool = False) -> _Row:
    return _Row(re.compile(pattern, re.ASCII), True, Unfilled(reason, help_, is_absent))


def _part(pattern: str, help_: str) -> _Row:
    return _Row(re.compile(pattern, re.ASCII), False, Unfilled("a template without its value", help_))


_ABSENT = "a variable without a value"
_TEMPLATE = "a template without its value"
_PYTHON = 'Python fills "{...}" only in an f-string or by .format()'
_PLACEHOLDER = "the placeholder of an example"
_ROWS = (
    _whole("undefined|null|NULL|<null>|None|nil", _ABSENT, is_absent=True),
    _whole("NaN|Invalid Date", "a failed conversion"),
    _whole(r"\[object Promise\]", "a promise that was not awaited", "await the value before the search is sent"),
    _whole(r"\[object \w+\]", "an object turned into a text", "pass the value of one of its properties"),
    _whole(r"<.{1,200} at 0x[0-9A-Fa-f]+>", "an object turned into a text", "pass the value of one of its attributes"),
    _part(r"\$\{[^{}]{0,100}\}", f'{_FILL_IN}\nJavaScript fills "${{...}}" only between backticks'),
    _part(r"\{\{[^{}]{0,100}\}\}|<%[^%]{0,100}%>|#\{[^{}]{0,100}\}", _FILL_IN),
    _part(r"\{[A-Za-z_]\w*(?:[.\[][^{}]{0,100})?\}", f"{_FILL_IN}\n{_PYTHON}"),
    _part(r"%\([A-Za-z_]\w{0,100}\)[sdfr]", _FILL_IN),
    _whole(r"\{\d?\}|%s|%d|%@|\?|%[A-Z_]{2,}%|\$\([^()]+\)", _TEMPLATE),
    _whole(r"\$[A-Za-z_]\w*", _TEMPLATE, f'{_FILL_IN}\na shell fills "$..." only outside single quotes'),
    _whole(r"<[A-Za-z_][\w -]*>|YOUR[_-][A-Z_-]+", _PLACEHOLDER),
)
"""The first row that matches counts."""
_PARAMETER = _whole(r":[A-Za-z_]\w*", _TEMPLATE, f"{_FILL_IN}\nonly the text form has parameters such as :name")
_GATE = re.compile(r"[<{%$?:\[]|^\s*(?:undefined|null|NULL|None|nil|NaN|Invalid Date|YOUR[_-])")
"""What every such text has, so that most others are looked at once."""


def unfilled_value(text: str, *, has_parameters: bool) -> Unfilled | None:
    """Return what is probably wrong with a text, or ``None``.

    ``has_parameters``: in the text form, a value that begins with a colon was written in quotes, so it is meant.
    """
    if _GATE.search(text) is None or len(text) > _MAX_CHARS:
        return None
    bare = text.strip()
    for row in _ROWS if has_parameters else (*_ROWS, _PARAMETER):
        if row.pattern.fullmatch(bare) if row.is_whole else row.pattern.search(bare):
            return row.found
    return None
