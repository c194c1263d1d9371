"""One operation of the service: a row of the table in ``operations``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from .wire.base import WireRequest, WireResponse

JSON = Any
Area = Literal["orders", "transactions", "pricing plans", "orderquery"]
Evidence = Literal["documents", "recorded", "unsupported"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: how it is called, who answers it, and what that is known from.

    ``name`` is the method of :class:`Emulator`, ``service`` the attribute and method behind it (``orders.create``);
    ``sdk`` is its name in the JavaScript SDK, empty if the SDK lacks it. ``evidence`` says what the model was built
    from (``documents``: the service's documentation; ``recorded``: calls of the published SDK), ``date`` when that was
    read. An ``unsupported`` operation is answered with 501 and names ``nearest``. ``codes`` are its application errors.

    ``parameters`` turns the query parameters into keys of the request. ``headers`` are pairs of a header and the key
    of the request that has its value.
    """

    name: str
    area: Area
    method: str
    path: str
    title: str
    evidence: Evidence
    date: str
    service: str = ""
    sdk: str = ""
    request: type[WireRequest] | None = None
    response: type[WireResponse] | None = None
    writes: bool = False
    codes: tuple[str, ...] = ()
    parameters: Callable[[list[tuple[str, str]]], dict[str, JSON]] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    note: str = ""
    nearest: str = ""

    @property
    def path_keys(self) -> tuple[str, ...]:
        """The keys of the request that are in the path."""
        return tuple(step[1:-1] for step in self.path.split("/") if step.startswith("{"))

    @property
    def is_supported(self) -> bool:
        """True if this emulator answers it."""
        return self.evidence != "unsupported"
