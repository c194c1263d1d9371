"""Counts calls of functions and steps of SQLite: the same on every machine, unlike a time."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from scale import scaled

SHARE = scaled(1, 8)
"""The divisor of the longest inputs, which have their full length in ``make trust`` only."""


class CallCounter:
    """Calls of Python and C functions, in this thread and in the threads it starts."""

    def __init__(self) -> None:
        self.calls = 0

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count the calls made in the block."""
        threading.setprofile(self._count)
        sys.setprofile(self._count)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)

    def _count(self, frame: FrameType, event: str, argument: Any) -> None:
        if event in ("call", "c_call"):
            self.calls += 1


class CountedConnection(sqlite3.Connection):
    """Counts the steps of SQLite's virtual machine in searches with a time limit."""

    steps = 0

    def set_progress_handler(self, handler: Any, n: int) -> None:
        def step() -> bool:
            CountedConnection.steps += n
            return handler()

        super().set_progress_handler(handler and step, n)
