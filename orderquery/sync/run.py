"""Copy the orders of the service into a store, and keep them up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from os import PathLike
from typing import TYPE_CHECKING, Any

from ..diagnostics.arguments import optional, require
from ..diagnostics.errors import SyncError, UsageError
from ..diagnostics.quoting import quoted
from ..language.datetimes import floor_ms, read_instant, word_instant, write_instant
from ..stores.base import Store
from .answers import CREATED, NUMBER, UPDATED
from .credentials import Credentials, check_complete, read_credentials
from .failures import DocumentsRefused, OutOfTime
from .narrowing import Narrowing, shown_query
from .origin import read_origin, shown_source, source_of
from .result import SyncResult
from .walk import Window
from .watermark import Mark, read_mark
from .window_reader import Progress, WindowReader, after

if TYPE_CHECKING:
    from pathlib import Path

    from .retries import Pace

JSON = Any


def sync(
    store: Store,
    *,
    since: str | datetime | None = None,
    full: bool = False,
    query: JSON = None,
    verify: bool = False,
    dry_run: bool = False,
    max_seconds: float | None = None,
    max_deletions: int | None = None,
    base_url: str | None = None,
    credentials: Credentials | Callable[[], Credentials] | None = None,
    api_key_file: str | Path | None = None,
    progress: Progress | None = None,
    transport: Any = None,
    pace: Pace | None = None,
) -> SyncResult:
    """Copy the orders and transactions of a site into a store; return what was done.

    The first run copies every order, each later one what has changed since. An interrupted run is continued by the
    next. The site of the store is not the site of the service: that is in the credentials.

    Args:
        store: the store, opened for the site whose orders it is to have.
        since: leave out orders that were last updated before: a date-time, a date, or a relative time such as ``-30d``.
            The store remembers it. A later run can make it earlier; only ``full`` without it removes it.
        full: read everything again, then delete what the service no longer has.
        query: a search in any form; only its orders are copied.
        verify: compare the store with the service afterwards, and repair what differs.
        dry_run: read and count, but store nothing.
        max_seconds: stop after so many seconds, at a mark from which the next run continues.
        max_deletions: consent to so many deletions, where the guard allows fewer.
        base_url: the origin to ask instead of Wix: on this machine, or by https.
        credentials: what to send, or a function that returns it, which is called again after a 401; without them the
            environment variables ``WIX_API_KEY``, ``WIX_SITE_ID`` and ``WIX_ACCOUNT_ID`` count.
        api_key_file: a file with the API key, instead of ``WIX_API_KEY``.
        progress: is called with the number of orders read, and the share that is done.
        transport: sends the requests, for tests: a transport of httpx2.
        pace: the clock and the waits, for tests.

    Raises:
        SyncError: the service refuses or fails for too long; what was stored before is complete up to its mark.
        UsageError: an argument cannot be used, or the credentials are incomplete.
        QueryError: the query has errors.
        StoreError: the store cannot be written.
        MissingExtra: the packages of the extra ``sync`` are not installed.

    """
    from .client import ServiceClient
    from .retries import Pace

    _check_store(store, dry_run=dry_run)
    _check_arguments(
        {"since": since, "base_url": base_url, "max_seconds": max_seconds, "max_deletions": max_deletions}
        | {"full": full, "verify": verify, "dry_run": dry_run, "api_key_file": api_key_file, "progress": progress}
        | {"credentials": credentials, "transport": transport, "pace": pace}
    )
    origin = read_origin(base_url)
    read = _credentials_reader(credentials, api_key_file)
    check_complete(read(), origin)
    narrowing = None if query is None else Narrowing(query, store.schema)
    pace = pace or Pace(max_seconds)
    result = SyncResult(site=store.site, full=full, dry_run=dry_run)
    with ServiceClient(store.schema, origin, read, pace, transport=transport) as client:
        mark = _start_mark(store, source_of(origin, read().site_id), narrowing, full=full)
        result.since = mark.since
        reader = WindowReader(store, client, mark, result, narrowing=narrowing, dry_run=dry_run, progress=progress)
        try:
            _Sync(reader, since, full=full, max_deletions=max_deletions).run(verify=verify)
        except OutOfTime:
            result.left = result.left or "nothing was read"
        finally:
            result.requests, result.received_bytes = client.requests, client.received_bytes
            result.retries, result.overlap = pace.retries, reader.mark.overlap
            result.lag = max(result.lag, reader.mark.lag)
            result.seconds = pace.now() - pace.began
    return result


def _check_arguments(given: Mapping[str, object]) -> None:
    """Raise ``UsageError`` for an argument of a type that it does not take."""
    from .drivers import httpx2
    from .retries import Pace

    flag = (bool, "True or False")
    kinds: dict[str, tuple[Any, str]] = {
        "since": ((str, datetime), 'a text such as "-30d", or a datetime'),
        "base_url": (str, "an origin such as https://example.com"),
        "max_seconds": ((int, float), "a number of seconds"),
        "max_deletions": (int, "a number of orders"),
        "full": flag,
        "verify": flag,
        "dry_run": flag,
        "api_key_file": ((str, PathLike), "the path of a file"),
        "progress": (Callable, "a function of the orders read and the share"),
        "credentials": ((Credentials, Callable), "oq.Credentials, or a function that returns it"),
        "transport": (httpx2.BaseTransport, "a transport of httpx2"),
        "pace": (Pace, "a Pace"),
    }
    for name, value in given.items():
        optional(name, value, *kinds[name])


def _check_store(store: Store, *, dry_run: bool) -> None:
    require("store", store, Store, 'an open store: oq.open_store("shop.db")')
    if not store.can_write and not dry_run:
        raise UsageError("this store is read-only; sync into a store of your own, such as shop.db")
    for name in (UPDATED, CREATED, NUMBER):
        field = store.schema.find(name)
        if field is None or not field.sortable:
            raise UsageError(
                f'the table of fields "{store.schema.name}" has no sortable {name}; sync a store of ecom-orders'
            )


def _credentials_reader(
    credentials: Credentials | Callable[[], Credentials] | None, key_file: str | Path | None
) -> Callable[[], Credentials]:
    if isinstance(credentials, Credentials):
        return lambda: credentials
    return credentials or (lambda: read_credentials(key_file=key_file))


def _start_mark(store: Store, source: str, narrowing: Narrowing | None, *, full: bool) -> Mark:
    """Return the mark to begin from.

    Raises:
        SyncError: the store was synced from another site, or with another query.

    """
    mark = read_mark(store)
    query = "" if narrowing is None else narrowing.text
    if full or mark.generation == 0:
        return Mark(source=source, generation=mark.generation, lag=mark.lag, query=query)
    if mark.source != source:
        raise SyncError(
            f"this store was synced from {shown_source(mark.source)}, not from {shown_source(source)}; use another "
            "STORE or --site, or pass --full to read all orders from here"
        )
    if mark.query != query:
        raise SyncError(
            f"this store was synced with {shown_query(mark.query, store.schema)}, not with "
            f"{shown_query(query, store.schema)}; repeat that, or pass --full to read all orders again"
        )
    return mark


class _Sync:
    """One run: windows, orders without a date, deletions, verification."""

    def __init__(
        self, reader: WindowReader, since: str | datetime | None, *, full: bool, max_deletions: int | None
    ) -> None:
        self._reader, self._since_argument = reader, since
        self._full, self._max_deletions = full, max_deletions
        if full:
            reader.seen = set()

    def run(self, *, verify: bool) -> None:
        """Read what has changed; with ``verify``, compare everything afterwards."""
        reader, result = self._reader, self._reader.result
        newest = reader.find(None, UPDATED, "DESC")
        now = reader.client.service_now
        since = result.since = self._since(now)
        if newest is not None:
            # Dates in the future must be read, but must not move the mark beyond the dates of later orders. A clock
            # that is ahead of the dates of orders says nothing about those.
            safe = floor_ms(newest) if now is None else min(floor_ms(newest), now)
            self._read_changes(safe, max(after(newest), now or 0), since, now)
        if not result.left:
            result.complete_to = now if now is not None else reader.mark.through
            self._read_undated(since)
        if self._full and not result.left:
            self._delete_unseen(since)
        if verify and not result.left:
            from .verify import Verification

            result.left = "the verification is not finished"
            Verification(reader, self._scope(since), self._max_deletions).run()
            result.left = ""

    # -- changes -----------------------------------------------------------------------------------------------

    def _read_changes(self, safe: int, end: int, since: int | None, now: int | None) -> None:
        """Read the windows to ``end``; move the mark at most to ``safe``."""
        reader, first = self._reader, self._reader.mark
        begin = first.begin(now)
        measures = begin is not None and not _went_back(first, now)
        if begin is None:
            oldest = reader.find(self._between(since, end), UPDATED, "ASC")
            begin = end if oldest is None else floor_ms(oldest)
        if first.since is not None:
            begin = max(begin, first.since)
        if _went_back(first, now):
            reader.result.notes.append(
                "the service's clock went back; orders of that time may be missing: run with --verify"
            )
        if first.since is not None and since != first.since:
            # An earlier start is noted when what it adds is read.
            oldest = reader.find(self._between(since, first.since), UPDATED, "ASC")
            if oldest is not None:
                self._read_windows(floor_ms(oldest), first.since, safe, narrowed=reader.narrowing is not None)
            if reader.result.left:
                return
        if since != first.since:
            # What an earlier verification compared did not include the orders that are added.
            reader.mark = replace(reader.mark.without_verification(), since=since)
        if reader.narrowing is not None:
            backfilled = safe if first.backfilled is None else first.backfilled
            reader.mark = reader.moved(backfilled=backfilled)
            if first.through is None or first.through < backfilled:
                self._read_windows(begin, min(backfilled, end), safe, narrowed=True)
                # From here on, every change is read: an order may have ceased to match.
                begin, measures = max(backfilled - reader.mark.overlap, since or 0), False
        if not reader.result.left:
            self._read_windows(begin, end, safe, measures=measures)

    def _read_windows(self, begin: int, end: int, safe: int, *, narrowed: bool = False, measures: bool = False) -> None:
        """Read and store windows one after the other."""
        reader = self._reader
        reader.begin_span(begin)
        while begin < end:
            window = Window(UPDATED, begin, end, reader.narrowed if narrowed else None)
            read_at = reader.client.service_now
            try:
                found = reader.read(window, keeps_others=not narrowed)
            except OutOfTime:
                self._stop(begin, end)
                return
            # The mark never goes back, although the overlap is before it.
            through = max(min(found.through, safe), reader.mark.through or 0)
            moved = reader.moved(through=through, read_at=read_at if read_at is not None else through)
            reader.write(found.batch, moved, measures=measures)
            reader.result.windows += 1
            begin = found.through
            if found.out_of_time:
                self._stop(begin, end)
                return

    def _between(self, since: int | None, end: int) -> JSON:
        """Return the filter that finds where reading begins."""
        parts: list[JSON] = [{UPDATED: {"$lt": write_instant(end)}}]
        if since is not None:
            parts.append({UPDATED: {"$gte": write_instant(since)}})
        if self._reader.narrowed is not None:
            parts.append(self._reader.narrowed)
        return {"$and": parts}

    def _stop(self, begin: int, end: int) -> None:
        self._reader.result.left = (
            f"orders updated from {write_instant(begin)} to {write_instant(end)} are not read yet"
        )

    def _read_undated(self, since: int | None) -> None:
        """Read the orders without an updatedDate, which no window has."""
        reader = self._reader
        if since is not None:
            return
        try:
            found = reader.read(Window(UPDATED, 0, None, reader.narrowed))
        except DocumentsRefused as problem:
            reader.result.notes.append(f"orders without {UPDATED} could not be read: {problem}")
            return
        except OutOfTime:
            reader.result.left = f"orders without {UPDATED} are not read yet"
            return
        if found.batch.orders:
            reader.result.without_date = len(found.batch.orders)
            reader.result.notes.append(
                f"{len(found.batch.orders):,} orders have no usable {UPDATED}; they are read again at every sync"
            )
            reader.write(found.batch, reader.mark)

    # -- deletions ---------------------------------------------------------------------------------------------

    def _delete_unseen(self, since: int | None) -> None:
        """Delete the stored orders that a full run has not seen."""
        from .deletions import reconcile

        reader = self._reader
        seen = reader.seen or set()
        scope = self._scope(since)
        search = {} if scope is None else {"filter": scope}
        unseen = [key for key, _ in reader.store.iterate_documents(search) if key not in seen]
        try:
            reconcile(reader, unseen, self._max_deletions)
        except OutOfTime:
            reader.result.left = "the search for deleted orders is not finished"

    def _scope(self, since: int | None) -> JSON:
        """Return the filter of the orders to store; ``None`` for all."""
        parts = [] if self._reader.narrowed is None else [self._reader.narrowed]
        if since is not None:
            parts.append({UPDATED: {"$gte": write_instant(since)}})
        return {"$and": parts} if parts else None

    def _since(self, now: int | None) -> int | None:
        """Return the instant before which orders are left out.

        A later one than that of the store is not used: the orders between them are stored, and must not grow old.

        Raises:
            UsageError: it cannot be read.

        """
        kept, asked = self._reader.mark.since, self._since_argument
        if asked is None:
            return kept
        instant = _read_since(asked, now)
        if self._reader.mark.through is not None and (kept is None or instant > kept):
            return kept
        return instant


def _went_back(mark: Mark, now: int | None) -> bool:
    """Return whether the service's clock is behind the time of the last run."""
    return mark.read_at is not None and now is not None and now < mark.read_at


def _read_since(asked: str | datetime, now: int | None) -> int:
    if isinstance(asked, datetime):
        if asked.utcoffset() is None:
            raise UsageError(f'"{asked}" has no time zone; write: datetime(2026, 1, 1, tzinfo=UTC)')
        text: JSON = asked.astimezone(UTC).isoformat(timespec="milliseconds")
    else:
        # Relative times count from the service's clock, as every bound does.
        moment = datetime.now(UTC) if now is None else datetime.fromtimestamp(now / 1_000_000, UTC)
        text = word_instant(asked.strip(), moment)
    instant = read_instant(text)
    if instant is None:
        raise UsageError(f"{quoted(str(asked))} is not a date; write: 2026-01-01, 2026-01-01T12:00:00Z or -30d")
    return floor_ms(instant)
