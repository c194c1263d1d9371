"""The command ``sample``: sample orders as JSON lines."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click

from .output import stdout_bytes
from .program import EXIT_OK, Command


@click.command(
    cls=Command,
    examples=(
        "orderquery sample 1000 > orders.jsonl",
        "orderquery sample 50 --seed 7",
        "orderquery sample 1000 --until today | orderquery load shop.db -",
    ),
)
@click.argument("count", metavar="N", type=click.IntRange(min=0))
@click.option("--seed", metavar="S", type=int, default=0, show_default=True, help="Seed of the random generator.")
@click.option(
    "--until",
    metavar="DATE",
    help="Day of the last order: today, or 2026-01-31.  [default: orders from 2024-07-01 on]",
)
def sample(count: int, seed: int, until: str | None) -> int:
    """Print sample orders and their transactions.

    Prints JSON lines: N realistic but invented orders, each followed by its transactions if it has payments. The same
    seed gives the same orders on every machine; a smaller N gives the first of them.

    With --until, all dates move by the same number of days, so that the last order is of that day in UTC. The dates
    then depend on N, too.
    """
    from ..samples.generator import sample_lines

    write = stdout_bytes().write
    for line in sample_lines(count, seed, until=None if until is None else _read_day(until)):
        write(line + b"\n")
    return EXIT_OK


def _read_day(text: str) -> date:
    """Return the day of ``--until``. Raises ``UsageError``."""
    from ..diagnostics.errors import UsageError
    from ..diagnostics.quoting import quoted

    if text.strip().casefold() == "today":
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"--until {quoted(text)} is not a day; write: --until today or --until 2026-01-31") from None
