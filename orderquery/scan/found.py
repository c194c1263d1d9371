"""What is found in a file: the calls that send a search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from .nodes import SourceValue, Span

Language = Literal["javascript", "typescript", "tsx", "python"]
"""A grammar of tree-sitter; the scripts of HTML, Vue and Svelte files have one of these."""
Sends = Literal["sdk", "request", "stores"]
"""The argument of ``searchOrders``, the body of Search Orders, or that of the older Stores API."""


@dataclass(frozen=True, slots=True)
class AroundCall:
    """A mistake in the code around a call, with a code of the catalogue."""

    code: str
    message: str
    help: str
    span: Span


@dataclass(frozen=True, slots=True)
class SearchCall:
    """A call that sends a search.

    ``span`` is the call, ``sends`` the form of its ``search``, and ``around`` what is wrong beside the search.
    """

    span: Span
    sends: Sends
    search: SourceValue
    language: Language
    around: tuple[AroundCall, ...] = ()


class FoundCalls(NamedTuple):
    """The calls of a source, and the first syntax error that may hide another."""

    calls: list[SearchCall]
    error: Span | None = None
