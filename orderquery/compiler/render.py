"""Rendering of diagnostics for people, with an excerpt.

Sources are untrusted, so no control character of them reaches a terminal, and nothing here raises for the content of
a source, a message or a request.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..diagnostics.codes import CODES
from ..diagnostics.diagnostic import Diagnostic
from ..syntax.json_printer import shown_json

JSON = Any

MAX_EXCERPT_CELLS = 100
"""Of a source line; a longer one is cut around its caret."""
MAX_MESSAGE_CHARS = 2_000
MAX_POINTER_CHARS = 300
MAX_CORRECTED_CHARS = 2_000
"""A longer corrected request does not help a reader."""

_MIN_EXCERPT_CELLS = 20
_CUT = "..."
"""Stands for the rest of a line that is cut."""
_TAB = "    "
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_COLOURS = {"error": "1;31", "warning": "1;33", "place": "1;34", "help": "1;32", "strong": "1"}


def render_diagnostics(
    diagnostics: Iterable[Diagnostic],
    source: str | None = None,
    name: str = "",
    *,
    colour: bool = False,
    columns: int | None = None,
) -> str:
    """Render diagnostics for people, and a summary line.

    Each has an excerpt if ``source`` is given, which fits a terminal with ``columns``: the carets of a line that wraps
    would be below another place.
    """
    found = list(diagnostics)
    rendered = render_each(found, source, name, colour=colour, columns=columns)
    return "\n\n".join([*rendered, summary(found)])


def render_each(
    diagnostics: Iterable[Diagnostic],
    source: str | None = None,
    name: str = "",
    *,
    colour: bool = False,
    columns: int | None = None,
) -> list[str]:
    """Render each diagnostic for people, in the order of their lines.

    The arguments are those of :func:`render_diagnostics`.
    """
    found = list(diagnostics)
    if all(diagnostic.line for diagnostic in found):
        found.sort(key=lambda diagnostic: (diagnostic.line or 0, diagnostic.column or 0))
    view = _View(source, name, colour, columns)
    return [view.render(diagnostic) for diagnostic in found]


def render_line(diagnostic: Diagnostic, name: str = "") -> str:
    """Render a diagnostic on one line.

    For example ``orders.jsonl:12:/lineItems: unfit-value: ...``.
    """
    place = ":".join(_place_parts(diagnostic, name))
    about_request = CODES[diagnostic.code].effect != "none"
    kind = f"{diagnostic.severity}[{diagnostic.code}]" if about_request else diagnostic.code
    text = printable("; ".join(filter(None, (diagnostic.message, *diagnostic.help.split("\n")))))
    return f"{place}: {kind}: {text}" if place else f"{kind}: {text}"


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """Count the errors and warnings, in words."""
    found = list(diagnostics)
    errors = sum(diagnostic.severity == "error" for diagnostic in found)
    counted = [(errors, "error"), (len(found) - errors, "warning")]
    return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counted if count) or "no problems"


def printable(text: str, longest: int = MAX_MESSAGE_CHARS) -> str:
    """Return ``text`` on one line, cut short, unprintable characters escaped."""
    cut = text if len(text) <= longest else text[: longest - 3] + "..."
    return cut if cut.isprintable() else "".join(map(_shown, cut))


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _place_parts(diagnostic: Diagnostic, name: str) -> list[str]:
    parts = [diagnostic.source_name or name]
    if diagnostic.line:
        parts += [str(diagnostic.line), *([str(diagnostic.column)] if diagnostic.column else [])]
    if diagnostic.pointer:
        parts.append(diagnostic.pointer)
    return [printable(part, MAX_POINTER_CHARS) for part in parts if part]


# -- the excerpt ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _View:
    """The view of one source, which renders its diagnostics."""

    source: str | None
    name: str
    colour: bool
    columns: int | None

    def render(self, diagnostic: Diagnostic) -> str:
        severity = diagnostic.severity
        head = self._paint(f"{severity}[{diagnostic.code}]", severity)
        lines = [f"{head}: {self._paint(printable(diagnostic.message), 'strong')}"]
        excerpt = self._excerpt(diagnostic)
        margin = " " * (len(str(diagnostic.line)) if excerpt else 1)
        place = self._place(diagnostic)
        if place:
            lines.append(f" {margin}{self._paint('-->', 'place')} {place}")
        if excerpt:
            line, carets = excerpt
            bar = self._paint("|", "place")
            lines.append(f" {margin} {bar}")
            lines.append(f" {self._paint(str(diagnostic.line), 'place')} {bar} {line}".rstrip())
            lines.append(f" {margin} {bar} {self._paint(carets, severity, after_spaces=True)}")
        if diagnostic.help:
            first, *more = map(printable, diagnostic.help.split("\n"))
            lines.append(f" {margin} = {self._paint('help', 'help')}: {first}")
            lines += [f" {margin}         {line}" for line in more]
        lines.append(f" {margin} = note: {diagnostic.effect_note}")
        return "\n".join(lines)

    def _place(self, diagnostic: Diagnostic) -> str:
        at = ":".join(
            printable(str(part), MAX_POINTER_CHARS)
            for part in (diagnostic.source_name or self.name, diagnostic.line, diagnostic.column)
            if part
        )
        pointer = printable(diagnostic.pointer or "", MAX_POINTER_CHARS)
        return "  ".join(part for part in (at, pointer) if part)

    def _excerpt(self, diagnostic: Diagnostic) -> tuple[str, str] | None:
        if not self.source or not diagnostic.line or diagnostic.span is None:
            return None
        start = min(max(diagnostic.span[0], 0), len(self.source))
        return _cut(self.source, start, max(diagnostic.span[1], start), self._excerpt_cells(diagnostic.line))

    def _excerpt_cells(self, line: int) -> int:
        """Return how many cells of a source line fit beside its number."""
        if self.columns is None:
            return MAX_EXCERPT_CELLS
        beside = len(f" {line} | ") + 2 * len(_CUT)
        return max(min(self.columns - beside, MAX_EXCERPT_CELLS), _MIN_EXCERPT_CELLS)

    def _paint(self, text: str, as_: str, *, after_spaces: bool = False) -> str:
        if not self.colour:
            return text
        spaces = len(text) - len(text.lstrip(" ")) if after_spaces else 0
        return f"{text[:spaces]}\x1b[{_COLOURS[as_]}m{text[spaces:]}\x1b[0m"


def _cut(source: str, start: int, end: int, cells: int) -> tuple[str, str]:
    """Return the source line around ``start`` and its carets, cut to ``cells``."""
    # Only what can be shown of the line is read: a source may be one line of a mebibyte.
    first = max(source.rfind("\n", 0, start) + 1, start - MAX_EXCERPT_CELLS)
    begins = first == 0 or source[first - 1] == "\n"
    last = source.find("\n", start, start + 2 * MAX_EXCERPT_CELLS)
    ends = last >= 0 or start + 2 * MAX_EXCERPT_CELLS >= len(source)
    if last < 0:
        last = min(len(source), start + 2 * MAX_EXCERPT_CELLS)
    if ends and source[first:last].endswith("\r"):
        last -= 1
    before = [_cell(character) for character in source[first:start]]
    marked = [_cell(character) for character in source[start : min(end, last)]]
    after = [_cell(character) for character in source[max(start, min(end, last)) : last]]
    marked, marked_cut = _fitting(marked, cells * 3 // 5)
    after = [] if marked_cut else after
    room = cells - _width(marked)
    kept_after, after_cut = _fitting(after, max(room - min(_width(before), room * 2 // 3), 0))
    kept_before, before_cut = _fitting(before[::-1], room - _width(kept_after))
    lead = "" if begins and not before_cut else _CUT
    tail = "" if ends and not (after_cut or marked_cut) else _CUT
    line = lead + "".join(kept_before[::-1] + marked + kept_after) + tail
    return line, " " * (len(lead) + _width(kept_before)) + "^" * max(_width(marked), 1)


def _fitting(cells: list[str], room: int) -> tuple[list[str], bool]:
    """Return the first pieces that fit, and whether some did not."""
    used = 0
    for index, piece in enumerate(cells):
        used += cell_width(piece)
        if used > room:
            return cells[:index], True
    return cells, False


def _cell(character: str) -> str:
    if " " <= character <= "~":
        return character
    return _TAB if character == "\t" else _shown(character)


def _width(pieces: list[str]) -> int:
    return cell_width("".join(pieces))


def cell_width(text: str) -> int:
    """Return how many cells of a terminal a text takes.

    Wide characters take two, combining ones none.
    """
    return len(text) if text.isascii() else sum(map(_width_of, text))


def _width_of(character: str) -> int:
    if character < "\x7f":
        return 1
    import unicodedata

    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


# -- the corrected request --------------------------------------------------------------------------------------


def render_corrected(value: JSON, left: int | None) -> str | None:
    """Render a corrected search.

    ``left`` is the number of errors that are left in it, ``None`` if it is corrected completely. Returns ``None`` for a
    search that is too long to help a reader, or is not JSON.
    """
    problems = f"{left} problem{'' if left == 1 else 's'} left"
    heading = "corrected request:" if left is None else f"partly corrected request ({problems}):"
    if isinstance(value, str):
        return "\n".join([heading, *(printable(line, MAX_CORRECTED_CHARS) for line in value.strip().splitlines())])
    try:
        shown = shown_json(value, indent=2)
    except (RecursionError, ValueError):
        return None
    if len(shown) > MAX_CORRECTED_CHARS:
        return None
    return "\n".join([heading, *("".join(map(_in_json, line)) for line in shown.split("\n"))])


def _in_json(character: str) -> str:
    """Return a character of JSON text, escaped if it is not printable."""
    return character if character.isprintable() else json.dumps(character)[1:-1]
