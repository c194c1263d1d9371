"""A baseline: the findings of an old code base that are accepted for now."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import UsageError
from .scanned import ScannedSource

JSON = Any
VERSION = 1
_MAX_CONTENT_CHARS = 200


class Finding(NamedTuple):
    """What a finding is known by: its file, its code, and its line of source.

    The line may move.
    """

    file: str
    code: str
    content: str


class Baseline:
    """The findings that are accepted; each occurrence once."""

    def __init__(self, path: str, findings: Iterable[Finding] = ()) -> None:
        self._folder = os.path.dirname(os.path.abspath(path))
        self._path = path
        self._left = Counter(findings)

    @classmethod
    def read(cls, path: str) -> Baseline:
        """Read a baseline file.

        Raises:
            UsageError: it cannot be read, or is no baseline.

        """
        try:
            with open(path, encoding="utf-8") as file:
                document = json.load(file)
        except OSError as problem:
            raise UsageError(f'cannot read "{path}": {problem.strerror or problem}') from None
        except (ValueError, RecursionError):
            raise UsageError(f'"{path}" is not JSON; make it with --write-baseline') from None
        return cls(path, list(_findings(document, path)))

    def accepts(self, name: str, diagnostic: Diagnostic, source: ScannedSource) -> bool:
        """Return whether a finding is in the baseline; each entry accepts one."""
        finding = self._finding(name, diagnostic, source)
        if self._left[finding] <= 0:
            return False
        self._left[finding] -= 1
        return True

    def _finding(self, name: str, diagnostic: Diagnostic, source: ScannedSource) -> Finding:
        relative = os.path.relpath(os.path.abspath(name), self._folder).replace(os.sep, "/")
        return Finding(relative, diagnostic.code, _line_of(diagnostic, source.text))

    def write(self, found: Iterable[tuple[str, Diagnostic, ScannedSource]]) -> int:
        """Write the baseline file with all findings; return how many there are.

        Raises:
            UsageError: it cannot be written.

        """
        counts = Counter(self._finding(*finding) for finding in found)
        rows: list[JSON] = [
            {**finding._asdict(), **({"count": count} if count > 1 else {})}
            for finding, count in sorted(counts.items())
        ]
        text = json.dumps({"version": VERSION, "findings": rows}, ensure_ascii=False, indent=1)
        try:
            with open(self._path, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text + "\n")
        except OSError as problem:
            raise UsageError(f'cannot write "{self._path}": {problem.strerror or problem}') from None
        return sum(counts.values())


def _findings(document: JSON, path: str) -> Iterator[Finding]:
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise UsageError(f'"{path}" is not a baseline of this version; make it with --write-baseline')
    rows = document.get("findings")
    for row in rows if isinstance(rows, list) else [None]:
        values = [row.get(name) for name in Finding._fields] if isinstance(row, dict) else [None]
        count = row.get("count", 1) if isinstance(row, dict) else 0
        if not all(isinstance(value, str) for value in values) or type(count) is not int:
            raise UsageError(f'"{path}" has a finding without file, code and content; make it with --write-baseline')
        for _ in range(min(count, 10_000)):
            yield Finding(*values)


def _line_of(diagnostic: Diagnostic, text: str) -> str:
    start = diagnostic.span[0] if diagnostic.span else 0
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    line = " ".join(text[first : last if last >= 0 else len(text)].split())
    # Of a long line, such as one of a bundle, what is around the place.
    at = max(0, start - first - _MAX_CONTENT_CHARS // 2) if len(line) > _MAX_CONTENT_CHARS else 0
    return line[at : at + _MAX_CONTENT_CHARS]
