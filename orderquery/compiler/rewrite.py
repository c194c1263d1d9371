"""A corrected request written into its source text, with the smallest edits.

The source may be JSON, a JavaScript literal, or pasted code around one. Spacing, line ends, key order, quotes and
comments outside a replaced node stay as they are; comments inside one move in front of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from ..diagnostics.place import Path
from ..syntax.excerpt import Excerpt
from ..syntax.json_printer import encode_json
from ..syntax.literal_parser import Located, read_literal
from ..syntax.pasted_code import find_literal
from ..syntax.source_text import Replacement, splice

JSON = Any
Item = TypeVar("Item")
_SURROGATE = re.compile("[\ud800-\udfff]")

_TOKEN = re.compile(
    r"""(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?P<line>//[^\r\n]*)|(?P<block>/\*.*?\*/)""", re.DOTALL
)


def rewrite(text: str, corrected: JSON) -> str:
    """Return the source, which must parse, with its value changed."""
    return splice(text, replacements(text, corrected))


def replacements(text: str, corrected: JSON) -> list[Replacement]:
    """Return the smallest edits that change the value of a source, in its order."""
    literal, located = _read(text)
    finder = _Changes(literal.text, located)
    changes = sorted(finder.of(located.value, corrected, ()))
    # A key or a value in place of another needs no proof, and a proof reads the whole text again.
    if finder.splices and not same_json(read_literal(splice(literal.text, changes)).value, corrected):
        changes = [Replacement(*located.spans[(), "value"], _written(corrected))]
    return literal.replacements(changes)


def read_source(text: str) -> JSON:
    """Return the decoded value of a source.

    The edits for a changed copy are found fast: parts that did not change are the same objects.
    """
    return _read(text)[1].value


@lru_cache(maxsize=4)  # the edits of every fix of a text are asked for one after the other
def _read(text: str) -> tuple[Excerpt, Located]:
    literal = find_literal(text) or Excerpt.whole(text)
    return literal, read_literal(literal.text)


class _Run(NamedTuple):
    """Neighbours that changed: the old ones and the new ones, as half-open ranges."""

    start: int
    end: int
    new_start: int
    new_end: int


def _runs(old: Sequence[Item], new: Sequence[Item], same: Callable[[Item, Item], bool]) -> Iterator[_Run]:
    """Yield the runs between the items that both have, in the same order."""
    at = new_at = 0
    while at < len(old) or new_at < len(new):
        anchor = next(
            ((i, j) for i in range(at, len(old)) for j in range(new_at, len(new)) if same(old[i], new[j])),
            (len(old), len(new)),
        )
        if anchor != (at, new_at):
            yield _Run(at, anchor[0], new_at, anchor[1])
        at, new_at = anchor[0] + 1, anchor[1] + 1


def _pieces(old: Sequence[Item], new: Sequence[Item], same: Callable[[Item, Item], bool]) -> Iterator[_Run]:
    """Yield the items that both have, each alone, and the runs between them, in order."""
    at = new_at = 0
    for run in (*_runs(old, new, same), _Run(len(old), len(old), len(new), len(new))):
        for index in range(run.start - at):
            yield _Run(at + index, at + index + 1, new_at + index, new_at + index + 1)
        if run.start < run.end or run.new_start < run.new_end:
            yield run
        at, new_at = run.end, run.new_end


class _Changes:
    """Finds the smallest replacements that lead from one value to another."""

    def __init__(self, text: str, located: Located) -> None:
        self._text = text
        self._spans = located.spans
        self.splices = False
        """Whether entries were added or removed, with their commas."""

    def of(self, old: JSON, new: JSON, path: Path) -> Iterator[Replacement]:
        if same_json(old, new):
            return
        if isinstance(old, dict) and isinstance(new, dict) and old and new:
            yield from self._of_objects(old, new, path)
        elif isinstance(old, list) and isinstance(new, list) and old and new:
            yield from self._of_lists(old, new, path)
        else:
            start, end = self._spans[path, "value"]
            yield self._replaced(start, end, _written(new))

    def _of_objects(self, old: dict[str, JSON], new: dict[str, JSON], path: Path) -> Iterator[Replacement]:
        keys, new_keys = list(old), list(new)
        runs = list(_runs(keys, new_keys, lambda one, other: one == other))
        changed = {key for run in runs for key in keys[run.start : run.end]}
        for key in keys:
            if key not in changed:
                yield from self.of(old[key], new[key], (*path, key))
        entries = [self._entry((*path, key)) for key in keys]
        for run in runs:
            gone, come = keys[run.start : run.end], new_keys[run.new_start : run.new_end]
            for piece in _pieces(gone, come, lambda one, other: same_json(old[one], new[other])):
                gone_here, come_here = gone[piece.start : piece.end], come[piece.new_start : piece.new_end]
                if len(gone_here) == len(come_here) == 1 and _alike(old[gone_here[0]], new[come_here[0]]):
                    start, end = self._spans[(*path, gone_here[0]), "key"]
                    yield Replacement(start, end, _written(come_here[0]))
                    yield from self.of(old[gone_here[0]], new[come_here[0]], (*path, gone_here[0]))
                else:
                    texts = [f"{_written(key)}: {_written(new[key])}" for key in come_here]
                    here = _Run(run.start + piece.start, run.start + piece.end, piece.new_start, piece.new_end)
                    yield self._spliced(entries, here, texts)

    def _of_lists(self, old: list[JSON], new: list[JSON], path: Path) -> Iterator[Replacement]:
        if len(old) == len(new):
            for index, (one, other) in enumerate(zip(old, new, strict=True)):
                yield from self.of(one, other, (*path, index))
            return
        spans = [self._spans[(*path, index), "value"] for index in range(len(old))]
        for run in _runs(old, new, same_json):
            yield self._spliced(spans, run, [_written(value) for value in new[run.new_start : run.new_end]])

    def _entry(self, path: Path) -> tuple[int, int]:
        return self._spans[path, "key"][0], self._spans[path, "value"][1]

    def _spliced(self, spans: list[tuple[int, int]], run: _Run, texts: list[str]) -> Replacement:
        """Replace, remove or insert neighbours, with the comma that goes with them."""
        self.splices = True
        joined = ", ".join(texts)
        if run.start == run.end:
            if run.start < len(spans):
                return Replacement(spans[run.start][0], spans[run.start][0], joined + ", ")
            return Replacement(spans[-1][1], spans[-1][1], ", " + joined)
        start, end = spans[run.start][0], spans[run.end - 1][1]
        if texts:
            return self._replaced(start, end, joined)
        if run.end < len(spans):
            return self._replaced(start, spans[run.end][0], "")
        return self._replaced(spans[run.start - 1][1] if run.start else start, end, "")

    def _replaced(self, start: int, end: int, new: str) -> Replacement:
        """Keep the comments of what is replaced, in front of it."""
        comments = [found[0] for found in _TOKEN.finditer(self._text, start, end) if found["string"] is None]
        line_end = "\r\n" if "\r\n" in self._text else "\n"
        kept = "".join(comment + (line_end if comment.startswith("//") else " ") for comment in comments)
        return Replacement(start, end, kept + new)


def _written(value: JSON) -> str:
    """Write a value on one line, with a space after every comma and colon."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_written(key)}: {_written(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, str):
        return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
    return encode_json(value).decode("utf-8")


def _alike(old: JSON, new: JSON) -> bool:
    """Return whether a renamed entry is kept and its value changed inside."""
    return isinstance(old, dict | list) == isinstance(new, dict | list)


def same_json(one: JSON, other: JSON) -> bool:
    """Return whether two values look the same in JSON: ``1`` and ``1.0`` differ."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same_json(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same_json, one, other))
    return bool(one == other) and str(one) == str(other)
