"""What a function returns beside the answer of a call."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from .called_values import returns_of
from .literals import key_of
from .reached_uses import calls_same, is_nothing
from .tree import ScriptTree, expressions, field, inner


class OtherReturns(NamedTuple):
    """What a function may return instead of a part of the answer.

    ``is_nothing`` if that is nothing, another answer, or an object. ``keys`` are those of the objects; ``None`` is an
    unknown one.
    """

    is_nothing: bool
    keys: list[str | None]


def other_returns(tree: ScriptTree, function: Node, own: Node, call: Node, *, by_url: bool) -> OtherReturns:
    """Return what a function returns elsewhere than at a node with an answer."""
    body = field(function, "body")
    if body is None or body.id == own.id or body.type != "statement_block" or own.type != "return_statement":
        return OtherReturns(True, [])
    found = returns_of(body)
    mine = expressions(own)
    keys: list[str | None] = []
    for node in found or []:
        given = expressions(node)
        value = inner(given[0]) if given else None
        if node.id == own.id or value is None or is_nothing(tree, value):
            continue
        is_same = bool(mine) and tree.text(given[0]) == tree.text(mine[0])
        if value.type == "object":
            keys += keys_of(tree, value)
        elif not is_same and not calls_same(tree, value, call, by_url=by_url):
            return OtherReturns(False, [])
    return OtherReturns(found is not None, keys)


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
