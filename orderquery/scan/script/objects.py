"""Objects and lists of source code with a part set, added or left out."""

from __future__ import annotations

from collections.abc import Sequence

from ...syntax.holes import Hole
from ..nodes import ListLiteral, ObjectEntry, ObjectLiteral, Scalar, SourceValue, Span, Unknown

NamedKey = tuple[str | Unknown, Span]
"""A key of a path, and its place."""


def unknown(written: str, span: Span) -> Unknown:
    """Return an unknown value."""
    return Unknown(Hole(written), span)


def spread_entry(value: Unknown) -> ObjectEntry:
    """Return the unknown entries of an unknown object."""
    hole = Unknown(Hole(value.hole.written, "spread"), value.span)
    return ObjectEntry(hole, value.span, hole)


def spread_item(value: Unknown) -> Unknown:
    """Return the unknown items of an unknown list."""
    return Unknown(Hole(value.hole.written, "spread"), value.span)


def is_spread(value: SourceValue | str) -> bool:
    """Return whether a key or an item is any number of unknown ones."""
    return isinstance(value, Unknown) and value.hole.kind == "spread"


def merged(target: SourceValue | None, source: SourceValue | None) -> SourceValue | None:
    """Return an object with the entries of another one added, as a spread does."""
    if isinstance(target, Unknown):
        target = ObjectLiteral((spread_entry(target),), target.span)
    if isinstance(target, ListLiteral) and isinstance(source, Unknown):
        return ListLiteral((*target.items, spread_item(source)), target.span)
    if not isinstance(target, ObjectLiteral):
        return target
    if isinstance(source, ObjectLiteral):
        added = source.entries
    elif isinstance(source, Unknown):
        added = (spread_entry(source),)
    elif isinstance(source, ListLiteral):
        added = tuple(
            ObjectEntry(str(index), item.span, item) for index, item in enumerate(source.items) if not is_spread(item)
        )
    else:
        return target
    names = {entry.key for entry in added if isinstance(entry.key, str)}
    kept = tuple(entry for entry in target.entries if not (isinstance(entry.key, str) and entry.key in names))
    return ObjectLiteral((*kept, *added), target.span)


def entry_of(value: SourceValue | None, key: str) -> ObjectEntry | None:
    """Return the last entry of an object with a key."""
    if not isinstance(value, ObjectLiteral):
        return None
    return next((entry for entry in reversed(value.entries) if entry.key == key), None)


def has_unknown_entries(value: ObjectLiteral) -> bool:
    """Return whether an object may have other keys."""
    return any(isinstance(entry.key, Unknown) for entry in value.entries)


def with_part(value: SourceValue | None, path: Sequence[NamedKey], part: SourceValue | None) -> SourceValue | None:
    """Return a value with a part set; ``None`` for the part leaves it out."""
    if not path:
        return part
    (key, key_span), *rest = path
    if isinstance(value, Unknown):
        value = ObjectLiteral((spread_entry(value),), value.span)
    if isinstance(value, ListLiteral) and isinstance(key, str) and key.isdecimal() and int(key) < len(value.items):
        items = list(value.items)
        new = with_part(items[int(key)], rest, part)
        items[int(key)] = Scalar(None, key_span) if new is None else new
        return ListLiteral(tuple(items), value.span)
    if isinstance(value, ListLiteral):
        # An index beyond the known items.
        return ListLiteral((*value.items, spread_item(unknown(str(key), key_span))), value.span)
    if not isinstance(value, ObjectLiteral):
        return value
    old = entry_of(value, key) if isinstance(key, str) else None
    if isinstance(key, Unknown) and rest:
        return ObjectLiteral((*value.entries, spread_entry(key)), value.span)
    base = None if old is None else old.value
    if rest and old is None:
        if not has_unknown_entries(value):
            return value
        base = unknown(str(key), key_span)
    new = with_part(base, rest, part)
    kept = tuple(entry for entry in value.entries if entry is not old and entry.key != key)
    if old is not None and rest:
        key_span = old.key_span
    added = () if new is None else (ObjectEntry(key, key_span, new),)
    return ObjectLiteral((*kept, *added), value.span)


def with_items(value: SourceValue | None, items: Sequence[SourceValue]) -> SourceValue | None:
    """Return a list with items added at its end."""
    if isinstance(value, ListLiteral):
        return ListLiteral((*value.items, *items), value.span)
    if isinstance(value, Unknown):
        return ListLiteral((spread_item(value), *items), value.span)
    return value


def identity_of(value: SourceValue) -> object:
    """Return what two readings of one value have in common."""
    if isinstance(value, Scalar):
        return (type(value.value), str(value.value), value.span)
    if isinstance(value, Unknown):
        return (value.hole.kind, value.hole.written, value.span)
    if isinstance(value, ObjectLiteral):
        return tuple(
            (entry.key if isinstance(entry.key, str) else identity_of(entry.key), identity_of(entry.value))
            for entry in value.entries
        )
    items = value.items if isinstance(value, ListLiteral) else value.values
    return ("list", *(identity_of(item) for item in items))
