"""The exceptions of this package."""

from __future__ import annotations


class OrderQueryError(Exception):
    """The base class of every exception this package raises on purpose."""


class SchemaError(OrderQueryError, ValueError):
    """An invalid table of fields."""


class LayoutError(OrderQueryError, ValueError):
    """An invalid layout of the user's own tables; the message names file and key."""


class DocumentError(OrderQueryError, TypeError):
    """An argument that should be an order or a transactions record and is not."""


class StoreError(OrderQueryError):
    """A store that cannot be opened, read or written. The message includes the fix."""


class StoreTimeout(StoreError):
    """A search stopped at its time limit."""


class SyncError(OrderQueryError):
    """A sync that cannot go on. The message includes the fix.

    What it has stored is complete up to its mark.
    """


class MissingExtra(OrderQueryError, ImportError):
    """A missing package that an extra installs. The message names the extra."""

    def __init__(self, extra: str, problem: ImportError) -> None:
        help_ = f"pip install 'orderquery[{extra}]', or in a checkout: pip install -e '.[{extra}]'"
        super().__init__(f"{problem}; install it with: {help_}")


class UsageError(OrderQueryError, ValueError):
    """A call with wrong arguments, such as an unknown dialect or an empty key."""
