"""Writers of transactions, killed at any moment: orders, searched values, counter and events are whole or not there."""

from random import Random

import pytest
from kept import KEYS, faults
from scale import scaled
from transaction_writers import FIRST_NUMBER, PLANS, check_consistent, kill_at_random
from writable_stores import LASTING, location_of

import orderquery as oq

KILLS = {"sqlite": scaled(100, 3), "duckdb": scaled(100, 2), "postgresql": scaled(100, 2)}
WITHIN_S = 0.5


@pytest.mark.parametrize("kind", LASTING)
def test_killed_transactions(kind, tmp_path, counted):
    location, dice = location_of(kind, tmp_path), Random(f"killed transactions of {kind}")
    acknowledged, last, survived = [], 0, 0
    for _ in range(KILLS[kind]):
        acknowledged += kill_at_random(location, dice, WITHIN_S)
        with oq.open_store(location, keys=KEYS) as store:
            now = check_consistent(store, acknowledged)
            assert now >= last
            assert faults(store) == []
            assert faults(store.at_table(PLANS)) == []
            last, survived = now, survived + 1
    written = last - FIRST_NUMBER + 1
    assert written >= KILLS[kind]
    counted(f"kill -9 within transactions, {kind}", KILLS[kind], survived, f"({written:,} transactions committed)")
