"""The syntax tree of a script, with parents and with places in characters."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache

from tree_sitter import Language as Grammar
from tree_sitter import Node, Parser

from ..found import Language
from ..nodes import Span
from .grammar_gaps import parsable

FUNCTIONS = frozenset(
    (
        "arrow_function", "function_declaration", "function_expression", "generator_function",
        "generator_function_declaration", "method_definition",
    )
)  # fmt: skip
SCOPES = frozenset(
    (
        "program", "statement_block", "for_statement", "for_in_statement", "catch_clause", "switch_body",
        "class_static_block", *FUNCTIONS,
    )
)  # fmt: skip
LOOPS = frozenset(("for_statement", "for_in_statement", "while_statement", "do_statement"))
_NAMES = frozenset(("identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"))
_MAX_ANCESTORS = 1_000
"""Of a node that are looked at; the work of deeper nesting would be quadratic."""
_MAX_SCOPES = 100
_MAX_NODES = 4_000
"""Of an expression or statement that are looked at."""
_MAX_NAME_BYTES = 300
_WRAPPERS = frozenset(
    ("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression", "type_assertion")
)
_KEPT = frozenset(
    (
        "assignment_expression", "augmented_assignment_expression", "call_expression", "catch_clause",
        "enum_declaration", "class_declaration", "for_in_statement", "identifier", "import_statement",
        "shorthand_property_identifier", "update_expression", "variable_declarator", "public_field_definition",
        "field_definition", "unary_expression", "comment", *FUNCTIONS,
    )
)  # fmt: skip


@cache
def _grammar(language: Language) -> Grammar:
    if language == "javascript":
        import tree_sitter_javascript

        return Grammar(tree_sitter_javascript.language())
    import tree_sitter_typescript

    return Grammar(
        tree_sitter_typescript.language_tsx() if language == "tsx" else tree_sitter_typescript.language_typescript()
    )


class ScriptTree:
    """A parsed script, which begins at an offset of its file.

    ``nodes`` are the nodes of the kinds that a finder asks for, in the order of the source. A script with mistakes has
    a tree, too.
    """

    def __init__(self, source: str, language: Language, offset: int = 0) -> None:
        self.source = source
        self.offset = offset
        self._data = source.encode("utf-8", "surrogatepass")
        self._offsets = None if len(self._data) == len(source) else _character_offsets(source)
        parsed = parsable(source, language).encode("utf-8", "surrogatepass")
        self._tree = Parser(_grammar(language)).parse(parsed)
        self.root = self._tree.root_node
        self.nodes: dict[str, list[Node]] = {kind: [] for kind in _KEPT}
        self.guards: dict[int, list[Node]] = {}
        """By the identity of a block, its statements that leave it; found when they are needed."""
        self._parents: dict[int, Node] = {}
        self._function_of: dict[int, Node] = {}
        self._scope_of: dict[int, int] = {}
        self._scope_around: dict[int, int] = {}
        self._walk()

    def _walk(self) -> None:
        cursor = self.root.walk()
        above = [self.root]
        scopes = [self.root.id]
        while True:
            node = cursor.node
            assert node is not None
            if node.is_named:
                self._parents.setdefault(node.id, above[-1])
                if node.type in _KEPT:
                    self.nodes[node.type].append(node)
                if node.type in _NAMES:
                    self._scope_of[node.id] = scopes[-1]
            if cursor.goto_first_child():
                above.append(node)
                if node.type in SCOPES:
                    self._scope_around[node.id] = scopes[-1]
                    scopes.append(node.id)
                continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return
                if above.pop().id == scopes[-1] and len(scopes) > 1:
                    scopes.pop()

    def parent(self, node: Node) -> Node | None:
        """Return the node around a named node."""
        return None if node.id == self.root.id else self._parents.get(node.id)

    def ancestors(self, node: Node) -> Iterator[Node]:
        """Yield the nodes around a node, from the inside."""
        found = self.parent(node)
        for _ in range(_MAX_ANCESTORS):
            if found is None:
                break
            yield found
            found = self.parent(found)

    def scopes_of(self, name: Node) -> Iterator[int]:
        """Yield the identities of the scopes around a name, from the inside."""
        scope = self._scope_of.get(name.id, self.root.id)
        for _ in range(_MAX_SCOPES):
            yield scope
            if scope == self.root.id:
                return
            scope = self._scope_around[scope]
        yield self.root.id

    def function_of(self, node: Node) -> Node:
        """Return the function in which a node is; the whole tree outside of one."""
        found = self._function_of.get(node.id)
        if found is None:
            found = next((above for above in self.ancestors(node) if above.type in FUNCTIONS), self.root)
            self._function_of[node.id] = found
        return found

    def text(self, node: Node) -> str:
        """Return the source of a node."""
        if self._offsets is None:
            return self.source[node.start_byte : node.end_byte]
        return self.source[self._offsets[node.start_byte] : self._offsets[node.end_byte]]

    def start_of(self, node: Node, longest: int) -> str:
        """Return the source of a node, or its first characters if it is longer."""
        if self._offsets is None:
            return self.source[node.start_byte : min(node.end_byte, node.start_byte + longest)]
        start = self._offsets[node.start_byte]
        return self.source[start : min(self._offsets[node.end_byte], start + longest)]

    def name(self, node: Node) -> str:
        """Return the source of a short expression; nothing for a longer one."""
        return self.text(node) if node.end_byte - node.start_byte <= _MAX_NAME_BYTES else ""

    def span(self, node: Node) -> Span:
        """Return the place of a node, in characters of the file."""
        if self._offsets is None:
            return node.start_byte + self.offset, node.end_byte + self.offset
        return self._offsets[node.start_byte] + self.offset, self._offsets[node.end_byte] + self.offset

    def node_at(self, span: Span) -> Node | None:
        """Return the smallest named node at a place."""
        start, end = (self._byte(place - self.offset) for place in span)
        return self.root.named_descendant_for_byte_range(start, end)

    def _byte(self, offset: int) -> int:
        return offset if self._offsets is None else bisect_left(self._offsets, offset)

    def comments(self) -> list[Span]:
        """Return the places of the comments."""
        return [self.span(node) for node in self.nodes["comment"]]


def _character_offsets(source: str) -> array[int]:
    """Return the offset in characters of each offset in bytes."""
    offsets = array("I")
    for index, character in enumerate(source):
        code = ord(character)
        offsets.extend((index,) * (1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4))
    offsets.append(len(source))
    return offsets


def field(node: Node, name: str) -> Node | None:
    """Return a child by the name of its field."""
    return node.child_by_field_name(name)


def inner(node: Node) -> Node:
    """Return an expression without its parentheses and type assertions."""
    while node.type in _WRAPPERS:
        children = expressions(node)
        if not children:
            break
        node = children[-1] if node.type == "type_assertion" else children[0]
    return node


def is_wrapper(node: Node) -> bool:
    """Return whether a node is only parentheses or a type assertion."""
    return node.type in _WRAPPERS


def expressions(node: Node) -> list[Node]:
    """Return the named children without comments."""
    return [child for child in node.named_children if child.type != "comment"]


def nodes_of(node: Node) -> Iterator[Node]:
    """Yield the nodes of an expression or statement, functions in it apart."""
    waiting = [node]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        found = waiting.pop()
        yield found
        waiting += [child for child in found.named_children if child.type not in FUNCTIONS]


def callee(call: Node) -> Node | None:
    """Return what a call calls.

    The grammar of TypeScript reads ``await f<T>(x)`` as a call of ``await f``.
    """
    found = field(call, "function")
    if found is not None and found.type == "await_expression" and field(call, "type_arguments") is not None:
        children = expressions(found)
        return children[0] if children else found
    return found


def arguments(call: Node) -> list[Node]:
    """Return the arguments of a call."""
    found = field(call, "arguments")
    return [] if found is None or found.type != "arguments" else expressions(found)
