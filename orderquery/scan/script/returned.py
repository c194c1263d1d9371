"""What a function returns beside the answer of a call."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from .called_values import returns_of
from .literals import key_of
from .reached_uses import calls_same, is_nothing
from .tree import ScriptTree, expressions, field, inner


class OtherValues(NamedTuple):
    """What there may be instead of a part of the answer.

    ``is_nothing`` if that is nothing, another answer, or an object. ``keys`` are those of the objects; ``None`` is an
    unknown one.
    """

    is_nothing: bool
    keys: list[str | None]


def other_returns(tree: ScriptTree, function: Node, own: Node, call: Node, *, by_url: bool) -> OtherValues:
    """Return what a function returns elsewhere than at a node with an answer."""
    body = field(function, "body")
    if body is None or body.id == own.id or body.type != "statement_block" or own.type != "return_statement":
        return OtherValues(True, [])
    found = returns_of(body)
    mine = expressions(own)
    keys: list[str | None] = []
    for node in found or []:
        given = expressions(node)
        if node.id == own.id or not given or (mine and tree.text(given[0]) == tree.text(mine[0])):
            continue
        other = other_value(tree, given[0], call, by_url=by_url)
        keys += other.keys
        if not other.is_nothing:
            return other
    return OtherValues(found is not None, keys)


def other_value(tree: ScriptTree, node: Node, call: Node, *, by_url: bool) -> OtherValues:
    """Return what a value is that code may have in place of the answer of a call."""
    value = inner(node)
    if value.type == "object":
        return OtherValues(True, keys_of(tree, value))
    return OtherValues(is_nothing(tree, value) or calls_same(tree, value, call, by_url=by_url), [])


def keys_of(tree: ScriptTree, added: Node) -> list[str | None]:
    """Return the keys of an object; ``None`` for those that are not known."""
    if added.type != "object":
        return [None]
    found: list[str | None] = []
    for part in expressions(added):
        key = part if part.type == "shorthand_property_identifier" else field(part, "key")
        name = None if key is None else tree.text(key) if key is part else key_of(tree, key)
        found.append(name)
    return found
