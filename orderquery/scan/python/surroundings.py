"""What is wrong in the Python code around a call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...language.schema import load_schema
from ...syntax.holes import Hole
from .. import around
from ..documents import SearchDocument, documents_of, unknown_parts
from ..found import AroundCall
from ..nodes import Unknown
from .answers import AnswerReader, AnswerReads
from .calls import FoundCall
from .scopes import parameters_of
from .source import PythonSource, child, named, own_nodes

if TYPE_CHECKING:
    from tree_sitter import Node

_LOOPS = frozenset({"while_statement", "for_statement"})
_BINDINGS = frozenset({"for_statement", "assignment", "augmented_assignment", "named_expression"})
_LEAVES = ("return_statement", "break_statement")
_NUMBERS = re.compile(r"(?:itertools\.)?(?:range|count)\b")
_NEXT_PAGE = re.compile(r"has_?next|cursors?\b|next_?cursor|next_?page|has_?more|\bnext\b", re.IGNORECASE)
_READS_NEXT = re.compile(r"hasNext|has_next|[\"']cursors[\"']|nextCursor|next_cursor|hasMore|has_more")
_LENGTH = re.compile(r"\blen\(|[\"']count[\"']|\bcount\b|[\"']total\w*[\"']|\btotal\w*\b")
_MEMBERS = (
    (re.compile(r"^(?:\w+_)?member_?id$", re.IGNORECASE), "memberId"),
    (re.compile(r"^(?:\w+_)?contact_?id$", re.IGNORECASE), "contactId"),
    (re.compile(r"^(?:(?:buyer|customer|member|user)_?)email$|^email$", re.IGNORECASE), "email"),
)
"""Names of parameters, each with the last part of the field that a condition has."""
_WORD = re.compile(r"\w+")


def mistakes_around(source: PythonSource, call: FoundCall) -> tuple[AroundCall, ...]:
    """Return what is wrong around a call, in the order of the file."""
    if call.sends != "request":
        return ()
    return tuple(sorted(_Surroundings(source, call).mistakes(), key=lambda mistake: mistake.span))


class _Surroundings:
    def __init__(self, source: PythonSource, call: FoundCall) -> None:
        self._source = source
        self._call = call
        path = call.path
        index = next((i for i in range(len(path) - 2, 0, -1) if path[i].type == "function_definition"), 0)
        self._scope = path[index]
        self._loop = next((node for node in reversed(path[index + 1 :]) if node.type in _LOOPS), None)
        self._documents = documents_of(call.search).documents

    def mistakes(self) -> Iterator[AroundCall]:
        """Yield the mistakes."""
        answer = AnswerReader(self._source, self._scope).read(self._call.path)
        seen = set()
        # A function of the project's own may return something else than the answer.
        is_answer = any(read.keys[0] in ("orders", "metadata") for read in answer.reads)
        for read in answer.reads:
            if not (is_answer or read.is_certain):
                continue
            mistake = around.unknown_answer_key(read.keys, read.span, is_sdk=False)
            if mistake is not None and mistake.span not in seen:
                seen.add(mistake.span)
                yield mistake
        if self._loop is not None:
            yield from self._of_loop(self._loop, answer)
        yield from self._of_members()

    # -- loops ---------------------------------------------------------------------------------------------------

    def _of_loop(self, loop: Node, answer: AnswerReads) -> Iterator[AroundCall]:
        if self._ends_after_call(loop):
            return
        offsets = list(self._offsets(loop))
        if offsets:
            yield offsets[0]
            return
        cursors = [document for document in self._documents if _cursor_of(document) is not None]
        if not cursors:
            is_certain = all(_has_no_cursor(document) for document in self._documents)
            if is_certain and self._reads_next(loop) and not self._varies(loop):
                yield around.cursor_not_passed(self._source.span(self._call.node))
            return
        for document in cursors:
            search = document.value["search"]
            parts = [part for part in ("filter", "sort") if search.get(part) and not isinstance(search[part], Hole)]
            cursor = search["cursorPaging"]["cursor"]
            if parts and isinstance(cursor, Hole):
                span = document.span(("search", "cursorPaging", "cursor"), "value")
                yield around.cursor_beside_search(span, parts)
                break
        yield from self._wrong_ends(loop, answer)

    def _ends_after_call(self, loop: Node) -> bool:
        """Return whether the loop only repeats a call that failed."""
        path = self._call.path
        for above, node in zip(reversed(path[:-1]), reversed(path[1:]), strict=True):
            if above == loop:
                return False
            following = named(above) if above.type == "block" else []
            ends = [part.type in _LEAVES for part in following if part.start_byte > node.start_byte]
            if above.type == "return_statement" or any(ends):
                return True
        return False

    def _reads_next(self, loop: Node) -> bool:
        """Return whether a loop may be over pages, and reads whether there is a next one.

        What a loop inside it reads is about the pages of that one.
        """
        if loop.type == "for_statement" and not self._counts(loop):
            return False
        text = self._source.data[loop.start_byte : loop.end_byte]
        for node in own_nodes(child(loop, "body") or loop):
            inside = node.start_byte - loop.start_byte, node.end_byte - loop.start_byte
            if node.type in _LOOPS and child(node, "condition") is not None:
                text = text[: inside[0]] + b" " * (inside[1] - inside[0]) + text[inside[1] :]
        return _READS_NEXT.search(text.decode("utf-8", "ignore")) is not None

    def _varies(self, loop: Node) -> bool:
        """Return whether the loop changes another part of the search, such as a date."""
        names = {self._source.text_of(node) for node in self._bound_in(loop)}
        values = (_value_at(document, path) for document in self._documents for (path, _) in document.spans)
        written = {word for value in values if isinstance(value, Hole) for word in _WORD.findall(value.written)}
        return not names.isdisjoint(written)

    def _bound_in(self, loop: Node) -> Iterator[Node]:
        """Yield the names that a loop sets."""
        for node in (loop, *own_nodes(child(loop, "body") or loop)):
            target = child(node, "left") or (child(node, "name") if node.type == "named_expression" else None)
            if target is not None and node.type in _BINDINGS:
                yield from (part for part in (target, *own_nodes(target)) if part.type == "identifier")

    def _counts(self, loop: Node) -> bool:
        """Return whether a loop is over numbers."""
        right = child(loop, "right")
        return right is not None and _NUMBERS.match(self._source.text_of(right)) is not None

    def _offsets(self, loop: Node) -> Iterator[AroundCall]:
        """Yield the numbers by which the search of a loop pages."""
        changed = self._counted_in(loop)
        for document in self._documents:
            for (path, at), span in document.spans.items():
                if at != "value" or not path or path[-1] not in around.OFFSET_KEYS:
                    continue
                value = _value_at(document, path)
                words = _WORD.findall(value.written) if isinstance(value, Hole) else []
                name = next((word for word in words if word in changed), None)
                if name is not None:
                    yield around.offset_paging(name, span)

    def _counted_in(self, loop: Node) -> set[str]:
        found: set[str] = set()
        if loop.type == "for_statement":
            target = child(loop, "left")
            if target is not None and self._counts(loop):
                found.update(_WORD.findall(self._source.text_of(target)))
        for node in own_nodes(child(loop, "body") or loop):
            left, right = child(node, "left"), child(node, "right")
            if left is None or right is None or left.type != "identifier":
                continue
            name = self._source.text_of(left)
            counts = node.type == "assignment" and re.match(rf"{name}\s*\+", self._source.text_of(right))
            if node.type == "augmented_assignment" or counts:
                found.add(name)
        return found

    def _wrong_ends(self, loop: Node, answer: AnswerReads) -> Iterator[AroundCall]:
        ends = list(_conditions_of(loop))
        texts = [self._source.text_of(node) for node in ends]
        if any(_NEXT_PAGE.search(text) for text in texts):
            return
        orders = {name for name, keys in answer.names.items() if keys == ("orders",)}
        for node, text in zip(ends, texts, strict=True):
            words = set(_WORD.findall(text))
            is_empty_test = bool(words & orders) and words <= {*orders, "not"}
            if _LENGTH.search(text) or is_empty_test:
                reason = "does not tell whether there is another page"
                yield around.wrong_loop_end(" ".join(text.split()), reason, self._source.span(node))
                return

    # -- members -------------------------------------------------------------------------------------------------

    def _of_members(self) -> Iterator[AroundCall]:
        parameters = child(self._scope, "parameters")
        if parameters is None:
            return
        for name, node in parameters_of(self._source, parameters):
            last = next((last for pattern, last in _MEMBERS if pattern.match(name)), None)
            if last is None:
                continue
            key = next(field.name for field in load_schema().fields if field.name.endswith(f".{last}"))
            places = [place for document in self._documents for place in _places_of(document, name)]
            if places and all(not place.is_read for place in places):
                yield around.unfiltered_member_search(name, key, places[0].span, is_ignored=True)
            elif not places and self._is_unused(name) and not list(unknown_parts(self._call.search)):
                span = self._source.span(child(node, "name") or node)
                yield around.unfiltered_member_search(name, key, span, is_ignored=False)

    def _is_unused(self, name: str) -> bool:
        """Return whether the function never reads a name."""
        body = child(self._scope, "body")
        text = "" if body is None else self._source.text_of(body)
        return re.search(rf"\b{re.escape(name)}\b", text) is None


class _HolePlace:
    """A hole with a name in a search, and whether the service reads the part."""

    def __init__(self, part: Unknown, *, is_read: bool) -> None:
        self.span = part.span
        self.is_read = is_read


def _places_of(document: SearchDocument, name: str) -> Iterator[_HolePlace]:
    for (path, at), span in document.spans.items():
        value = _value_at(document, path) if at == "value" else None
        if isinstance(value, Hole) and name in _WORD.findall(value.written):
            yield _HolePlace(Unknown(value, span), is_read=len(path) < 2 or path[:2] == ("search", "filter"))


def _value_at(document: SearchDocument, path: tuple[object, ...]) -> object:
    value: object = document.value
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def _cursor_of(document: SearchDocument) -> object:
    return _value_at(document, ("search", "cursorPaging", "cursor"))


def _has_no_cursor(document: SearchDocument) -> bool:
    """Return whether no part that the source does not tell could hold a cursor."""
    for path in ((), ("search",), ("search", "cursorPaging")):
        value = _value_at(document, path)
        if isinstance(value, Hole) or (isinstance(value, dict) and any(isinstance(key, Hole) for key in value)):
            return False
    return True


def _conditions_of(loop: Node) -> Iterator[Node]:
    """Yield the conditions that end a loop."""
    condition = child(loop, "condition")
    if condition is not None and condition.type not in ("true", "integer"):
        yield condition
    for node in own_nodes(child(loop, "body") or loop):
        if node.type in ("if_statement", "elif_clause"):
            body, test = child(node, "consequence"), child(node, "condition")
            leaves = body is not None and any(
                part.type in ("break_statement", "return_statement") for part in named(body)
            )
            if leaves and test is not None:
                yield test
