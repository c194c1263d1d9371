"""Processes that share the work of a command."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading


def count_processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def start_method(has_transactions: bool) -> str | None:
    """Return how to start workers.

    The value is "fork", "spawn", or None if several processes cannot be used.

    Forking is faster, but unsafe beside threads and outside Linux. Spawned workers would have to be sent all
    transactions.
    """
    if not hasattr(os, "pread") or multiprocessing.current_process().daemon:
        return None
    if sys.platform == "linux" and threading.active_count() == 1:
        return "fork"
    return None if has_transactions else "spawn"


def prepare_worker() -> None:
    """Let a worker of an executor end on SIGTERM and with the main process."""
    # The executor ends workers with SIGTERM: a handler of the main process must not run in them.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A worker of an executor waits forever if the main process is killed.
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
