"""The URLs of a script: constants, templates and joined texts."""

from __future__ import annotations

import re

from tree_sitter import Node

from ..nodes import Scalar
from .tree import arguments, expressions, field, inner
from .values import ValueReader

_SEARCH = re.compile(r"(?:^|[/\0])(?:ecom|_?api/ecom-orders|ecom-orders)/v1/orders/search/?(?=$|[?#\0])")
_STORES = re.compile(r"(?:^|[/\0])stores/v[12]/orders/query/?(?=$|[?#\0])")
_MAX_DEPTH = 12
HOLE = "\0"
"""Any unknown text in a URL."""


def api_of(url: str) -> str | None:
    """Return ``request`` or ``stores`` for the URL of a search."""
    if _SEARCH.search(url):
        return "request"
    return "stores" if _STORES.search(url) else None


def joined(base: str, path: str) -> str:
    """Return a path at the end of a base URL."""
    if not base or path.startswith(("http:", "https:")):
        return path
    return f"{base.rstrip('/')}/{path.lstrip('/')}"


def url_of(reader: ValueReader, node: Node, depth: int = 0) -> str | None:
    """Return the text of a URL, with unknown parts as NUL; ``None`` if it is no text."""
    node = inner(node)
    if depth > _MAX_DEPTH:
        return None
    if node.type == "template_string":
        return "".join(_part(reader, child, depth) for child in node.named_children if child.type != "comment")
    if node.type == "binary_expression":
        left, right, operator = field(node, "left"), field(node, "right"), field(node, "operator")
        if left is None or right is None or operator is None:
            return None
        if operator.type == "+":
            texts = url_of(reader, left, depth + 1), url_of(reader, right, depth + 1)
            return None if texts == (None, None) else "".join(HOLE if text is None else text for text in texts)
        if operator.type in ("||", "??"):
            return url_of(reader, left, depth + 1) or url_of(reader, right, depth + 1)
        return None
    if node.type == "new_expression":
        return _built(reader, [] if (found := field(node, "arguments")) is None else expressions(found), depth)
    if node.type == "call_expression":
        function = field(node, "function")
        if function is not None and function.type == "member_expression":
            holder, name = field(function, "object"), field(function, "property")
            if holder is not None and name is not None and reader.tree.text(name) in ("toString", "concat", "replace"):
                return url_of(reader, holder, depth + 1)
        return _built(reader, arguments(node), depth)
    if node.type == "member_expression":
        name, holder = field(node, "property"), field(node, "object")
        if name is not None and holder is not None and reader.tree.text(name) == "href":
            return url_of(reader, holder, depth + 1)
    if node.type == "identifier":
        binding = reader.scopes.binding(node)
        if binding is not None and binding.value is not None and binding.kind == "variable" and not binding.path:
            if not any(not write.path for write in binding.writes):
                return url_of(reader, binding.value, depth + 1)
    value = reader.value(node)
    return value.value if isinstance(value, Scalar) and isinstance(value.value, str) else None


def _part(reader: ValueReader, child: Node, depth: int) -> str:
    if child.type == "template_substitution":
        inside = expressions(child)
        text = url_of(reader, inside[0], depth + 1) if inside else None
        return HOLE if text is None else text
    return reader.tree.text(child)


def _built(reader: ValueReader, given: list[Node], depth: int) -> str | None:
    """Return the URL that a function makes of texts, such as ``new URL(path, base)``."""
    texts = [url_of(reader, node, depth + 1) for node in given[:4] if node.type != "spread_element"]
    known = [text for text in texts if text]
    if not known:
        return None
    whole = [text for text in known if api_of(text)]
    if whole:
        return whole[0]
    return joined(known[0], known[1]) if len(known) > 1 else known[0]
