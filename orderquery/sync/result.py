"""What a sync did, and the evidence for what it claims."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ..diagnostics.diagnostic import Diagnostic
from ..documents.ingest import is_skipped
from ..language.datetimes import write_instant
from .answers import UPDATED
from .apply import Written

_MAX_PROBLEMS = 1_000


@dataclass
class SyncResult:
    """Counts of a sync, and up to when it is complete.

    Instants are in microseconds since 1970-01-01 UTC, durations in microseconds.

    ``complete_to``: every order that was visible at the service by then is stored, if it was last updated before, and
    not before ``since``, if that is not ``None``. No verification covers the orders that ``since`` leaves out.
    ``verified_to`` is the creation date before which every order was compared with the service. ``left`` says what an
    interrupted run has not read. ``kept_deletions`` are orders that are missing at the service, but too many to delete
    without consent.
    """

    site: str = ""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    older: int = 0
    left_out: int = 0
    transactions: int = 0
    restored: int = 0
    deleted: int = 0
    skipped: int = 0
    without_date: int = 0
    since: int | None = None
    complete_to: int | None = None
    overlap: int = 0
    lag: int = 0
    windows: int = 0
    requests: int = 0
    received_bytes: int = 0
    retries: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    left: str = ""
    full: bool = False
    dry_run: bool = False
    verified_to: int | None = None
    verified_windows: int = 0
    verified_orders: int = 0
    differences: int = 0
    changed_meanwhile: int = 0
    kept_deletions: int = 0
    problem_count: int = 0
    problems: list[Diagnostic] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """True if everything was read, and nothing waits for consent."""
        return not self.left and not self.kept_deletions

    @property
    def goes_on_by_verifying(self) -> bool:
        """True if a full run stopped early.

        Another would begin again, and a verification finds deleted orders, too.
        """
        return bool(self.full and self.left and self.windows and not self.dry_run)

    def add(self, written: Written) -> None:
        """Add the counts of a batch."""
        for name in ("new", "changed", "unchanged", "older", "left_out", "transactions", "restored", "deleted"):
            setattr(self, name, getattr(self, name) + getattr(written, name))
        self.lag = max(self.lag, written.lag)

    def report(self, problem: Diagnostic) -> None:
        """Add a problem of a document."""
        self.problem_count += 1
        self.skipped += is_skipped(problem)
        if len(self.problems) < _MAX_PROBLEMS:
            self.problems.append(problem)

    def lines(self, *, repeats: bool = False) -> list[str]:
        """Return the result in words, a sentence a line.

        With ``repeats``, another sync follows by itself.
        """
        left_out = "" if self.since is None else left_out_by_since(self.since)
        lines = (self._counts(), self._state(repeats=repeats), left_out, self._verification(), self._evidence())
        return [line for line in lines if line]

    def _counts(self) -> str:
        would = "would sync" if self.dry_run else "synced"
        parts = [
            f"{would} {_count(self.new, 'new order')}, {self.changed:,} changed",
            f"{self.unchanged:,} unchanged",
            _count(self.transactions, "transactions record"),
        ]
        for number, what in (
            (self.deleted, "deleted"),
            (self.older, "older than the stored version"),
            (self.left_out, "not in the query"),
            (self.skipped, "skipped"),
        ):
            parts += [f"{number:,} {what}"] if number else []
        return ", ".join(parts)

    def _state(self, *, repeats: bool) -> str:
        if self.left and repeats:
            return f"stopped early: {self.left}; the next turn goes on"
        if self.left:
            again = "again with --verify instead of --full" if self.goes_on_by_verifying else "again"
            return f"stopped early: {self.left}; run the command {again} to go on"
        if self.complete_to is None:
            return "the service has no orders"
        late = f"; orders that appear up to {_duration(self.overlap)} late are found by the next run"
        begin = "" if self.since is None else f"from {write_instant(self.since)} "
        return f"complete {begin}up to {write_instant(self.complete_to)}{late}"

    def _verification(self) -> str:
        if not self.verified_windows:
            return ""
        through = "nothing" if self.verified_to is None else f"created before {write_instant(self.verified_to)}"
        found = f"{_count(self.differences, 'difference')} repaired" if self.differences else "no differences"
        meanwhile = f", {self.changed_meanwhile:,} changed meanwhile" if self.changed_meanwhile else ""
        begin = "" if self.since is None else f" last updated from {write_instant(self.since)} on,"
        compared = f"{_count(self.verified_orders, 'order')}{begin} in {_count(self.verified_windows, 'window')}"
        return f"verified through {through}: {compared} by count, ids and content: {found}{meanwhile}"

    def _evidence(self) -> str:
        retried = ", ".join(f"{count} after {reason}" for reason, count in sorted(self.retries.items()))
        megabytes = self.received_bytes / 1e6
        return (
            f"evidence: {_count(self.windows, 'window')} drained by {_count(self.requests, 'request')} "
            f"({megabytes:,.1f} MB), retries: {retried or 'none'}, latest visibility seen: {_duration(self.lag)}"
        )


def left_out_by_since(since: int) -> str:
    """Return which orders a store leaves out, and how to fetch them."""
    return (
        f"left out: orders last updated before {write_instant(since)}, or without {UPDATED} (--since); to fetch them, "
        "sync with --full and without --since"
    )


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _duration(micros: int) -> str:
    seconds = micros / 1_000_000
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"
