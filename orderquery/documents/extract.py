"""Every field's value of a record at once: what a load asks of each document it is given.

One walk is generated for a table of fields, which reads a shared path once. It reads documents of the regular shape
alone: objects, lists of objects, and a value that fits wherever there is one. Of any other it says nothing, and the
readers of :mod:`.documents`, which define what a field is, answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from ..language.fields import Field, ValueSource
from ..language.limits import MAX_SORTABLE_CHARS
from ..language.schema import Schema
from ..language.types import Value, read_text
from .fields import fitting, reader, words_joined

JSON = Any
Kind = Literal["order", "transactions"]
Values = dict[str, Value]
"""The values of the fields of one kind of record, by the fields' names."""

_DEEPEST = 15
"""Steps of a path: Python nests no more than 20 loops."""


def values_of(schema: Schema, kind: Kind, record: JSON) -> tuple[Values, bool]:
    """The values of a record's fields, and whether its shape was regular: then no value in it does not fit."""
    found = _walk(schema, kind)(record)
    if found is not None:
        return found, True
    order, transactions = (record, {}) if kind == "order" else ({}, record)
    return {row.name: reader(schema, row)(order, transactions) for row in _fields(schema, kind)}, False


@cache
def _fields(schema: Schema, kind: Kind) -> tuple[Field, ...]:
    return tuple(row for row in schema.fields if row.record == kind)


@dataclass(slots=True)
class _Node:
    """One step of the paths: what lies below it, and the sources that end here as (variable, field, source)."""

    below: dict[str, _Node] = field(default_factory=dict)
    ends: list[tuple[str, Field, ValueSource]] = field(default_factory=list)
    repeats: bool = True
    """Whether every source below reads all elements of a list."""


@cache
def _walk(schema: Schema, kind: Kind) -> Callable[[JSON], Values | None]:
    rows = _fields(schema, kind)
    sources = [(row, source) for row in rows for source in row.sources]
    if any((row.many and source.joined) or max(map(len, source.paths)) > _DEEPEST for row, source in sources):
        return lambda record: None
    writer = _Writer(schema)
    scope: dict[str, Any] = writer.scope
    exec(writer.source(rows), scope)  # noqa: S102 - the source holds no name or value from outside
    walk: Callable[[JSON], Values | None] = scope["walk"]
    return walk


class _Writer:
    """Writes the walk of some fields. Names and functions from outside are variables of ``scope``."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._lines: list[str] = []
        self._count = 0
        self.scope: dict[str, Any] = {"joined": words_joined, "most": MAX_SORTABLE_CHARS}

    def source(self, rows: tuple[Field, ...]) -> str:
        root, variables = _Node(), {}
        for row in rows:
            variables[row] = [self._placed(root, row, source) for source in row.sources]
        self._add(0, "def walk(record):")
        for names in variables.values():
            for source_names, elements in names:
                for name in source_names:
                    self._add(1, f"{name} = {'[]' if elements else 'None'}")
        self._add(1, "if type(record) is not dict: return None")
        self._below(root, "record", 1)
        shown = [f"{self._named(row.name)}: {self._value(row, variables[row])}" for row in rows]
        self._add(1, f"return {{{', '.join(shown)}}}")
        return "\n".join(self._lines)

    def _placed(self, root: _Node, row: Field, source: ValueSource) -> tuple[list[str], bool]:
        """Put the paths of a source into the tree; the variables of their values, and whether those are lists."""
        elements = row.many and not source.single
        names = []
        for path in source.paths:
            node = root
            for step in path:
                node = node.below.setdefault(step, _Node())
                node.repeats &= elements
            names.append(self._fresh("v"))
            node.ends.append((names[-1], row, source))
        return names, elements

    def _below(self, node: _Node, at: str, depth: int) -> None:
        for step, child in node.below.items():
            found = self._fresh("f")
            self._add(depth, f"{found} = {at}.get({self._named(step)})")
            if step in self._schema.sdk_names:
                sdk = self._named(self._schema.sdk_names[step])
                self._add(depth, f"if {found} is None: {found} = {at}.get({sdk})")
            self._add(depth, f"if {found} is not None:")
            for name, row, source in child.ends:
                self._end(name, row, source, found, depth + 1)
            if child.below:
                self._descend(child, found, depth + 1)

    def _descend(self, node: _Node, at: str, depth: int) -> None:
        if not node.repeats:
            self._add(depth, f"if type({at}) is not dict: return None")
            self._below(node, at, depth)
            return
        item = self._fresh("i")
        self._add(depth, f"if type({at}) is dict: {at} = ({at},)")
        self._add(depth, f"elif type({at}) is not list: return None")
        self._add(depth, f"for {item} in {at}:")
        self._add(depth + 1, f"if type({item}) is dict:")
        self._below(node, item, depth + 2)
        self._add(depth + 1, f"elif {item} is not None: return None")

    def _end(self, name: str, row: Field, source: ValueSource, found: str, depth: int) -> None:
        if source.joined:
            self._add(depth, f"{name} = {found}")
        elif not row.many or source.single:
            self._fit(row, found, name, depth)
        else:
            item, fit = self._fresh("i"), self._fresh("x")
            self._add(depth, f"for {item} in {found} if type({found}) is list else ({found},):")
            self._add(depth + 1, f"if {item} is not None:")
            self._fit(row, item, fit, depth + 2)
            self._add(depth + 2, f"{name}.append({fit})")

    def _fit(self, row: Field, found: str, name: str, depth: int) -> None:
        if row.type.read is read_text:
            short = f" or len({found}) > most" if row.sortable else ""
            self._add(depth, f"if type({found}) is not str{short}: return None")
            self._add(depth, f"{name} = {found}")
        else:
            self._add(depth, f"{name} = {self._named(fitting(row))}({found})")
            self._add(depth, f"if {name} is None: return None")

    def _value(self, row: Field, sources: list[tuple[list[str], bool]]) -> str:
        values = []
        for source, (names, elements) in zip(row.sources, sources, strict=True):
            if source.joined:
                values.append(f"{self._named(fitting(row))}(joined(({', '.join(names)},)))")
            elif row.many and not elements:
                values.append(f"([] if {names[0]} is None else [{names[0]}])")
            else:
                values += names
        if row.many:
            return " or ".join(values)
        if row.default is not None:
            values.append(self._named(row.default))
        chosen = values.pop()
        for value in reversed(values):
            kept = self._fresh("c")
            chosen = f"({kept} if ({kept} := {value}) is not None else {chosen})"
        return chosen

    def _named(self, value: Any) -> str:
        name = self._fresh("n")
        self.scope[name] = value
        return name

    def _fresh(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    def _add(self, depth: int, line: str) -> None:
        self._lines.append("    " * depth + line)
