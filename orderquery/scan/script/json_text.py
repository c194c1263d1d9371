"""The value of a string that is JSON."""

from __future__ import annotations

from typing import Any

from ...syntax.literal_parser import read_literal
from ..nodes import ListLiteral, ObjectEntry, ObjectLiteral, Scalar, SourceValue, Span

JSON = Any
_MAX_CHARS = 1 << 20
_MAX_DEPTH = 200


def value_of_text(value: Scalar) -> SourceValue:
    """Return the value of JSON in a string, each part at the place of the string."""
    text = value.value
    if not isinstance(text, str) or len(text) > _MAX_CHARS or not text.lstrip().startswith(("{", "[")):
        return value
    read = read_literal(text)
    return value if read.diagnostics else _placed(read.value, value.span)


def _placed(value: JSON, span: Span, depth: int = 0) -> SourceValue:
    if depth > _MAX_DEPTH:
        return Scalar(None, span)
    if isinstance(value, dict):
        return ObjectLiteral(
            tuple(ObjectEntry(key, span, _placed(part, span, depth + 1)) for key, part in value.items()), span
        )
    if isinstance(value, list):
        return ListLiteral(tuple(_placed(item, span, depth + 1) for item in value), span)
    return Scalar(value, span)
