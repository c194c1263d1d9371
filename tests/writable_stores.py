"""The engines that can write, by name: one line each in ``WRITABLE``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import engines

WRITABLE: dict[str, Callable[[Path], str]] = {
    "memory": lambda folder: ":memory:",
    "sqlite": lambda folder: f"{folder}/shop.db",
    "duckdb": lambda folder: f"{folder}/shop.duckdb",
    "postgresql": lambda folder: engines.fresh_url(),
}
LASTING = [kind for kind in WRITABLE if kind != "memory"]
"""The engines whose stores can be opened again."""
SHARED = ("sqlite", "postgresql")
"""The engines whose stores several processes can open."""


def location_of(kind: str, folder: Path) -> str:
    """Return the location of a store that is not there yet."""
    return WRITABLE[kind](folder)
