"""Values of Python expressions while a function is followed to a call.

Objects and lists change in place, so two names for one object see the same changes, as in Python.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ...syntax.holes import Hole
from ...syntax.json_printer import encode_json
from ..nodes import Alternatives, ListLiteral, ObjectEntry, ObjectLiteral, Scalar, SourceValue, Span, Unknown

JSON = Any
MAX_CHOICES = 16
_MAX_DEPTH = 100
_MAX_NODES = 20_000
"""Of one value, which may hold another object many times."""


@dataclass(slots=True)
class ObjectEntryValue:
    """A key and its value; for a spread, the key is the unknown value."""

    key: str | Unknown
    key_span: Span
    value: PythonValue


@dataclass(slots=True, eq=False)
class ObjectValue:
    """A dict, which may change."""

    entries: list[ObjectEntryValue]
    span: Span

    @property
    def is_open(self) -> bool:
        """Whether it may have keys that the file does not tell."""
        return any(isinstance(entry.key, Unknown) for entry in self.entries)

    def find(self, key: str) -> ObjectEntryValue | None:
        """Return the entry that counts for a key, if it is certain."""
        for entry in reversed(self.entries):
            if entry.key == key:
                return entry
            if isinstance(entry.key, Unknown):
                return None
        return None

    def put(self, key: str | Unknown, key_span: Span, value: PythonValue) -> None:
        """Set a key, in its place if it is there."""
        for entry in self.entries if isinstance(key, str) and not self.is_open else ():
            if entry.key == key:
                entry.key_span, entry.value = key_span, value
                return
        if isinstance(key, str):
            self.remove(key)
        self.entries.append(ObjectEntryValue(key, key_span, value))

    def remove(self, key: str) -> None:
        """Remove a key."""
        self.entries[:] = [entry for entry in self.entries if entry.key != key]

    def add_unknown(self, unknown: Unknown) -> None:
        """Add a spread: the object may have any other entries."""
        spread = Unknown(Hole(unknown.hole.written, "spread"), unknown.span)
        self.entries.append(ObjectEntryValue(spread, unknown.span, spread))


@dataclass(slots=True, eq=False)
class ListValue:
    """A list, which may change."""

    items: list[PythonValue]
    span: Span


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values."""

    values: tuple[PythonValue, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Template:
    """A string that is known in part; ``None`` is the unknown part."""

    parts: tuple[str | None, ...]
    span: Span
    written: str


@dataclass(frozen=True, slots=True)
class JsonText:
    """A value printed as JSON."""

    value: PythonValue
    span: Span
    written: str


@dataclass(frozen=True, slots=True)
class ClientValue:
    """An HTTP client, with the URL that it puts before a path.

    ``mocks`` is set if it answers instead of sending.
    """

    base_url: PythonValue | None
    span: Span
    written: str
    mocks: bool = False


PythonValue = Scalar | Unknown | ObjectValue | ListValue | Choice | Template | JsonText | ClientValue
Names = dict[str, PythonValue]


def choice_of(values: Iterable[PythonValue], span: Span) -> PythonValue:
    """Return one of several values, without nested choices."""
    flat: list[PythonValue] = []
    for value in values:
        for part in value.values if isinstance(value, Choice) else (value,):
            if not any(part is other or (type(part) in (Scalar, Unknown) and part == other) for other in flat):
                flat.append(part)
    return flat[0] if len(flat) == 1 else Choice(tuple(flat), span)


def options_of(value: PythonValue) -> tuple[PythonValue, ...]:
    """Return the values that a value may be."""
    return value.values if isinstance(value, Choice) else (value,)


@dataclass(slots=True)
class Copier:
    """Copies values, and keeps what is one object one object."""

    copies: dict[int, PythonValue] = field(default_factory=dict)

    def copy(self, value: PythonValue) -> PythonValue:
        """Return a copy that changes of the first do not reach."""
        if isinstance(value, Scalar | Unknown | Template):
            return value
        known = self.copies.get(id(value))
        if known is not None:
            return known
        if isinstance(value, ObjectValue):
            copied = ObjectValue([], value.span)
            self.copies[id(value)] = copied
            copied.entries += [ObjectEntryValue(e.key, e.key_span, self.copy(e.value)) for e in value.entries]
            return copied
        if isinstance(value, ListValue):
            copied_list = ListValue([], value.span)
            self.copies[id(value)] = copied_list
            copied_list.items += [self.copy(item) for item in value.items]
            return copied_list
        made: PythonValue = value
        if isinstance(value, Choice):
            made = Choice(tuple([self.copy(part) for part in value.values]), value.span)
        elif isinstance(value, JsonText):
            made = JsonText(self.copy(value.value), value.span, value.written)
        self.copies[id(value)] = made
        return made


def copied_names(names: Names) -> Names:
    """Return names whose objects are copies."""
    copier = Copier()
    return {name: copier.copy(value) for name, value in names.items()}


def unknown_of(value: PythonValue, kind: str = "value") -> Unknown:
    """Return a value as one that the file does not tell."""
    if isinstance(value, Unknown):
        return value
    written = value.written if isinstance(value, Template | ClientValue | JsonText) else "..."
    return Unknown(Hole(written, "spread" if kind == "spread" else "value"), value.span)


class Printer:
    """Makes source values of the values of one moment."""

    def __init__(self) -> None:
        self._left = _MAX_NODES

    def source_value(self, value: PythonValue, depth: int = 0) -> SourceValue:
        """Return the value as a tree that does not change."""
        self._left -= 1
        if depth > _MAX_DEPTH or self._left < 0:
            return unknown_of(value)
        if isinstance(value, ObjectValue):
            entries = [ObjectEntry(e.key, e.key_span, self.source_value(e.value, depth + 1)) for e in value.entries]
            return ObjectLiteral(tuple(entries), value.span)
        if isinstance(value, ListValue):
            return ListLiteral(tuple([self.source_value(item, depth + 1) for item in value.items]), value.span)
        if isinstance(value, Choice):
            made = tuple([self.source_value(part, depth) for part in value.values[:MAX_CHOICES]])
            return Alternatives(made, value.span)
        if isinstance(value, Scalar | Unknown):
            return value
        return self._text_of_json(value) if isinstance(value, JsonText) else unknown_of(value)

    def _text_of_json(self, value: JsonText) -> SourceValue:
        """Return JSON in a string, as the Stores API takes it, if all is literal."""
        plain = _plain(value.value)
        return unknown_of(value) if plain is _NOT_PLAIN else Scalar(encode_json(plain).decode("utf-8"), value.span)


_NOT_PLAIN = object()


def _plain(value: PythonValue, depth: int = 0) -> JSON:
    if depth > _MAX_DEPTH:
        return _NOT_PLAIN
    if isinstance(value, Scalar):
        return value.value
    if isinstance(value, ObjectValue):
        made: JSON = {e.key if isinstance(e.key, str) else "": _plain(e.value, depth + 1) for e in value.entries}
        return _NOT_PLAIN if value.is_open or _NOT_PLAIN in made.values() else made
    if isinstance(value, ListValue):
        made = [_plain(item, depth + 1) for item in value.items]
        return _NOT_PLAIN if any(part is _NOT_PLAIN for part in made) else made
    return _NOT_PLAIN


def text_of(value: PythonValue) -> tuple[str | None, ...] | None:
    """Return the parts of a string that are known; ``None`` for any other value."""
    if isinstance(value, Scalar):
        return (value.value,) if isinstance(value.value, str) else None
    if isinstance(value, Template):
        return value.parts
    return (None,) if isinstance(value, Unknown) else None


def joined_text(parts: Iterable[str | None], span: Span, written: str) -> PythonValue:
    """Return a string made of parts."""
    merged: list[str | None] = []
    for part in parts:
        if part is not None and merged and merged[-1] is not None:
            merged[-1] += part
        elif part is not None or not merged or merged[-1] is not None:
            merged.append(part)
    if all(part is not None for part in merged):
        return Scalar("".join(part or "" for part in merged), span)
    return Template(tuple(merged), span, written)
