"""Predicates compiled to Python code, as fast as hand-written ones.

The code tests stored values directly and expects a document of the usual shape. A leaf test that finds another shape
calls the interpreter for that test; if reading the document fails, the interpreter evaluates the whole condition. So
the result is the same for every document; only the time differs.

The source depends only on the shape of a condition: :mod:`.function_writer` has placeholders for field names, operands
and functions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from math import prod
from typing import Any, Protocol

from ..documents.fields import fallback_getter, value_reader
from ..language.conditions import TRUE, AllOf, AnyOf, Condition, Kind, Test, all_of, tests_of
from ..language.fields import Field, Record
from ..language.limits import MAX_SORTABLE_CHARS
from ..language.schema import Schema
from ..language.types import Shortcut
from .function_writer import FunctionWriter
from .interpreter import Predicate, evaluator

JSON = Any


class Matches(Protocol):
    """A predicate of an order and its transactions record, if it has one."""

    def __call__(self, order: JSON, transactions: JSON = None) -> bool:
        """Return whether they match.

        Raises ``DocumentError`` if one of them is not an object.
        """


def predicate(schema: Schema, condition: Condition, fallback: Predicate, record_of: Callable[[JSON], JSON]) -> Matches:
    """Return a faster predicate with the same results as ``fallback``.

    ``fallback`` evaluates the condition, and raises if an argument is not an order or record. ``record_of`` turns the
    second argument into a record, or raises.
    """
    writer = _PredicateWriter(schema, condition)
    tests, last = writer.write_statements(condition, "return False")
    if any(leaf.field.record == "transactions" for leaf in tests_of(condition)):
        tests, expected = [f"record = {writer.variable(record_of)}(transactions)", *tests], "type(order) is dict"
    else:
        expected = "transactions is None"
    lines = ["def matches(order, transactions=None):", " try:", f"  if {expected}:"]
    lines += [*("   " + line for line in [*tests, f"return {last}"]), " except Exception: pass"]
    lines.append(f" return {writer.variable(fallback)}(order, transactions)")
    matches: Matches = writer.compile_function(lines, (None,))
    return matches


def selection(schema: Schema, condition: Condition, fallback: Predicate) -> Callable[[Iterable[JSON]], Iterator[JSON]]:
    """Return a generator function that yields the matching ones of some orders.

    The condition must not read transactions. ``fallback`` is as for :func:`predicate`.
    """
    writer = _PredicateWriter(schema, condition)
    tests, last = writer.write_statements(condition, "continue")
    lines = ["def select(orders):", " for order in orders:", "  try:"]
    lines += [*("   " + line for line in [*tests, f"if not ({last}): continue"]), "  except Exception:"]
    lines += [f"   if not {writer.variable(fallback)}(order, None): continue", "  yield order"]
    select: Callable[[Iterable[JSON]], Iterator[JSON]] = writer.compile_function(lines)
    return select


def _group_comparisons(parts: Iterable[Condition]) -> list[Sequence[Condition]]:
    """Return the parts of a conjunction, the comparisons of one field as one group.

    So the value is read, and its type checked, once.
    """
    found: list[Sequence[Condition]] = []
    ranges: dict[Field, list[Condition]] = {}
    for part in parts:
        if isinstance(part, Test) and part.kind is Kind.COMPARES and not part.negated and not part.field.many:
            ranges.setdefault(part.field, []).append(part)
        else:
            found.append((part,))
    return found + list(ranges.values())


_MEMBERSHIP_TESTS = frozenset({Kind.EQUALS, Kind.ONE_OF})
_CHEAP_TESTS = frozenset({Kind.PRESENT, Kind.EQUALS, Kind.ONE_OF})
_LIKELIHOOD = {Kind.EQUALS: 0.3, Kind.ONE_OF: 0.4, Kind.PREFIX: 0.1, Kind.CONTAINS: 0.1, Kind.LISTED: 0.1}


class _PredicateWriter(FunctionWriter):
    """Writes a function for one condition.

    A value that is read more than once is kept in a variable; ``bound`` holds the variables that are certainly set.
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

    def write_condition(self, condition: Condition, bound: set[str]) -> str:
        """Return an expression of ``order`` and, if it reads transactions, ``record``."""
        if isinstance(condition, Test):
            return self._write_leaves([condition], bound)
        if not condition.parts:
            # get() fails if the order is not a dict.
            return f"(get(order, None) {'is not' if condition == TRUE else 'is'} empty)"
        written, known = [], bound
        for part in self._order_parts(condition):
            written.append(self._write_part(part, known))
            # Only the first part is certainly evaluated.
            known = set(known) if known is bound else known
        return "(" + (" and " if isinstance(condition, AllOf) else " or ").join(written) + ")"

    def write_statements(self, condition: Condition, no: str) -> tuple[list[str], str]:
        """Return lines that execute ``no`` or continue, and the expression of the rest.

        The lines have loops instead of calls for the elements of lists.
        """
        lines: list[str] = []
        pending: list[str] = []
        known: set[str] = set()
        for part in (
            self._order_parts(condition) if isinstance(condition, AllOf) and condition.parts else [(condition,)]
        ):
            loop = self._write_loop(part[0], no)
            if loop is None:
                pending.append(self._write_part(part, known))
            else:
                lines += [f"if not ({' and '.join(pending)}): {no}", *loop] if pending else loop
                pending = []
        return lines, " and ".join(pending) or "True"

    def _write_part(self, part: Sequence[Condition], bound: set[str]) -> str:
        leaves = [leaf for leaf in part if isinstance(leaf, Test)]
        return self._write_leaves(leaves, bound) if leaves else self.write_condition(part[0], bound)

    def _order_parts(self, condition: AllOf | AnyOf) -> list[Sequence[Condition]]:
        """Return the parts in the order of evaluation."""
        conjunction = isinstance(condition, AllOf)
        parts = _group_comparisons(condition.parts) if conjunction else [(part,) for part in condition.parts]
        return sorted(parts, key=lambda part: self._cost_to_decide(all_of(part), conjunction))

    def _cost_to_decide(self, part: Condition, conjunction: bool) -> float:
        """Return the cost of a part divided by the probability that it decides the whole."""
        cost_ns, probability = self._estimate(part)
        return cost_ns / max(1 - probability if conjunction else probability, 0.01)

    def _estimate(self, condition: Condition) -> tuple[float, float]:
        """Return the estimated cost in nanoseconds and the probability of ``True``."""
        if not isinstance(condition, Test):
            estimates, conjunction = [self._estimate(part) for part in condition.parts], isinstance(condition, AllOf)
            combined = prod(probability if conjunction else 1 - probability for _, probability in estimates)
            return sum(cost_ns for cost_ns, _ in estimates), combined if conjunction else 1 - combined
        row, probability = condition.field, _LIKELIHOOD.get(condition.kind, 0.5)
        cost_ns = 30 * len(row.sources[0].paths[0]) + (0 if condition.kind in _CHEAP_TESTS else 50)
        if row.many:
            cost_ns += 400
        if condition.negated:
            probability = 0.98 if row is self._hidden else 1 - probability
        return cost_ns, probability

    # -- leaves -------------------------------------------------------------------------------------------------

    def _write_leaves(self, leaves: list[Test], bound: set[str]) -> str:
        """Return the expression of one leaf test, or of several comparisons of one value."""
        positive = [replace(leaf, negated=False) for leaf in leaves]
        written = self._write_many(positive[0]) if leaves[0].field.many else self._write_single(positive, bound)
        written = self._write_interpreted(positive) if written is None else written
        return f"(not {written})" if leaves[0].negated else written

    def _write_interpreted(self, leaves: list[Test]) -> str:
        """Return a call of the interpreter for leaf tests."""
        record = "record" if leaves[0].field.record == "transactions" else "None"
        return f"{self.variable(evaluator(self._schema, all_of(leaves)))}(order, {record})"

    def _write_single(self, leaves: list[Test], bound: set[str]) -> str | None:
        """Return an expression that tests one stored value; ``None`` for the interpreter."""
        leaf, row, cut = leaves[0], leaves[0].field, leaves[0].field.type.shortcut
        if cut is None or row.sources[0].joined:
            return None
        only_source = len(row.sources) == 1 and row.default is None
        if only_source and cut.as_text and leaf.kind in (Kind.EQUALS, Kind.ONE_OF):
            wanted = leaf.operand if leaf.kind is Kind.ONE_OF else (leaf.operand,)
            if not row.sortable or max(map(len, wanted)) <= MAX_SORTABLE_CHARS:
                # In JSON only a string equals a string, and an unhashable value raises.
                value = self._write_value(row, bound, once=True)
                if leaf.kind is Kind.EQUALS:
                    return f"({value} == {self.constant(leaf.operand)})"
                return f"({value} in {self.constant(frozenset(wanted))})"
        if only_source and cut.as_text and leaf.kind is Kind.PREFIX:
            value, name = self._write_value(row, bound), self._name(row.record, row.sources[0].paths[0])
            fits = f" and (len({name}) <= max_chars or {self._write_interpreted(leaves)})" if row.sortable else ""
            return f"({value} is not None and fold({name}).startswith({self.constant(leaf.operand)}){fits})"
        if not cut.exact and leaf.kind in (Kind.EQUALS, Kind.COMPARES):
            return self._write_ranked(leaves, cut, bound) if only_source else None
        name = self._name(row.record, row.sources[0].paths[0])
        tests = [self._write_exact(test, cut, name) for test in leaves]
        if None in tests:
            return None
        all_tests = " and ".join(test for test in tests if test is not None)
        # Without a value at the first source, another source may have one, or the default counts.
        if_missing = (
            self._write_interpreted(leaves)
            if len(row.sources) > 1
            else evaluator(self._schema, all_of(leaves))({}, None)
        )
        value, fits, if_unfit = (
            self._write_value(row, bound),
            self._write_fits(row, cut, name),
            self._write_interpreted(leaves),
        )
        return f"({if_missing} if {value} is None else {all_tests} if {fits} else {if_unfit})"

    def _write_exact(self, leaf: Test, cut: Shortcut, name: str) -> str | None:
        """Return a test by exact rank of a value that fits; ``None`` if there is none."""
        if leaf.kind is Kind.PRESENT:
            return "True"
        if leaf.kind is Kind.PREFIX:
            return f"fold({name}).startswith({self.constant(leaf.operand)})" if cut.as_text else None
        ranked = name if cut.rank is None else f"{self.variable(cut.rank)}({name})"
        sign, operand = leaf.operand if leaf.kind is Kind.COMPARES else ("==", leaf.operand)
        if not cut.exact or leaf.kind not in (Kind.EQUALS, Kind.COMPARES, Kind.ONE_OF):
            return None
        if leaf.kind is Kind.ONE_OF:
            return f"{ranked} in {self.constant(frozenset(cut.around(value)[0] for value in operand))}"
        return f"{ranked} {sign} {self.constant(cut.around(operand)[0])}"

    def _write_ranked(self, leaves: list[Test], cut: Shortcut, bound: set[str]) -> str:
        """Return comparisons by an inexact rank.

        Values close to the operand are read and compared exactly.
        """
        row, beyond, near, exact = leaves[0].field, [], [], []
        name = self._name(row.record, row.sources[0].paths[0])
        assignments = [] if cut.rank is None else [f"(r := {self.variable(cut.rank)}({name}))"]
        rank = name if cut.rank is None else "r"
        for leaf in leaves:
            sign, operand = leaf.operand if leaf.kind is Kind.COMPARES else ("==", leaf.operand)
            low, high = map(self.constant, cut.around(operand))
            exact.append(f"u {sign} {self.constant(operand)}")
            first = assignments.pop() if assignments else rank
            if sign == "==":
                near.append(f"{low} <= {first} <= {high}")
            elif sign.startswith("<"):
                beyond.append(f"{first} < {low}")
                near.append(f"{rank} <= {high}")
            else:
                beyond.append(f"{first} > {high}")
                near.append(f"{rank} >= {low}")
        read = f"(u := {self.variable(value_reader(row))}({name})) is not None"
        value, compared = self._write_value(row, bound), " and ".join([*near, read, *exact])
        if not beyond:
            return f"({value} is not None and {compared})"
        return (
            f"({value} is not None and ({' and '.join(beyond)} and {self._write_fits(row, cut, name)} or {compared}))"
        )

    def _write_fits(self, row: Field, cut: Shortcut, name: str) -> str:
        """Return a test that is true only for a value that fits its field."""
        tests = [f"type({name}) is {self.variable(cut.kind)}"]
        if row.sortable and row.type.textual:
            tests.append(f"len({name}) <= max_chars")
        if cut.fits is not None:
            tests.append(f"{self.variable(cut.fits)}({name}) is not None")
        fits = " and ".join(tests)
        return fits if cut.fit is None else f"({name} in {self.variable(cut.fit)} or {fits})"

    # -- values -------------------------------------------------------------------------------------------------

    def _name(self, record: Record, path: tuple[str, ...]) -> str:
        return self._names.setdefault((record, path), f"v{len(self._names)}")

    def _write_value(self, row: Field, bound: set[str], *, once: bool = False) -> str:
        """Return the expression of the value at the field's first path.

        The expression assigns the value to its variable, unless the value is used ``once``.
        """
        return self._write_value_at(row.record, row.sources[0].paths[0], bound, once)

    def _write_value_at(self, record: Record, path: tuple[str, ...], bound: set[str], once: bool) -> str:
        name = self._name(record, path)
        if name in bound:
            return name
        root = "order" if record == "order" else "record"
        holder = again = f"({self._write_value_at(record, path[:-1], bound, True)} or empty)" if len(path) > 1 else root
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

    def _write_many(self, leaf: Test) -> str | None:
        """Return a call of a function for the elements; ``None`` for the interpreter."""
        row, cut = leaf.field, leaf.field.type.shortcut
        single = len(row.sources) > 1 or row.sources[0].single or row.sources[0].joined
        if single or cut is None or not cut.as_text:
            return None
        record = "record" if row.record == "transactions" else "None"
        function = _elements_predicate(self._schema, leaf, evaluator(self._schema, leaf))
        return None if function is None else f"{self.variable(function)}(order, {record})"

    def _write_loop(self, leaf: Condition, no: str) -> list[str] | None:
        """Return lines that look for a text in a list; ``None`` for other conditions."""
        if not isinstance(leaf, Test) or not leaf.field.many or leaf.negated or leaf.kind not in _MEMBERSHIP_TESTS:
            return None
        fallback = self._write_many(leaf)
        if fallback is None:
            return None
        root = "order" if leaf.field.record == "order" else "record"
        source = leaf.field.sources[0]
        get_fallback = fallback_getter(self._schema, source)
        first, *rest = source.paths[0]
        wanted = self.constant(frozenset(leaf.operand if leaf.kind is Kind.ONE_OF else (leaf.operand,)))
        at = self.step(self._schema, root, first, None if rest else get_fallback)
        lines = [f"at = {at}", "if type(at) is list:", " for each in at:"]
        lines += [f"  if {self.steps(self._schema, 'each', rest, get_fallback)} in {wanted}: break", f" else: {no}"]
        return [*lines, f"elif not {fallback}: {no}"]


def _elements_predicate(schema: Schema, leaf: Test, fallback: Predicate) -> Predicate | None:
    """Return a test of the elements of a list.

    The list must be the only one on the path, and hold only texts; else the test calls ``fallback``.
    """
    writer, path = FunctionWriter(), leaf.field.sources[0].paths[0]
    get_fallback = fallback_getter(schema, leaf.field.sources[0])
    interpret = f"return {writer.variable(fallback)}(order, record)"
    wanted = frozenset(leaf.operand if leaf.kind in (Kind.ONE_OF, Kind.CONTAINS) else (leaf.operand,))
    before, collect = [], ["if (x := {x}) is not None:", f" if type(x) is not str: {interpret}", " found.append(x)"]
    match leaf.kind:
        case Kind.EQUALS | Kind.ONE_OF:
            # A list inside the list has no hash, and raises.
            each, after = [f"if {{x}} in {writer.constant(wanted)}: return True"], "return False"
        case Kind.PRESENT:
            each = ["if (x := {x}) is not None:", " if type(x) is str: return True", f" {interpret}"]
            after = "return False"
        case Kind.CONTAINS:
            before, each, after = [" found = []"], collect, f"return {writer.constant(wanted)}.issubset(found)"
        case Kind.LISTED:
            before, each, after = [" found = []"], collect, f"return found == {writer.constant(list(leaf.operand))}"
        case _:
            return None

    at, lines = "order" if leaf.field.record == "order" else "record", []
    for index, name in enumerate(path):
        x = writer.steps(schema, "each", path[index + 1 :], get_fallback)
        value = writer.step(schema, at, name, get_fallback if index + 1 == len(path) else None)
        lines += [f"at = {value}", "if type(at) is list:", *before, " for each in at:"]
        lines += [*("  " + line.replace("{x}", x) for line in each), " " + after, "if at is None: return False"]
        at = "at"
    lines = ["def matches(order, record):", *(" " + line for line in [*lines, interpret])]
    matches: Predicate = writer.compile_function(lines)
    return matches
