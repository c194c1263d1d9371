"""The shape of a table of fields: which type each of its keys has.

It is checked before a table is read, so that reading it meets no other types.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from ..diagnostics.quoting import described, quoted

MAX_COUNT = 1_000
"""Of orders on a page, and of entries of a sort."""
_MAX_VERSION = 10**9


class InvalidTable(Exception):
    """A table of fields that cannot be used; the message has the place in it."""


class Whole(NamedTuple):
    """A whole number from 1 to a maximum."""

    most: int


class Each(NamedTuple):
    """A list whose items have one shape."""

    shape: Any


class Named(NamedTuple):
    """A table of any keys, whose values have one shape."""

    shape: Any


class AnyScalar(NamedTuple):
    """A string, a number or a boolean."""


_SOURCE = {"path": str, "join": Each(str), "record": str, "single": bool, "fallbacks": Each(str)}
_FIELD = {
    "name": str, "type": str, "operators": Each(str), "sortable": (bool, "undocumented"), "many": bool,
    "values": Each(str), "aliases": Each(str), "default": AnyScalar(), "indexed": bool, "note": str,
    "sources": Each(_SOURCE), "unread_operators": Each(str),
}  # fmt: skip
_HIDDEN = {"field": str, "values": Each(AnyScalar())}
_SEARCH = {
    "sort": Each({"field": str, "order": ("ASC", "DESC")}), "limit": Whole(MAX_COUNT), "max_limit": Whole(MAX_COUNT),
    "max_sorts": Whole(MAX_COUNT),
}  # fmt: skip
_TABLE = {
    "name": str, "version": Whole(_MAX_VERSION), "title": str, "source": str, "read": date, "key": str, "revision": str,
    "wire_form": str, "tables": str, "envelopes": bool, "sdk_names": Named(str), "hidden": _HIDDEN,
    "hidden_unless_asked": _HIDDEN, "sums": {"field": str, "currency": str}, "events": Named(str), "search": _SEARCH,
    "fields": Each(_FIELD),
}  # fmt: skip
_NOUNS: dict[Any, str] = {str: "a string", bool: "true or false", date: "a date", dict: "a table", list: "a list"}


def check_shape(data: Mapping[str, Any]) -> None:
    """Check the types in a table of fields. Raises ``InvalidTable``."""
    _check(data, _TABLE, "")


def _check(value: Any, shape: Any, where: str) -> None:
    if isinstance(shape, dict):
        _expect(isinstance(value, dict), dict, value, where)
        for key, inner in shape.items():
            if key in value:
                _check(value[key], inner, f"{where}.{key}" if where else key)
    elif isinstance(shape, Each):
        _expect(isinstance(value, list), list, value, where)
        for number, item in enumerate(value, 1):
            _check(item, shape.shape, f"{where}[{number}]")
    elif isinstance(shape, Named):
        _expect(isinstance(value, dict), dict, value, where)
        for key, item in value.items():
            _check(item, shape.shape, f"{where}.{quoted(key)}")
    elif isinstance(shape, Whole):
        if type(value) is not int or not 1 <= value <= shape.most:
            raise InvalidTable(f"{where} must be a whole number from 1 to {shape.most:,}, not {described(value)}")
    elif isinstance(shape, AnyScalar):
        if not isinstance(value, str | bool | int | float):
            raise InvalidTable(f"{where} must be a string, a number or a boolean, not {described(value)}")
    elif isinstance(shape, tuple):
        if value not in [item for item in shape if isinstance(item, str)] and type(value) not in shape:
            listed = " or ".join(_NOUNS.get(item, quoted(str(item))) for item in shape)
            raise InvalidTable(f"{where} must be {listed}, not {described(value)}")
    else:
        _expect(type(value) is shape, shape, value, where)


def _expect(is_right: bool, shape: Any, value: Any, where: str) -> None:
    if not is_right:
        raise InvalidTable(f"{where or 'the file'} must be {_NOUNS[shape]}, not {described(value)}")
