"""Stores on every engine that can write, and the engines that search an export."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from backends import KEYS
from engines_corpus import ENGINES, WITHOUT
from writable_stores import WRITABLE, location_of

import orderquery as oq


@pytest.fixture(params=WRITABLE)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def location(kind: str, tmp_path: Path) -> str:
    """The location of a store that is not there yet."""
    return location_of(kind, tmp_path)


@pytest.fixture
def writable(location: str) -> Iterator[oq.Store]:
    with oq.open_store(location, keys=KEYS) as opened:
        yield opened


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name in WITHOUT:
        pytest.skip(f"ORDERQUERY_WITHOUT names {name}")
    return name
