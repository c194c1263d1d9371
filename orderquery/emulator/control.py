"""What a test controls of an emulator: its state, its clock and its failures.

This module knows no HTTP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.errors import UsageError
from .errors import application_error
from .snapshot import Snapshot, put_back, take, unusable_snapshot

if TYPE_CHECKING:
    from .emulator import Emulator

MAX_SNAPSHOT_BYTES = 256 << 20
"""The first state of a store that is kept for a reset."""
_MAX_STEPS = 100_000


def save(emulator: Emulator) -> Snapshot:
    """Return everything that the emulator's site holds."""
    return take(emulator.store, emulator.tables, emulator.clock.state)


def restore(emulator: Emulator, snapshot: Snapshot) -> None:
    """Make the emulator's site what it was when the snapshot was taken.

    Raises:
        Refused: 400 if the snapshot cannot be used, 403 if the store is only read.

    """
    emulator.site.require_writable()
    for table in emulator.tables:
        # Other connections do not see tables that a transaction creates.
        emulator.store.at_table(table)
    try:
        with emulator.store.transaction() as transaction:
            clock = put_back(transaction, emulator.store, emulator.tables, snapshot)
            emulator.clock.restore(clock)
    except UsageError as problem:
        raise unusable_snapshot(str(problem)) from None


class FirstStates:
    """The state that every site had at first, for a reset.

    A site that is not in it was empty.
    """

    def __init__(self, emulator: Emulator) -> None:
        self._snapshots: dict[str, Snapshot] = {}
        self._clock = emulator.clock.state
        size = 0
        store = emulator.store
        for name in [store.site] if store.site else store.sites():
            snapshot = save(emulator.at_site(name))
            size += len(snapshot.to_bytes())
            if size > MAX_SNAPSHOT_BYTES:
                raise UsageError(
                    f"this store has more than {MAX_SNAPSHOT_BYTES >> 20} MiB of orders, too many to keep for a reset; "
                    "serve a smaller store with --control"
                )
            self._snapshots[name] = snapshot

    def reset(self, emulator: Emulator) -> None:
        """Make the emulator's site what it was at first.

        Raises ``Refused`` as :func:`restore`.
        """
        found = self._snapshots.get(emulator.store.site)
        if found is None:
            empty = take(emulator.store, (), self._clock)
            found = Snapshot(empty.snapshot, empty.clock, {}, [])
        restore(emulator, found)


def advance(emulator: Emulator, target: int) -> int:
    """Move the clock to an instant, doing in order what falls due before it.

    Returns the number of steps.

    Raises:
        Refused: 400 if more falls due than one call does.

    """
    work, clock, steps = emulator.due_work, emulator.clock, 0
    while True:
        due = [found for found in (source.next_due() for source in work) if found is not None]
        at = min(due, default=target)
        clock.advance(max(0, min(at, target) - clock.now()))
        if at > target or not due:
            clock.advance(max(0, target - clock.now()))
            return steps
        for source in work:
            source.run_due()
        steps += 1
        if steps > _MAX_STEPS:
            message = f"more than {_MAX_STEPS:,} steps fall due; advance by a shorter time"
            raise application_error(400, "TOO_MUCH_FALLS_DUE", message)
