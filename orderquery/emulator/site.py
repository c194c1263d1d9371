"""One site of an emulator: its store, clock and events, and one write at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..diagnostics.diagnostic import Diagnostic
from ..language.datetimes import LAST_INSTANT, MILLISECOND_US, floor_ms, read_instant, write_instant
from .clock import Clock
from .errors import application_error
from .events import EventDraft, EventLog
from .ids import random_id, seeded_ids

if TYPE_CHECKING:
    from ..stores.base import Store
    from ..stores.service_state import StoreTransaction

WRITES = "writes"
"""The counter of the writes at a site, from which seeded ids are made."""


class SiteChange:
    """One write at one site: everything in it is stored, or nothing.

    ``now`` is its instant in microseconds since 1970-01-01 UTC. ``warnings`` are reported with the answer.
    """

    def __init__(self, site: Site, transaction: StoreTransaction) -> None:
        self.site, self.transaction = site, transaction
        self.now = site.clock.now()
        self.warnings: list[Diagnostic] = []
        self.emitted = 0
        self._next_id = random_id
        if site.seed is not None:
            self._next_id = seeded_ids(site.seed, transaction.site, transaction.next_number(WRITES))

    def new_id(self) -> str:
        """Return a new GUID."""
        return self._next_id()

    @property
    def date(self) -> str:
        """The instant as a date of documents, in milliseconds."""
        return document_date(self.now)

    def updated_after(self, stored: str | None) -> str:
        """Return the date of an update: now, or a millisecond after the stored date."""
        before = read_instant(stored)
        if before is None:
            return self.date
        return document_date(min(max(self.now, before + MILLISECOND_US), LAST_INSTANT))

    @contextmanager
    def at(self, instant: int) -> Iterator[None]:
        """Make what follows at another instant, such as that of something due."""
        now, self.now = self.now, instant
        try:
            yield
        finally:
            self.now = now

    def emit(self, draft: EventDraft) -> None:
        """Announce what happened, in the same transaction."""
        if self.site.events is not None:
            self.site.events.append(self, draft)
            self.emitted += 1


@dataclass(frozen=True)
class Site:
    """What the services of one site share.

    Every write first calls ``settlers``, which do what is due by then. A write that emitted an event calls
    ``listeners`` at its end. ``read_only`` is the reason why nothing can be written, or an empty text.
    """

    store: Store
    clock: Clock
    events: EventLog | None = None
    seed: str | None = None
    instance_id: str = ""
    read_only: str = ""
    settlers: list[Callable[[SiteChange], None]] = field(default_factory=list)
    listeners: list[Callable[[], None]] = field(default_factory=list)

    @contextmanager
    def write(self) -> Iterator[SiteChange]:
        """Open one write; other writers wait.

        Raises:
            Refused: 403 if nothing can be written.

        """
        self.require_writable()
        with self.store.transaction() as transaction:
            change = SiteChange(self, transaction)
            for settle in self.settlers:
                settle(change)
            yield change
        if change.emitted:
            for listener in self.listeners:
                listener()

    def require_writable(self) -> None:
        """Refuse a write at a site that is only read.

        Raises:
            Refused: 403, with the reason.

        """
        if self.read_only:
            raise application_error(403, "READ_ONLY", self.read_only)


def document_date(instant: int) -> str:
    """Return an instant in microseconds as a date of documents, in milliseconds."""
    return write_instant(floor_ms(instant))
