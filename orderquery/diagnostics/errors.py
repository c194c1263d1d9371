"""diagnostics.errors."""

from __future__ import annotations


class OrderQueryError(Exception):
    """The root of every error this package raises on purpose."""


class SchemaError(OrderQueryError, ValueError):
    """A table of fields that cannot be used."""


class LayoutError(OrderQueryError, ValueError):
    """A layout of one's own that cannot be used. The message names the file, the key and the place."""


class DocumentError(OrderQueryError, TypeError):
    """Something handed over as an order or transactions record that is not one."""


class StoreError(OrderQueryError):
    """A store that cannot be opened, read or written. The message says what to do."""


class StoreTimeout(StoreError):
    """A search that was stopped because it took longer than it was given."""


class MissingExtra(OrderQueryError, ImportError):
    """A package that only one of the extras brings is not installed. The message names the extra."""

    def __init__(self, extra: str, problem: ImportError) -> None:
        super().__init__(f"{problem}: pip install 'orderquery[{extra}]' brings it")


class UsageError(OrderQueryError, ValueError):
    """A call with arguments that make no sense together, such as an unknown dialect or an empty key."""
