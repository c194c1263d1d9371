"""The fields of a table as text."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from textwrap import fill
from typing import TYPE_CHECKING

from ..compiler.render import printable
from .output import wants_colour, write_line
from .terminal import PIPE_COLUMNS, terminal_columns

if TYPE_CHECKING:
    from ..language.fields import Field

_GAP = "  "
_MIN_TABLE_COLUMNS = 120
"""A table on a narrower terminal would break names apart; it shows a list."""


def write_fields(fields: Iterable[Field]) -> None:
    """Write fields as a table with wrapped notes, or as a list on a narrow terminal."""
    columns = terminal_columns()
    if columns is not None and columns < _MIN_TABLE_COLUMNS:
        _write_list(fields, columns)
    else:
        _write_table(fields, columns or PIPE_COLUMNS)


def _write_list(fields: Iterable[Field], columns: int) -> None:
    for row in fields:
        write_line(printable(row.name))
        facts = [_kind(row), *(["sortable"] if row.sortable else []), " ".join(row.operators)]
        for text in (", ".join(filter(None, facts)), " ".join(row.note.split())):
            if text:
                indent = " " * 4
                write_line(
                    fill(
                        printable(text),
                        columns,
                        initial_indent=indent,
                        subsequent_indent=indent,
                        break_on_hyphens=False,
                    )
                )


def _kind(row: Field) -> str:
    return f"{row.type.name}, many" if row.many else row.type.name


def _write_table(fields: Iterable[Field], columns: int) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    colour = wants_colour(sys.stdout)
    table = Table(box=None, pad_edge=False, padding=(0, len(_GAP), 0, 0), header_style="bold" if colour else "")
    for heading in ("name", "type", "operators", "sortable", "note"):
        table.add_column(heading, no_wrap=heading == "name")
    for row in fields:
        sortable = ("yes" if row.documented_sort else "undocumented") if row.sortable else ""
        cells = (row.name, _kind(row), " ".join(row.operators), sortable, " ".join(row.note.split()))
        # rich would read markup in a str.
        table.add_row(*(Text(printable(cell)) for cell in cells))
    console = Console(
        file=io.StringIO(), width=columns, force_terminal=colour, no_color=not colour,
        legacy_windows=False, color_system="standard" if colour else None,
    )  # fmt: skip
    with console.capture() as captured:
        console.print(table, end="")
    write_line("\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n")))
