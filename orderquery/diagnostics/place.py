"""Places in a search or a document: a path through JSON, or a range of text."""

from __future__ import annotations

from typing import Literal, NamedTuple

Path = tuple[str | int, ...]


class Place(NamedTuple):
    """A place in a source.

    ``path`` is a path in decoded JSON (``None`` in the text form); ``span`` is a half-open range of character offsets
    if the source is text; ``at`` selects the key or the value at ``path``. With both, the span counts in the string at
    ``path``, which holds JSON.
    """

    # A named tuple: every condition of a search has a place, and a frozen dataclass takes four times as long to make.
    path: Path | None = None
    span: tuple[int, int] | None = None
    at: Literal["key", "value"] = "value"

    def __truediv__(self, step: str | int) -> Place:
        return Place((*(self.path or ()), step))

    def item(self, index: int | None) -> Place:
        """Return the place of an item of a list.

        The place of the whole list in the text form, or for ``None``.
        """
        return self if index is None or self.path is None else self / index

    def of_key(self) -> Place:
        """Return the place of the key instead of its value."""
        return Place(self.path, self.span, "key")


NOWHERE = Place()


def pointer_of(path: Path) -> str:
    """Return the JSON pointer (RFC 6901) of a path; the root is the empty string."""
    return "".join("/" + step_text(step).replace("~", "~0").replace("/", "~1") for step in path)


def step_text(step: object) -> str:
    """Return a key or an index as text, or the type of a key that JSON cannot have."""
    plain = isinstance(step, str) or (isinstance(step, int) and abs(step) < 10**18)
    return str(step) if plain else f"a Python {type(step).__name__}"
