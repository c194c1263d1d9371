"""Counts calls of functions and steps of SQLite: the same on every machine, unlike a time."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from cProfile import Profile
from typing import Any

from scale import scaled

SHARE = scaled(1, 16)
"""The divisor of the longest inputs, which have their full length in ``make trust`` only."""


class CallCounter:
    """Calls of Python and C functions, in this thread and in the threads it starts."""

    def __init__(self) -> None:
        self.calls = 0

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count the calls made in the block."""
        # Written in C: a function of Python, called for every call and every return, takes longer than what it counts.
        profiles = [Profile(subcalls=False)]

        def count_thread(*_: Any) -> None:
            profiles.append(Profile(subcalls=False))
            profiles[-1].enable()

        # From Python 3.12 on, a profile sees every thread.
        if sys.version_info < (3, 12):
            threading.setprofile(count_thread)
        profiles[0].enable()
        try:
            yield
        finally:
            profiles[0].disable()
            threading.setprofile(None)
            self.calls += sum(entry.callcount for profile in profiles for entry in profile.getstats())


class CountedConnection(sqlite3.Connection):
    """Counts the steps of SQLite's virtual machine in searches with a time limit."""

    steps = 0

    def set_progress_handler(self, handler: Any, n: int) -> None:
        def step() -> bool:
            CountedConnection.steps += n
            return handler()

        super().set_progress_handler(handler and step, n)
