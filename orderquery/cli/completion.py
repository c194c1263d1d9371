"""The command ``completion``: the script that completes commands in a shell."""

from __future__ import annotations

import click

from .output import write_line
from .program import EXIT_OK, Command, program_name


@click.command(
    cls=Command,
    examples=(
        'eval "$(orderquery completion bash)"',
        "orderquery completion zsh > ~/.zfunc/_orderquery",
        "orderquery completion fish > ~/.config/fish/completions/orderquery.fish",
    ),
)
@click.argument("shell", metavar="SHELL", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print the script that completes commands in your shell.

    Commands, options and files complete, and so do fields, operators and values in the quotes of a QUERY:
    'paymentStatus = P<Tab>.

    SHELL is bash (4.4 or newer), zsh or fish. For bash, put the line of the example into ~/.bashrc.
    """
    from .completion_scripts import script

    called = program_name()
    write_line(script(shell, called if called.isidentifier() else "orderquery").rstrip())
    return EXIT_OK
