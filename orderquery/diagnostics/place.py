"""Places: where something stands in a search or a document."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a source.

    ``path`` leads through decoded JSON (``None`` in the text form); ``span`` is a half-open range of character
    offsets in the source text, where there is one; ``at`` says whether the key or the value at ``path`` is meant.
    """

    path: Path | None = None
    span: tuple[int, int] | None = None
    at: Literal["key", "value"] = "value"

    def __truediv__(self, step: str | int) -> Place:
        return Place((*(self.path or ()), step))

    def of_key(self) -> Place:
        """The same place, meaning the key instead of its value."""
        return replace(self, at="key")


NOWHERE = Place()


def pointer_of(path: Path) -> str:
    """The JSON pointer (RFC 6901) of a path; the whole document is the empty string."""
    return "".join("/" + step_text(step).replace("~", "~0").replace("/", "~1") for step in path)


def step_text(step: object) -> str:
    """A key or an index as text; a key that no JSON has, by its type."""
    plain = isinstance(step, str) or (isinstance(step, int) and abs(step) < 10**18)
    return str(step) if plain else f"a Python {type(step).__name__}"
