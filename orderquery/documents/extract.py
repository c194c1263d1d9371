"""The values of all fields of a record at once, for loading.

One function is generated for a table of fields; it reads a shared path once. It reads documents of the regular shape
only: objects, lists of objects, and values that fit their fields. For any other document it returns ``None``, and the
readers of :mod:`.fields`, which define the value of a field, are used.
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
from .fields import fallback_getter, join_words, reader, value_reader

JSON = Any
Kind = Literal["order", "transactions"]
Values = dict[str, Value]
"""The values of the fields of one kind of record, by field name."""

_MAX_PATH_STEPS = 15
"""Python nests at most 20 blocks, and each list on a path takes one."""


def values_of(schema: Schema, kind: Kind, record: JSON) -> tuple[Values, bool]:
    """Return the values of a record's fields, and whether all of them fit.

    If the second is ``False``, the record has an unusual shape, or a value that does not fit its field.
    """
    values = _extractor(schema, kind)(record)
    if values is not None:
        return values, True
    order, transactions = (record, {}) if kind == "order" else ({}, record)
    return {row.name: reader(schema, row)(order, transactions) for row in _fields(schema, kind)}, False


@cache
def _fields(schema: Schema, kind: Kind) -> tuple[Field, ...]:
    return tuple(row for row in schema.stored_fields if row.record == kind)


@dataclass(slots=True)
class _PathStep:
    """A step of paths: the steps below, and the sources that end here."""

    below: dict[tuple[str, ValueSource | None], _PathStep] = field(default_factory=dict)
    """The steps by key, and by their source if that has fallbacks for the key."""
    ends: list[tuple[str, Field, ValueSource]] = field(default_factory=list)
    repeats: bool = True
    """True if every source below reads all elements of a list."""


@cache
def _extractor(schema: Schema, kind: Kind) -> Callable[[JSON], Values | None]:
    rows = _fields(schema, kind)
    sources = [(row, source) for row in rows for source in row.sources]
    if any((row.many and source.joined) or max(map(len, source.paths)) > _MAX_PATH_STEPS for row, source in sources):
        return lambda record: None
    writer = _ExtractorWriter(schema)
    scope: dict[str, Any] = writer.scope
    exec(writer.source(rows), scope)  # noqa: S102 - names and values of a schema are in the scope, not in the source
    extract: Callable[[JSON], Values | None] = scope["extract"]
    return extract


class _ExtractorWriter:
    """Writes the source of an extractor.

    Names and functions of the schema become variables of ``scope``.
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._lines: list[str] = []
        self._count = 0
        self.scope: dict[str, Any] = {"joined": join_words, "max_chars": MAX_SORTABLE_CHARS}

    def source(self, rows: tuple[Field, ...]) -> str:
        """Return the source of the function ``extract`` for these fields."""
        root, variables = _PathStep(), {}
        for row in rows:
            variables[row] = [self._add_paths(root, row, source) for source in row.sources]
        self._add(0, "def extract(record):")
        for names in variables.values():
            for source_names, elements in names:
                for name in source_names:
                    self._add(1, f"{name} = {'[]' if elements else 'None'}")
        self._add(1, "if type(record) is not dict: return None")
        self._read_steps(root, "record", 1)
        items = [f"{self._variable(row.name)}: {self._value(row, variables[row])}" for row in rows]
        self._add(1, f"return {{{', '.join(items)}}}")
        return "\n".join(self._lines)

    def _add_paths(self, root: _PathStep, row: Field, source: ValueSource) -> tuple[list[str], bool]:
        """Add the paths of a source to the tree.

        Returns the variables of its values, and whether they are lists.
        """
        elements = row.many and not source.single
        names = []
        for path in source.paths:
            node = root
            for number, step in enumerate(path, 1):
                has_fallbacks = bool(source.fallbacks) and number == len(path)
                node = node.below.setdefault((step, source if has_fallbacks else None), _PathStep())
                node.repeats &= elements
            names.append(self._fresh("v"))
            node.ends.append((names[-1], row, source))
        return names, elements

    def _read_steps(self, parent: _PathStep, holder: str, depth: int) -> None:
        """Write the lines that read the keys below a step from the variable ``holder``."""
        for (key, source), step in parent.below.items():
            found = self._fresh("f")
            self._add(depth, f"{found} = {holder}.get({self._variable(key)})")
            if key in self._schema.sdk_names:
                sdk = self._variable(self._schema.sdk_names[key])
                self._add(depth, f"if {found} is None: {found} = {holder}.get({sdk})")
            if source is not None:
                fallback = self._variable(fallback_getter(self._schema, source))
                self._add(depth, f"if {found} is None: {found} = {fallback}({holder})")
            self._add(depth, f"if {found} is not None:")
            for name, row, end in step.ends:
                self._read_source(name, row, end, found, depth + 1)
            if step.below:
                self._descend(step, found, depth + 1)

    def _descend(self, step: _PathStep, holder: str, depth: int) -> None:
        """Write the lines that go into an object, or into every object of a list."""
        if not step.repeats:
            self._add(depth, f"if type({holder}) is not dict: return None")
            self._read_steps(step, holder, depth)
            return
        item = self._fresh("i")
        self._add(depth, f"if type({holder}) is dict: {holder} = ({holder},)")
        self._add(depth, f"elif type({holder}) is not list: return None")
        self._add(depth, f"for {item} in {holder}:")
        self._add(depth + 1, f"if type({item}) is dict:")
        self._read_steps(step, item, depth + 2)
        self._add(depth + 1, f"elif {item} is not None: return None")

    def _read_source(self, name: str, row: Field, source: ValueSource, found: str, depth: int) -> None:
        """Write the lines that read a source's value or list into the variable ``name``."""
        if source.joined:
            self._add(depth, f"{name} = {found}")
        elif not row.many or source.single:
            self._read_value(row, found, name, depth)
        else:
            item, value = self._fresh("i"), self._fresh("x")
            self._add(depth, f"for {item} in {found} if type({found}) is list else ({found},):")
            self._add(depth + 1, f"if {item} is not None:")
            self._read_value(row, item, value, depth + 2)
            self._add(depth + 2, f"{name}.append({value})")

    def _read_value(self, row: Field, found: str, name: str, depth: int) -> None:
        """Write the lines that read a stored value, or return ``None`` if it does not fit."""
        if row.type.read is read_text:
            too_long = f" or len({found}) > max_chars" if row.sortable else ""
            self._add(depth, f"if type({found}) is not str{too_long}: return None")
            self._add(depth, f"{name} = {found}")
        else:
            self._add(depth, f"{name} = {self._variable(value_reader(row))}({found})")
            self._add(depth, f"if {name} is None: return None")

    def _value(self, row: Field, sources: list[tuple[list[str], bool]]) -> str:
        """Return the expression of a field's value: of its first source that has one."""
        values = []
        for source, (names, elements) in zip(row.sources, sources, strict=True):
            if source.joined:
                values.append(f"{self._variable(value_reader(row))}(joined(({', '.join(names)},)))")
            elif row.many and not elements:
                values.append(f"([] if {names[0]} is None else [{names[0]}])")
            else:
                values += names
        if row.many:
            return " or ".join(values)
        if row.default is not None:
            values.append(self._variable(row.default))
        chosen = values.pop()
        for value in reversed(values):
            candidate = self._fresh("c")
            chosen = f"({candidate} if ({candidate} := {value}) is not None else {chosen})"
        return chosen

    def _variable(self, value: Any) -> str:
        """Return the name of a new variable in ``scope`` that holds the value."""
        name = self._fresh("n")
        self.scope[name] = value
        return name

    def _fresh(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    def _add(self, depth: int, line: str) -> None:
        self._lines.append("    " * depth + line)
