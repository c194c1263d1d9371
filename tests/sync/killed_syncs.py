"""Serve a shop in one process, sync it in others that are killed, and compare the stores byte for byte.

``python tests/sync/killed_syncs.py`` prints what it does, as orderquery/sync/README.md shows it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from command_line import HANG_S
from serving import Server, environment, running

import orderquery as oq
from orderquery.sync.watermark import read_mark

JSON = Any
ORDERS = 6_500
"""More than three windows."""
_LIMITED = """
from orderquery.cli.main import main
from orderquery.sync import window_reader
window_reader.WINDOW_ORDERS = window_reader.PAGE_ORDERS = {}
main()
"""
FAULTS: tuple[JSON, ...] = (
    {"path": "/ecom/v1/orders/search", "status": 500, "count": 2},
    {"path": "/ecom/v1/payments/list-by-ids", "status": 503},
    {"path": "/ecom/v1/orders/search", "status": 429, "retryAfter": 1},
)


LATE: JSON = {"path": "/ecom/v1/orders/search", "delay": 0.2, "count": 10_000}


class KilledSyncs:
    """A served shop, and the processes that sync it.

    ``write`` gets every line of the transcript. ``window_orders`` replaces the shipped limit of a window.
    """

    def __init__(
        self, folder: Path, server: Server, write: Callable[[str], None], window_orders: int | None = None
    ) -> None:
        self.folder, self._server, self._write = folder, server, write
        self._program = ["-m", "orderquery"] if window_orders is None else ["-c", _LIMITED.format(window_orders)]
        self.kills = self.runs = self.faults = 0

    @property
    def _command(self) -> list[str]:
        return ["sync", "copy.db", "--base-url", self._server.url]

    def kill(self, delay_s: float, *, after_a_window: bool = False) -> int | None:
        """Start a sync and kill it by its id; return how many orders it had stored, ``None`` if it ended before.

        With ``after_a_window`` the delay begins when it has stored a window.
        """
        self._write("$ orderquery " + " ".join(self._command))
        before = self._generation()
        process = subprocess.Popen(
            [sys.executable, *self._program, *self._command], cwd=self.folder, env=environment(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        began = time.monotonic()
        while after_a_window and self._generation() == before and process.poll() is None:
            assert time.monotonic() - began < HANG_S
            time.sleep(0.1)
        time.sleep(delay_s)
        process.kill()
        output = process.communicate(timeout=HANG_S)
        self.runs += 1
        if process.returncode == 0:
            return None
        assert process.returncode == -9, output
        self.kills += 1
        with oq.open_store(self.folder / "copy.db") as store:
            stored = store.count({})
        self._write(f"Killed (signal 9) with {stored:,} orders stored")
        return stored

    def finish(self, *options: str) -> str:
        """Run a sync to its end; return its output."""
        self._write("$ orderquery " + " ".join([*self._command, *options]))
        done = subprocess.run(
            [sys.executable, *self._program, *self._command, *options], cwd=self.folder, env=environment(),
            capture_output=True, text=True, timeout=HANG_S, check=False,
        )  # fmt: skip
        self.runs += 1
        assert done.returncode == 0, done.stdout + done.stderr
        for line in done.stdout.splitlines():
            self._write(line)
        return done.stdout

    def plan_faults(self, *faults: JSON) -> None:
        """Let the next answers of the server fail; more would be more than one request is repeated."""
        self.forget_faults()
        for fault in faults:
            headers = {"content-type": "application/json"}
            assert self._server.ask("POST", "/_orderquery/faults", fault, headers).status == 200
            self.faults += _failures(fault)

    def forget_faults(self) -> None:
        """Forget the faults that no request has met."""
        left = self._server.ask("GET", "/_orderquery/faults").json["faults"]
        self.faults -= sum(map(_failures, left))
        assert self._server.ask("DELETE", "/_orderquery/faults").status == 200

    def compare(self) -> tuple[int, int]:
        """Compare both stores byte for byte; return the numbers of orders and of transactions records."""
        with oq.open_store(self.folder / "shop.db") as shop, oq.open_store(self.folder / "copy.db") as copy:
            emulator, orders, records = oq.Emulator(shop), 0, 0
            wanted, found = shop.iterate_documents({}), copy.iterate_documents({})
            for one, other in zip(wanted, found, strict=True):
                assert one == other
                assert emulator.transactions.read_documents([one[0]]) == [copy.get_transactions(one[0])]
                orders, records = orders + 1, records + 1
        return orders, records

    def clear(self) -> None:
        """Delete the copy."""
        for file in self.folder.glob("copy.db*"):
            file.unlink()

    def _generation(self) -> int:
        if not (self.folder / "copy.db").exists():
            return 0
        try:
            with oq.open_store(self.folder / "copy.db", create=False) as store:
                return read_mark(store).generation
        except oq.StoreError:
            return 0


def _failures(fault: JSON) -> int:
    return fault.get("count", 1) if "status" in fault else 0


@contextmanager
def served_shop(
    folder: Path, orders: int, write: Callable[[str], None] = lambda _: None, window_orders: int | None = None
) -> Iterator[KilledSyncs]:
    """Serve a shop of sample orders."""
    with oq.open_store(folder / "shop.db") as store:
        store.load(oq.sample(orders))
    with running(["serve", "shop.db", "--control", "--no-access-log"], folder) as server:
        yield KilledSyncs(folder, server, write, window_orders)


def demonstrate(
    folder: Path, orders: int = ORDERS, write: Callable[[str], None] = print, window_orders: int | None = None
) -> KilledSyncs:
    """Kill a sync twice, finish it, and compare.

    Where windows are small, searches are late, so that no sync ends before it is killed.
    """
    late = [] if window_orders is None else [LATE]
    with served_shop(folder, orders, write, window_orders) as syncs:
        write("$ orderquery serve shop.db --control        # in another terminal")
        write(syncs._server.out.read_text().splitlines()[0])
        dice = Random("killed syncs")
        syncs.plan_faults(*late)
        syncs.kill(dice.uniform(0, 0.1), after_a_window=True)
        syncs.plan_faults(*FAULTS, *late)
        syncs.kill(dice.uniform(0, 0.1), after_a_window=True)
        syncs.plan_faults(*FAULTS)
        syncs.finish("--verify")
        counted = syncs.compare()
        write(f"equal byte for byte: {counted[0]:,} orders, {counted[1]:,} transactions records; lost 0, doubled 0")
    return syncs


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        demonstrate(Path(name))
