"""The result of converting one old order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Path, pointer_of

JSON = Any

FateKind = Literal["moved", "computed", "kept", "lost"]
FATES: tuple[FateKind, ...] = ("moved", "computed", "kept", "lost")


class Fate(NamedTuple):
    """What became of one value of an old document.

    ``moved``: the value is at ``target`` in the order or in its transactions, perhaps in another notation.
    ``computed``: it follows from the new documents. ``kept``: it is under ``extendedFields``, at its old path.
    ``lost``: it is in neither document.
    """

    kind: FateKind
    target: Path | None = None
    value: JSON = None


@dataclass(frozen=True, slots=True)
class ConvertedOrder:
    """An eCommerce order made of an old one, and what became of every old value.

    ``transactions`` is its order transactions record, or ``None`` if the old order says nothing about payments.
    ``losses`` are what the new documents cannot express, each with its place in the old document. ``values`` has the
    fate of every old value by its path. If the document was an eCommerce order, it is ``unchanged``.
    """

    order: dict[str, JSON]
    transactions: dict[str, JSON] | None = None
    losses: tuple[Diagnostic, ...] = ()
    values: Mapping[Path, Fate] = field(default_factory=dict, repr=False)
    unchanged: bool = False

    @property
    def kept(self) -> dict[str, JSON]:
        """The old values that are kept under ``extendedFields``, by their JSON pointers."""
        return {pointer_of(path): fate.value for path, fate in self.values.items() if fate.kind == "kept"}

    @property
    def fates(self) -> dict[str, FateKind]:
        """What became of each old value, by its JSON pointer."""
        return {pointer_of(path): fate.kind for path, fate in self.values.items()}
