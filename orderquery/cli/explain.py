"""The command ``explain``: what a diagnostic code means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .output import write_line, write_message
from .program import EXIT_OK, EXIT_USAGE, Command

if TYPE_CHECKING:
    from ..diagnostics.codes import Code

_TEXT_COLUMNS = 100


@click.command(cls=Command, examples=("orderquery explain", "orderquery explain ignored-key"))
@click.argument("code", metavar="[CODE]", default="")
def explain(code: str) -> int:
    """Explain a diagnostic code.

    Prints what the code means, what Wix does with such a request, the class of the fix, and an example. Without CODE,
    lists all codes.
    """
    from ..diagnostics.codes import CODES

    name = code.strip().lower()
    if not name:
        width = max(map(len, CODES))
        for row in CODES.values():
            write_line(f"{row.severity:<8} {row.name:<{width}}  {row.title}")
        return EXIT_OK
    if name not in CODES:
        from difflib import get_close_matches

        close = get_close_matches(name, CODES, 1, 0.5)
        fix = f'did you mean "{close[0]}"?' if close else 'run "orderquery explain" for the list'
        write_message(f'orderquery: unknown code "{code}"; {fix}')
        return EXIT_USAGE
    write_line(_render(CODES[name]))
    return EXIT_OK


def _render(row: Code) -> str:
    from textwrap import fill

    from ..diagnostics.codes import EFFECT_NOTES

    note = EFFECT_NOTES[row.effect]
    fix = fill(f"Fix: {row.fix}.", _TEXT_COLUMNS, break_on_hyphens=False)
    lines = [
        f"{row.severity}[{row.name}]: {row.title}", "", fill(row.why, _TEXT_COLUMNS), "",
        f"{note[0].upper()}{note[1:]}.", "", fix,
    ]  # fmt: skip
    if row.wrong:
        form = "text form" if row.shape == "text" else f"JSON, --as {row.shape}"
        lines += ["", f"Example ({form}):", "", f"  wrong  {row.wrong}", f"  right  {row.right}"]
    return "\n".join(lines)
