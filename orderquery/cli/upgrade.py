"""The command ``upgrade``: rebuild the tables of a store from its documents."""

from __future__ import annotations

import click

from .inputs import load_table, table_option
from .output import count_of, write_line
from .program import Command


@click.command(cls=Command, examples=("orderquery upgrade shop.db",))
@click.argument("store", metavar="STORE")
@table_option
def upgrade(store: str, table: str | None) -> int:
    """Rebuild a store that an older version made.

    Needed after an update of orderquery or a change of the table of fields; other commands report when it is. If it
    fails, the store is unchanged. Reports stored documents that are not JSON, leaves them out, and then exits with 1.
    """
    from ..stores.engines import upgrade_store
    from ..stores.locations import shown_location
    from .problem_output import ProblemOutput

    problems = ProblemOutput()
    count = upgrade_store(store, schema=load_table(table), report=problems.write)
    write_line(f"{count_of(count, 'order')} in {shown_location(store)}{problems.summary}")
    return problems.status
