"""The values of literals in a script: strings, numbers and keys."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from tree_sitter import Node

from .tree import ScriptTree, expressions, field, inner

_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))")
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_LINE_ENDS = ("\n", "\r", "\r\n", "\u2028", "\u2029")
_MAX_CODE_POINT = 0x10FFFF
_MAX_DIGITS = 400
"""Of a number; a longer one is unknown."""


def string_of(tree: ScriptTree, node: Node) -> str | None:
    """Return the value of a string, or of a template without parts."""
    if node.type not in ("string", "template_string") or len(text := tree.text(node)) < 2:
        return None
    if node.type == "template_string" and any(child.type == "template_substitution" for child in node.children):
        return None
    return cooked(text[1:-1])


def cooked(text: str) -> str:
    """Return text with its escapes replaced."""
    if "\\" not in text:
        return text
    # A pair of escapes for one character beyond the first plane is one character here.
    plain = _ESCAPE.sub(_character, text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _character(found: re.Match[str]) -> str:
    braced, four, two, one = found.groups()
    if one is not None:
        return "" if one in _LINE_ENDS else _CONTROLS.get(one, one)
    code = int(braced or four or two, 16)
    return chr(code) if code <= _MAX_CODE_POINT else "\ufffd"


def number_of(text: str) -> int | Decimal | None:
    """Return the value of a number as it is written."""
    plain = text.replace("_", "").lower()
    if len(plain) > _MAX_DIGITS:
        return None
    try:
        if plain[:2] in ("0x", "0o", "0b"):
            return int(plain, 0)
        if plain.isdecimal():
            return int(plain) if plain == "0" or plain[0] != "0" else None
        return Decimal(plain)
    except (ValueError, InvalidOperation):
        return None


def key_of(tree: ScriptTree, node: Node) -> str | None:
    """Return the name of a key; ``None`` if it is computed."""
    if node.type in ("property_identifier", "identifier", "private_property_identifier"):
        return tree.text(node) if node.type != "identifier" else None
    if node.type == "computed_property_name":
        children = [child for child in node.named_children if child.type != "comment"]
        return string_of(tree, children[0]) if len(children) == 1 else None
    if node.type == "number":
        value = number_of(tree.text(node))
        return None if value is None else str(value)
    return string_of(tree, node)


def value_of_key(tree: ScriptTree, node: Node, key: str) -> Node | None:
    """Return the value that an object literal has under a key; the last one counts."""
    for child in reversed(expressions(inner(node))):
        name = field(child, "key")
        if child.type == "pair" and name is not None and key_of(tree, name) == key:
            value = field(child, "value")
            return None if value is None else inner(value)
        if child.type == "shorthand_property_identifier" and tree.text(child) == key:
            return child
    return None
