"""The command ``demo``: a tour on sample orders."""

from __future__ import annotations

import click

from .inputs import port_option
from .program import EXIT_OK, Command


@click.command(cls=Command, examples=("orderquery demo", "orderquery demo --serve --port 9000"))
@click.option("--serve", "serves", is_flag=True, help="Serve the sample orders over HTTP until Ctrl-C.")
@port_option
def demo(serves: bool, port: int) -> int:
    """Run a short tour of orderquery on sample orders.

    Works in a temporary directory and deletes it at the end.
    """
    from .demo_tour import run_tour, serve_samples

    if serves:
        serve_samples(port)
    else:
        run_tour()
    return EXIT_OK
