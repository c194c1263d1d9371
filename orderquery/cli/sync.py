"""The command ``sync``: orders from the service into a store."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from .defaults import is_given, with_store
from .inputs import group_option, load_table, open_store, site_option, store_argument, table_option
from .output import flush_stdout, write_line, write_message
from .program import EXIT_OK, EXIT_PROBLEMS, Command

if TYPE_CHECKING:
    from ..stores.base import Store
    from ..sync.result import SyncResult
    from ..sync.sites import SiteToSync

_MAX_SHOWN_PROBLEMS = 20


@click.command(
    cls=Command,
    examples=(
        "WIX_API_KEY=... WIX_SITE_ID=... orderquery sync shop.db",
        "orderquery sync shop.db --api-key-file key.txt --every 60s",
        "orderquery sync shop.db --query 'paymentStatus = PAID' --since -365d",
        "orderquery sync shop.db --base-url http://127.0.0.1:8080 --verify",
    ),
)
@store_argument
@click.option(
    "--since", metavar="DATE",
    help="Leave out orders last updated before: 2026-01-01, 2026-01-01T12:00:00Z or -30d. STORE remembers it.",
)  # fmt: skip
@click.option("--full", is_flag=True, help="Read all orders again, then delete those that Wix no longer has.")
@click.option("--query", metavar="QUERY", help="Copy only the orders of this search.")
@click.option(
    "--verify", is_flag=True,
    help="Then compare the store with Wix, except for what --since leaves out, and repair what differs.",
)  # fmt: skip
@click.option(
    "--every", metavar="TIME",
    help="Sync again and again: 60s, 5m or 1h. Stops on Ctrl-C. --full and --verify are done once, in as many turns "
    "as they take.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Read and count, but store nothing.")
@click.option(
    "--max-seconds", metavar="S", type=click.FloatRange(min=0, min_open=True),
    help="Stop after S seconds, or each turn of --every; the next goes on from there.",
)  # fmt: skip
@click.option(
    "--max-deletions", metavar="N", type=click.IntRange(min=0),
    help="Delete up to N orders that Wix no longer has.  [default: 10, or 10 % of the orders]",
)  # fmt: skip
@click.option("--base-url", metavar="URL", help="Ask this origin instead of Wix, such as http://127.0.0.1:8080.")
@click.option("--api-key-file", metavar="FILE", help="File with the API key, instead of WIX_API_KEY.")
@click.option("--sites", metavar="FILE", help="TOML file of several sites, each synced into its own --site of STORE.")
@site_option
@table_option
@group_option
def sync(
    store: str | None, every: str | None, sites: str | None, site: str, table: str | None, group: bool, **options: Any
) -> int:
    """Copy the orders of a Wix site into a store, and keep them up to date.

    Their transactions are copied, too.

    The first run copies all orders, each later one what has changed since. Creates the store if it does not exist. It
    can be stopped at any moment: the next run goes on from its mark.

    Set WIX_API_KEY, WIX_SITE_ID and, for keys that need it, WIX_ACCOUNT_ID. The key goes to Wix only, and to the
    --base-url that you write, on this machine or by https.

    Exits with 1 if it stopped early, or if more orders are missing at Wix than it may delete.
    """
    from ..diagnostics.errors import UsageError
    from ..sync.sites import SiteToSync, read_duration, read_sites

    location, _ = with_store(store, ())
    pause_s = None if every is None else read_duration(every)
    if sites is not None and (is_given("site") or options["query"] or options["since"]):
        raise UsageError("--sites has site, query and since of each site; leave --site, --query and --since out")
    options["every"] = every
    listed = [SiteToSync(site, options["query"], options["since"])] if sites is None else read_sites(sites)
    with _open(location, table, listed[0].name, dry_run=options["dry_run"], group=group) as opened:
        turns = [_SiteTurns(opened.at_site(row.name), row, options, shows_name=len(listed) > 1) for row in listed]
        return max(site.turn() for site in turns) if pause_s is None else _repeat(turns, pause_s)


def _open(store: str, table: str | None, site: str, *, dry_run: bool, group: bool) -> Store:
    from ..documents.file_kinds import is_documents_file
    from ..stores.locations import MEMORY, file_of

    file = file_of(store)
    if file is not None and is_documents_file(str(file)):
        from ..diagnostics.errors import UsageError

        raise UsageError(f'"{store}" is a file of orders, not a store; write: orderquery sync shop.db')
    if dry_run and file is not None and not file.exists():
        store = MEMORY
    return open_store(store, load_table(table), site, create=True, group=group)


class _SiteTurns:
    """The syncs of one site, one after the other.

    A full run and a verification go on until they are finished, and are not done again.
    """

    def __init__(self, store: Store, site: SiteToSync, options: dict[str, Any], *, shows_name: bool) -> None:
        self._store, self._site, self._options, self._shows_name = store, site, dict(options), shows_name

    def turn(self) -> int:
        """Sync once; return the exit status."""
        result = _sync_site(self._store, self._site, self._options)
        _write_result(result, self._site.name if self._shows_name else "", repeats=self._options["every"] is not None)
        if not any(self._options[key] for key in ("every", "full", "verify")):
            write_message("note: deleted orders are found by --verify and --full only")
        if result.goes_on_by_verifying:
            self._options |= {"full": False, "verify": True}
        elif not result.left:
            self._options |= {"full": False, "verify": False}
        return EXIT_OK if result.is_complete else EXIT_PROBLEMS


def _repeat(sites: list[_SiteTurns], pause_s: float) -> int:
    """Sync until Ctrl-C; a run that fails is followed by the next."""
    import random
    import time

    from ..sync.failures import TemporaryFailure

    status = EXIT_OK
    try:
        while True:
            try:
                status = max(site.turn() for site in sites)
            except TemporaryFailure as problem:
                status = EXIT_PROBLEMS
                write_message(f"orderquery: {problem}; trying again in {pause_s:g} s")
            flush_stdout()
            time.sleep(pause_s * random.uniform(0.95, 1.05))  # noqa: S311 - keeps several syncs apart
    except KeyboardInterrupt:
        write_line("stopped")
        return status


def _sync_site(store: Store, site: SiteToSync, options: dict[str, Any]) -> SyncResult:
    from ..sync.credentials import read_credentials
    from ..sync.run import sync as sync_store
    from .inputs import read_query
    from .progress import ProgressShare

    query = None if site.query is None else read_query(site.query).source
    named = {key: options[key] for key in ("full", "verify", "dry_run", "max_seconds", "max_deletions", "base_url")}

    def credentials() -> Any:
        return read_credentials(
            os.environ, options["api_key_file"], site_id=site.site_id, key_variable=site.key_variable
        )

    label = f"syncing {site.name}" if site.name else "syncing"
    with ProgressShare(label, "orders") as progress:
        return sync_store(
            store, since=site.since, query=query, credentials=credentials, progress=progress.update, **named
        )


def _write_result(result: SyncResult, name: str, *, repeats: bool) -> None:
    from ..compiler.render import render_line

    for problem in result.problems[:_MAX_SHOWN_PROBLEMS]:
        write_message(render_line(problem))
    more = result.problem_count - min(len(result.problems), _MAX_SHOWN_PROBLEMS)
    if more:
        write_message(f"... and {more:,} more")
    for note in result.notes:
        write_message(f"note: {note}")
    for line in result.lines(repeats=repeats):
        write_line(f"{name}: {line}" if name else line)
