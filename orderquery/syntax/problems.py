"""Collect the diagnostics of a request while it is read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..diagnostics.diagnostic import Diagnostic, Fix
from ..diagnostics.place import Path, Place
from ..language.limits import too_large
from ..language.near import closest_name
from ..language.unfilled_values import unfilled_value
from .holes import Hole, described_value
from .json_printer import write_help
from .json_strings import json_in_string

JSON = Any
MAX_GUESSED_NAMES = 10
"""Of one request: to find the closest of a list of names is slow."""


REMOVE_LIST = "remove the list around the object"


OBJECT_AS_TEXT = "pass the object itself, not its text"


def is_listed_object(value: JSON) -> bool:
    """Return whether a value is a list of one object that is not empty."""
    return isinstance(value, list | tuple) and len(value) == 1 and isinstance(value[0], dict) and bool(value[0])


def _kept_object(value: JSON) -> tuple[str, Fix | None] | None:
    """Return a help that keeps the object in a value, where an example would not."""
    if isinstance(value, str) and unfilled_value(value, has_parameters=False) is not None:
        return OBJECT_AS_TEXT, None
    if is_listed_object(value):
        return REMOVE_LIST, "guess"
    if isinstance(value, list | tuple) and any(isinstance(part, dict) and part for part in value):
        return "write one object", None
    decoded = json_in_string(value, "{")
    return (write_help(decoded), "guess") if isinstance(decoded, dict) and decoded else None


class Guesses:
    """The guesses that are left for a request, of names, values and operators."""

    def __init__(self, left: int = MAX_GUESSED_NAMES) -> None:
        self._left = left
        self._known: dict[tuple[str, ...], str | None] = {}

    def closest(self, name: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
        """Return the closest of some names; ``None`` after ten different ones."""
        candidates = tuple(names)
        question = (name, *candidates)
        if question not in self._known and self._left > 0:
            self._left -= 1
            self._known[question] = closest_name(name, candidates, cutoff)
        return self._known.get(question)


class Problems(list[Diagnostic]):
    """The diagnostics found so far; ``guesses`` may be those of another reader."""

    def __init__(self, guesses: Guesses | None = None) -> None:
        super().__init__()
        self.guesses = guesses or Guesses()
        self.has_holes = False
        """Whether a part of the search is not known, so that it cannot run."""

    def is_hole(self, value: JSON) -> bool:
        """Return whether a value is a hole, and remember that there is one."""
        if not isinstance(value, Hole):
            return False
        self.has_holes = True
        return True

    def closest(self, name: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
        """Return the closest of some names, a guess; ``None`` after ten of them."""
        return self.guesses.closest(name, names, cutoff)

    def add(
        self, code: str, message: str, help_: str, path: Path, fix: Fix | None = None, *, at_key: bool = False
    ) -> None:
        """Add a diagnostic at a path."""
        self.append(Diagnostic(code, message, help_, Place(path, at="key" if at_key else "value"), fix=fix))

    def shape(
        self,
        path: Path,
        what: str,
        wanted: str,
        found: JSON,
        *,
        instead: JSON = None,
        fix: Fix | None = None,
        example: JSON = None,
        at_key: bool = False,
    ) -> None:
        """Add ``wrong-shape``: ``what`` must be ``wanted``.

        The help shows ``instead``, which is what to write, else an ``example``.
        """
        shown = instead if instead is not None else example
        help_ = f"write {wanted}" if shown is None else write_help(shown)
        if instead is None and isinstance(example, dict):
            help_, fix = _kept_object(found) or (help_, fix)
        message = f"{what} must be {wanted}, not {described_value(found)}"
        self.add("wrong-shape", message, help_, path, fix, at_key=at_key)

    def too_large(self, path: Path, what: str, most: int, unit: str, size: int | None = None) -> None:
        """Add ``too-large``."""
        self.add("too-large", *too_large(what, most, unit, size), path)

    def too_long(self, path: Path, what: str, most: int, size: int, help_: str) -> None:
        """Add ``too-long``."""
        message, _ = too_large(what, most, "characters", size)
        self.append(Diagnostic("too-long", message, help_, Place(path), facts={"threshold": most}))
