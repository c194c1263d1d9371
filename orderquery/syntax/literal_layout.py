"""The layout of JSON and JavaScript literals: values and comments, indented."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .literal_outline import lex_literal, string_of
from .token_walk import COMMENT, Lexeme

MAX_COLUMNS = 88
_INDENT = "  "
_MAX_DEPTH_OF_A_LINE = 2
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_OPENING = {"LBRACE": "}", "LSQB": "]"}


@dataclass
class _Node:
    """A value as it is printed; ``entries`` are those of an object or a list."""

    text: str
    entries: list[_Entry] | None = None
    tail: list[str] = field(default_factory=list)
    """Comments after the last entry."""

    @property
    def closing(self) -> str:
        """Return the bracket that closes it."""
        return {"{": "}", "[": "]"}[self.text]


@dataclass
class _Entry:
    key: str
    value: _Node
    leading: list[str]
    trailing: list[str] = field(default_factory=list)


def lay_out_literal(text: str, *, bare_keys: bool, indent: str = "", columns: int = MAX_COLUMNS) -> str:
    """Return a literal that parses in its canonical layout.

    Strings are in double quotes, and so are keys, except names with ``bare_keys``. Comments are kept. An object or a
    list is on one line if it fits there and nests little. Lines after the first begin with ``indent``.
    """
    reader = _NodeReader(text, bare_keys=bare_keys)
    before, node, after = reader.read()
    lines = [*before, *_lines(node, "", "", "", columns - len(indent)), *after]
    return f"\n{indent}".join(lines)


class _NodeReader:
    """Reads the nodes of a literal from its tokens."""

    def __init__(self, text: str, *, bare_keys: bool) -> None:
        self._text = text
        self._bare_keys = bare_keys
        self._lexemes = lex_literal(text)
        self._at = 0

    def read(self) -> tuple[list[str], _Node, list[str]]:
        """Return the value, and the comments before and after it."""
        before = self._comments()
        node = self._value([])
        return before, node, self._comments()

    def _written(self, lexeme: Lexeme) -> str:
        return self._text[lexeme.start : lexeme.end]

    def _comments(self) -> list[str]:
        found = []
        while self._at < len(self._lexemes) and self._lexemes[self._at].terminal == COMMENT:
            found.append(self._written(self._lexemes[self._at]))
            self._at += 1
        return found

    def _value(self, comments: list[str]) -> _Node:
        """Read a value; comments inside an entry go to ``comments``."""
        comments += self._comments()
        lexeme = self._lexemes[self._at]
        self._at += 1
        if lexeme.terminal not in _OPENING:
            return _Node(self._scalar(lexeme))
        return self._container(lexeme)

    def _container(self, opening: Lexeme) -> _Node:
        node = _Node(self._written(opening), [])
        assert node.entries is not None
        leading: list[str] = []
        while True:
            lexeme = self._lexemes[self._at]
            if lexeme.terminal == COMMENT:
                self._at += 1
                if node.entries and not leading and self._is_trailing(lexeme, node.entries[-1]):
                    node.entries[-1].trailing.append(self._written(lexeme))
                else:
                    leading.append(self._written(lexeme))
            elif lexeme.terminal == "_COMMA":
                self._at += 1
            elif self._written(lexeme) == node.closing:
                self._at += 1
                node.tail = leading
                return node
            else:
                node.entries.append(self._entry(leading, is_pair=opening.terminal == "LBRACE"))
                leading = []

    def _entry(self, leading: list[str], *, is_pair: bool) -> _Entry:
        key = ""
        if is_pair:
            key = self._key(self._lexemes[self._at])
            self._at += 1
            leading += self._comments()
            self._at += 1
        return _Entry(key, self._value(leading), leading)

    def _is_trailing(self, comment: Lexeme, entry: _Entry) -> bool:
        """Return whether a comment belongs to the entry before it on its line."""
        if entry.trailing and entry.trailing[-1].startswith("//"):
            return False
        before = self._lexemes[self._at - 2]
        after = next(lexeme for lexeme in self._lexemes[self._at :] if lexeme.terminal != COMMENT)
        same_line = "\n" not in self._text[before.end : comment.start]
        is_last = "\n" in self._text[comment.end : after.start] or after.terminal in ("RBRACE", "RSQB", "_COMMA")
        return same_line and is_last

    def _key(self, lexeme: Lexeme) -> str:
        name = string_of(self._written(lexeme))
        if self._bare_keys and _IDENTIFIER.fullmatch(name):
            return name
        return _quoted(self._written(lexeme), name)

    def _scalar(self, lexeme: Lexeme) -> str:
        written = self._written(lexeme)
        return _quoted(written, string_of(written)) if lexeme.terminal == "STRING" else written


def _quoted(written: str, value: str) -> str:
    """Return a string in double quotes: as it is written if it is JSON, else encoded."""
    if written[:1] == '"':
        try:
            json.loads(written)
        except ValueError:
            pass
        else:
            return written
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _depth(node: _Node) -> int:
    """Return how deep objects nest; a list of scalars counts as a scalar."""
    if not node.entries:
        return 0
    inner = max(_depth(entry.value) for entry in node.entries)
    return inner + 1 if node.text == "{" or inner else 0


def _flat(node: _Node) -> str | None:
    """Return a node on one line; ``None`` if it holds comments."""
    if node.entries is None:
        return node.text
    if node.tail:
        return None
    pieces = []
    for entry in node.entries:
        value = None if entry.leading or entry.trailing else _flat(entry.value)
        if value is None:
            return None
        pieces.append(f"{entry.key}: {value}" if entry.key else value)
    return f"{node.text}{', '.join(pieces)}{node.closing}"


def _lines(node: _Node, indent: str, lead: str, end: str, columns: int) -> Iterator[str]:
    """Yield the lines of a node after a key, each with its indent."""
    flat = _flat(node) if _depth(node) <= _MAX_DEPTH_OF_A_LINE else None
    if node.entries is None or (flat is not None and len(indent) + len(lead) + len(flat) + len(end) <= columns):
        yield f"{indent}{lead}{flat}{end}"
        return
    yield f"{indent}{lead}{node.text}"
    deeper = indent + _INDENT
    for index, entry in enumerate(node.entries):
        yield from (deeper + comment for comment in entry.leading)
        comma = "," if index + 1 < len(node.entries) else ""
        key = f"{entry.key}: " if entry.key else ""
        lines = list(_lines(entry.value, deeper, key, comma, columns))
        yield from lines[:-1]
        yield " ".join([lines[-1], *entry.trailing])
    yield from (deeper + comment for comment in node.tail)
    yield f"{indent}{node.closing}{end}"
