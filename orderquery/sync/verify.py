"""Compare the store with the service, and repair what differs (D118).

The windows are of the creation date, which never changes, so an order cannot move between them. The service counts no
orders, so its orders are read once; count, ids and content are compared in that order.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ..documents.versions import is_older_order
from ..language.datetimes import floor_ms, read_instant, write_instant
from ..syntax.json_decoder import decode_json
from .answers import CREATED, UPDATED
from .apply import Batch
from .deletions import reconcile
from .failures import DocumentsRefused, OutOfTime
from .walk import Window
from .window_reader import after, created_of

if TYPE_CHECKING:
    from .window_reader import WindowReader

JSON = Any
MAX_KEPT_MISSING = 1_000
"""Ids in the mark; a stopped verification with more goes on before them."""


class Verification:
    """One verification of a store.

    ``scope`` is the filter of the orders that the store is to have, ``None`` for all. ``max_deletions`` is consent to
    more deletions than the guard allows.
    """

    def __init__(self, reader: WindowReader, scope: JSON, max_deletions: int | None) -> None:
        self._reader, self._scope, self._max_deletions = reader, scope, max_deletions
        self._missing = list(reader.mark.missing)
        self._fresh_from = (reader.mark.through or 0) - reader.mark.overlap

    def run(self) -> None:
        """Compare every window, then undated orders, then the missing ones.

        Raises:
            OutOfTime: the time is over; what was verified is kept.

        """
        reader = self._reader
        try:
            if not self._compare_windows():
                return
            self._compare(Window(CREATED, 0, None, self._scope))
        finally:
            reader.result.verified_to = reader.mark.verified
        is_settled = reconcile(reader, self._missing, self._max_deletions)
        verified = reader.mark.verifying if is_settled else reader.mark.verified
        reader.mark = self._stored(verified=verified, compared=None, missing=())
        reader.result.verified_to = reader.mark.verified

    def _compare_windows(self) -> bool:
        """Compare the windows with a creation date; return False if there are none."""
        reader = self._reader
        newest = reader.find(self._scope, CREATED, "DESC")
        now = reader.client.service_now
        stored_newest = self._stored_newest()
        known = [instant for instant in (now, *map(_after, (newest, stored_newest))) if instant is not None]
        if not known:
            return True
        end = max(known)
        mark = reader.mark
        stopped_at = mark.compared
        if stopped_at is None and mark.verified is not None and mark.verifying is not None:
            stopped_at = mark.verified if mark.verified < mark.verifying else None
        begin = self._oldest(end) if stopped_at is None else stopped_at
        if begin is None:
            return True
        if stopped_at is not None:
            reader.result.notes.append(
                f"the verification goes on from {write_instant(begin)}; an earlier run compared what is before"
            )
        verified = begin if mark.compared is None else mark.verified
        reader.mark = self._stored(verified=verified, verifying=end, compared=begin)
        reader.begin_span(begin)
        while begin < end:
            window = Window(CREATED, begin, end, self._scope)
            begin, out_of_time = self._compare(window)
            if out_of_time:
                raise OutOfTime
        return True

    def _stored(self, **changes: Any) -> Any:
        self._reader.write(Batch(), self._reader.moved(**changes))
        return self._reader.mark

    def _oldest(self, end: int) -> int | None:
        """Return the first creation date at the service or in the store."""
        before = {CREATED: {"$lt": write_instant(end)}}
        remote = self._reader.find({"$and": [before, *self._scopes]}, CREATED, "ASC")
        found = [instant for instant in (remote, self._stored_end("ASC")) if instant is not None]
        return floor_ms(min(found)) if found else None

    def _stored_newest(self) -> int | None:
        return self._stored_end("DESC")

    def _stored_end(self, order: str) -> int | None:
        dated = {"$and": [{CREATED: {"$ne": None}}, *self._scopes]}
        search = {"filter": dated, "sort": [{"fieldName": CREATED, "order": order}], "cursorPaging": {"limit": 1}}
        return next((created_of(found) for found in self._reader.store.search(search).orders), None)

    @property
    def _scopes(self) -> list[JSON]:
        return [] if self._scope is None else [self._scope]

    def _compare(self, window: Window) -> tuple[int, bool]:
        """Compare a window and repair it; return where it is complete."""
        reader = self._reader
        try:
            found = reader.read(window)
        except DocumentsRefused as problem:
            if window.end is not None:
                raise
            reader.result.notes.append(f"orders without {CREATED} could not be compared: {problem}")
            return 0, False
        local = self._local(window, found.through)
        remote = {
            key: record
            for key, record in found.batch.orders.items()
            if window.end is None or _is_before(created_of(record.decoded), found.through)
        }
        missing, extra = set[str](), set[str]()
        if len(local) != len(remote) or local.keys() != remote.keys():
            missing, extra = remote.keys() - local.keys(), local.keys() - remote.keys()
        differing = [
            key for key in remote.keys() & local.keys() if _digest(remote[key].document) != _digest(local[key])
        ]
        for key in (*missing, *differing):
            self._count_difference(remote[key].decoded, local.get(key))
        reader.result.verified_windows += window.end is not None
        reader.result.verified_orders += len(remote)
        self._missing += sorted(extra)
        moved = reader.mark
        if window.end is not None and not self._missing:
            moved = reader.moved(verified=found.through)
        if window.end is not None and len(self._missing) <= MAX_KEPT_MISSING:
            moved = replace(moved, compared=found.through, missing=tuple(self._missing))
        repaired = reader.write(found.batch, moved)
        reader.result.differences += repaired.children
        # The sync before has counted them.
        reader.result.unchanged -= repaired.unchanged
        return found.through, found.out_of_time

    def _count_difference(self, remote: JSON, local: bytes | None) -> None:
        updated = read_instant(remote.get(UPDATED))
        kept = None if local is None else read_instant(decode_json(local).get(UPDATED))
        if local is not None and is_older_order(updated, kept):
            return
        if updated is not None and updated >= self._fresh_from:
            self._reader.result.changed_meanwhile += 1
        else:
            self._reader.result.differences += 1

    def _local(self, window: Window, through: int) -> dict[str, bytes]:
        """Return the documents that the store has of a window, by id."""
        dated: list[JSON]
        if window.end is None:
            dated = [{CREATED: {"$eq": None}}]
        else:
            dated = [{CREATED: {"$gte": write_instant(window.begin)}}, {CREATED: {"$lt": write_instant(through)}}]
        search = {"filter": {"$and": [*dated, *self._scopes]}, "sort": [{"fieldName": CREATED, "order": "ASC"}]}
        return dict(self._reader.store.iterate_documents(search))


def _after(instant: int | None) -> int | None:
    return None if instant is None else after(instant)


def _is_before(instant: int | None, end: int) -> bool:
    return instant is not None and instant < end


def _digest(document: bytes) -> bytes:
    return sha256(document).digest()
