"""Which version of an order counts (D41), on every backend, in every order of arrival, in one load or several."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import pytest
from backends import BACKENDS, Backend
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

JSON = Any
DATES = (
    None,
    "not a date",
    "2024-01-01T00:00:00Z",
    "2024-01-01T01:00:00+01:00",
    "2024-01-01T00:00:00.000001Z",
    "2024-01-02T00:00:00Z",
)
RANKS = dict(zip(DATES, (0, 0, 1, 1, 2, 3), strict=True))


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    make: Callable[[], Backend] = BACKENDS[request.param]
    made = make()
    yield made
    made.close()


def version(date: str | None, mark: int) -> JSON:
    return {"id": "a", "checkoutId": f"v{mark}", **({} if date is None else {"updatedDate": date})}


def newest(dates: list[str | None]) -> int:
    """The number of the version that counts: the last of those with the newest date."""
    return max(range(len(dates)), key=lambda number: (RANKS[dates[number]], number))


def check(backend: Backend, dates: list[str | None], together: bool) -> None:
    backend.delete(["a"])
    versions = [version(date, number) for number, date in enumerate(dates)]
    if together:
        backend.load(versions)
    else:
        for one in versions:
            backend.load([one])
    wanted = newest(dates)
    for number in range(len(dates)):
        found = backend.search({"filter": {"checkoutId": f"v{number}"}}).ids
        assert found == (("a",) if number == wanted else ()), dates
    (order,) = backend.search({}).orders
    assert order == versions[wanted]


@pytest.mark.parametrize("together", [True, False], ids=["one load", "several loads"])
def test_two_versions(backend: Backend, together: bool) -> None:
    for pair in [*permutations(DATES, 2), *((date, date) for date in DATES)]:
        check(backend, list(pair), together)


@settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(DATES), min_size=3, max_size=8), st.booleans())
def test_many_versions(backend: Backend, dates: list[str | None], together: bool) -> None:
    check(backend, dates, together)
