"""Starts processes as copies of one that has imported what all of them import: the fork server of ``multiprocessing``."""

from __future__ import annotations

import multiprocessing
import os
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from command_line import ROOT

IMPORTED = [
    "click", "cryptography.hazmat.primitives.serialization", "httptools", "jwt", "msgspec", "pyarrow", "pydantic", "sqlglot",
    "starlette.applications", "uvicorn", "uvicorn.protocols.http.httptools_impl",
    "orderquery.stores.sqlite.store", "orderquery.stores.duckdb.store", "orderquery.stores.postgres.store",
    "orderquery.emulator.wire.order_requests", "orderquery.emulator.wire.transaction_requests",
]  # fmt: skip
"""No module of ``orderquery.cli``, and none that takes a time limit of the emulator by name."""


@cache
def forking() -> ForkServerContext:
    """Return what starts the copies."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), str(ROOT)]))
        forkserver.ensure_running()
    return context
