"""A decoded sort to sort keys, in the forms of other interfaces, too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from ..diagnostics.diagnostic import Fix
from ..diagnostics.place import Path, Place
from ..diagnostics.quoting import described, quoted
from ..language.limits import MAX_FIELD_NAME_CHARS, MAX_LIST_ITEMS
from ..language.near import near_name, without_minus, without_plus
from .ast import SortKey
from .holes import Hole, described_value, has_hole_key
from .json_printer import write_help
from .json_strings import json_in_string
from .problems import Problems
from .sort_words import (
    FIELD_NAME_WORDS,
    described_sorts,
    flag_direction,
    is_descending,
    is_order_word,
    names_direction,
    unwrapped_order,
    words_of_sort,
)

JSON = Any
ENTRY_KEYS = ("fieldName", "order")
_EXAMPLE = {"fieldName": "createdDate"}


class SortEntry(NamedTuple):
    """One entry of a sort as it was written, and its certain meaning, if any."""

    written: JSON
    key: SortKey | None
    rest: dict[str, JSON]
    """Unknown keys without a certain meaning."""
    served: SortKey | None = None
    """The key without its direction, if the service ignores the key that gives it."""
    order: JSON = None
    """The direction to write: ``ASC``, ``DESC``, or what was written if that has no certain meaning."""
    name: JSON = None
    """The name as it was written, if the entry has no key."""

    @property
    def is_certain(self) -> bool:
        """Whether every part of the entry has a certain meaning."""
        return self.key is not None and not self.rest and self.order in (None, "ASC", "DESC")


class SortReader:
    """Reads sorts.

    ``knows`` tells whether a name certainly means one field, ``rest`` gives its REST name. ``descending`` is a
    direction that was written beside the sort, for a name alone.
    """

    def __init__(
        self,
        problems: Problems,
        knows: Callable[[str], bool],
        rest: Callable[[str], str],
        descending: bool | Hole | str | None = None,
    ) -> None:
        self._descending_beside = descending
        self._problems = problems
        self._knows = knows
        self._rest = rest

    def read(self, value: JSON, path: Path) -> list[SortEntry] | None:
        """Return the entries; ``None`` if the sort has no certain meaning."""
        if not isinstance(value, list | tuple):
            return None if self._problems.is_hole(value) else self._whole(value, path)
        if len(value) > MAX_LIST_ITEMS:
            self._problems.too_large(path, "sort", MAX_LIST_ITEMS, "entries", len(value))
            return None
        if any(names_direction(entry) for entry in value) and all(isinstance(entry, str) for entry in value):
            # A name and its direction, one after the other.
            return self._whole(value, path)
        has_hole = any(self._problems.is_hole(entry) for entry in value)
        return [
            # A hole may be the direction of the name before it.
            SortEntry(entry, None, {}) if has_hole and isinstance(entry, str) else self._entry(entry, (*path, index))
            for index, entry in enumerate(value)
        ]

    def _whole(self, value: JSON, path: Path) -> list[SortEntry] | None:
        """Read a sort that is not a list of entries: an object, or a text."""
        keys = self._keys_of(",".join(value) if isinstance(value, list | tuple) else value, path)
        if keys is None:
            keys = self._keys_inside([value] if isinstance(value, dict) else json_in_string(value, "[{"), path)
            if keys is not None and isinstance(value, dict):
                keys = [replace(key, place=Place(path)) for key in keys]
        beside = self._descending_beside
        if keys is not None and isinstance(beside, str):
            message = f"sort must be a list of objects, not {described_value(value)}"
            both = [[_printed(replace(keys[0], descending=down))] for down in (False, True)]
            self._problems.add("wrong-shape", message, self._help(both), path)
            return None
        if keys is not None and isinstance(beside, Hole):
            written = [{"fieldName": key.field, "order": beside} for key in keys]
            message = f"sort must be a list of objects, not {described_value(value)}"
            self._problems.add("wrong-shape", message, write_help(written), path, "guess")
            return None
        if keys is not None and isinstance(beside, bool):
            keys = [replace(key, descending=beside) for key in keys]
        instead = None if keys is None else [_printed(key) for key in keys]
        fix: Fix | None = None if keys is None else "intended"
        if keys is None and self._readings(value):
            message = f"sort must be a list of objects, not {described_value(value)}"
            self._problems.add("wrong-shape", message, self._help([[entry] for entry in self._readings(value)]), path)
            return None
        self._problems.shape(path, "sort", "a list of objects", value, instead=instead, fix=fix, example=[_EXAMPLE])
        return None if keys is None else [_entry_of(None, key) for key in keys]

    def _keys_inside(self, value: JSON, path: Path) -> list[SortKey] | None:
        """Read an object that is a single entry, or a decoded text.

        ``None`` if a part of it is not certain.
        """
        if not isinstance(value, list | dict):
            return None
        entries = SortReader(Problems(), self._knows, self._rest).read(value, path)
        if not entries or not all(entry.is_certain for entry in entries):
            return None
        return [entry.key for entry in entries if entry.key is not None]

    def _keys_of(self, value: JSON, path: Path) -> list[SortKey] | None:
        if isinstance(value, str):
            parts = words_of_sort(value)
            keys = [self._key_of(part[0], part[1:2], Place(path)) if 1 <= len(part) <= 2 else None for part in parts]
        elif isinstance(value, dict):
            keys = [
                self._key_of(name, [unwrapped_order(order)], Place((*path, name), at="key"))
                for name, order in value.items()
            ]
        else:
            return None
        return [key for key in keys if key is not None] if keys and None not in keys else None

    def _key_of(self, name: JSON, order: list[JSON], place: Place) -> SortKey | None:
        """Return the key of a name, perhaps with ``-`` or ``+`` in front, and a direction.

        ``None`` if one of them is not certain.
        """
        if not isinstance(name, str):
            return None
        minus, plus = without_minus(name), without_plus(name)
        bare = minus or plus or name
        descending = is_descending(order[0]) if order else minus is not None
        if descending is None or (order and bare is not name) or not self._knows(bare):
            return None
        return SortKey(self._rest(bare), descending, place)

    def _entry(self, entry: JSON, path: Path) -> SortEntry:
        if not isinstance(entry, dict):
            is_hole = self._problems.is_hole(entry)
            return SortEntry(entry, None, {}) if is_hole else self._other_entry(entry, path)
        return self._nameless(entry, path) if entry.get("fieldName") is None else self._named(entry, "fieldName", path)

    def _named(self, entry: dict[str, JSON], name_key: str, path: Path) -> SortEntry:
        """Read an entry that has its name under a key."""
        name, at = entry[name_key], (*path, name_key)
        rest, descending, order = self._direction({key: part for key, part in entry.items() if key != name_key}, path)
        unread = SortEntry(entry, None, rest, None, order, name)
        if not isinstance(name, str):
            if not self._problems.is_hole(name):
                self._problems.shape(at, "fieldName", "a string", name)
            return unread
        if len(name) > MAX_FIELD_NAME_CHARS:
            self._problems.too_long(at, "fieldName", MAX_FIELD_NAME_CHARS, len(name), "write a field of the table")
            return unread
        bare = without_minus(name)
        if bare is not None and self._knows(bare):
            # A minus beside a direction may mean either direction.
            is_certain = (order is None or descending is True) and not has_hole_key(entry)
            help_ = write_help({"fieldName": bare, "order": "DESC"})
            fix: Fix = "intended" if is_certain else "guess"
            self._problems.add("unknown-field", f"{quoted(name)} is not a field", help_, at, fix)
            return _entry_of(entry, SortKey(self._rest(bare), True, Place(at)), rest) if is_certain else unread
        words = [] if self._knows(name) else words_of_sort(name)
        keys = self._keys_of(name, at) if len(words) == 1 and len(words[0]) == 2 else None
        if keys is not None:
            is_certain = order in (None, _order(keys[0].descending)) and not has_hole_key(entry)
            fix = "intended" if is_certain else "guess"
            help_ = write_help({"fieldName": keys[0].field, "order": _order(keys[0].descending)})
            self._problems.add("unknown-field", f"{quoted(name)} is not a field", help_, at, fix)
            return _entry_of(entry, keys[0], rest) if is_certain else unread
        key = SortKey(self._rest(name), bool(descending), Place(at))
        served = None if order is None or entry.get("order") is not None else replace(key, descending=False)
        return SortEntry(entry, key, rest, served, order)

    def _other_entry(self, entry: JSON, path: Path) -> SortEntry:
        """Read an entry that is not an object: a name, or a pair of name and direction."""
        keys = self._keys_of(entry, path) if isinstance(entry, str) else None
        keys = keys if keys is not None and len(keys) == 1 else None
        if isinstance(entry, list | tuple) and len(entry) == 2:
            key = self._key_of(entry[0], [entry[1]], Place((*path, 0)))
            keys = None if key is None else [key]
        instead = None if keys is None else _printed(keys[0])
        fix: Fix | None = None if keys is None else "intended"
        if keys is None and self._readings(entry):
            message = f"a sort entry must be an object, not {described_value(entry)}"
            self._problems.add("wrong-shape", message, self._help(self._readings(entry)), path)
            return SortEntry(entry, None, {})
        self._problems.shape(path, "a sort entry", "an object", entry, instead=instead, fix=fix, example=_EXAMPLE)
        return _entry_of(entry, keys[0]) if keys else SortEntry(entry, None, {})

    def _nameless(self, entry: dict[str, JSON], path: Path) -> SortEntry:
        """Read an entry without ``fieldName``: its name is under another key, or is a key."""
        message = 'missing key "fieldName" in a sort entry'
        if has_hole_key(entry):
            # The hole may bring the name. Without it, one of these keys is the name.
            names = {key: part for key, part in entry.items() if self._names_a_field(key, part)}
            others = {key: part for key, part in entry.items() if key not in names}
            rest, _, order = self._direction(others, path)
            return SortEntry(entry, None, {**rest, **names}, None, order)
        named = next((k for k in entry if self._names_a_field(k, entry[k])), None)
        if named is not None:
            self._problems.add(
                "missing-field-name", message, f'rename {quoted(named)} to "fieldName"', path, "intended"
            )
            return self._named(entry, named, path)
        keys = self._keys_of(entry, path) if len(entry) == 1 else None
        if keys is not None:
            (name,) = entry
            help_ = write_help(_printed(keys[0]))
            self._problems.add("missing-field-name", message, help_, path, "intended")
            unknown = f"unknown key {quoted(name)} in a sort entry"
            self._problems.add("ignored-key", unknown, help_, (*path, name), "intended", at_key=True)
            return _entry_of(entry, keys[0])
        readings = self._readings(entry)
        help_ = self._help(readings) if readings else write_help(_EXAMPLE)
        self._problems.add("missing-field-name", message, help_, path)
        if readings:
            # To remove a key would lose the name or its direction.
            for key in entry:
                if key != "order" and not self._problems.is_hole(key):
                    unknown = f"unknown key {described(key)} in a sort entry"
                    self._problems.add("ignored-key", unknown, help_, (*path, key), at_key=True)
            others = {key: part for key, part in entry.items() if key != "order"}
            return SortEntry(entry, None, others, None, entry.get("order"))
        rest, _, order = self._direction(entry, path)
        return SortEntry(entry, None, rest, None, order)

    def _readings(self, value: JSON) -> list[dict[str, str]]:
        """Return the entries that a value with the name of a field may mean."""
        return described_sorts(value, self._knows, self._rest)

    @staticmethod
    def _help(readings: list[JSON]) -> str:
        return " or ".join(
            [write_help(readings[0]), *(write_help(other, "").removeprefix(": ") for other in readings[1:])]
        )

    def _names_a_field(self, key: JSON, value: JSON) -> bool:
        if not isinstance(key, str) or key in ENTRY_KEYS or not isinstance(value, str | Hole):
            return False
        if isinstance(value, Hole):
            return not self._knows(key) and near_name(key, FIELD_NAME_WORDS) is not None
        bare = without_minus(value) or value
        return self._knows(bare) and not self._knows(key) and near_name(key, FIELD_NAME_WORDS) is not None

    def _direction(self, entry: dict[str, JSON], path: Path) -> tuple[dict[str, JSON], bool | None, JSON]:
        """Report the keys of an entry apart from its name.

        Return the unknown keys without a certain meaning, whether the order is descending (``None`` if that is not
        certain), and the order to write.
        """
        rest, descending = self._unknown_keys(entry, path)
        written = entry.get("order")
        if descending is None and written is None:
            return rest, False, None
        if descending is None:
            descending = self._descending(written, (*path, "order"))
        return rest, descending, written if descending is None else _order(descending)

    def _unknown_keys(self, entry: dict[str, JSON], path: Path) -> tuple[dict[str, JSON], bool | None]:
        """Report the unknown keys.

        Return those without a certain meaning, and the direction that one gives.
        """
        rest: dict[str, JSON] = {}
        order: bool | None = None
        found = {_direction_of(key, value) for key, value in entry.items() if key not in ENTRY_KEYS} - {None}
        for key, value in entry.items():
            if key in ENTRY_KEYS:
                continue
            if self._problems.is_hole(key):
                rest[key] = value
                continue
            message = (
                f"unknown key {quoted(key)} in a sort entry"
                if isinstance(key, str)
                else "a key that is not a string in a sort entry"
            )
            direction = _direction_of(key, value)
            if (
                direction is not None
                and len(found) == 1
                and entry.get("order") is None
                and order is None
                and not has_hole_key(entry)
            ):
                order = direction
                help_ = f'write: "order": "{_order(order)}"'
                self._problems.add("ignored-key", message, help_, (*path, key), "intended", at_key=True)
                continue
            rest[key] = value
            help_ = f"remove {quoted(key)}" if isinstance(key, str) else "remove it"
            if isinstance(value, Hole) and is_order_word(key) and "order" not in entry:
                help_ = f'rename {quoted(key)} to "order"'
            elif isinstance(value, Hole) and flag_direction(key, True) is not None:
                help_ = 'write "order" with "ASC" or "DESC" instead'
            elif names_direction(value) and entry.get("order") is None:
                help_ = f'write: "order": "{_order(bool(is_descending(value)))}"'
            self._problems.add("ignored-key", message, help_, (*path, key), "guess", at_key=True)
        return rest, order

    def _descending(self, value: JSON, path: Path) -> bool | None:
        if value is None or (isinstance(value, str) and value in ("ASC", "DESC")):
            return value == "DESC"
        if self._problems.is_hole(value):
            return None
        descending = is_descending(value)
        help_ = 'write: "ASC" or "DESC"' if descending is None else f'write: "{_order(descending)}"'
        fix: Fix | None = None if descending is None else "intended"
        self._problems.add("bad-order", f"{described(value)} is not a sort order", help_, path, fix)
        return descending


def _direction_of(key: JSON, value: JSON) -> bool | None:
    """Return the direction that a key of an entry gives, if any."""
    return is_descending(value) if is_order_word(key) else flag_direction(key, value)


def _printed(key: SortKey) -> dict[str, str]:
    return {"fieldName": key.field, "order": _order(key.descending)}


def _order(descending: bool) -> str:
    return "DESC" if descending else "ASC"


def _entry_of(written: JSON, key: SortKey, rest: dict[str, JSON] | None = None) -> SortEntry:
    """Return an entry whose direction is certain."""
    return SortEntry(written, key, rest or {}, None, _order(key.descending))
