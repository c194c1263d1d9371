"""Emulators in several processes over one store, and killed at any moment: orders, numbers and events agree."""

from random import Random

import pytest
from emulator_writers import EmulatorWriter, check_emulated, kill_at_random
from kept import KEYS, faults
from scale import scaled
from writable_stores import LASTING, SHARED, location_of

import orderquery as oq

WRITERS = 2
ROUNDS, WRITES = scaled(10, 1), scaled(400, 60)
KILLS = {"sqlite": scaled(100, 3), "duckdb": scaled(100, 2), "postgresql": scaled(100, 2)}
WITHIN_S = {"sqlite": 0.5, "duckdb": 1.5, "postgresql": 0.5}


@pytest.mark.parametrize("kind", SHARED)
def test_two_emulators_over_one_store(kind, tmp_path, counted):
    total, survived = 0, 0
    for turn in range(ROUNDS):
        folder = tmp_path / str(turn)
        folder.mkdir()
        location = location_of(kind, folder)
        writers = [EmulatorWriter(location, f"{turn} {number}", WRITES) for number in range(WRITERS)]
        for writer in writers:
            writer.begin()
        of_each = [writer.end() for writer in writers]
        numbers = [[int(write.number) for write in writes if write.slugs[:1] == ("created",)] for writes in of_each]
        assert max(map(min, numbers)) < min(map(max, numbers)), "they did not write at the same time"
        with oq.open_store(location, keys=KEYS) as store:
            total += check_emulated(store, [write for writes in of_each for write in writes])
            assert faults(store) == []
        survived += 1
    counted(f"{WRITERS} emulators at once, {kind}", ROUNDS, survived, f"({total:,} writes)")


@pytest.mark.parametrize("kind", LASTING)
def test_a_killed_emulator(kind, tmp_path, counted):
    location, dice = location_of(kind, tmp_path), Random(f"killed emulators of {kind}")
    acknowledged, written, survived = [], 0, 0
    for kills in range(1, KILLS[kind] + 1):
        acknowledged += kill_at_random(location, dice, WITHIN_S[kind])
        with oq.open_store(location, keys=KEYS) as store:
            written = check_emulated(store, acknowledged, lost=kills)
            assert faults(store) == []
        survived += 1
    assert written >= KILLS[kind]
    counted(f"kill -9 of an emulator, {kind}", KILLS[kind], survived, f"({written:,} writes)")
