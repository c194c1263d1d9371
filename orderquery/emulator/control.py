"""The state that a server goes back to.

This module knows no HTTP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.errors import UsageError
from .snapshot import Snapshot, take

if TYPE_CHECKING:
    from .emulator import Emulator

MAX_SNAPSHOT_BYTES = 256 << 20
"""The first state of a store that is kept for a reset."""


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
            snapshot = emulator.at_site(name).take_snapshot()
            size += len(snapshot.to_bytes())
            if size > MAX_SNAPSHOT_BYTES:
                raise UsageError(
                    f"this store has more than {MAX_SNAPSHOT_BYTES >> 20} MiB of orders, too many to keep for a reset; "
                    "serve it without --control, or serve a smaller store"
                )
            self._snapshots[name] = snapshot

    def reset(self, emulator: Emulator) -> None:
        """Make the emulator's site what it was at first.

        Raises:
            Refused: 403 if the store is only read.

        """
        found = self._snapshots.get(emulator.store.site)
        if found is None:
            empty = take(emulator.store, (), self._clock)
            found = Snapshot(empty.snapshot, empty.clock, {}, [])
        emulator.put_back(found)
