"""Values as they stand in source code, with the place of every part.

A span is a half-open range of character offsets in the file; the parts of one value may stand in different places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from ..syntax.holes import Hole

JSON = Any
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, a number, a boolean or null."""

    value: JSON
    span: Span


@dataclass(frozen=True, slots=True)
class Unknown:
    """An expression whose value the file does not tell."""

    hole: Hole
    span: Span


class ObjectEntry(NamedTuple):
    """A key and its value; for a spread, both are its unknown value.

    ``key`` is an :class:`Unknown` for a computed key.
    """

    key: str | Unknown
    key_span: Span
    value: SourceValue


@dataclass(frozen=True, slots=True)
class ObjectLiteral:
    """An object.

    A key may occur twice, as in the source: the last one counts.
    """

    entries: tuple[ObjectEntry, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """A list."""

    items: tuple[SourceValue, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One of several values, such as the branches of a conditional."""

    values: tuple[SourceValue, ...]
    span: Span


SourceValue = Scalar | Unknown | ObjectLiteral | ListLiteral | Alternatives
