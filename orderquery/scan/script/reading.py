"""What reads values: the interface of the reader for the modules that it uses."""

from __future__ import annotations

from typing import Literal, Protocol

from tree_sitter import Node

from ..nodes import SourceValue, Unknown
from .choices import Choices
from .conditions import Conditions
from .scopes import DeclaredName, Scopes
from .tree import ScriptTree

Inlines = Literal["never", "outside", "everywhere"]
"""Outside is the value itself and no part of it."""


class Reading(Protocol):
    """One reading of values at a call, on one way through the script.

    ``inlines`` tells where the text that ``JSON.stringify`` makes is read as the value in it.
    """

    tree: ScriptTree
    scopes: Scopes
    call: Node
    choices: Choices
    conditions: Conditions
    inlines: Inlines

    def unknown(self, node: Node) -> Unknown:
        """Return the hole for an expression."""
        ...

    def value(self, node: Node) -> SourceValue | None:
        """Return the value of an expression; ``None`` for undefined and functions."""
        ...

    def built(self, call: Node) -> SourceValue | None:
        """Return what a chain of a builder builds; ``None`` if a call is none."""
        ...

    def target(self, call: Node) -> Node | None:
        """Return the function of the file that a call calls; ``None`` if it is not known."""
        ...

    def bind(self, binding: DeclaredName, value: SourceValue | None) -> None:
        """Set the value of a parameter while its function is read."""
        ...

    def key(self, node: Node) -> str | Unknown:
        """Return a key of an object or of a path."""
        ...

    def spread(self, node: Node) -> SourceValue | None:
        """Return what is spread; ``None`` for nothing."""
        ...

    def optional(self, node: Node) -> SourceValue | None:
        """Return a value that counts only if it is true, such as that of a spread."""
        ...

    def items(self, value: SourceValue | None, node: Node) -> list[SourceValue]:
        """Return the items of a list that is spread."""
        ...

    def part(self, value: SourceValue | None, key: str, node: Node) -> SourceValue | None:
        """Return a part of a value, read by an expression."""
        ...
