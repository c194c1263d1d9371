"""An old document as its values, each with the rows of the mapping that read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..diagnostics.place import Path
from .mapping import Branch, DocumentMapping, Pattern

JSON = Any

_WHOLE = Branch(whole=True)
"""Below a value that one row takes as a whole."""


class OldDocument:
    """A document, read by a mapping.

    ``leaves`` are its scalars and empty containers. ``matches`` are the values that each row reads, by the number of
    the row. ``strays`` has, for leaves that no row reads, the path of the first key that is unknown. ``misshapen`` are
    paths whose value is not the container that the mapping expects, each with that.
    """

    def __init__(self, mapping: DocumentMapping, root: dict[str, JSON]) -> None:
        self.root = root
        self.leaves: dict[Path, JSON] = {}
        self.matches: dict[int, list[tuple[Path, JSON]]] = {}
        self.strays: dict[Path, Path] = {}
        self.misshapen: dict[Path, str] = {}
        self._walk(root, (), mapping.root, None)

    def value(self, pattern: Pattern, path: Path = ()) -> JSON:
        """Return the value of a pattern, in the same elements of lists as ``path``."""
        numbers = (step for step in path if isinstance(step, int))
        value: JSON = self.root
        for step in pattern:
            if step == "[]":
                number = next(numbers, None)
                value = value[number] if isinstance(value, list) and number is not None else None
            else:
                value = value.get(step) if isinstance(value, dict) else None
        return value

    def value_at(self, path: Path) -> JSON:
        """Return the value at a path of the document."""
        value: JSON = self.root
        for step in path:
            value = value[step]
        return value

    def leaves_below(self, path: Path) -> Iterator[tuple[Path, JSON]]:
        """Yield the leaves at and below a path."""
        length = len(path)
        return ((leaf, value) for leaf, value in self.leaves.items() if leaf[:length] == path)

    def _walk(self, value: JSON, path: Path, branch: Branch | None, stray: Path | None) -> None:
        if branch is not None:
            for number in branch.rows:
                self.matches.setdefault(number, []).append((path, value))
            if branch.below and not branch.rows and value is not None:
                is_list = "[]" in branch.below
                if not isinstance(value, list if is_list else dict):
                    self.misshapen[path] = "a list" if is_list else "an object"
        if isinstance(value, dict | list) and value:
            for step, item in value.items() if isinstance(value, dict) else enumerate(value):
                inside, below = (*path, step), None
                if branch is not None:
                    whole = _WHOLE if branch.whole else None
                    below = branch.below.get("[]" if isinstance(step, int) else step, whole)
                self._walk(item, inside, below, stray if below is not None else stray or inside)
        else:
            self.leaves[path] = value
            if stray is not None:
                self.strays[path] = stray
