"""Why a request failed, and whether it is worth another attempt."""

from __future__ import annotations

from ..diagnostics.errors import SyncError


class TemporaryFailure(SyncError):
    """A failed request that may succeed later.

    ``reason`` is a short name to count it by. ``wait_s`` is what the service asked for, if it did.
    """

    def __init__(self, message: str, reason: str, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.reason, self.wait_s = reason, wait_s


class CursorRefused(SyncError):
    """A cursor that the service does not accept, or no longer."""


class DocumentsRefused(SyncError):
    """A search that the service does not accept."""


class OutOfTime(Exception):
    """The time that the caller allowed is over."""
