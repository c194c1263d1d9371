"""Comments that silence findings: ``orderquery: ignore[code] reason``.

A comment after code is about its own line; one alone on its line is about the next line of code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..diagnostics.codes import CODES
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Place
from ..diagnostics.quoting import quoted
from ..syntax.source_text import SourceText

_COMMENT = re.compile(
    r"(?P<open>\#|//|/\*|\{/\*|<!--)[ \t]*orderquery:[ \t]*ignore\b(?P<list>\[(?P<codes>[^\]\r\n]*)\])?"
    r"[ \t]*(?:[:,-]+[ \t]*)?(?P<reason>[^\r\n]*)"
)
_CLOSERS = re.compile(r"[ \t]*(?:\*/\}?|-->).*")
_BAD = "bad-ignore-comment"
_UNUSED = "unused-ignore-comment"


@dataclass(slots=True)
class IgnoreComment:
    """A comment that silences the findings of one line, by their codes."""

    span: tuple[int, int]
    line: int
    codes: tuple[str, ...]
    problem: str = ""
    help: str = ""
    used: bool = False


def ignore_comments(text: str, lines: SourceText, is_comment: Callable[[list[int]], list[bool]]) -> list[IgnoreComment]:
    """Return the comments of a file.

    ``is_comment`` tells which offsets are in a comment.
    """
    found = list(_COMMENT.finditer(text)) if "orderquery:" in text else []
    kept = is_comment([match.start("open") for match in found]) if found else []
    return [_comment(match, text, lines) for match, keep in zip(found, kept, strict=True) if keep]


def _comment(match: re.Match[str], text: str, lines: SourceText) -> IgnoreComment:
    reason = _CLOSERS.sub("", match["reason"]).strip()
    end = match.start("reason") + len(match["reason"].rstrip()) if reason else match.end("list") if match["list"] else 0
    span = match.start(), max(end, match.start() + len(match["open"]))
    codes = tuple([code.strip() for code in (match["codes"] or "").split(",") if code.strip()])
    line = _line_of(match, text, lines)
    comment = IgnoreComment(span, line, codes)
    unknown = next((code for code in codes if code not in CODES), None)
    if not codes:
        comment.problem, comment.help = "this comment names no code", "write: orderquery: ignore[unknown-field] reason"
    elif unknown is not None:
        comment.problem, comment.help = f"unknown code {quoted(unknown)}", _closest(unknown)
    elif not reason:
        comment.problem, comment.help = "this comment gives no reason", "add a reason after the codes"
    return comment


def _closest(code: str) -> str:
    from difflib import get_close_matches

    found = get_close_matches(code, CODES, 1, 0.6)
    return f"did you mean {quoted(found[0])}?" if found else "for the codes run: orderquery explain"


def _line_of(match: re.Match[str], text: str, lines: SourceText) -> int:
    """Return the line that a comment is about."""
    line, column = lines.line_column(match.start())
    start = match.start() - column + 1
    if text[start : match.start()].strip():
        return line
    closed = re.search(r"\*/\}?|-->", match["reason"])
    if closed is not None and match["reason"][closed.end() :].strip():
        return line
    # Comments may follow each other; each is about the code below.
    rest = text.find("\n", match.end())
    while rest >= 0:
        line += 1
        end = text.find("\n", rest + 1)
        below = text[rest + 1 : end if end >= 0 else len(text)].strip()
        if not _COMMENT.match(below):
            break
        rest = end
    return line


def without_ignored(
    found: Iterable[Diagnostic], comments: list[IgnoreComment], lines: SourceText
) -> tuple[list[Diagnostic], int]:
    """Return the findings that no comment silences, and how many were silenced.

    Comments that are wrong or silence nothing are findings themselves.
    """
    kept: list[Diagnostic] = []
    silenced = 0
    for diagnostic in found:
        about = [c for c in comments if c.line == diagnostic.line and diagnostic.code in c.codes]
        for comment in about:
            comment.used = True
        if about:
            silenced += 1
        else:
            kept.append(diagnostic)
    kept += [lines.located(problem, problem.place.span or (0, 0)) for problem in _problems(comments)]
    return sorted(kept, key=lambda diagnostic: diagnostic.span or (0, 0)), silenced


def _problems(comments: Iterable[IgnoreComment]) -> Iterator[Diagnostic]:
    for comment in comments:
        if comment.problem:
            yield Diagnostic(_BAD, comment.problem, comment.help, Place(None, comment.span))
        elif not comment.used:
            names = ", ".join(comment.codes)
            message = f"this comment silences nothing: line {comment.line} has no {names}"
            yield Diagnostic(_UNUSED, message, "remove the comment", Place(None, comment.span))
