"""A decoded sort to sort keys, in the forms of other interfaces, too."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from ..diagnostics.diagnostic import Fix
from ..diagnostics.place import Path, Place
from ..diagnostics.quoting import described, quoted
from ..language.limits import MAX_FIELD_NAME_CHARS, MAX_LIST_ITEMS
from .ast import SortKey
from .json_printer import write_help
from .problems import Problems

JSON = Any
ENTRY_KEYS = ("fieldName", "order")
_FIELD_NAME_WORDS = ("field", "fieldname", "field_name", "name", "key", "path", "by")
_ORDER_WORDS = ("direction", "dir", "sortorder", "sort")
_ORDERS = {"asc": False, "ascending": False, "1": False, "desc": True, "descending": True, "-1": True}
_EXAMPLE = {"fieldName": "createdDate"}


class SortEntry(NamedTuple):
    """One entry of a sort as it was written, and its certain meaning, if any."""

    written: JSON
    key: SortKey | None
    rest: dict[str, JSON]
    """Unknown keys without a certain meaning."""
    served: SortKey | None = None
    """The key without its direction, if the service ignores the key that gives it."""
    has_direction: bool = True
    """Whether the direction has a certain meaning; else it stays as it was written."""


def is_descending(value: JSON) -> bool | None:
    """Return the direction that a word, 1 or -1 means; ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return _ORDERS.get(str(value).strip().lower()) if isinstance(value, str) or value in (1, -1) else None


class SortReader:
    """Reads sorts.

    ``knows`` tells whether a name certainly means one field, ``rest`` gives its REST name.
    """

    def __init__(self, problems: Problems, knows: Callable[[str], bool], rest: Callable[[str], str]) -> None:
        self._problems = problems
        self._knows = knows
        self._rest = rest

    def read(self, value: JSON, path: Path) -> list[SortEntry] | None:
        """Return the entries; ``None`` if the sort has no certain meaning."""
        if not isinstance(value, list | tuple):
            return self._whole(value, path)
        if len(value) > MAX_LIST_ITEMS:
            self._problems.too_large(path, "sort", MAX_LIST_ITEMS, "entries", len(value))
            return None
        return [self._entry(entry, (*path, index)) for index, entry in enumerate(value)]

    def _whole(self, value: JSON, path: Path) -> list[SortEntry] | None:
        """Read a sort that is not a list: an object, or a text."""
        keys, decoded = self._keys_of(value, path), _decoded(value)
        if decoded is not None:
            quiet = SortReader(Problems(), self._knows, self._rest)
            entries = quiet.read(decoded, path)
            keys = [entry.key for entry in entries or () if entry.key is not None]
            keys = keys if entries and len(keys) == len(entries) else None
        instead = None if keys is None else [_printed(key) for key in keys]
        fix: Fix | None = None if keys is None else "intended"
        self._problems.shape(path, "sort", "a list of objects", value, instead=instead, fix=fix, example=[_EXAMPLE])
        return None if keys is None else [SortEntry(None, key, {}) for key in keys]

    def _keys_of(self, value: JSON, path: Path) -> list[SortKey] | None:
        if isinstance(value, str):
            parts = [part.split() for part in value.split(",")]
            keys = [self._key_of(part[0], part[1:2], path) if 1 <= len(part) <= 2 else None for part in parts]
        elif isinstance(value, dict) and "fieldName" in value:
            order = [value["order"]] if value.get("order") is not None else []
            keys = [self._key_of(value["fieldName"], order, path) if value.keys() <= set(ENTRY_KEYS) else None]
        elif isinstance(value, dict):
            keys = [self._key_of(name, [order], path) for name, order in value.items()]
        else:
            return None
        return [key for key in keys if key is not None] if keys and None not in keys else None

    def _key_of(self, name: JSON, order: list[JSON], path: Path) -> SortKey | None:
        """Return the key of a name, perhaps with ``-`` in front, and a direction.

        ``None`` if one of them is not certain.
        """
        if not isinstance(name, str):
            return None
        bare = name.removeprefix("-")
        descending = is_descending(order[0]) if order else bare != name
        if descending is None or (order and bare != name) or not self._knows(bare):
            return None
        return SortKey(self._rest(bare), descending, Place(path))

    def _entry(self, entry: JSON, path: Path) -> SortEntry:
        if not isinstance(entry, dict):
            return self._other_entry(entry, path)
        name = entry.get("fieldName")
        if name is None:
            return self._nameless(entry, path)
        rest, order = self._unknown_keys(entry, path, ENTRY_KEYS)
        descending = self._descending(entry.get("order"), (*path, "order")) if order is None else order
        at = (*path, "fieldName")
        if not isinstance(name, str):
            self._problems.shape(at, "fieldName", "a string", name)
            return SortEntry(entry, None, rest)
        if len(name) > MAX_FIELD_NAME_CHARS:
            self._problems.too_long(at, "fieldName", MAX_FIELD_NAME_CHARS, len(name), "write a field of the table")
            return SortEntry(entry, None, rest)
        bare = name.removeprefix("-")
        if bare != name and self._knows(bare):
            # A minus beside a direction may mean either direction.
            is_certain = order is None and (entry.get("order") is None or descending is True)
            help_ = write_help({"fieldName": bare, "order": "DESC"})
            fix: Fix = "intended" if is_certain else "guess"
            self._problems.add("unknown-field", f"{quoted(name)} is not a field", help_, at, fix)
            return SortEntry(entry, SortKey(self._rest(bare), True, Place(at)) if is_certain else None, rest)
        key = SortKey(self._rest(name), bool(descending), Place(at))
        served = None if order is None else replace(key, descending=False)
        return SortEntry(entry, key, rest, served, has_direction=descending is not None)

    def _other_entry(self, entry: JSON, path: Path) -> SortEntry:
        """Read an entry that is not an object: a name, or a pair of name and direction."""
        keys = self._keys_of(entry, path) if isinstance(entry, str) and "," not in entry else None
        if isinstance(entry, list | tuple) and len(entry) == 2:
            key = self._key_of(entry[0], [entry[1]], path)
            keys = None if key is None else [key]
        instead = None if keys is None else _printed(keys[0])
        fix: Fix | None = None if keys is None else "intended"
        self._problems.shape(path, "a sort entry", "an object", entry, instead=instead, fix=fix, example=_EXAMPLE)
        return SortEntry(entry, keys[0] if keys else None, {})

    def _nameless(self, entry: dict[str, JSON], path: Path) -> SortEntry:
        """Read an entry without ``fieldName``: its name is under another key, or is a key."""
        message = 'missing key "fieldName" in a sort entry'
        named = next((k for k in entry if self._names_a_field(k, entry[k])), None)
        if named is not None:
            rest, order = self._unknown_keys({k: v for k, v in entry.items() if k != named}, path, ENTRY_KEYS)
            descending = self._descending(entry.get("order"), (*path, "order")) if order is None else order
            self._problems.add(
                "missing-field-name", message, f'rename {quoted(named)} to "fieldName"', path, "intended"
            )
            key = None if descending is None else SortKey(self._rest(entry[named]), descending, Place((*path, named)))
            return SortEntry(entry, key, rest)
        key = self._key_of(*next(((k, [v]) for k, v in entry.items()), ("", [])), path) if len(entry) == 1 else None
        if key is not None:
            (name,), help_ = entry, write_help(_printed(key))
            self._problems.add("missing-field-name", message, help_, path, "intended")
            unknown = f"unknown key {quoted(name)} in a sort entry"
            self._problems.add("ignored-key", unknown, help_, (*path, name), "intended", at_key=True)
            return SortEntry(entry, key, {})
        rest, _ = self._unknown_keys(entry, path, ENTRY_KEYS)
        self._descending(entry.get("order"), (*path, "order"))
        self._problems.add("missing-field-name", message, write_help(_EXAMPLE), path)
        return SortEntry(entry, None, rest)

    def _names_a_field(self, key: JSON, value: JSON) -> bool:
        if not isinstance(key, str) or key in ENTRY_KEYS or not isinstance(value, str):
            return False
        return self._knows(value) and not self._knows(key) and key.lower() in _FIELD_NAME_WORDS

    def _unknown_keys(
        self, entry: dict[str, JSON], path: Path, known: tuple[str, ...]
    ) -> tuple[dict[str, JSON], bool | None]:
        """Report the unknown keys.

        Return those without a certain meaning, and the direction that one gives.
        """
        rest: dict[str, JSON] = {}
        order: bool | None = None
        for key, value in entry.items():
            if key in known:
                continue
            message = (
                f"unknown key {quoted(key)} in a sort entry"
                if isinstance(key, str)
                else "a key that is not a string in a sort entry"
            )
            direction = is_descending(value) if isinstance(key, str) and key.lower() in _ORDER_WORDS else None
            if direction is not None and "order" not in entry and order is None:
                order = direction
                help_ = f'write: "order": "{"DESC" if order else "ASC"}"'
                self._problems.add("ignored-key", message, help_, (*path, key), "intended", at_key=True)
                continue
            rest[key] = value
            help_ = f"remove {quoted(key)}" if isinstance(key, str) else "remove it"
            self._problems.add("ignored-key", message, help_, (*path, key), "guess", at_key=True)
        return rest, order

    def _descending(self, value: JSON, path: Path) -> bool | None:
        if value is None or (isinstance(value, str) and value in ("ASC", "DESC")):
            return value == "DESC"
        descending = is_descending(value)
        help_ = 'write: "ASC" or "DESC"' if descending is None else f'write: "{"DESC" if descending else "ASC"}"'
        fix: Fix | None = None if descending is None else "intended"
        self._problems.add("bad-order", f"{described(value)} is not a sort order", help_, path, fix)
        return descending


def _printed(key: SortKey) -> dict[str, str]:
    return {"fieldName": key.field, "order": "DESC" if key.descending else "ASC"}


def _decoded(value: JSON) -> JSON:
    if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
        try:
            decoded = json.loads(value)
        except (ValueError, RecursionError):
            return None
        return decoded if isinstance(decoded, list) else [decoded]
    return None
