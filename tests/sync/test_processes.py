"""Processes that sync and are killed by their id: ending equal, byte for byte. D115."""

from __future__ import annotations

import os
import re
from pathlib import Path
from random import Random

from killed_syncs import FAULTS, demonstrate, served_shop
from project import ROOT

SYNCS = int(os.environ.get("ORDERQUERY_SYNCS", "0"))
KILLS = SYNCS // 25
"""Of processes at random moments: 40 for 1,000 seeds."""
PLAIN_ORDERS, PLAIN_WINDOW_ORDERS = 300, 40


def shape(text: str) -> str:
    """Return a transcript without its numbers and dates."""
    text = re.sub(r"http://\S+", "URL", re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "DATE", text))
    # How many retries a run saw depends on when it was killed.
    text = re.sub(r"retries: [^,]*(, \d+ after \S+( \S+)*?)*, latest", "retries: N, latest", text)
    text = re.sub(r"\d[\d,.]*( s| min| h)?", "N", text)
    return re.sub(r"N (window|order|request|difference|transactions record)s?\b", r"N \1s", text)


def test_a_sync_that_is_killed_twice_ends_equal(tmp_path: Path) -> None:
    lines = list[str]()
    syncs = demonstrate(tmp_path, PLAIN_ORDERS, lines.append, PLAIN_WINDOW_ORDERS)
    assert syncs.kills == 2
    readme = (ROOT / "orderquery/sync/README.md").read_text("utf-8")
    shown = re.search(r"```console\n(.*?)```", readme, re.DOTALL)
    assert shown is not None
    assert shape("\n".join(lines)) == shape(shown[1].rstrip("\n"))


def test_syncs_that_are_killed_at_random_moments_end_equal(tmp_path: Path) -> None:
    if not KILLS:
        return
    dice, rounds = Random("killed at random"), 0
    with served_shop(tmp_path, 1_500, window_orders=50) as syncs:
        while syncs.kills < KILLS:
            syncs.clear()
            rounds += 1
            for _ in range(dice.randrange(1, 6)):
                syncs.plan_faults(*FAULTS)
                if syncs.kill(dice.uniform(0.2, 4.0)) is None:
                    break
            syncs.finish()
            syncs.forget_faults()
            syncs.compare()
    print(f"{rounds} copies, {syncs.runs} processes, {syncs.faults} faults, {syncs.kills} kills: lost 0, doubled 0")
