"""Find searches for one member whose condition Wix does not read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from ...language.schema import load_schema
from ..around import unfiltered_member_search
from ..found import AroundCall, Sends
from ..nodes import Alternatives, ListLiteral, ObjectEntry, ObjectLiteral, SourceValue, Span, Unknown
from .objects import entry_of, has_unknown_entries
from .scopes import DeclaredName, Scopes
from .tree import FUNCTIONS, ScriptTree, callee, field

_SEARCH_KEYS = ("filter", "sort", "cursorPaging")
_KEYS = {"memberId": "memberId", "contactId": "contactId", "email": "email", "buyerEmail": "email",
         "customerEmail": "email", "buyerId": "contactId", "customerId": "contactId"}  # fmt: skip
"""Names of a person's identity, with the last key of the field that has it."""
_NAMES = re.compile(
    r"(?:current|logged_?in|site|user)?_?(?:member|contact|buyer|customer|user)_?(?:id|email)|(?:current|logged_?in)_?member",
    re.IGNORECASE,
)
_MAKERS = re.compile(
    r"\b(?:currentMember\.getMember|getCurrentMember|members\.getCurrentMember|currentMember\.get\w*)\("
)
_LOGS = re.compile(r"(?:^|\.)(?:console|logger|log)\.", re.IGNORECASE)
_PASSED = (
    "unary_expression", "parenthesized_expression", "arguments", "member_expression", "template_string",
    "template_substitution",
)  # fmt: skip
"""Nodes between a use and the test or the log that it is for."""


class Members:
    """Judges the searches of a script for one member."""

    def __init__(self, tree: ScriptTree, scopes: Scopes) -> None:
        self._tree = tree
        self._scopes = scopes

    def mistakes(self, call: Node, sends: Sends, search: SourceValue) -> Iterator[AroundCall]:
        """Yield the mistake of a call, if it searches the orders of all for one member."""
        values = search.values if isinstance(search, Alternatives) else (search,)
        if sends == "stores":
            return
        if any(_has_identity(value, sends) for value in values):
            return
        for value in values:
            for entry in _ignored_identities(value, sends):
                last = str(entry.key).rsplit(".", 1)[-1]
                name = entry.value.hole.written if isinstance(entry.value, Unknown) else str(entry.key)
                span = (entry.key_span[0], max(entry.key_span[1], entry.value.span[1]))
                if span[1] - span[0] > 200 or entry.value.span[0] < span[0]:
                    span = entry.key_span
                yield _mistake(name, _KEYS.get(last, "memberId"), span, is_ignored=True)
                return
        if all(_is_known(value, sends) for value in values):
            for binding in self._identities(call):
                key = _field_key(binding.name)
                yield _mistake(binding.name, key, self._tree.span(call), is_ignored=False)
                return

    def _identities(self, call: Node) -> Iterator[DeclaredName]:
        """Yield the variables of a person's identity that only tests and logs use."""
        functions = [above for above in self._tree.ancestors(call) if above.type in FUNCTIONS]
        for function in functions[:3]:
            for binding in self._scopes.declared_in(function):
                is_person = _NAMES.fullmatch(binding.name) is not None and binding.kind == "parameter"
                if binding.kind == "variable" and binding.value is not None:
                    is_person = _MAKERS.search(self._tree.start_of(binding.value, 200)) is not None
                if is_person and all(self._is_test(use) for use in binding.uses):
                    yield binding

    def _is_test(self, use: Node) -> bool:
        """Return whether a use only tests that there is a value, or writes it into a log."""
        child = use
        for above in self._tree.ancestors(use):
            if above.type == "if_statement":
                condition = field(above, "condition")
                return condition is not None and condition.id == child.id
            if above.type == "call_expression":
                function = callee(above)
                return function is not None and _LOGS.search(self._tree.name(function)) is not None
            operator, right = field(above, "operator"), field(above, "right")
            if above.type == "binary_expression" and operator is not None and right is not None:
                is_comparison = operator.type in ("==", "===", "!=", "!==")
                is_nothing = self._tree.text(right) in ("null", "undefined", "''", '""')
                if operator.type not in ("&&", "||") and not (is_comparison and is_nothing):
                    return False
            elif above.type not in _PASSED:
                return False
            child = above
        return False


def _mistake(name: str, last: str, span: Span, *, is_ignored: bool) -> AroundCall:
    known = (row.name for row in load_schema().fields if row.name.split(".")[1:] == [last])
    return unfiltered_member_search(name, next(known, last), span, is_ignored=is_ignored)


def _field_key(name: str) -> str:
    lowered = name.lower()
    return "email" if "email" in lowered else "contactId" if "contact" in lowered else "memberId"


def _search_of(value: SourceValue, sends: Sends) -> SourceValue | None:
    if sends == "sdk":
        return value
    entry = entry_of(value, "search")
    return None if entry is None else entry.value


def _is_identity(key: object) -> bool:
    return isinstance(key, str) and key.rsplit(".", 1)[-1] in _KEYS


def _has_identity(value: SourceValue, sends: Sends) -> bool:
    """Return whether the filter that Wix reads may have a condition for one person."""
    if not isinstance(value, ObjectLiteral):
        return True
    search = _search_of(value, sends)
    if search is None:
        return has_unknown_entries(value)
    entry = entry_of(search, "filter")
    if not isinstance(search, ObjectLiteral) or entry is None:
        return isinstance(search, Unknown) or (isinstance(search, ObjectLiteral) and has_unknown_entries(search))
    if isinstance(entry.value, Unknown) or not isinstance(entry.value, ObjectLiteral):
        return True
    return any(not isinstance(e.key, str) or _is_identity(e.key) or _may_be(e.value) for e in _entries(entry.value))


def _may_be(value: SourceValue) -> bool:
    return isinstance(value, ListLiteral) and any(
        isinstance(item, Unknown) and item.hole.kind == "spread" for item in value.items
    )


def _is_known(value: SourceValue, sends: Sends) -> bool:
    if not isinstance(value, ObjectLiteral) or has_unknown_entries(value):
        return False
    search = _search_of(value, sends)
    return search is None or (isinstance(search, ObjectLiteral) and not has_unknown_entries(search))


def _ignored_identities(value: SourceValue, sends: Sends) -> Iterator[ObjectEntry]:
    """Yield the conditions for one person in parts that Wix does not read."""
    if not isinstance(value, ObjectLiteral):
        return
    for entry in value.entries:
        if sends == "request" and entry.key == "search":
            yield from _ignored_identities(entry.value, "sdk")
        elif sends == "request" or entry.key not in _SEARCH_KEYS:
            if _is_identity(entry.key) and not isinstance(entry.value, ObjectLiteral | ListLiteral):
                yield entry
            yield from (found for found in _entries(entry.value) if _is_identity(found.key))


def _entries(value: SourceValue) -> Iterator[ObjectEntry]:
    waiting: list[SourceValue] = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, ObjectLiteral):
            for entry in found.entries:
                yield entry
                waiting.append(entry.value)
        elif isinstance(found, ListLiteral):
            waiting += reversed(found.items)
