"""The base class of searches that are built in Python."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from ..language.schema import Schema


class BuiltSearch(ABC):
    """A search that code has built, such as ``oq.f.paymentStatus == "PAID"``.

    ``schema`` is the table of its fields.
    """

    schema: Schema

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Return the bare search as plain JSON values, with REST names."""
