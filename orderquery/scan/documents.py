"""Searches of source code as decoded documents with holes, and their places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from typing import Any, Literal

from ..diagnostics.place import Path
from .nodes import Alternatives, ListLiteral, ObjectEntry, ObjectLiteral, Scalar, SourceValue, Span, Unknown

JSON = Any
At = Literal["key", "value"]
MAX_DOCUMENTS = 16
"""Of one call, whose value may have conditionals."""
_AlternativeKey = tuple[Span, int]


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """A search as decoded JSON with holes.

    ``spans`` has the place of every key and value in the file, by its path. ``tree`` is the search as it stands in the
    source, without alternatives.
    """

    value: JSON
    spans: dict[tuple[Path, At], Span]
    tree: SourceValue

    def span(self, path: Path, at: At) -> Span:
        """Return the place of a path in the file, or that of the nearest part around it."""
        for length in range(len(path), -1, -1):
            found = self.spans.get((path[:length], at if length == len(path) else "value"))
            if found is not None:
                return found
            found = self.spans.get((path[:length], "value"))
            if found is not None:
                return found
        return self.tree.span


@dataclass(frozen=True, slots=True)
class SearchDocuments:
    """The documents that a call may send; ``is_whole`` unless some were left out."""

    documents: tuple[SearchDocument, ...]
    is_whole: bool


def documents_of(search: SourceValue) -> SearchDocuments:
    """Return the documents of a search: one for each choice of its alternatives."""
    choices = {(node.span, len(node.values)): len(node.values) for node in _alternatives(search)}
    made: dict[object, SourceValue] = {}
    whole = True
    for chosen in _selections(choices):
        tree = _chosen(search, chosen)
        made.setdefault(shape_of_source(tree), tree)
    count = 1
    for number in choices.values():
        count *= number
        whole = whole and count <= MAX_DOCUMENTS
    return SearchDocuments(tuple([_document(tree) for tree in islice(made.values(), MAX_DOCUMENTS)]), whole)


def _selections(choices: dict[_AlternativeKey, int]) -> Iterator[dict[_AlternativeKey, int]]:
    """Yield every combination of alternatives.

    If there are too many, yield enough for each alternative to occur.
    """
    count = 1
    for number in choices.values():
        count *= number
        if count > MAX_DOCUMENTS:
            break
    if count <= MAX_DOCUMENTS:
        for indexes in product(*(range(number) for number in choices.values())):
            yield dict(zip(choices, indexes, strict=True))
        return
    for index in range(min(max(choices.values()), MAX_DOCUMENTS)):
        yield {key: index % number for key, number in choices.items()}


def parts_of(value: SourceValue) -> tuple[SourceValue, ...]:
    """Return the values inside a value."""
    if isinstance(value, ObjectLiteral):
        return tuple([entry.value for entry in value.entries])
    if isinstance(value, ListLiteral):
        return value.items
    return value.values if isinstance(value, Alternatives) else ()


def _alternatives(value: SourceValue) -> Iterator[Alternatives]:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Alternatives):
            yield part
        waiting += reversed(parts_of(part))


def _chosen(value: SourceValue, chosen: dict[_AlternativeKey, int]) -> SourceValue:
    while isinstance(value, Alternatives):
        value = value.values[chosen[value.span, len(value.values)]]
    if isinstance(value, ObjectLiteral):
        entries = [ObjectEntry(e.key, e.key_span, _chosen(e.value, chosen)) for e in value.entries]
        return ObjectLiteral(tuple(entries), value.span)
    if isinstance(value, ListLiteral):
        return ListLiteral(tuple([_chosen(item, chosen) for item in value.items]), value.span)
    return value


def shape_of_source(value: SourceValue) -> object:
    """Return what tells two values apart: content and places.

    The holes of one place are one.
    """
    if isinstance(value, ObjectLiteral):
        entries = [
            (entry.key if isinstance(entry.key, str) else entry.key.span, entry.key_span, shape_of_source(entry.value))
            for entry in value.entries
        ]
        return ("object", value.span, tuple(entries))
    if isinstance(value, Scalar):
        return ("scalar", type(value.value).__name__, value.value, value.span)
    if isinstance(value, Unknown):
        return ("?", value.span, value.hole.kind)
    return (type(value).__name__, value.span, tuple([shape_of_source(part) for part in parts_of(value)]))


def _document(tree: SourceValue) -> SearchDocument:
    spans: dict[tuple[Path, At], Span] = {}
    return SearchDocument(_decoded(tree, (), spans), spans, tree)


def _decoded(value: SourceValue, path: Path, spans: dict[tuple[Path, At], Span]) -> JSON:
    spans[path, "value"] = value.span
    if isinstance(value, ObjectLiteral):
        found: dict[JSON, JSON] = {}
        for entry in value.entries:
            key: Any = entry.key if isinstance(entry.key, str) else entry.key.hole
            # A later entry with the same key counts.
            found[key] = _decoded(entry.value, (*path, key), spans)
            spans[(*path, key), "key"] = entry.key_span
        return found
    if isinstance(value, ListLiteral):
        return [_decoded(item, (*path, index), spans) for index, item in enumerate(value.items)]
    return value.value if isinstance(value, Scalar) else value.hole if isinstance(value, Unknown) else None


def unknown_parts(value: SourceValue) -> Iterator[Unknown]:
    """Yield the parts of a search that the source does not tell."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Unknown):
            yield part
        elif isinstance(part, ObjectLiteral):
            yield from (entry.key for entry in part.entries if isinstance(entry.key, Unknown))
        waiting += reversed(parts_of(part))
