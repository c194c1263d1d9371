"""Predicates at the speed of hand-written ones: one expression for a condition, compiled.

It tests stored values as they stand, on the assumption that a document is of the usual shape, and notices where one
is not: then a leaf asks the plain evaluation, and where the walk of a document fails, that decides the whole. So the
answer is the same for every document; only the time differs.

The source is made of the shape of a condition. Names of fields, operands and functions never stand in it: it has
placeholders, for which they are put in as the constants of the compiled code. That is as fast as a literal, and one
compilation serves every condition of a shape.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from math import prod
from types import CodeType, FunctionType
from typing import Any, Protocol

from ..documents.fields import fitting
from ..language.conditions import TRUE, AllOf, AnyOf, Condition, Kind, Test, all_of, tests_of
from ..language.fields import Field, Record
from ..language.limits import MAX_SORTABLE_CHARS
from ..language.schema import Schema
from ..language.types import Shortcut, fold
from .interpreter import Predicate, evaluator

JSON = Any

_SCOPE = {"get": dict.get, "empty": {}, "fold": fold, "most": MAX_SORTABLE_CHARS}


class Matches(Protocol):
    """A predicate of an order and its transactions record, if it has one."""

    def __call__(self, order: JSON, transactions: JSON = None) -> bool:
        """Return whether they match. Raises ``DocumentError`` for what is not an object."""


def predicate(schema: Schema, condition: Condition, checked: Predicate, record_of: Callable[[JSON], JSON]) -> Matches:
    """A function of an order and what is handed over as its transactions, if anything: ``checked``, but faster.

    ``checked`` evaluates the condition, and raises what shall be raised of arguments that are no order or record;
    ``record_of`` makes a record of the second argument, or raises.
    """
    writer = _Writer(schema, condition)
    tests, last = writer.statements(condition, "return False")
    if any(leaf.field.record == "transactions" for leaf in tests_of(condition)):
        tests, usual = [f"record = {writer.named(record_of)}(transactions)", *tests], "type(order) is dict"
    else:
        usual = "transactions is None"
    lines = ["def matches(order, transactions=None):", " try:", f"  if {usual}:"]
    lines += [*("   " + line for line in [*tests, f"return {last}"]), " except Exception: pass"]
    lines.append(f" return {writer.named(checked)}(order, transactions)")
    made: Matches = writer.compiled(lines, (None,))
    return made


def selection(schema: Schema, condition: Condition, checked: Predicate) -> Callable[[Iterable[JSON]], Iterator[JSON]]:
    """A generator function of orders: those for which a condition that reads no transactions holds, as they come."""
    writer = _Writer(schema, condition)
    tests, last = writer.statements(condition, "continue")
    lines = ["def select(orders):", " for order in orders:", "  try:"]
    lines += [*("   " + line for line in [*tests, f"if not ({last}): continue"]), "  except Exception:"]
    lines += [f"   if not {writer.named(checked)}(order, None): continue", "  yield order"]
    made: Callable[[Iterable[JSON]], Iterator[JSON]] = writer.compiled(lines)
    return made


@lru_cache(maxsize=1024)
def _code(source: str) -> CodeType:
    scope: dict[str, Any] = {}
    exec(source, scope)  # noqa: S102 - made of the shape alone, which holds no text from outside
    (made,) = (value for value in scope.values() if isinstance(value, FunctionType))
    return made.__code__


class _Constants:
    """The constants of one function, for which its source has placeholders."""

    def __init__(self) -> None:
        self._values: list[Any] = []

    def constant(self, value: Any) -> str:
        """A placeholder for a value."""
        self._values.append(value)
        return f"'{len(self._values) - 1}'"

    def key(self, name: str) -> str:
        """A placeholder for a key of documents: one that is the same object is found without comparing texts."""
        return self.constant(sys.intern(name))

    def named(self, value: Any) -> str:
        """A placeholder to be called or compared by identity: Python warns of that of a constant, not of a name."""
        return f"(c := {self.constant(value)})"

    def step(self, schema: Schema, holder: str, name: str) -> str:
        """What an object holds under a name, or under the name that the SDK has for it."""
        sdk = schema.sdk_names.get(name)
        if sdk is None:
            return f"get({holder}, {self.key(name)})"
        found = f"get((h := {holder}), {self.key(name)})"
        return f"(s if (s := {found}) is not None else get(h, {self.key(sdk)}))"

    def steps(self, schema: Schema, holder: str, path: Sequence[str]) -> str:
        """What stands at a path in an object."""
        found = holder
        for name in path:
            found = self.step(schema, found if found == holder else f"({found} or empty)", name)
        return found

    def compiled(self, lines: list[str], defaults: tuple[Any, ...] = ()) -> Any:
        """The function of these lines, with its constants."""
        code = _code("\n".join(lines))
        constants = tuple([self._values[int(one)] if type(one) is str else one for one in code.co_consts])
        return FunctionType(code.replace(co_consts=constants), _SCOPE, code.co_name, defaults)


def _together(parts: Iterable[Condition]) -> list[Sequence[Condition]]:
    """The parts of a conjunction, the comparisons of one value as one: it is read, and found to fit, once."""
    found: list[Sequence[Condition]] = []
    ranges: dict[Field, list[Condition]] = {}
    for part in parts:
        if isinstance(part, Test) and part.kind is Kind.COMPARES and not part.negated and not part.field.many:
            ranges.setdefault(part.field, []).append(part)
        else:
            found.append((part,))
    return found + list(ranges.values())


_SOUGHT = frozenset({Kind.EQUALS, Kind.ONE_OF})
_QUICKEST = frozenset({Kind.PRESENT, Kind.EQUALS, Kind.ONE_OF})
_LIKELY = {Kind.EQUALS: 0.3, Kind.ONE_OF: 0.4, Kind.PREFIX: 0.1, Kind.CONTAINS: 0.1, Kind.LISTED: 0.1}


class _Writer(_Constants):
    """Writes a function for one condition.

    A variable holds what is read more than once; ``bound`` are the variables that are sure to be set by now.
    """

    def __init__(self, schema: Schema, condition: Condition) -> None:
        super().__init__()
        self._schema = schema
        self._hidden = schema.hidden[0] if schema.hidden is not None else None
        self._names: dict[tuple[Record, tuple[str, ...]], str] = {}
        self._reads = Counter(
            (leaf.field.record, path[:length])
            for leaf in tests_of(condition)
            for path in leaf.field.sources[0].paths
            for length in range(1, len(path) + 1)
        )

    # -- connectives --------------------------------------------------------------------------------------------

    def condition(self, condition: Condition, bound: set[str]) -> str:
        """An expression of ``order``, and of ``record`` where the condition reads transactions."""
        if isinstance(condition, Test):
            return self._leaves([condition], bound)
        if not condition.parts:
            # Nothing is asked of the order but that it is one.
            return f"(get(order, None) {'is not' if condition == TRUE else 'is'} empty)"
        written, known = [], bound
        for part in self._ordered(condition):
            written.append(self._part(part, known))
            # Only the first part is sure to be asked whenever the whole is.
            known = set(known) if known is bound else known
        return "(" + (" and " if isinstance(condition, AllOf) else " or ").join(written) + ")"

    def statements(self, condition: Condition, no: str) -> tuple[list[str], str]:
        """The same with loops spelled out: lines that say ``no`` or go on, and the expression that is left."""
        lines: list[str] = []
        left: list[str] = []
        known: set[str] = set()
        for part in self._ordered(condition) if isinstance(condition, AllOf) and condition.parts else [(condition,)]:
            loop = self._loop(part[0], no)
            if loop is None:
                left.append(self._part(part, known))
            else:
                lines += [f"if not ({' and '.join(left)}): {no}", *loop] if left else loop
                left = []
        return lines, " and ".join(left) or "True"

    def _part(self, part: Sequence[Condition], bound: set[str]) -> str:
        leaves = [leaf for leaf in part if isinstance(leaf, Test)]
        return self._leaves(leaves, bound) if leaves else self.condition(part[0], bound)

    def _ordered(self, condition: AllOf | AnyOf) -> list[Sequence[Condition]]:
        """The parts, what is to be asked first first."""
        conjunction = isinstance(condition, AllOf)
        parts = _together(condition.parts) if conjunction else [(part,) for part in condition.parts]
        return sorted(parts, key=lambda part: self._urgency(all_of(part), conjunction))

    def _urgency(self, part: Condition, conjunction: bool) -> float:
        """What asking costs, by the chance that it decides: what is cheap and decisive is asked first."""
        cost, likely = self._guess(part)
        return cost / max(1 - likely if conjunction else likely, 0.01)

    def _guess(self, condition: Condition) -> tuple[float, float]:
        """About how many nanoseconds a condition costs, and how likely it is to hold."""
        if not isinstance(condition, Test):
            guesses, conjunction = [self._guess(part) for part in condition.parts], isinstance(condition, AllOf)
            chance = prod(likely if conjunction else 1 - likely for _, likely in guesses)
            return sum(cost for cost, _ in guesses), chance if conjunction else 1 - chance
        row, likely = condition.field, _LIKELY.get(condition.kind, 0.5)
        cost = 30 * len(row.sources[0].paths[0]) + (0 if condition.kind in _QUICKEST else 50) + (400 if row.many else 0)
        if condition.negated:
            likely = 0.98 if row is self._hidden else 1 - likely
        return cost, likely

    # -- leaves -------------------------------------------------------------------------------------------------

    def _leaves(self, leaves: list[Test], bound: set[str]) -> str:
        """One leaf, or the comparisons of one value."""
        plain = [replace(leaf, negated=False) for leaf in leaves]
        written = self._many(plain[0]) if leaves[0].field.many else self._single(plain, bound)
        written = self._evaluated(plain) if written is None else written
        return f"(not {written})" if leaves[0].negated else written

    def _evaluated(self, leaves: list[Test]) -> str:
        record = "record" if leaves[0].field.record == "transactions" else "None"
        return f"{self.named(evaluator(self._schema, all_of(leaves)))}(order, {record})"

    def _single(self, leaves: list[Test], bound: set[str]) -> str | None:
        """Tests of one value as it stands; ``None`` where it must be read."""
        leaf, row, cut = leaves[0], leaves[0].field, leaves[0].field.type.shortcut
        if cut is None or row.sources[0].joined:
            return None
        alone = len(row.sources) == 1 and row.default is None
        if alone and cut.as_text and leaf.kind in (Kind.EQUALS, Kind.ONE_OF):
            wanted = leaf.operand if leaf.kind is Kind.ONE_OF else (leaf.operand,)
            if not row.sortable or max(map(len, wanted)) <= MAX_SORTABLE_CHARS:
                # Nothing else in JSON equals a text, and what has no hash raises.
                value = self._value(row, bound, once=True)
                if leaf.kind is Kind.EQUALS:
                    return f"({value} == {self.constant(leaf.operand)})"
                return f"({value} in {self.constant(frozenset(wanted))})"
        if alone and cut.as_text and leaf.kind is Kind.PREFIX:
            value, name = self._value(row, bound), self._name(row.record, row.sources[0].paths[0])
            short = f" and (len({name}) <= most or {self._evaluated(leaves)})" if row.sortable else ""
            return f"({value} is not None and fold({name}).startswith({self.constant(leaf.operand)}){short})"
        if not cut.exact and leaf.kind in (Kind.EQUALS, Kind.COMPARES):
            return self._ranked(leaves, cut, bound) if alone else None
        name = self._name(row.record, row.sources[0].paths[0])
        tests = [self._exact(one, cut, name) for one in leaves]
        if None in tests:
            return None
        held = " and ".join(test for test in tests if test is not None)
        # Where the first place has no value another may, or the default counts.
        absent = self._evaluated(leaves) if len(row.sources) > 1 else evaluator(self._schema, all_of(leaves))({}, None)
        value, sure, odd = self._value(row, bound), self._sure(row, cut, name), self._evaluated(leaves)
        return f"({absent} if {value} is None else {held} if {sure} else {odd})"

    def _exact(self, leaf: Test, cut: Shortcut, name: str) -> str | None:
        """A test of a value that is sure to fit, by a rank that is exact."""
        if leaf.kind is Kind.PRESENT:
            return "True"
        if leaf.kind is Kind.PREFIX:
            return f"fold({name}).startswith({self.constant(leaf.operand)})" if cut.as_text else None
        ranked = name if cut.rank is None else f"{self.named(cut.rank)}({name})"
        sign, operand = leaf.operand if leaf.kind is Kind.COMPARES else ("==", leaf.operand)
        if not cut.exact or leaf.kind not in (Kind.EQUALS, Kind.COMPARES, Kind.ONE_OF):
            return None
        if leaf.kind is Kind.ONE_OF:
            return f"{ranked} in {self.constant(frozenset(cut.around(value)[0] for value in operand))}"
        return f"{ranked} {sign} {self.constant(cut.around(operand)[0])}"

    def _ranked(self, leaves: list[Test], cut: Shortcut, bound: set[str]) -> str:
        """Comparisons by a rank that is not exact: what ranks beyond the operand is decided if it fits."""
        row, beyond, near, exact = leaves[0].field, [], [], []
        name = self._name(row.record, row.sources[0].paths[0])
        fresh = [] if cut.rank is None else [f"(r := {self.named(cut.rank)}({name}))"]
        later = name if cut.rank is None else "r"
        for leaf in leaves:
            sign, operand = leaf.operand if leaf.kind is Kind.COMPARES else ("==", leaf.operand)
            low, high = map(self.constant, cut.around(operand))
            exact.append(f"u {sign} {self.constant(operand)}")
            first = fresh.pop() if fresh else later
            if sign == "==":
                near.append(f"{low} <= {first} <= {high}")
            elif sign.startswith("<"):
                beyond.append(f"{first} < {low}")
                near.append(f"{later} <= {high}")
            else:
                beyond.append(f"{first} > {high}")
                near.append(f"{later} >= {low}")
        # What is that near, or odd, is read.
        read = f"(u := {self.named(fitting(row))}({name})) is not None"
        value, close = self._value(row, bound), " and ".join([*near, read, *exact])
        if not beyond:
            return f"({value} is not None and {close})"
        return f"({value} is not None and ({' and '.join(beyond)} and {self._sure(row, cut, name)} or {close}))"

    def _sure(self, row: Field, cut: Shortcut, name: str) -> str:
        """A test that holds only for a value that fits its field."""
        tests = [f"type({name}) is {self.named(cut.kind)}"]
        if row.sortable and row.type.textual:
            tests.append(f"len({name}) <= most")
        if cut.fits is not None:
            tests.append(f"{self.named(cut.fits)}({name}) is not None")
        sure = " and ".join(tests)
        return sure if cut.fit is None else f"({name} in {self.named(cut.fit)} or {sure})"

    # -- values -------------------------------------------------------------------------------------------------

    def _name(self, record: Record, path: tuple[str, ...]) -> str:
        return self._names.setdefault((record, path), f"v{len(self._names)}")

    def _value(self, row: Field, bound: set[str], *, once: bool = False) -> str:
        """What stands at the field's first place, kept in its variable unless it is looked at ``once``."""
        return self._found(row.record, row.sources[0].paths[0], bound, once)

    def _found(self, record: Record, path: tuple[str, ...], bound: set[str], once: bool) -> str:
        name = self._name(record, path)
        if name in bound:
            return name
        root = "order" if record == "order" else "record"
        holder = again = f"({self._found(record, path[:-1], bound, True)} or empty)" if len(path) > 1 else root
        sdk = self._schema.sdk_names.get(path[-1])
        if sdk is None:
            found = f"get({holder}, {self.key(path[-1])})"
        else:
            if len(path) > 1:
                holder, again = f"({name}h := {holder})", f"{name}h"
            found = f"get({holder}, {self.key(path[-1])})"
            found = f"{name} if ({name} := {found}) is not None else ({name} := get({again}, {self.key(sdk)}))"
            bound.add(name)
            return f"({found})"
        if once and self._reads[record, path] == 1:
            return found
        bound.add(name)
        return f"({name} := {found})"

    def _many(self, leaf: Test) -> str | None:
        """A call of a function for the elements; ``None`` where they must be read."""
        row, cut = leaf.field, leaf.field.type.shortcut
        single = len(row.sources) > 1 or row.sources[0].single or row.sources[0].joined
        if single or cut is None or not cut.as_text:
            return None
        record = "record" if row.record == "transactions" else "None"
        function = _elements(self._schema, leaf, evaluator(self._schema, leaf))
        return None if function is None else f"{self.named(function)}(order, {record})"

    def _loop(self, leaf: Condition, no: str) -> list[str] | None:
        """Lines that look for a text among the elements of a list; ``None`` if that is not what is asked."""
        if not isinstance(leaf, Test) or not leaf.field.many or leaf.negated or leaf.kind not in _SOUGHT:
            return None
        otherwise = self._many(leaf)
        if otherwise is None:
            return None
        root = "order" if leaf.field.record == "order" else "record"
        first, *rest = leaf.field.sources[0].paths[0]
        wanted = self.constant(frozenset(leaf.operand if leaf.kind is Kind.ONE_OF else (leaf.operand,)))
        lines = [f"at = {self.step(self._schema, root, first)}", "if type(at) is list:", " for each in at:"]
        lines += [f"  if {self.steps(self._schema, 'each', rest)} in {wanted}: break", f" else: {no}"]
        return [*lines, f"elif not {otherwise}: {no}"]


def _elements(schema: Schema, leaf: Test, evaluated: Predicate) -> Predicate | None:
    """A test of many texts: of the elements of the first list on the path, if there is no other."""
    writer, path = _Constants(), leaf.field.sources[0].paths[0]
    odd = f"return {writer.named(evaluated)}(order, record)"
    wanted = frozenset(leaf.operand if leaf.kind in (Kind.ONE_OF, Kind.CONTAINS) else (leaf.operand,))
    begun, kept = [], ["if (x := {x}) is not None:", f" if type(x) is not str: {odd}", " found.append(x)"]
    match leaf.kind:
        case Kind.EQUALS | Kind.ONE_OF:
            # A list in a list has no hash, and raises.
            each, then = [f"if {{x}} in {writer.constant(wanted)}: return True"], "return False"
        case Kind.PRESENT:
            each, then = ["if (x := {x}) is not None:", " if type(x) is str: return True", f" {odd}"], "return False"
        case Kind.CONTAINS:
            begun, each, then = [" found = []"], kept, f"return {writer.constant(wanted)}.issubset(found)"
        case Kind.LISTED:
            begun, each, then = [" found = []"], kept, f"return found == {writer.constant(list(leaf.operand))}"
        case _:
            return None

    at, lines = "order" if leaf.field.record == "order" else "record", []
    for index, name in enumerate(path):
        x = writer.steps(schema, "each", path[index + 1 :])
        lines += [f"at = {writer.step(schema, at, name)}", "if type(at) is list:", *begun, " for each in at:"]
        lines += [*("  " + line.replace("{x}", x) for line in each), " " + then, "if at is None: return False"]
        at = "at"
    made: Predicate = writer.compiled(["def holds(order, record):", *(" " + line for line in [*lines, odd])])
    return made
