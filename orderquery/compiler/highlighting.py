"""Highlighting: the kind of every token of a search, however broken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from ..language.operators import CONNECTIVES
from ..language.schema import Schema
from ..syntax.code_tokens import code_spans
from ..syntax.literal_outline import LiteralPart, literal_parts
from ..syntax.source_text import Span, parse_number
from ..syntax.text_outline import TextPart, text_form
from ..syntax.token_walk import UNCLOSED
from .editor_form import EditorForm, EditorText, editor_text, table_of
from .search_places import place_at

TokenKind = Literal[
    "field", "operator", "keyword", "key", "value", "string", "number", "constant", "punctuation", "comment", "code",
    "error",
]  # fmt: skip
_CONSTANTS = ("true", "false", "null")


class Token(NamedTuple):
    """A token of a text; ``start`` and ``end`` count code points."""

    kind: TokenKind
    start: int
    end: int


def highlight(text: str, form: EditorForm = "auto", table: Schema | str | None = None) -> list[Token]:
    """Return the tokens of a text in order; white space is between them.

    They do not overlap. A ``value`` is an unquoted word or a value of an enum, an ``error`` a token that does not fit
    the grammar, ``code`` what is around a search in pasted code.

    Raises:
        UsageError: no such form.
        SchemaError: no such table.

    """
    schema = table_of(table)
    found = editor_text(text, form, schema)
    if found.quoted:
        return [Token("code", *span) for span in code_spans(text, 0, len(text))]
    inside = _of_text(found) if found.root is None else _of_literal(found, schema)
    end = found.start + len(found.body)
    return [
        *(Token("code", *span) for span in code_spans(text, 0, found.start)),
        *(Token(kind, span[0] + found.start, span[1] + found.start) for kind, span in inside),
        *(Token("code", *span) for span in code_spans(text, end, len(text))),
    ]


def _of_text(found: EditorText) -> Iterator[tuple[TokenKind, Span]]:
    for part in text_form().parts(found.body):
        yield _kind_of_text(part, found.body[part.start : part.end]), (part.start, part.end)


def _kind_of_text(part: TextPart, written: str) -> TokenKind:
    role = part.role
    if role == "field" or role == "sort-field":
        return "field"
    if role == "value" or role == "limit" or role == "cursor":
        return "string" if part.terminal == "STRING" else _scalar(written.strip("`"))
    if role == "error":
        return "string" if part.terminal == UNCLOSED else "error"
    return role


def _scalar(written: str) -> TokenKind:
    if written.casefold() in _CONSTANTS:
        return "constant"
    return "value" if parse_number(written) is None else "number"


def _of_literal(found: EditorText, schema: Schema) -> Iterator[tuple[TokenKind, Span]]:
    for part in literal_parts(found.body):
        yield _kind_of_literal(part, found, schema), (part.start, part.end)


def _kind_of_literal(part: LiteralPart, found: EditorText, schema: Schema) -> TokenKind:
    assert found.root is not None
    if part.role == "key":
        holder = place_at(found.root, part.path[:-1], schema)
        name = str(part.path[-1])
        if holder.kind == "filter" and name not in CONNECTIVES:
            return "field" if schema.find(schema.from_sdk(name)) is not None else "key"
        return "keyword" if holder.kind == "filter" else "operator" if holder.kind == "condition" else "key"
    if part.role == "value":
        if part.terminal != "STRING":
            return "number" if part.terminal == "NUMBER" else "constant"
        place = place_at(found.root, part.path, schema)
        value = found.body[part.start + 1 : part.end - 1]
        if place.kind == "fieldName":
            return "field" if schema.find(schema.from_sdk(value)) is not None else "string"
        is_value = place.field is not None and value in place.field.values
        return "value" if is_value else "string"
    if part.role == "error":
        return "string" if part.terminal == UNCLOSED else "error"
    return part.role
