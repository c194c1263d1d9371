"""The keys of a request: known ones are kept, others are reported."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from ...diagnostics.place import Path
from ...diagnostics.quoting import quoted
from ...syntax.problems import Problems
from .base import WireModel

JSON = Any

MAX_IGNORED_KEYS = 1_000
"""Ignored keys that are reported; a body has room for a hundred thousand."""

_SDK_ID = "_id"
_SDK_NAMES = (_SDK_ID, "_createdDate", "_updatedDate")


class KnownKey(NamedTuple):
    """A key of a model, and the model of its value or of its items."""

    model: type[WireModel] | None
    is_list: bool
    is_read_only: bool
    repeats_path: bool


@cache
def known_keys(model: type[BaseModel]) -> dict[str, KnownKey]:
    """Return the keys of a model, by their names in JSON."""
    found = {}
    for name, field in model.model_fields.items():
        inner, is_list = _model_in(field.annotation)
        extra = field.json_schema_extra
        flags = extra if isinstance(extra, dict) else {}
        found[field.alias or name] = KnownKey(inner, is_list, "readOnly" in flags, "x-repeats-path" in flags)
    return found


def _model_in(annotation: Any) -> tuple[type[WireModel] | None, bool]:
    """Return the model in an annotation, and whether the value is a list of it."""
    if isinstance(annotation, type) and issubclass(annotation, WireModel):
        return annotation, False
    origin = get_origin(annotation)
    if origin is Annotated:
        return _model_in(get_args(annotation)[0])
    if origin is list:
        return _model_in(get_args(annotation)[0])[0], True
    if origin in (Union, UnionType):
        for part in get_args(annotation):
            inner, is_list = _model_in(part)
            if inner is not None:
                return inner, is_list
    return None, False


class KeyReader:
    """Reads the keys of one request; ``problems`` are the ignored ones.

    Names in snake_case and the SDK's ``_id`` are read as the names of the service. The SDK sends ``_id`` beside the
    ``id`` of the path if the caller passes an entity that has one: no fault of the caller. ``keeps_nulls`` keeps a
    null, which otherwise is an absent key.
    """

    def __init__(self, *, keeps_nulls: bool) -> None:
        self.problems = Problems()
        self._keeps_nulls = keeps_nulls

    def read(self, model: type[WireModel], value: JSON, path: Path = ()) -> JSON:
        """Return a copy of a value with the known keys of a model alone."""
        if not isinstance(value, dict):
            return value
        known, read = known_keys(model), {}
        for key, part in value.items():
            name = _name_of(key, known)
            if name is None:
                self._report_unknown(key, model, path)
            elif name != key and name in value:
                if known[name].repeats_path:
                    continue
                self._report(key, path, f"{quoted(key)} is ignored beside {quoted(name)}", f"remove {quoted(key)}")
            elif known[name].is_read_only:
                self._report(key, path, f"{quoted(key)} is read-only", f"remove {quoted(key)}")
            elif part is not None or self._keeps_nulls:
                read[name] = self._read_part(known[name], part, (*path, name))
        return read

    def _read_part(self, key: KnownKey, part: JSON, path: Path) -> JSON:
        if key.model is None:
            return part
        if not key.is_list:
            return self.read(key.model, part, path)
        if not isinstance(part, list):
            return part
        return [self.read(key.model, item, (*path, index)) for index, item in enumerate(part)]

    def _report_unknown(self, key: str, model: type[WireModel], path: Path) -> None:
        if len(self.problems) >= MAX_IGNORED_KEYS:
            return
        whole: type[WireModel] | None = getattr(model, "whole", None)
        other = None if whole is None else _name_of(key, known_keys(whole))
        if other is not None:
            changed_by: Mapping[str, str] = getattr(model, "changed_by", {})
            help_ = changed_by.get(other, f"remove {quoted(key)}")
            self._report(key, path, f"{quoted(key)} cannot be updated", help_)
            return
        spellings: Mapping[str, str] = getattr(model, "spellings", {})
        near = spellings.get(key) or self.problems.closest(key, known_keys(model))
        help_ = f"did you mean {quoted(near)}?" if near else f"remove {quoted(key)}"
        self._report(key, path, f"unknown key {quoted(key)}", help_)

    def _report(self, key: str, path: Path, message: str, help_: str) -> None:
        if len(self.problems) < MAX_IGNORED_KEYS:
            self.problems.add("ignored-key", message, help_, (*path, key), at_key=True)


def _name_of(key: str, known: dict[str, KnownKey]) -> str | None:
    """Return the service's name of a key, or ``None`` if it is unknown."""
    if key in known:
        return key
    if key in _SDK_NAMES:
        name = key[1:]
    elif "_" in key.strip("_") and key == key.lower():
        name = to_camel(key)
    else:
        return None
    return name if name in known else None
