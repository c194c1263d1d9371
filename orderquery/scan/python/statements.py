"""Follow the statements of a function to a call, with the values of its names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..nodes import Unknown
from .blocks import Blocks, Progress, copies
from .changes import Changes
from .expressions import Evaluator
from .protocols import NameResolver
from .source import PythonSource, child, named
from .values import Choice, ClientValue, JsonText, ListValue, Names, ObjectValue, PythonValue, Template, copied_names

if TYPE_CHECKING:
    from tree_sitter import Node


MAX_STATES = 16
MAX_STEPS = 20_000
"""Statements that are followed for one value."""
_MAX_DEPTH = 60
_BRANCHES = frozenset({"elif_clause", "else_clause", "except_clause", "except_group_clause", "finally_clause"})


class TooManySteps(Exception):
    """The code around a value is too long to be followed."""


class Follower:
    """Follows the statements of one scope.

    ``stop`` is the node before which the names are wanted, and ``progress`` what an earlier one left.
    With ``is_forced`` it is reached even through a condition that does not hold.
    """

    def __init__(
        self, source: PythonSource, resolver: NameResolver, blocks: Blocks, relevant: set[str], stop: Node | None,
        progress: Progress | None = None, *, is_forced: bool = True,
    ) -> None:  # fmt: skip
        self._source = source
        self._resolver = resolver
        self._blocks = blocks
        self._relevant = relevant
        self._is_forced = is_forced
        self._progress = Progress() if progress is None else progress
        self._stop = None if stop is None else (stop.start_byte, stop.end_byte)
        self._changes = Changes(source, resolver, relevant)
        self._loops: list[tuple[list[Names], list[Names]]] = []
        self._is_rehearsal = 0
        self._depth = 0
        self.reached: list[Names] = []
        """The names when the call is reached."""
        self.ended: list[Names] = []
        """The names after the last statement."""
        self.returned: list[tuple[Node, Names]] = []
        """The return statements, with the names at each."""

    def block(self, node: Node | None, states: list[Names]) -> list[Names]:
        """Follow the statements of a block; return the names after them."""
        if node is None:
            return states
        self._depth += 1
        try:
            if self._depth > _MAX_DEPTH:
                raise TooManySteps
            statements = self._source.statements(node)
            if self._stop is None or not self._has_stop(node):
                return self._some(node, 0, len(statements), states)
            index = max(self._blocks.index_at(node, self._stop[0]), 0)
            before = self._some(node, 0, index, states) if self._is_rehearsal else self._up_to(node, index, states)
            after = self._statement(statements[index], before) if before else []
            # After the call only a later round of a loop counts, which is rehearsed.
            return self._some(node, index + 1, len(statements), after) if self._is_rehearsal else after
        finally:
            self._depth -= 1

    def _some(self, node: Node, first: int, last: int, states: list[Names]) -> list[Names]:
        """Follow the statements of a part of a block."""
        statements = self._source.statements(node)
        for index in self._blocks.changing(node, self._relevant, first, last):
            if not states:
                break
            states = self._statement(statements[index], states)
        return states

    def _up_to(self, node: Node, index: int, states: list[Names]) -> list[Names]:
        """Follow a block to the statement with the call, from where an earlier call was."""
        first, states = self._progress.before(node, index, states)
        try:
            states = self._some(node, first, index, states)
        except TooManySteps:
            self._progress.keep(node, index, [])
            raise
        self._progress.keep(node, index, states)
        return states

    def _statement(self, node: Node, states: list[Names]) -> list[Names]:
        self._resolver.count_step()
        has_stop = self._has_stop(node)
        follow = {
            "if_statement": self._if,
            "while_statement": self._loop,
            "for_statement": self._loop,
            "try_statement": self._try,
            "with_statement": self._with,
            "match_statement": self._match,
            "block": self.block,
            "ERROR": self.block,
        }.get(node.type)
        if follow is not None:
            return follow(node, states)
        if node.type in ("function_definition", "class_definition", "decorated_definition"):
            return states
        if has_stop and not self._is_rehearsal:
            self.reached += copies(states)
            return []
        return self._simple(node, states)

    def _has_stop(self, node: Node | None) -> bool:
        return (
            node is not None
            and self._stop is not None
            and node.start_byte <= self._stop[0]
            and self._stop[1] <= node.end_byte
        )

    def _simple(self, node: Node, states: list[Names]) -> list[Names]:
        kind = node.type
        if kind == "return_statement":
            self.returned += [(node, names) for names in states] if not self._is_rehearsal else []
            return []
        if kind == "raise_statement":
            return []
        if kind in ("break_statement", "continue_statement") and self._loops:
            self._loops[-1][kind == "continue_statement"].extend(states)
            return []
        for names in states:
            self._changes.make(node, Evaluator(self._source, names, self._resolver))
        return states

    # -- branches ------------------------------------------------------------------------------------------------

    def _if(self, node: Node, states: list[Names]) -> list[Names]:
        branches = [node, *(part for part in node.named_children if part.type in _BRANCHES)]
        after: list[Names] = []
        for branch in branches:
            condition = child(branch, "condition")
            body = child(branch, "consequence") or child(branch, "body")
            if self._has_stop(condition) and not self._is_rehearsal:
                self.reached += copies(states)
            entering, states = self._parted(condition, states, always=self._has_stop(body))
            after += self.block(body, entering)
        return self._merged([*after, *states])

    def _parted(self, condition: Node | None, states: list[Names], *, always: bool) -> tuple[list[Names], list[Names]]:
        """Return the names with which a branch begins, and those that go past it."""
        if condition is None:
            return states, []
        entering: list[Names] = []
        passing: list[Names] = []
        for names in states:
            holds = Evaluator(self._source, names, self._resolver).truth(condition)
            if holds is not False:
                entering.append(copied_names(names))
            if holds is not True:
                passing.append(names)
        if always and self._is_forced and not entering:
            entering = copies(states)
        return entering, passing

    def _loop(self, node: Node, states: list[Names]) -> list[Names]:
        condition, body = child(node, "condition"), child(node, "body")
        if self._has_stop(child(node, "right")) and not self._is_rehearsal:
            self.reached += copies(states)
        has_stop = self._has_stop(body)
        breaks: list[Names] = []
        again: list[Names] = []
        heads = copies(self._progress.heads.get(node.id, [])) if has_stop and not self._is_rehearsal else []
        if not heads:
            # A later round begins with what an earlier one left.
            self._is_rehearsal += 1
            entering, _ = self._parted(condition, copies(states), always=has_stop)
            self._bind_target(node, entering)
            again, breaks = self._round(body, entering)
            self._is_rehearsal -= 1
            heads = self._merged([*states, *again])
            if has_stop and not self._is_rehearsal:
                self._progress.heads[node.id] = copies(heads)
        if self._has_stop(condition) and not self._is_rehearsal:
            self.reached += copies(heads)
        if has_stop:
            entering, _ = self._parted(condition, copies(heads), always=True)
            self._bind_target(node, entering)
            again, breaks = self._round(body, entering)
        endless = condition is not None and condition.type == "true"
        after = [*breaks] if endless else self._merged([*heads, *again, *breaks])
        alternative = child(node, "alternative")
        return self.block(child(alternative, "body"), after) if alternative is not None and after else after

    def _round(self, body: Node | None, states: list[Names]) -> tuple[list[Names], list[Names]]:
        breaks: list[Names] = []
        continues: list[Names] = []
        self._loops.append((breaks, continues))
        after = self.block(body, states)
        self._loops.pop()
        return self._merged([*after, *continues]), breaks

    def _bind_target(self, node: Node, states: list[Names]) -> None:
        target = child(node, "left") if node.type == "for_statement" else None
        if target is not None:
            for names in states:
                self._changes.bind_unknown(target, names)

    def _try(self, node: Node, states: list[Names]) -> list[Names]:
        before = copies(states)
        after = self.block(child(node, "body"), states)
        raised = self._merged([*before, *(copied_names(names) for names in after)])
        ends: list[Names] = []
        for part in node.named_children:
            if part.type in ("except_clause", "except_group_clause"):
                ends += self.block(_body_of(part), copies(raised))
            elif part.type == "else_clause":
                after = self.block(child(part, "body"), after)
        merged = self._merged([*after, *ends])
        for part in node.named_children:
            if part.type == "finally_clause":
                merged = self.block(_body_of(part), merged or raised)
        return merged

    def _with(self, node: Node, states: list[Names]) -> list[Names]:
        body = child(node, "body")
        for clause in node.named_children:
            if clause.type == "with_clause":
                if self._has_stop(clause) and not self._is_rehearsal:
                    self.reached += copies(states)
                states = self._simple(clause, states)
        return self.block(body, states)

    def _match(self, node: Node, states: list[Names]) -> list[Names]:
        after = list(states)
        for case in named(child(node, "body") or node):
            if case.type == "case_clause":
                entering = copies(states)
                for names in entering:
                    self._changes.bind_unknown(case, names, inside=True)
                after += self.block(child(case, "consequence"), entering)
        return self._merged(after)

    def _merged(self, states: list[Names]) -> list[Names]:
        """Return the names that differ, at most ``MAX_STATES`` of them."""
        if len(states) < 2:
            return states
        found = {tuple((name, shape_of(value)) for name, value in sorted(names.items())): names for names in states}
        return list(found.values())[:MAX_STATES]


def _body_of(clause: Node) -> Node | None:
    return next((part for part in reversed(clause.named_children) if part.type == "block"), None)


def shape_of(value: PythonValue, depth: int = 0) -> object:
    """Return what tells two values apart."""
    if depth > _MAX_DEPTH:
        return "..."
    if isinstance(value, ObjectValue):
        entries = [
            (
                entry.key if isinstance(entry.key, str) else entry.key.span,
                entry.key_span,
                shape_of(entry.value, depth + 1),
            )
            for entry in value.entries
        ]
        return ("object", value.span, tuple(entries))
    if isinstance(value, ListValue):
        return ("list", value.span, tuple([shape_of(item, depth + 1) for item in value.items]))
    if isinstance(value, Choice):
        return ("choice", tuple([shape_of(part, depth + 1) for part in value.values]))
    if isinstance(value, JsonText):
        return ("json", shape_of(value.value, depth + 1))
    if isinstance(value, Unknown):
        return ("?", value.span, value.hole.kind)
    if isinstance(value, ClientValue | Template):
        return (type(value).__name__, value.span)
    return ("scalar", type(value.value).__name__, value.value, value.span)
