"""Strings that are known in part: f-strings, formats and joined paths."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..nodes import Scalar
from .protocols import ExpressionEvaluator
from .source import child, decoded_part, named
from .values import Choice, PythonValue, joined_text, options_of, text_of

if TYPE_CHECKING:
    from tree_sitter import Node


_BRACES = re.compile(r"\{\{|\}\}|\{(\w*)[^{}]*\}")
_PERCENT = re.compile(r"%%|%(?:\((\w+)\))?[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")


def one_text(value: PythonValue) -> PythonValue:
    """Return the text of a value that may be several: the first that is known."""
    if isinstance(value, Choice):
        return next((option for option in value.values if isinstance(option, Scalar)), value.values[0])
    return value


def _parts(value: PythonValue) -> tuple[str | None, ...]:
    chosen = one_text(value)
    if isinstance(chosen, Scalar) and type(chosen.value) is int:
        return (str(chosen.value),)
    return text_of(chosen) or (None,)


def concatenated(evaluator: ExpressionEvaluator, node: Node, values: Iterable[PythonValue]) -> PythonValue:
    """Return strings one after the other."""
    found = list(values)
    if not any(text_of(one_text(value)) for value in found) or any(
        text_of(option) is None for value in found for option in options_of(value)
    ):
        return evaluator.source.unknown(node)
    parts = [part for value in found for part in _parts(value)]
    # Of several texts one is taken to find the URL; as a value of a search the text is not known.
    uncertain = [None] if any(isinstance(value, Choice) for value in found) else []
    written = evaluator.source.unknown(node).hole.written
    return joined_text([*parts, *uncertain], evaluator.source.span(node), written)


def formatted(evaluator: ExpressionEvaluator, node: Node) -> PythonValue:
    """Return the value of an f-string."""
    strings = named(node) if node.type == "concatenated_string" else [node]
    parts: list[str | None] = []
    for string in strings:
        if string.type != "string" or string.has_error:
            return evaluator.source.unknown(node)
        parts += _formatted_parts(evaluator, string)
    return joined_text(parts, evaluator.source.span(node), evaluator.source.unknown(node).hole.written)


def _formatted_parts(evaluator: ExpressionEvaluator, string: Node) -> list[str | None]:
    source = evaluator.source
    text = source.text_of(string)
    prefix = text[: len(text) - len(text.lstrip("fFrRbBuU"))]
    is_format = "f" in prefix.lower()
    parts: list[str | None] = []
    for piece in string.children:
        if piece.type == "string_content":
            raw = source.text_of(piece)
            parts.append(decoded_part(raw, prefix) if is_format else source.string(string) or raw)
        elif piece.type == "interpolation":
            expression = child(piece, "expression")
            plain = child(piece, "format_specifier") is None and child(piece, "type_conversion") is None
            value = evaluator.value(expression, piece) if plain else source.unknown(piece)
            parts += _parts(value) if not isinstance(value, Choice) else _chosen(value)
    return parts


def _chosen(value: Choice) -> list[str | None]:
    """Return one of several texts, and that it is not certain."""
    return [*_parts(value), None] if isinstance(one_text(value), Scalar) else [None]


def braces(evaluator: ExpressionEvaluator, node: Node, template: PythonValue, arguments: Node | None) -> PythonValue:
    """Return the value of ``"{}/{name}".format(...)``."""
    if not isinstance(template, Scalar) or not isinstance(template.value, str):
        return evaluator.source.unknown(node)
    positional: list[Node] = []
    by_name: dict[str, Node | None] = {}
    for argument in named(arguments) if arguments is not None else []:
        name = child(argument, "name") if argument.type == "keyword_argument" else None
        if name is None:
            positional.append(argument)
        else:
            by_name[evaluator.source.text_of(name)] = child(argument, "value")
    parts: list[str | None] = []
    done = automatic = 0
    for found in _BRACES.finditer(template.value):
        parts.append(template.value[done : found.start()])
        done = found.end()
        if found[0] in ("{{", "}}"):
            parts.append(found[0][0])
            continue
        key = found[1] or str(automatic)
        automatic += not found[1]
        chosen = (positional[int(key)] if int(key) < len(positional) else None) if key.isdecimal() else by_name.get(key)
        parts += (None,) if chosen is None else _parts(evaluator.value(chosen))
    parts.append(template.value[done:])
    return joined_text(parts, evaluator.source.span(node), evaluator.source.unknown(node).hole.written)


def percent(evaluator: ExpressionEvaluator, node: Node, template: PythonValue, right: Node | None) -> PythonValue:
    """Return the value of ``"%s/%s" % (...)``."""
    if not isinstance(template, Scalar) or not isinstance(template.value, str) or right is None:
        return evaluator.source.unknown(node)
    values = iter(named(right) if right.type == "tuple" else [right])
    parts: list[str | None] = []
    done = 0
    for found in _PERCENT.finditer(template.value):
        parts.append(template.value[done : found.start()])
        done = found.end()
        if found[0] == "%%":
            parts.append("%")
            continue
        chosen = None if found[1] else next(values, None)
        parts += (None,) if chosen is None else _parts(evaluator.value(chosen))
    parts.append(template.value[done:])
    return joined_text(parts, evaluator.source.span(node), evaluator.source.unknown(node).hole.written)


def joined_path(evaluator: ExpressionEvaluator, node: Node, left: PythonValue, right: PythonValue) -> PythonValue:
    """Return two parts of a URL with a slash between them."""
    base, path = _parts(left), _parts(right)
    if path == (None,) and base == (None,):
        return evaluator.source.unknown(node)
    first = base[-1]
    parts = [*base[:-1], first.rstrip("/") if first else first, "/", (path[0] or "").lstrip("/") or path[0], *path[1:]]
    return joined_text(parts, evaluator.source.span(node), evaluator.source.unknown(node).hole.written)
