"""An export that ends at a moment of its choice: ``exporting_process.py MOMENT STORE FOLDER``."""

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from orderquery.stores.parquet import export, folders


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


def die_after(function):
    return lambda *arguments: (function(*arguments), die())


def in_steps():
    """As on a system that cannot exchange two folders."""
    folders.exchange = lambda *_: False


def on_rename(turn):
    rename, turns = Path.rename, iter(range(10))

    def counted(path, target):
        rename(path, target)
        if next(turns) == turn:
            die()

    in_steps()
    Path.rename = counted


def on_row(act):
    make_row, turns = export._order_row, iter(range(1_000))

    def counted(*arguments):
        if next(turns) == 20:
            act()
        return make_row(*arguments)

    export._order_row = counted


MOMENTS = {
    "in a row": lambda: on_row(die),
    "before the exchange": lambda: setattr(folders, "_move", die),
    "after the exchange": lambda: setattr(folders, "exchange", die_after(folders.exchange)),
    "after the first rename": lambda: on_rename(0),
    "after the second rename": lambda: on_rename(1),
    "terminated": lambda: on_row(lambda: os.kill(os.getpid(), signal.SIGTERM)),
}


SHORT = ["after the exchange", "after the first rename", "terminated"]


if __name__ == "__main__":
    moment, store, folder = sys.argv[1:]
    MOMENTS[moment]()
    from orderquery.cli.main import main

    main(["export", store, folder, "--replace", "--rows-per-file", "30"])
