from __future__ import annotations

from collections.abc import Iterator

import pytest
from sync_service import Service

import orderquery as oq


@pytest.fixture
def service() -> Iterator[Service]:
    opened = Service()
    yield opened
    opened.close()


@pytest.fixture
def store() -> Iterator[oq.Store]:
    with oq.open_store(":memory:") as opened:
        yield opened
