"""Hover: what is under a position of a search."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from ..diagnostics.arguments import require
from ..diagnostics.codes import CODES
from ..diagnostics.diagnostic import Diagnostic
from ..language.elsewhere import certain_field
from ..language.fields import Field
from ..language.operators import CONNECTIVES, OPERATORS
from ..language.schema import Schema
from ..syntax.literal_outline import LiteralPart, literal_parts, string_of
from ..syntax.text_grammar import RANGES
from ..syntax.text_outline import TextPart, name_of, text_form
from . import editor_docs
from .editor_form import EditorForm, EditorText, editor_text, table_of
from .editor_report import editor_report
from .search_places import place_at

HoverKind = Literal["field", "operator", "keyword", "key", "value", "code"]


class Hover(NamedTuple):
    """What is under a position, and what is known of it.

    ``kind`` is ``code`` where nothing is known of the word but a diagnostic; ``name`` is its code then. ``type``,
    ``many``, ``operators``, ``sortable`` and ``values`` are those of a field, ``source`` is where its table comes from.
    ``codes`` are the codes of all diagnostics at the position. ``start`` and ``end`` count code points.
    """

    kind: HoverKind
    name: str
    start: int
    end: int
    doc: str
    type: str | None = None
    many: bool | None = None
    operators: tuple[str, ...] = ()
    sortable: bool | None = None
    values: tuple[str, ...] = ()
    source: str = ""
    codes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the documented JSON object, without what is not known."""
        return {name: value for name, value in self._asdict().items() if value not in (None, "", ())}


def hover(text: str, position: int, form: EditorForm = "auto", table: Schema | str | None = None) -> Hover | None:
    """Return what is under a position; ``None`` if nothing is known of it.

    Raises:
        UsageError: no such form.
        SchemaError: no such table.

    """
    schema = table_of(table)
    found = editor_text(text, form, schema)
    require("position", position, int, "an offset in the text")
    at = found.inside(position)
    known = (
        None if at is None else _in_text(found, at, schema) if found.root is None else _in_literal(found, at, schema)
    )
    there = [diagnostic for diagnostic in editor_report(found, schema).diagnostics if _is_at(diagnostic, position)]
    codes = tuple(dict.fromkeys(diagnostic.code for diagnostic in there))
    if known is not None:
        return known._replace(start=known.start + found.start, end=known.end + found.start, codes=codes)
    return _of_code(there[0], codes) if there else None


def _is_at(diagnostic: Diagnostic, position: int) -> bool:
    return diagnostic.span is not None and diagnostic.span[0] <= position <= diagnostic.span[1]


def _of_code(diagnostic: Diagnostic, codes: tuple[str, ...]) -> Hover:
    row = CODES[diagnostic.code]
    start, end = diagnostic.span or (0, 0)
    return Hover("code", row.name, start, end, f"{row.title}. {row.why}", codes=codes)


def _in_text(found: EditorText, at: int, schema: Schema) -> Hover | None:
    form = text_form()
    part = _touching(form.parts(found.body), at)
    if part is None:
        return None
    written, start, end = found.body[part.start : part.end], part.start, part.end
    if part.role in ("field", "sort-field"):
        return _of_field(_row(name_of(written), schema), schema, start, end)
    if part.terminal in form.spellings:
        name, spelling = form.spellings[part.terminal]
        return Hover("operator", spelling.words, start, end, editor_docs.spelling_doc(OPERATORS[name], spelling))
    if part.terminal in form.grammar.keywords:
        kind: HoverKind = "operator" if part.terminal in RANGES else "keyword"
        return Hover(kind, form.grammar.keywords[part.terminal], start, end, editor_docs.KEYWORDS[part.terminal])
    if part.role == "value" and part.field is not None:
        return _of_value(_row(part.field, schema), string_of(written), schema, start, end)
    return None


def _in_literal(found: EditorText, at: int, schema: Schema) -> Hover | None:
    assert found.root is not None
    part = _touching(literal_parts(found.body), at)
    if part is None:
        return None
    written, start, end = string_of(found.body[part.start : part.end]), part.start, part.end
    if part.role == "key":
        holder = place_at(found.root, part.path[:-1], schema)
        if written in OPERATORS:
            return Hover("operator", written, start, end, editor_docs.operator_doc(OPERATORS[written]))
        if written in holder.keys or written in CONNECTIVES:
            return Hover("key", written, start, end, editor_docs.KEYS[written])
        return _of_field(_row(written, schema), schema, start, end)
    if part.role != "value":
        return None
    place = place_at(found.root, part.path, schema)
    if place.kind == "fieldName":
        return _of_field(_row(written, schema), schema, start, end)
    if place.kind == "order" and written in editor_docs.DIRECTIONS:
        return Hover("value", written, start, end, editor_docs.DIRECTIONS[written])
    return _of_value(place.field, written, schema, start, end)


def _touching(parts: list[TextPart] | list[LiteralPart], at: int) -> Any:
    """Return the part at a position: one that it is in, else one that ends there."""
    touching = [part for part in parts if part.start <= at <= part.end and part.role != "punctuation"]
    return max(touching, key=lambda part: part.start if part.end > at else -1, default=None)


def _row(name: str, schema: Schema) -> Field | None:
    """Return the field that a name certainly means."""
    certain = certain_field(schema, schema.from_sdk(name))
    return None if certain is None else schema.find(certain)


def _of_field(row: Field | None, schema: Schema, start: int, end: int) -> Hover | None:
    if row is None:
        return None
    source = schema.source + (f" (read {schema.read.isoformat()})" if schema.read is not None else "")
    doc = row.note or editor_docs.field_doc(row)
    kind = row.type.name
    return Hover("field", row.name, start, end, doc, kind, row.many, row.operators, row.sortable, row.values, source)


def _of_value(row: Field | None, value: str, schema: Schema, start: int, end: int) -> Hover | None:
    if row is None or value not in row.values:
        return None
    return Hover("value", value, start, end, editor_docs.value_doc(row, value, schema))
