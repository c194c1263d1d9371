"""What the parts of the finder need of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ..nodes import Unknown
from .source import PythonSource
from .values import Names, ObjectValue, PythonValue

if TYPE_CHECKING:
    from tree_sitter import Node


class NameResolver(Protocol):
    """Finds values in the scopes around an expression."""

    def count_step(self) -> None:
        """Count a statement that is followed; raise ``TooManySteps`` after too many."""

    def attribute(self, node: Node) -> PythonValue | None:
        """Return an attribute of a class of the file."""

    def returned(self, evaluator: ExpressionEvaluator, function: Node, call: Node) -> PythonValue | None:
        """Return what a function of the file returns for a call."""


class ExpressionEvaluator(Protocol):
    """Evaluates expressions among names."""

    source: PythonSource
    names: Names
    resolver: NameResolver

    def value(self, node: Node | None, fallback: Node | None = None) -> PythonValue:
        """Return the value of an expression."""

    def item(self, holder: PythonValue, key: Node) -> PythonValue | None:
        """Return a part of an object or a list; ``None`` if it is not known."""

    def key(self, node: Node) -> str | Unknown:
        """Return a key of an object; a hole if it is computed."""

    def merge(self, target: ObjectValue, value: PythonValue, node: Node) -> None:
        """Add the entries of a value to an object."""

    def combined(self, node: Node, operator: str, left: PythonValue, right: PythonValue) -> PythonValue:
        """Return the value of an operator between two values."""
