"""Loaders as processes, stopped at some moment or other, and what the store holds then beside what it should hold."""

import subprocess
import sys
import time

import engines
from command_line import ROOT, run
from kept import BATCH, KEYS, contents, faults, held, journal, states, written
from serving import environment

import orderquery as oq

PATIENCE = 600

TELLING = """
import sys, orderquery as oq
from orderquery.documents.json_lines import read_file
try:
    with oq.open_store(sys.argv[1]) as store:
        found = (item for _, item in read_file(store.schema, sys.argv[2]))
        store.load_records(found, lambda result: print(result.orders + result.transactions + result.older, flush=True))
except oq.StoreError as problem:
    sys.exit(f"orderquery: {problem}")
"""
"""A loader that says after every batch how many records are kept."""

WAITING = TELLING.replace("try:", 'print("ready", flush=True)\nsys.stdin.readline()\ntry:', 1)
"""The same, but it opens the store only after ``go_on``."""

STEPPING = TELLING.replace("flush=True))", "flush=True) or sys.stdin.readline())", 1)
"""The same as the first, but after every batch it waits for ``go_on``."""

LOADERS = {
    "command": ["-m", "orderquery", "load"],
    "telling": ["-c", TELLING],
    "waiting": ["-c", WAITING],
    "stepping": ["-c", STEPPING],
}


class Loader:
    """A process that loads a file into a store."""

    def __init__(self, kind, location, file, **options):
        self.kind, self.location, self.told = kind, location, 0
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, *LOADERS[kind], str(location), str(file)],
            cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
        )  # fmt: skip

    def wait_until_ready(self):
        """Until a loader that waits has started; it opens the store once ``go_on`` is called."""
        assert self.process.stdout.readline() == b"ready\n"

    def go_on(self):
        """Let a loader that waits open the store."""
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def wait_for_batches(self, count):
        """Until so many batches are acknowledged; whether they are."""
        while self.told < count * BATCH and (line := self.process.stdout.readline()):
            self.told = int(line)
        return self.told >= count * BATCH

    def step_to(self, count):
        """Until so many batches are acknowledged; a loader that steps waits there."""
        for step in range(1, count + 1):
            if step > 1:
                self.go_on()
            assert self.wait_for_batches(step)

    def wait_for_file(self):
        """Until the file is there, whatever is in it."""
        while not self.location.exists() and self.process.poll() is None:
            time.sleep(0.0005)

    def end(self, *, kill=False):
        """Its exit status, once it is killed or done; what it acknowledged is in ``told``, what it said in ``said``."""
        if kill:
            self.process.kill()
        out, err = self.process.communicate(timeout=PATIENCE)
        if self.kind != "command" and out:
            self.told = int(out.split()[-1])
        self.said = err.decode()
        return self.process.returncode


class Undisturbed:
    """A load that nobody disturbs: how long its parts take, and what is in the store after every batch of it."""

    def __init__(self, engine, folder, orders):
        self.engine, self.folder = engine, folder
        documents = journal(orders)
        self.file = written(documents, folder / "orders.jsonl")
        self.batches = len(documents) // BATCH
        assert self.batches >= 2
        location = self.fresh("undisturbed")
        loader = Loader("telling", location, self.file)
        if engine != "postgres":
            loader.wait_for_file()
        self.until_file = time.monotonic() - loader.began
        loader.wait_for_batches(1)
        self.until_first = time.monotonic() - loader.began
        loader.wait_for_batches(self.batches)
        self.until_last = time.monotonic() - loader.began
        assert loader.end() == 0, loader.said
        self.length = time.monotonic() - loader.began
        self.of_a_batch = (self.until_last - self.until_first) / (self.batches - 1)
        self.whole = held(location, loads=True)
        self.after = states(self.fresh("after"), self.file)

    def fresh(self, name):
        """Where a store can be made."""
        suffix = {"sqlite": "db", "duckdb": "duckdb"}
        return engines.fresh_url() if self.engine == "postgres" else self.folder / f"{name}.{suffix[self.engine]}"

    def kept(self, loader):
        """How many batches the store of a stopped loader holds, all whole: those it acknowledged, perhaps one more."""
        try:
            with oq.open_store(loader.location, keys=KEYS, create=False) as store:
                assert faults(store) == []
                found = contents(store)
        except oq.StoreError as problem:
            # It was stopped before there was a store.
            said = str(problem)
            assert "orderquery load" in said or "holds nothing: remove it" in said, said
            if "remove it" in said:
                loader.location.unlink()
            found = self.after[0]
        (batches,) = [count for count, state in enumerate(self.after) if state == found]
        assert batches * BATCH == loader.told or (batches * BATCH > loader.told and loader.kind != "stepping")
        return batches

    def completes(self, location):
        """Load it all again: then it is as if nobody had disturbed the first load."""
        again = run("load", location, self.file)
        assert (again.exit_code, again.stderr) == (0, "")
        found = held(location, loads=True)
        assert {name for name in found if found[name] != self.whole[name]} == set()
