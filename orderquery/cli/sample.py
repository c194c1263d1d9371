"""The commands that need no data: sample and demo."""

from __future__ import annotations

import click

from .inputs import port_option
from .output import stdout
from .program import FINE, Command


@click.command(cls=Command, examples=("orderquery sample 1000 > orders.jsonl", "orderquery sample 50 --seed 7"))
@click.argument("count", metavar="N", type=click.IntRange(min=0))
@click.option("--seed", metavar="S", type=int, default=0, show_default=True, help="Another seed, other orders.")
def sample(count: int, seed: int) -> int:
    """Print synthetic orders and their transactions.

    N orders, each with its transactions if anything was paid, as JSON lines. They are realistic, of no real shop, and
    the same everywhere for the same seed; a shorter run is the beginning of a longer one.
    """
    from ..samples.generator import sample_lines

    write = stdout().write
    for line in sample_lines(count, seed):
        write(line + b"\n")
    return FINE


@click.command(cls=Command, examples=("orderquery demo", "orderquery demo --serve --port 9000"))
@click.option("--serve", "served", is_flag=True, help="Serve the sample orders over HTTP, until Ctrl-C.")
@port_option
def demo(served: bool, port: int) -> int:
    """Show what this program does, on sample orders.

    They lie in a temporary folder. It takes a few seconds and leaves nothing behind.
    """
    from .demo import run, run_endpoint

    if served:
        run_endpoint(port)
    else:
        run()
    return FINE
