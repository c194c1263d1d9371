"""Corrections that make some of the certain fixes, in place.

A place with other mistakes, too, is left as it is: a fix there would have to make the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..diagnostics.diagnostic import Diagnostic, Fix
from ..diagnostics.place import Path
from ..language.schema import Schema
from ..syntax.ast import Filter, Search, SortKey
from ..syntax.json_reader import Shape
from .checker import check_search
from .corrections import Fixer, Only, fixed_request
from .rewrite import same_json

JSON = Any


def partly_fixed_request(
    document: JSON, shape: Shape, schema: Schema, diagnostics: tuple[Diagnostic, ...], only: Only
) -> JSON:
    """Return a decoded request with some of its fixes made.

    The fix of one diagnostic makes the others in the same condition, too. One that moves a part of the request makes
    every certain fix.
    """
    if not isinstance(only, Diagnostic):
        chosen = [diagnostic for diagnostic in diagnostics if diagnostic.fix == only]
        others = [d for d in diagnostics if d.fix != only and (d.certain or d.severity == "error")]
        return PartialFixer(document, shape, schema, chosen, others).request()
    fixed = PartialFixer(document, shape, schema, [only], ()).request()
    return fixed_request(document, shape, schema, diagnostics) if fixed is document else fixed


def class_of(diagnostic: Diagnostic, before: Iterable[Diagnostic], remaining: Iterable[Diagnostic]) -> Fix | None:
    """Return the class of a fix, by all diagnostics that it removes.

    ``None`` if it does not remove its own.
    """
    gone = Counter(map(_name, before)) - Counter(map(_name, remaining))
    if not gone[_name(diagnostic)]:
        return None
    return "intended" if any(fix == "intended" for _, _, fix in gone) else "same-answer"


def _name(diagnostic: Diagnostic) -> tuple[str, str, Fix | None]:
    return diagnostic.code, diagnostic.message, diagnostic.fix


class PartialFixer(Fixer):
    """Makes the fixes of chosen diagnostics, unless others are at the same place.

    Every part of the request stays where it is.
    """

    def __init__(
        self,
        document: JSON,
        shape: Shape,
        schema: Schema,
        chosen: Iterable[Diagnostic],
        others: Iterable[Diagnostic],
    ) -> None:
        found = list(chosen)
        super().__init__(document, shape, schema, found)
        self._chosen = {d.place.path for d in found}
        self._others = [d.place.path or () for d in others]
        self._removed = [
            d.place.path for d in found if d.code == "ignored-key" and d.fix == "same-answer" and d.place.path
        ]

    def request(self) -> JSON:
        """Return the request with its fixes made; the same object if there is none."""
        document = self._document
        for part in self._reader.parts["filter"]:
            document = _changed(document, part.path, part.value, self._filter_of(part.value, part.path))
        for part in self._reader.parts["sort"][:1]:
            document = _changed(document, part.path, part.value, self._sort())
        for part in self._reader.parts["limit"][:1]:
            limit = self._reader.search.paging.limit
            if part.path in self._chosen and limit is not None:
                document = _changed(document, part.path, part.value, limit)
        for path in self._removed:
            document = _without(document, path)
        return document

    def _has_others(self, path: Path) -> bool:
        return any(other[: len(path)] == path for other in self._others)

    def _filter_of(self, value: JSON, path: Path) -> JSON:
        if path not in self._touched or (not isinstance(value, dict) and path not in self._chosen):
            return value
        return super()._filter_of(value, path)

    def _entry(self, key: JSON, value: JSON, path: Path) -> dict[str, JSON]:
        if not is_connective(key, value) and self._has_others(path):
            return {key: value}
        return super()._entry(key, value, path)

    def _sort(self) -> JSON:
        part = self._reader.parts["sort"][0]
        if isinstance(part.value, list | tuple):
            entries = [(*part.path, index) for index in range(len(part.value))]
            self._touched -= {path for path in entries if self._has_others(path)}
        elif part.path not in self._chosen:
            return part.value
        return super()._sort()


def is_connective(key: JSON, value: JSON) -> bool:
    """Return whether an entry of a filter joins other filters, as it should."""
    if isinstance(value, list | tuple):
        return (key in ("$and", "$or") and bool(value)) or (key == "$not" and len(value) == 1)
    return key == "$not" and isinstance(value, dict)


def _changed(document: JSON, path: Path, old: JSON, new: JSON) -> JSON:
    """Return a document with the value at a path replaced, if that is the old one."""
    if new is old or same_json(new, old):
        return document
    if not path:
        return new if document is old else document
    step, rest = path[0], path[1:]
    if not isinstance(document, dict) or step not in document:
        return document
    inner = _changed(document[step], rest, old, new)
    return document if inner is document[step] else {**document, step: inner}


def _without(document: JSON, path: Path) -> JSON:
    """Return a document without the key at a path."""
    step, rest = path[0], path[1:]
    if not isinstance(document, dict) or step not in document:
        return document
    if not rest:
        return {key: value for key, value in document.items() if key != step}
    return {**document, step: _without(document[step], rest)}


# -- the tree of a text -----------------------------------------------------------------------------------------


def same_answer_sort(search: Search, schema: Schema) -> tuple[SortKey, ...]:
    """Return the sort keys without those that have no effect."""
    kept = {key.place for key in check_search(Search(sort=search.sort), schema).mended.sort}
    return tuple([key for key in search.sort if key.place in kept or key.field not in schema.by_name])


def same_answer_condition(tree: Filter, schema: Schema) -> Filter:
    """Return a condition with its same-answer fixes made.

    If something else is wrong with it, it stays as it is.
    """
    checked = check_search(Search(tree), schema)
    mixed = any(d.fix == "intended" or d.severity == "error" for d in checked.diagnostics)
    return tree if mixed else checked.mended.filter
