"""Holes: the parts of a search that its source does not tell, such as a variable."""

from __future__ import annotations

from typing import Literal

HoleKind = Literal["value", "spread"]


class Hole:
    """A part of a decoded search that is not known where it is read.

    ``written`` is its expression as in the source. The ``kind`` is ``value`` for one value or one key, and ``spread``
    for any number of items of a list, or of entries of an object (there it is a key whose value is the same hole).
    Two holes are never equal, even with the same expression.
    """

    __slots__ = ("kind", "written")

    def __init__(self, written: str, kind: HoleKind = "value") -> None:
        self.written = written
        self.kind = kind

    def __repr__(self) -> str:
        return f"<hole {self.written}>"
