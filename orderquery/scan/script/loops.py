"""Judge the loop around a call: does it pass the cursor on, and where does it end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from tree_sitter import Node

from ..around import OFFSET_KEYS, cursor_beside_search, cursor_not_passed, offset_paging, wrong_loop_end
from ..found import AroundCall, Sends
from ..nodes import Alternatives, ListLiteral, ObjectEntry, ObjectLiteral, Scalar, SourceValue, Span, Unknown
from .answers import Answer, AnswerKind
from .callers import ScriptCallers
from .choices import MAX_ALTERNATIVES
from .objects import entry_of, has_unknown_entries, identity_of
from .reached_uses import ReachedUses
from .scopes import Scopes
from .tree import LOOPS, ScriptTree, arguments, expressions, field, nodes_of

_MAX_DEPTH = 8
_MAX_NODES = 4_000
_MAX_CALLERS = 5
_MAX_LOOP_CHARS = 20_000
_CURSOR = re.compile(r"cursor|hasnext|hasmore|next|token", re.IGNORECASE)
_ENDS = ("break_statement", "return_statement", "throw_statement")
_MAX_SHOWN_CHARS = 60
_EXHAUSTED = "misses the end after a full last page"
_ONE_PAGE = "is the number of orders on one page"
_BLIND = "does not depend on the answer"
_NEVER = "never ends it"
_INVERTED = "is the other way round"


class SentSearches(NamedTuple):
    """What a call sends: as it is written, and as each caller of its function lets it."""

    sends: Sends
    own: SourceValue
    given: list[tuple[Node, SourceValue]]

    def all(self, span: Span) -> SourceValue:
        """Return all searches, as the alternatives of one call."""
        found: dict[object, SourceValue] = {}
        for value in (self.own, *(value for _, value in self.given)):
            for part in value.values if isinstance(value, Alternatives) else (value,):
                found.setdefault(identity_of(part), part)
        values = tuple(found.values())[:MAX_ALTERNATIVES]
        return values[0] if len(values) == 1 else Alternatives(values, span)

    def of(self, caller: Node) -> list[SourceValue]:
        """Return the searches that are sent for a caller."""
        given = [value for node, value in self.given if node.id == caller.id] or [self.own]
        parts = [part for value in given for part in (value.values if isinstance(value, Alternatives) else (value,))]
        return [_search_in(part, self.sends) for part in parts]


class Loop:
    """The loop around a call that sends a search."""

    def __init__(
        self, tree: ScriptTree, scopes: Scopes, callers: ScriptCallers, reached: ReachedUses, call: Node,
        kind: AnswerKind, sent: SentSearches,
    ) -> None:  # fmt: skip
        self._tree = tree
        self._scopes = scopes
        self._callers = callers
        self._reached = reached
        self._call = call
        self._kind = kind
        self._sent = sent
        self._searches = sent.of(call)
        self._site = call
        """The call in the loop: this one, or that of the function around it."""
        own = self._loop_of(call)
        sites = [] if own is None or self._ends_after_call(own) else [call]
        if own is None or not self._is_paging(own):
            # A loop that only tries again is in a function that a loop over pages calls.
            sites += callers.of(tree.function_of(call))[:_MAX_CALLERS]
        self._sites = [(caller, loop) for caller in sites if (loop := self._loop_of(caller)) is not None]

    @cached_property
    def _answer(self) -> Answer:
        # The usual loop keeps the first page and each later one in the same variable.
        return Answer(
            self._tree, self._scopes, self._callers, self._reached, self._call, self._kind, shares_names=True
        )  # fmt: skip

    def _loop_of(self, call: Node) -> Node | None:
        """Return the innermost loop around a call, if it may be one over pages."""
        loop = next((found for found in self._scopes.loops_around(call) if not _is_before(call, found)), None)
        return None if loop is None or loop.type == "for_in_statement" else loop

    def mistakes(self) -> Iterator[AroundCall]:
        """Yield what is wrong with the paging."""
        yield from self._beside_search()
        for site, loop in self._sites:
            self._site = site
            self._searches = self._sent.of(site)
            yield from self._in_loop(loop)

    def _in_loop(self, loop: Node) -> Iterator[AroundCall]:
        if self._ends_after_call(loop):
            return
        by_number = self._by_number(loop)
        if by_number is not None:
            yield by_number
            return
        if any(_may_have_cursor(search) for search in self._searches):
            if any(_cursor(search) is not None for search in self._searches):
                yield from self._end(loop)
            return
        if self._is_paging(loop) and not self._varies(loop):
            yield cursor_not_passed(self._tree.span(self._call))

    # -- the cursor ---------------------------------------------------------------------------------------------

    def _beside_search(self) -> Iterator[AroundCall]:
        for search in self._searches:
            entry = _cursor(search)
            if entry is None:
                continue
            parts = [part for part in ("filter", "sort") if _is_given(entry_of(search, part))]
            if parts:
                yield cursor_beside_search(entry.key_span, parts)
                return

    def _by_number(self, loop: Node) -> AroundCall | None:
        """Return the mistake of a loop that counts up a key of the search such as offset."""
        for search in self._searches:
            for entry in _entries(search):
                if not isinstance(entry.key, str) or entry.key not in OFFSET_KEYS:
                    continue
                key = self._tree.node_at(entry.key_span)
                pair = None if key is None else self._tree.parent(key)
                value = key if pair is None or pair.type != "pair" else field(pair, "value")
                if value is None:
                    continue
                for name, write in self._counted(value, loop):
                    return offset_paging(name, self._tree.span(write))
        return None

    def _counted(self, value: Node, loop: Node) -> Iterator[tuple[str, Node]]:
        """Yield the variables of an expression that the loop sets, and where."""
        waiting = [(value, 0)]
        for _ in range(_MAX_NODES):
            if not waiting:
                return
            node, depth = waiting.pop()
            if node.type in ("identifier", "shorthand_property_identifier"):
                binding = self._scopes.binding(node)
                if binding is None:
                    continue
                for write in binding.writes:
                    if not write.path and _is_in(write.node, loop):
                        yield binding.name, write.node
                if binding.value is not None and depth < _MAX_DEPTH and _is_in(binding.value, loop):
                    waiting.append((binding.value, depth + 1))
            else:
                waiting += [(child, depth) for child in reversed(node.named_children)]

    def _is_paging(self, loop: Node) -> bool:
        """Return whether the loop reads the metadata of pages, or collects their orders."""
        for read in self._answer.reads:
            is_about_pages = read.path[0] == "metadata" or _CURSOR.search(read.path[0]) or "aging" in read.path[0]
            if is_about_pages and _is_in(read.key, loop) and not self._is_of_inner(read.key, loop):
                return True
        text = self._tree.start_of(loop, _MAX_LOOP_CHARS)
        collects = any(read.path == ("orders",) and _is_in(read.key, loop) for read in self._answer.reads)
        return collects and re.search(r"\.push\(\s*\.\.\.|\.concat\(|\[\s*\.\.\.", text) is not None

    def _is_of_inner(self, key: Node, loop: Node) -> bool:
        """Return whether a read is in a loop inside, which is about the pages of its own."""
        inside = [found for found in self._scopes.loops_around(key) if found.id != loop.id and _is_in(found, loop)]
        return any(found.type != "for_in_statement" and not _is_in(self._site, found) for found in inside)

    def _varies(self, loop: Node) -> bool:
        """Return whether the loop changes another part of the search, such as a date."""
        for given in arguments(self._site) if self._site.id != self._call.id else ():
            if any(True for _ in self._counted(given, loop)) or self._is_declared_in(given, loop):
                return True
        for search in self._searches:
            for hole in _holes(search):
                node = self._tree.node_at(hole.span)
                if node is None:
                    return True
                if any(True for _ in self._counted(node, loop)) or self._is_declared_in(node, loop):
                    return True
        return False

    def _is_declared_in(self, node: Node, loop: Node) -> bool:
        for found in nodes_of(node):
            if found.type in ("identifier", "shorthand_property_identifier"):
                binding = self._scopes.binding(found)
                if binding is not None and _is_in(binding.node, loop):
                    return True
        return False

    def _ends_after_call(self, loop: Node) -> bool:
        """Return whether the loop only repeats a call that failed."""
        child = self._site
        for above in self._tree.ancestors(self._site):
            if above.type == "return_statement":
                return True
            if above.type == "statement_block":
                following = [node for node in expressions(above) if node.start_byte > child.start_byte]
                if any(node.type in ("return_statement", "break_statement") for node in following):
                    return True
            if above.id == loop.id:
                return False
            child = above
        return False

    # -- the end ------------------------------------------------------------------------------------------------

    def _end(self, loop: Node) -> Iterator[AroundCall]:
        condition = field(loop, "condition")
        own = (
            None if condition is None or self._tree.text(condition).strip("(); \n") in ("", "true", "1") else condition
        )
        ends = [] if own is None else [(own, True)]
        has_exit = False
        for node in nodes_of(loop):
            if node.type == "if_statement":
                branch, test = field(node, "consequence"), field(node, "condition")
                if branch is not None and test is not None and _exits(branch):
                    ends.append((test, False))
            if node.type in _ENDS:
                has_exit = True
        if not ends:
            if not has_exit:
                at = loop if condition is None else condition
                yield wrong_loop_end(self._shown(at), _NEVER, self._tree.span(at))
            return
        good = [(test, goes_on) for test, goes_on in ends if self._is_about_cursor(test)]
        for test, goes_on in good:
            text = "".join(self._tree.text(test).split()).strip("()")
            if re.fullmatch(r"[\w.?]*hasNext", text.lstrip("!")) and text.startswith("!") == goes_on:
                yield wrong_loop_end(self._shown(test), _INVERTED, self._tree.span(test))
                return
        if good:
            return
        for test, _ in ends:
            reason = self._reason(test)
            if reason is not None:
                yield wrong_loop_end(self._shown(test), reason, self._tree.span(test))
                return

    def _reason(self, test: Node) -> str | None:
        text = self._tree.text(test)
        paths = [self._answer.names.get(id(self._scopes.binding(node))) for node in nodes_of(test)]
        if ("metadata", "count") in paths or re.search(r"metadata\??\.count\b", text):
            return _ONE_PAGE
        if re.search(r"\.length\b", text):
            return _EXHAUSTED
        is_counter = re.fullmatch(r"[\s(]*[\w.]+\s*(?:<|<=|>|>=)\s*[\w.]+[\s)]*;?", text) is not None
        return _BLIND if is_counter else None

    def _is_about_cursor(self, test: Node) -> bool:
        if _CURSOR.search(self._tree.text(test)):
            return True
        for node in nodes_of(test):
            binding = self._scopes.binding(node) if node.type == "identifier" else None
            if binding is None:
                continue
            if self._answer.names.get(id(binding), ())[:2] in (("metadata", "cursors"), ("metadata", "hasNext")):
                return True
            values = [value for write in binding.writes for value in write.values]
            values += [] if binding.value is None else [binding.value]
            if any(_CURSOR.search(self._tree.text(value)) for value in values if not _is_in(self._site, value)):
                return True
        return False

    def _shown(self, node: Node) -> str:
        if node.type in LOOPS:
            return "for (;;)"
        text = " ".join(self._tree.text(node).split()).strip(";")
        if not text:
            return "for (;;)"
        text = text[1:-1].strip() if text.startswith("(") and text.endswith(")") else text
        return text if len(text) <= _MAX_SHOWN_CHARS else f"{text[: _MAX_SHOWN_CHARS - 3]}..."


def _search_in(value: SourceValue, sends: Sends) -> SourceValue:
    if sends == "sdk" or not isinstance(value, ObjectLiteral):
        return value
    entry = entry_of(value, "search" if sends == "request" else "query")
    return value if entry is None else entry.value


def _cursor(search: SourceValue) -> ObjectEntry | None:
    """Return the entry of the cursor, if it may have a value."""
    paging = entry_of(search, "cursorPaging")
    entry = None if paging is None else entry_of(paging.value, "cursor")
    if entry is None or (isinstance(entry.value, Scalar) and not entry.value.value):
        return None
    return entry


def _may_have_cursor(search: SourceValue) -> bool:
    if not isinstance(search, ObjectLiteral) or has_unknown_entries(search):
        return True
    for entry in search.entries:
        if entry.key in ("cursor", "next", "nextCursor", "pageToken"):
            return True
        is_holder = entry.key in ("cursorPaging", "paging", "search") and not isinstance(entry.value, Scalar)
        if is_holder and _may_have_cursor(entry.value):
            return True
    return False


def _is_given(entry: ObjectEntry | None) -> bool:
    if entry is None:
        return False
    value = entry.value
    return (
        bool(value.entries)
        if isinstance(value, ObjectLiteral)
        else isinstance(value, ListLiteral) and bool(value.items)
    )


def _entries(value: SourceValue) -> Iterator[ObjectEntry]:
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, ObjectLiteral):
            for entry in found.entries:
                yield entry
                waiting.append(entry.value)


def _holes(value: SourceValue) -> Iterator[Unknown]:
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Unknown):
            yield found
        elif isinstance(found, ObjectLiteral):
            for entry in found.entries:
                waiting += [entry.value] if isinstance(entry.key, str) else [entry.key, entry.value]
        elif isinstance(found, ListLiteral):
            waiting += found.items


def _exits(branch: Node) -> bool:
    return any(node.type in ("break_statement", "return_statement") for node in nodes_of(branch))


def _is_before(node: Node, loop: Node) -> bool:
    """Return whether a node is in the part of a loop that runs once, before it."""
    initializer = field(loop, "initializer")
    return initializer is not None and _is_in(node, initializer)


def _is_in(node: Node, loop: Node) -> bool:
    return loop.start_byte <= node.start_byte < loop.end_byte
