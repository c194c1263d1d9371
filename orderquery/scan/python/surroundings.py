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
from .callers import PythonCallers
from .calls import FoundCall
from .loops import LOOPS, Leaving, PythonLoop
from .reached_uses import NameUses
from .scopes import function_of, parameters_of
from .source import PythonSource, child

if TYPE_CHECKING:
    from tree_sitter import Node

_NEXT_PAGE = re.compile(r"has_?next|cursors?\b|next_?cursor|next_?page|has_?more|\bnext\b", re.IGNORECASE)
_LENGTH = re.compile(r"\blen\(|[\"']count[\"']|\bcount\b|[\"']total\w*[\"']|\btotal\w*\b")
_MEMBERS = (
    (re.compile(r"^(?:\w+_)?member_?id$", re.IGNORECASE), "memberId"),
    (re.compile(r"^(?:\w+_)?contact_?id$", re.IGNORECASE), "contactId"),
    (re.compile(r"^(?:(?:buyer|customer|member|user)_?)email$|^email$", re.IGNORECASE), "email"),
)
"""Names of parameters, each with the last part of the field that a condition has."""
_WORD = re.compile(r"\w+")
_MAX_SITES = 20
"""Calls of the function around a call that are judged."""


class Surroundings:
    """Judges the code around the calls of a file."""

    def __init__(self, source: PythonSource, uses: NameUses, callers: PythonCallers) -> None:
        self._source = source
        self._uses = uses
        self._callers = callers
        self._leaving = Leaving()
        self._loops: dict[int, PythonLoop] = {}
        self._unused: dict[tuple[int, str], bool] = {}

    def mistakes(self, call: FoundCall) -> tuple[AroundCall, ...]:
        """Return what is wrong around a call, in the order of the file."""
        if call.sends != "request":
            return ()
        found = {(mistake.code, mistake.span): mistake for mistake in self._mistakes(call)}
        return tuple(sorted(found.values(), key=lambda mistake: mistake.span))

    def _mistakes(self, call: FoundCall) -> Iterator[AroundCall]:
        answer = AnswerReader(self._source, self._uses, self._callers).read(call.path)
        yield from around.wrong_reads(answer.reads, answer.is_added, is_sdk=False)
        documents = documents_of(call.search).documents
        loop = self._loop_of(call.path)
        yield from _beside_search(documents, is_in_loop=loop is not None)
        if loop is not None and not self._ends_after_call(loop.node, call.path):
            yield from self._of_loop(loop, call.path, call, documents, answer)
        if loop is None or not loop.reads_next:
            # A loop that only tries again is in a function that a loop over pages calls.
            yield from self._of_callers(call, documents, answer)
        yield from self._of_members(call, documents)

    # -- loops ---------------------------------------------------------------------------------------------------

    def _loop_of(self, path: list[Node]) -> PythonLoop | None:
        """Return the innermost loop around a call in its function."""
        node = next((node for node in reversed(path[function_of(path) + 1 :]) if node.type in LOOPS), None)
        if node is None:
            return None
        return self._loops.setdefault(node.id, PythonLoop(self._source, node))

    def _of_callers(
        self, call: FoundCall, documents: tuple[SearchDocument, ...], answer: AnswerReads
    ) -> Iterator[AroundCall]:
        """Judge the loops that call the function around a call, each with what it gives."""
        given = {caller[-1].id: search for caller, search in call.by_caller}
        is_known = not any(True for _ in unknown_parts(call.search))
        for site in answer.sites[:_MAX_SITES]:
            loop = self._loop_of(site)
            search = given.get(site[-1].id)
            if loop is not None and (search is not None or is_known):
                sent = documents if search is None else documents_of(search).documents
                yield from self._of_loop(loop, site, call, sent, answer)

    def _of_loop(
        self,
        loop: PythonLoop,
        site: list[Node],
        call: FoundCall,
        documents: tuple[SearchDocument, ...],
        answer: AnswerReads,
    ) -> Iterator[AroundCall]:
        if self._ends_after_call(loop.node, site):
            return
        offsets = list(_offsets(loop, documents))
        if offsets:
            yield offsets[0]
            return
        if all(_cursor_of(document) is None for document in documents):
            is_certain = all(_has_no_cursor(document) for document in documents)
            if is_certain and loop.reads_next and not _varies(loop, documents):
                yield around.cursor_not_passed(self._source.span(call.node))
            return
        yield from self._wrong_ends(loop, site, answer)

    def _ends_after_call(self, loop: Node, path: list[Node]) -> bool:
        """Return whether the loop only repeats a call that failed."""
        for above, node in zip(reversed(path[:-1]), reversed(path[1:]), strict=True):
            if above == loop:
                return False
            is_left = above.type == "block" and self._leaving.is_left_after(above, node.start_byte)
            if above.type == "return_statement" or is_left:
                return True
        return False

    def _wrong_ends(self, loop: PythonLoop, site: list[Node], answer: AnswerReads) -> Iterator[AroundCall]:
        if any(_NEXT_PAGE.search(text) for _, text in loop.ends):
            return
        scope = site[function_of(site)]
        orders = {name for (at, name), keys in answer.names.items() if at == scope.id and keys == around.ORDERS}
        for node, text in loop.ends:
            words = set(_WORD.findall(text))
            is_empty_test = bool(words & orders) and words <= {*orders, "not"}
            if _LENGTH.search(text) or is_empty_test:
                reason = "does not tell whether there is another page"
                yield around.wrong_loop_end(" ".join(text.split()), reason, self._source.span(node))
                return

    # -- members -------------------------------------------------------------------------------------------------

    def _of_members(self, call: FoundCall, documents: tuple[SearchDocument, ...]) -> Iterator[AroundCall]:
        scope = call.path[function_of(call.path)]
        parameters = child(scope, "parameters")
        if parameters is None:
            return
        for name, node in parameters_of(self._source, parameters):
            last = next((last for pattern, last in _MEMBERS if pattern.match(name)), None)
            if last is None:
                continue
            key = next(field.name for field in load_schema().fields if field.name.endswith(f".{last}"))
            places = [place for document in documents for place in _places_of(document, name)]
            if places and all(not place.is_read for place in places):
                yield around.unfiltered_member_search(name, key, places[0].span, is_ignored=True)
            elif not places and self._is_unused(scope, name) and not list(unknown_parts(call.search)):
                span = self._source.span(child(node, "name") or node)
                yield around.unfiltered_member_search(name, key, span, is_ignored=False)

    def _is_unused(self, scope: Node, name: str) -> bool:
        """Return whether a function never reads a name."""
        found = self._unused.get((scope.id, name))
        if found is None:
            body = child(scope, "body")
            text = "" if body is None else self._source.text_of(body)
            found = self._unused[scope.id, name] = re.search(rf"\b{re.escape(name)}\b", text) is None
        return found


def _beside_search(documents: tuple[SearchDocument, ...], *, is_in_loop: bool) -> Iterator[AroundCall]:
    """Yield the mistake of a search that has a cursor and what the first page had.

    Outside of a loop, a caller may give a cursor or a filter, so every search must have both.
    """
    if not is_in_loop and not all(isinstance(_cursor_of(document), Hole) for document in documents):
        return
    for document in documents:
        cursor = _cursor_of(document)
        if isinstance(cursor, Hole):
            search = document.value["search"]
            parts = [part for part in ("filter", "sort") if search.get(part) and not isinstance(search[part], Hole)]
            if parts:
                span = document.span(("search", "cursorPaging", "cursor"), "value")
                yield around.cursor_beside_search(span, parts)
                return


def _varies(loop: PythonLoop, documents: tuple[SearchDocument, ...]) -> bool:
    """Return whether a loop changes another part of the search, such as a date."""
    values = (_value_at(document, path) for document in documents for (path, _) in document.spans)
    written = {word for value in values if isinstance(value, Hole) for word in _WORD.findall(value.written)}
    return not loop.bound.isdisjoint(written)


def _offsets(loop: PythonLoop, documents: tuple[SearchDocument, ...]) -> Iterator[AroundCall]:
    """Yield the numbers by which the search of a loop pages."""
    for document in documents:
        for (path, at), span in document.spans.items():
            if at != "value" or not path or path[-1] not in around.OFFSET_KEYS:
                continue
            value = _value_at(document, path)
            words = _WORD.findall(value.written) if isinstance(value, Hole) else []
            name = next((word for word in words if word in loop.counted), None)
            if name is not None:
                yield around.offset_paging(name, span)


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
