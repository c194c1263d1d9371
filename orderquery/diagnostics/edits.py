"""Edits: the steps of a fix of a JSON document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .place import Path

JSON = Any


@dataclass(frozen=True, slots=True)
class Edit:
    """One step of a fix.

    ``put`` a value at ``path``, ``drop`` it, ``rename`` its key, or ``move`` it to ``to``.
    """

    action: Literal["put", "drop", "rename", "move"]
    path: Path
    value: JSON = None
    to: Path = ()
