"""A parsed Python file: its nodes, their text and their places."""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, cached_property
from typing import TYPE_CHECKING

from ...diagnostics.errors import MissingExtra
from ...syntax.holes import Hole
from ..nodes import Span, Unknown

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

MAX_WRITTEN_CHARS = 120
"""Of the expression of a hole."""
NEW_SCOPES = frozenset({"function_definition", "class_definition", "lambda"})
_MAX_INDENTS = 200
"""Python allows 100; the scanner of tree-sitter-python 0.25 writes beyond its buffer of 1,024 bytes at 510."""
_INDENT = re.compile(rb"^[ \t\f]*(?=[^\s#])", re.MULTILINE)
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_CONTINUATION = re.compile(rb"[\x80-\xbf]")


@cache
def python_parser() -> Parser:
    """Return the parser of Python.

    Raises:
        MissingExtra: the extra ``scan`` is not installed.

    """
    try:
        import tree_sitter_python
        from tree_sitter import Language, Parser
    except ImportError as problem:
        raise MissingExtra("scan", problem) from None
    return Parser(Language(tree_sitter_python.language()))


class PythonSource:
    """A Python file as a syntax tree, which may have errors."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.data = text.encode("utf-8", "surrogatepass")
        self._is_ascii = len(self.data) == len(text)
        self.is_too_deep = _indents_of(self.data) > _MAX_INDENTS
        tree = python_parser().parse(b"" if self.is_too_deep else self.data)
        assert tree is not None
        self._tree = tree
        self.root = tree.root_node
        self.touched: dict[int, frozenset[str]] = {}
        """The names that a statement may change, by the id of its node."""
        self._statements: dict[int, list[Node]] = {}

    @cached_property
    def _continuations(self) -> list[int]:
        return [found.start() for found in _CONTINUATION.finditer(self.data)]

    def offset(self, byte: int) -> int:
        """Return the character offset of a byte."""
        return byte if self._is_ascii else byte - bisect_left(self._continuations, byte)

    def span(self, node: Node) -> Span:
        """Return the place of a node in characters."""
        return self.offset(node.start_byte), self.offset(node.end_byte)

    def text_of(self, node: Node) -> str:
        """Return the source of a node."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "surrogatepass")

    def unknown(self, node: Node, *, is_spread: bool = False) -> Unknown:
        """Return the hole of an expression."""
        end = min(node.end_byte, node.start_byte + 4 * MAX_WRITTEN_CHARS)
        written = " ".join(self.data[node.start_byte : end].decode("utf-8", "ignore").split())
        if len(written) > MAX_WRITTEN_CHARS:
            written = written[: MAX_WRITTEN_CHARS - 3] + "..."
        return Unknown(Hole(written, "spread" if is_spread else "value"), self.span(node))

    def statements(self, block: Node) -> list[Node]:
        """Return the statements of a block."""
        found = self._statements.get(block.id)
        if found is None:
            found = self._statements[block.id] = named(block)
        return found

    def string(self, node: Node) -> str | None:
        """Return the value of a string without holes.

        ``None`` if it has some, or an error.
        """
        if node.type == "concatenated_string":
            parts = [self.string(child) for child in node.named_children if child.type != "comment"]
            return None if None in parts else "".join(part or "" for part in parts)
        if node.type != "string" or node.has_error or any(c.type == "interpolation" for c in node.children):
            return None
        return _decoded(self.text_of(node))

    def call_of(self, name: Node) -> list[Node] | None:
        """Return the nodes from the root to a call, by the last part of its name."""
        path = self.path_to(name)
        while path and path[-1].end_byte == name.end_byte and path[-1].type in ("identifier", "attribute"):
            path.pop()
        if not path or path[-1].type != "call":
            return None
        function = child(path[-1], "function")
        return path if function is not None and function.end_byte == name.end_byte else None

    def path_to(self, target: Node) -> list[Node]:
        """Return the nodes from the root to a node, both included."""
        found = [self.root]
        cursor = self.root.walk()
        while cursor.node is not None and cursor.node.id != target.id:
            if cursor.goto_first_child_for_byte(target.start_byte) is None:
                return found
            while cursor.node.end_byte < target.end_byte and cursor.goto_next_sibling():
                pass
            found.append(cursor.node)
        return found


def _indents_of(data: bytes) -> int:
    """Return how many indentations are inside each other; it stops above the limit."""
    stack, most = [0], 0
    for found in _INDENT.finditer(data):
        width = found.end() - found.start()
        while stack[-1] > width:
            stack.pop()
        if stack[-1] < width:
            stack.append(width)
            most = max(most, len(stack))
            if most > _MAX_INDENTS:
                break
    return most


def called_name(source: PythonSource, function: Node | None) -> str:
    """Return the last name of a called function, such as ``post`` of ``session.post``."""
    if function is None:
        return ""
    last = child(function, "attribute") if function.type == "attribute" else function
    return source.text_of(last) if last is not None and last.type == "identifier" else ""


def _decoded(literal: str) -> str | None:
    if literal[:1].lower() == "f" or literal[:2].lower() == "rf":
        quote = literal.lstrip("fFrR")
        literal = literal[: len(literal) - len(quote)].lower().replace("f", "") + quote
        literal = literal.replace("{{", "{").replace("}}", "}")
    try:
        with warnings.catch_warnings():
            # An unknown escape is the author's business.
            warnings.simplefilter("ignore")
            value = ast.literal_eval(literal)
            text = value.decode("utf-8") if isinstance(value, bytes) else str(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    # json.dumps writes two surrogates as two escapes, which a reader takes for one character.
    return _PAIR.sub(lambda pair: pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text)


def decoded_part(text: str, prefix: str) -> str:
    """Return a part of an f-string between its holes, decoded."""
    text = text.replace("{{", "{").replace("}}", "}")
    if "\\" not in text or "r" in prefix.lower():
        return text
    return _decoded('"""' + text.replace('"', '\\"') + '"""') or text


def nodes_inside(scope: Node) -> Iterator[Node]:
    """Yield all nodes inside a node."""
    return _nodes_below(scope, frozenset())


def own_nodes(scope: Node) -> Iterator[Node]:
    """Yield the nodes of a scope, without those of the functions and classes in it.

    These are yielded, too, but nothing inside.
    """
    return _nodes_below(scope, NEW_SCOPES)


def _nodes_below(scope: Node, closed: frozenset[str]) -> Iterator[Node]:
    cursor = scope.walk()
    depth = 0
    if not cursor.goto_first_child():
        return
    while True:
        node = cursor.node
        assert node is not None
        yield node
        if node.type not in closed and cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if depth == 0:
                return
            cursor.goto_parent()
            depth -= 1


def child(node: Node, name: str) -> Node | None:
    """Return a child by the name of its field."""
    return node.child_by_field_name(name)


def named(node: Node) -> list[Node]:
    """Return the named children of a node, without comments."""
    return [part for part in node.named_children if part.type != "comment"]
