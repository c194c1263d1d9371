"""The command ``sample``: sample orders as JSON lines."""

from __future__ import annotations

import click

from .output import stdout_bytes
from .program import EXIT_OK, Command


@click.command(cls=Command, examples=("orderquery sample 1000 > orders.jsonl", "orderquery sample 50 --seed 7"))
@click.argument("count", metavar="N", type=click.IntRange(min=0))
@click.option("--seed", metavar="S", type=int, default=0, show_default=True, help="Seed of the random generator.")
def sample(count: int, seed: int) -> int:
    """Print sample orders and their transactions.

    Prints JSON lines: N realistic but invented orders, each followed by its transactions if it has payments. The same
    seed gives the same orders on every machine; a smaller N gives the first of them.
    """
    from ..samples.generator import sample_lines

    write = stdout_bytes().write
    for line in sample_lines(count, seed):
        write(line + b"\n")
    return EXIT_OK
