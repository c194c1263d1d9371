"""Steps over store files that may end this process: ``storage_process.py STEP PATH...``."""

import os
import resource
import signal
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent.parent), str(Path(__file__).parent.parent)]

import orderquery as oq  # noqa: E402

BATCHES, SIZE = 4, 50


def batch(number):
    return [{"id": f"{number}-{index}", "number": str(number), "buyerNote": "x" * 400} for index in range(SIZE)]


def load_and_die(path):
    with oq.open_store(path) as store:
        for number in range(BATCHES):
            store.load(batch(number))
        os.kill(os.getpid(), signal.SIGKILL)


def open_each(*paths):
    """Print for every store how many orders each batch has, or the error."""
    for path in paths:
        try:
            with oq.open_store(path, create=False) as store:
                counts = [store.count(f"number = {number}") for number in range(BATCHES)]
                store.load([{"id": "later"}])
                assert store.get("later") is not None
                print(counts, flush=True)
        except oq.StoreError as problem:
            print("StoreError", str(problem).partition("\n")[0], flush=True)


def delete_without_room(path):
    size = os.path.getsize(path)
    with oq.open_store(path) as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size * 3 // 4, size * 3 // 4))
        try:
            print(store.delete(["0-7"]))
        except oq.StoreError as problem:
            print("StoreError", problem)
        print(store.count("number = 0"), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
