"""Corrections of a search with holes: the fixes that no hole can make wrong.

A hole among the keys of an object may bring any key. Nothing is put into such an object, and none of its keys is
renamed: the new key could replace one of the hole, or be replaced by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Path
from ..language.schema import Schema
from ..syntax.holes import contains_hole, has_hole_key
from ..syntax.json_reader import Shape
from .corrections import Fixer
from .json_edits import MISSING, value_at
from .partial_corrections import PartialFixer, is_connective
from .single_fixes import lone_fix

JSON = Any


class HoleFixer(PartialFixer):
    """Makes the certain fixes of chosen diagnostics in a request with holes."""

    def __init__(self, document: JSON, shape: Shape, schema: Schema, chosen: Iterable[Diagnostic]) -> None:
        found = tuple(chosen)
        super().__init__(document, shape, schema, found, ())
        self._diagnostics = sorted(found, key=lambda one: len(one.place.path or ()), reverse=True)

    def request(self) -> JSON:
        """Return the request with its fixes made.

        Its parts stay where they are if holes may bring parts.
        """
        return super().request() if self._reader.is_open else Fixer.request(self)

    def _filter(self) -> JSON:
        parts = [self._filter_of(part.value, part.path) for part in self._reader.parts["filter"]]
        return {"$and": parts} if len(parts) > 1 and any(map(has_hole_key, parts)) else super()._filter()

    def _filter_of(self, value: JSON, path: Path) -> JSON:
        if not has_hole_key(value) or path not in self._touched:
            return super()._filter_of(value, path)
        fixed = {}
        for key, inner in value.items():
            made = self._entry(key, inner, (*path, key))
            fixed[key] = made[key] if list(made) == [key] else inner
        return fixed

    def _entry(self, key: JSON, value: JSON, path: Path) -> dict[str, JSON]:
        if path not in self._touched or is_connective(key, value) or not contains_hole(value, in_keys_only=True):
            return super()._entry(key, value, path)
        document = self._document
        for diagnostic in self._diagnostics:
            at = diagnostic.place.path or ()
            if at[: len(path)] != path or diagnostic.code == "ignored-key":
                continue
            fixed = lone_fix(document, self._shape, self._schema, diagnostic)
            if _keeps_open_objects(document, fixed, at):
                document = fixed
        index = list(value_at(self._document, path[:-1])).index(key)
        made, inner = list(value_at(document, path[:-1]).items())[index]
        return {made: inner}

    def _sort(self) -> JSON:
        return Fixer._sort(self)

    def _paging(self) -> JSON:
        kept = self._reader.rest["search"].get("cursorPaging")
        if not isinstance(kept, dict) or not has_hole_key(kept):
            return super()._paging()
        part, limit = next(iter(self._reader.parts["limit"]), None), self._reader.search.paging.limit
        is_fixed = part is not None and limit is not None and part.path in self._touched
        return {**kept, "limit": limit} if is_fixed and "limit" in kept else kept


def _keeps_open_objects(before: JSON, after: JSON, path: Path) -> bool:
    """Return whether objects around a place that have holes as keys keep them all."""
    for length in range(len(path)):
        here = value_at(before, path[:length])
        if here is MISSING:
            return True
        there = value_at(after, path[:length])
        if has_hole_key(here) and (not isinstance(there, dict) or list(there) != list(here)):
            return False
    return True
