"""Checks of the arguments that a caller passes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .errors import UsageError

Kinds = type | tuple[type, ...]


def require(name: str, value: object, kinds: Kinds, wanted: str) -> None:
    """Raise ``UsageError`` for an argument of another type; true is not a number."""
    if not isinstance(value, kinds) or (isinstance(value, bool) and not _takes_flags(kinds)):
        raise _unfit(name, wanted, value)


def optional(name: str, value: object, kinds: Kinds, wanted: str) -> None:
    """Raise ``UsageError`` for an argument of another type than ``None`` and these."""
    if value is not None:
        require(name, value, kinds, wanted)


def iterable(name: str, value: object, wanted: str) -> None:
    """Raise ``UsageError`` for an argument that is one value, or a text."""
    if isinstance(value, str | bytes | bytearray) or not isinstance(value, Iterable):
        raise _unfit(name, f"a list of {wanted}", value)


def items(name: str, value: Iterable[Any], wanted: str, kinds: Kinds = object) -> list[Any]:
    """Return the items of an argument. Raises ``UsageError`` for one value."""
    iterable(name, value, wanted)
    found = list(value)
    for item in found:
        if not isinstance(item, kinds):
            raise _unfit(f"an item of {name}", wanted, item)
    return found


def _unfit(name: str, wanted: str, value: object) -> UsageError:
    # Imported here: sample orders are made without its modules.
    from .quoting import described

    return UsageError(f"{name} takes {wanted}, not {described(value)}")


def _takes_flags(kinds: Kinds) -> bool:
    return bool in (kinds if isinstance(kinds, tuple) else (kinds,)) or kinds is object
