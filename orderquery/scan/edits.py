"""The smallest edits of source code that change a search to a corrected one."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ..syntax.holes import Hole
from ..syntax.source_text import Replacement
from .brackets import Bracket, Item, bracket_at, value_start
from .documents import SearchDocument
from .nodes import ListLiteral, ObjectEntry, ObjectLiteral, Scalar, SourceValue, Span

JSON = Any
_LITERAL = re.compile(r"""[rRuU]?(?:"(?:\\.|[^"\\\r\n])*"|'(?:\\.|[^'\\\r\n])*')|-?[\d.]\w*|\w+""")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_PYTHON_WORDS = {None: "None", True: "True", False: "False"}


class CannotEdit(Exception):
    """The change needs an edit of code that is not literal, or not in one place."""


def same(old: JSON, new: JSON) -> bool:
    """Return whether two decoded values are the same.

    A hole is only the same as itself.
    """
    if old is new:
        return True
    if isinstance(old, dict) and isinstance(new, dict):
        return list(old) == list(new) and all(same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list | tuple):
        return len(old) == len(new) and all(same(one, other) for one, other in zip(old, new, strict=True))
    if isinstance(old, Hole) or isinstance(new, Hole):
        return False
    return type(old) is type(new) and bool(old == new)


def edits_of(text: str, document: SearchDocument, corrected: JSON, *, is_python: bool) -> list[Replacement]:
    """Return the edits that make a document the corrected one.

    Raises:
        CannotEdit: there are no such edits.

    """
    return list(_Edits(text, document, is_python=is_python).of(document.tree, document.value, corrected, None))


class _Edits:
    def __init__(self, text: str, document: SearchDocument, *, is_python: bool) -> None:
        self._text = text
        self._is_python = is_python
        self._sources: dict[int, str] = {}
        """The source text of objects, lists and holes, by the identity of their decoded value."""
        self._keep_sources(document.tree, document.value)

    # -- the source of values that move --------------------------------------------------------------------------

    def _keep_sources(self, node: SourceValue, value: JSON) -> None:
        bracket = bracket_at(self._text, node.span) if isinstance(node, ObjectLiteral | ListLiteral) else None
        if isinstance(node, ObjectLiteral):
            for entry, key in self._entries(node):
                item = _item_with(bracket, entry.key_span)
                if item is not None:
                    start = value_start(self._text, item, entry.key_span[1])
                    self._keep(value[key], self._text[start : item.end])
                self._keep_sources(entry.value, value[key])
        elif isinstance(node, ListLiteral):
            items = bracket.items if bracket is not None and len(bracket.items) == len(node.items) else ()
            for index, part in enumerate(node.items):
                if items:
                    self._keep(value[index], self._text[items[index].start : items[index].end])
                self._keep_sources(part, value[index])

    def _keep(self, value: JSON, source: str) -> None:
        if isinstance(value, dict | list | Hole):
            self._sources[id(value)] = source

    @staticmethod
    def _entries(node: ObjectLiteral) -> list[tuple[ObjectEntry, JSON]]:
        """Return the entries that count, with their keys in the decoded object."""
        found: dict[JSON, ObjectEntry] = {}
        for entry in node.entries:
            found[entry.key if isinstance(entry.key, str) else entry.key.hole] = entry
        return [(entry, key) for key, entry in found.items()]

    # -- changes -------------------------------------------------------------------------------------------------

    def of(self, node: SourceValue, old: JSON, new: JSON, around: Span | None) -> Iterator[Replacement]:
        """Yield the edits of a value.

        ``around`` is the place of the object or list that it is in.
        """
        if same(old, new):
            return
        if isinstance(node, ObjectLiteral) and isinstance(new, dict):
            yield from self._of_object(node, old, new)
        elif isinstance(node, ListLiteral) and isinstance(new, list | tuple) and old and new:
            yield from self._of_list(node, old, list(new))
        elif isinstance(node, Scalar | ObjectLiteral | ListLiteral):
            yield self._replaced(node, new, around)
        else:
            raise CannotEdit

    def _replaced(self, node: SourceValue, new: JSON, around: Span | None) -> Replacement:
        start, end = node.span
        if around is not None and not (around[0] <= start and end <= around[1]):
            # A value of its own variable may be used elsewhere.
            raise CannotEdit
        if isinstance(node, Scalar) and not _LITERAL.fullmatch(self._text, start, end):
            raise CannotEdit
        return Replacement(start, end, self._written(new, self._quote_at(start)))

    def _of_object(self, node: ObjectLiteral, old: dict[JSON, JSON], new: dict[JSON, JSON]) -> Iterator[Replacement]:
        entries = {key: entry for entry, key in self._entries(node)}
        gone = [key for key in old if key not in new]
        come = [key for key in new if key not in old]
        renamed = self._renamed(old, new, gone, come)
        for key in old:
            other = renamed.get(key, key)
            if other not in new:
                continue
            entry = entries[key]
            if key in renamed:
                yield self._renamed_key(entry, renamed[key])
            yield from self.of(entry.value, old[key], new[other], node.span)
        gone = [key for key in gone if key not in renamed]
        come = [key for key in come if key not in renamed.values()]
        if gone or come:
            bracket = bracket_at(self._text, node.span)
            if bracket is None or len(entries) != len(bracket.items):
                raise CannotEdit
            items = [_item_with(bracket, entries[key].key_span) for key in gone]
            if None in items:
                raise CannotEdit
            texts = [self._entry(key, new[key], node, bracket) for key in come]
            yield from self._spliced(bracket, [item for item in items if item is not None], texts)

    def _renamed(
        self, old: dict[JSON, JSON], new: dict[JSON, JSON], gone: list[JSON], come: list[JSON]
    ) -> dict[JSON, str]:
        """Return the keys that have another name in the new object."""
        found: dict[JSON, str] = {}
        for key in gone:
            for other in come:
                free = other not in found.values() and isinstance(key, str) and isinstance(other, str)
                if free and (same(old[key], new[other]) or self._is_changed_inside(old[key], new[other])):
                    found[key] = other
                    break
        return found

    def _is_changed_inside(self, old: JSON, new: JSON) -> bool:
        """Return whether a value was changed and not moved into another or out of one."""
        if isinstance(old, dict) and isinstance(new, dict):
            return bool(set(map(str, old)) & set(map(str, new)))
        return not isinstance(old, dict | list | Hole) and not isinstance(new, dict | list | tuple | Hole)

    def _renamed_key(self, entry: ObjectEntry, name: str) -> Replacement:
        start, end = entry.key_span
        written = self._text[start:end]
        if written[:1] in "\"'":
            return Replacement(start, end, self._string(name, written[0]))
        if not _NAME.fullmatch(written) or (entry.value.span == entry.key_span and not self._is_python):
            # A computed key, or a shorthand whose name is that of the variable.
            raise CannotEdit
        return Replacement(start, end, self._plain_key(name))

    def _plain_key(self, name: str) -> str:
        if _NAME.fullmatch(name) and not (self._is_python and (keyword.iskeyword(name) or "$" in name)):
            return name
        if self._is_python:
            raise CannotEdit
        return self._string(name, '"')

    def _of_list(self, node: ListLiteral, old: list[JSON], new: list[JSON]) -> Iterator[Replacement]:
        if len(old) == len(new):
            for part, one, other in zip(node.items, old, new, strict=True):
                yield from self.of(part, one, other, node.span)
            return
        bracket = bracket_at(self._text, node.span)
        if bracket is None or len(bracket.items) != len(old):
            raise CannotEdit
        if len(new) > len(old):
            yield self._grown(bracket, old, new)
            return
        kept, at = [], 0
        for index, value in enumerate(old):
            if at < len(new) and same(value, new[at]):
                kept.append(index)
                at += 1
        if at < len(new):
            raise CannotEdit
        yield from self._spliced(bracket, [bracket.items[i] for i in range(len(old)) if i not in kept], [])

    def _grown(self, bracket: Bracket, old: list[JSON], new: list[JSON]) -> Replacement:
        """Return the insertion of new items, before the old ones or after them."""
        quote, count = self._quote_at(bracket.start), len(new) - len(old)
        if same(old, new[: len(old)]):
            return self._appended(bracket, [self._written(value, quote) for value in new[len(old) :]])
        if not same(old, new[count:]):
            raise CannotEdit
        start, separator = bracket.items[0].start, self._separator(bracket)
        texts = [self._written(value, quote) for value in new[:count]]
        return Replacement(start, start, separator.join([*texts, ""]))

    # -- items ---------------------------------------------------------------------------------------------------

    def _spliced(self, bracket: Bracket, gone: list[Item], texts: list[str]) -> Iterator[Replacement]:
        """Remove items, and put new ones in their place or at the end."""
        if gone and texts:
            yield Replacement(gone[0].start, gone[0].end, self._separator(bracket).join(texts))
            gone, texts = gone[1:], []
        for item in gone:
            yield self._removed(bracket, item, gone)
        if texts:
            yield self._appended(bracket, texts)

    def _appended(self, bracket: Bracket, texts: list[str]) -> Replacement:
        if not bracket.items:
            return Replacement(bracket.start, bracket.start, ", ".join(texts))
        last, separator = bracket.items[-1], self._separator(bracket)
        if last.comma is None:
            return Replacement(last.end, last.end, separator + separator.join(texts))
        return Replacement(last.comma + 1, last.comma + 1, separator[1:] + separator.join(texts))

    def _removed(self, bracket: Bracket, item: Item, gone: list[Item]) -> Replacement:
        index = bracket.items.index(item)
        if item.comma is not None and index + 1 < len(bracket.items):
            rest = item.comma + 1
            while rest < len(self._text) and self._text[rest].isspace():
                rest += 1
            return Replacement(item.start, rest, "")
        before = bracket.items[index - 1] if index else None
        if before is not None and before.comma is not None and before not in gone:
            between = self._text[before.comma + 1 : item.start]
            if not between.strip():
                return Replacement(
                    before.comma if item.comma is None else before.comma + 1, (item.comma or item.end - 1) + 1, ""
                )
        return self._without_line(item.start, item.end if item.comma is None else item.comma + 1)

    def _without_line(self, start: int, end: int) -> Replacement:
        """Remove a range, and its line if nothing else is on it."""
        begin = self._text.rfind("\n", 0, start) + 1
        stop = self._text.find("\n", end)
        if stop >= 0 and not self._text[begin:start].strip() and not self._text[end:stop].strip():
            return Replacement(begin, stop + 1, "")
        return Replacement(start, end, "")

    def _separator(self, bracket: Bracket) -> str:
        if len(bracket.items) > 1 and bracket.items[0].comma is not None:
            between = self._text[bracket.items[0].comma + 1 : bracket.items[1].start]
        else:
            between = self._text[bracket.start : bracket.items[0].start] if bracket.items else " "
        return "," + (between if "\n" in between and not between.strip() else " ")

    def _entry(self, key: JSON, value: JSON, node: ObjectLiteral, bracket: Bracket) -> str:
        if not isinstance(key, str):
            raise CannotEdit
        first = next((entry.key_span[0] for entry in node.entries if isinstance(entry.key, str)), node.span[0])
        quote = self._quote_at(first)
        if self._is_python and bracket.opening == "(":
            return f"{self._plain_key(key)}={self._written(value, quote)}"
        is_plain = not self._is_python and self._text[first : first + 1] not in "\"'{" and _NAME.fullmatch(key)
        return f"{key if is_plain else self._string(key, quote)}: {self._written(value, quote)}"

    # -- written values ------------------------------------------------------------------------------------------

    def _quote_at(self, offset: int) -> str:
        found = re.compile("[\"']").search(self._text, offset, offset + 80)
        return found[0] if found is not None else '"'

    def _string(self, value: str, quote: str) -> str:
        text = json.dumps(value, ensure_ascii=False)
        return text if quote == '"' else "'" + text[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"

    def _written(self, value: JSON, quote: str) -> str:
        """Return a value as source: moved parts keep theirs."""
        kept = self._sources.get(id(value))
        if kept is not None:
            return kept
        if isinstance(value, dict):
            parts = []
            for key, part in value.items():
                if not isinstance(key, str):
                    raise CannotEdit
                name = (
                    key if not self._is_python and _NAME.fullmatch(key) and quote == "'" else self._string(key, quote)
                )
                parts.append(f"{name}: {self._written(part, quote)}")
            return "{" + ", ".join(parts) + "}"
        if isinstance(value, list | tuple):
            return "[" + ", ".join([self._written(part, quote) for part in value]) + "]"
        if isinstance(value, str):
            return self._string(value, quote)
        if value is None or isinstance(value, bool):
            return _PYTHON_WORDS[value] if self._is_python else json.dumps(value)
        if isinstance(value, int | Decimal):
            return str(value)
        raise CannotEdit


def _item_with(bracket: Bracket | None, key_span: Span) -> Item | None:
    """Return the item that has a key."""
    items = () if bracket is None else bracket.items
    return next((item for item in items if item.start <= key_span[0] and key_span[1] <= item.end), None)
