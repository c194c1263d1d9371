"""Why an order matches a search, or does not: its conditions and their results."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from ..compiler.checker import meaning
from ..compiler.query import Query, visible
from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import described, shortened
from ..documents.fields import order_id, reader, unfit_values
from ..language.conditions import AllOf, Condition, Kind, Test, all_of
from ..language.datetimes import write_instant
from ..language.fields import Field
from ..language.schema import Schema
from ..language.types import Value
from ..syntax.ast import And, Comparison, Filter, Not, Search, Unreadable, comparisons
from ..syntax.json_printer import plain_json, plain_operand
from ..syntax.text_printer import print_text
from .interpreter import Predicate, evaluator

JSON = Any
ReasonKind = Literal["and", "or", "not", "condition"]

MAX_SHOWN_CHARS = 100
"""Of a condition, and of a value, in a line of text."""
MAX_SHOWN_VALUES = 10
"""Of a field of many values, in a line of text."""
_MARKS = {True: "✓", False: "✗"}


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of a search, and its result for one order.

    Attributes:
        kind: A connective, or a condition.
        result: Whether the part is true.
        decides: Whether it belongs to the decision (see :class:`Verdict`).
        children: The parts of a connective, in written order.
        text: A condition as it is written: JSON, or the text form.
        field: The field of a condition.
        operator: Its operator, such as ``$ne``.
        operand: Its operand, as JSON.
        value: The order's own value, as JSON: a list for a field of many values, ``None`` if it is missing.
        note: Why it is missing, if the order has something in its place.

    """

    kind: ReasonKind
    result: bool
    decides: bool = False
    children: tuple[Reason, ...] = ()
    text: str = ""
    field: str = ""
    operator: str = ""
    operand: JSON = None
    value: JSON = None
    note: str = ""

    @property
    def missing(self) -> bool:
        """True if the order has no value for the field of a condition."""
        return self.value is None or self.value == []

    def conditions(self) -> Iterator[Reason]:
        """Yield the conditions, in written order."""
        if self.kind == "condition":
            yield self
        for child in self.children:
            yield from child.conditions()

    def to_json(self) -> dict[str, JSON]:
        """Return the part as plain JSON values."""
        found: dict[str, JSON] = {"kind": self.kind, "result": self.result, "decides": self.decides}
        if self.kind != "condition":
            return found | {"children": [child.to_json() for child in self.children]}
        found |= {"text": self.text, "field": self.field, "operator": self.operator, "operand": self.operand}
        return found | {"value": self.value, "missing": self.missing} | ({"note": self.note} if self.note else {})


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a search matches an order, and why.

    Some conditions *decide*: while their results stay, no change of the others can change the answer, and without any
    one of them some change can. Of several children that could each decide a connective, the one with the fewest
    deciding conditions does, and of those the first. A condition that is written twice counts as two. The condition
    that hides orders comes before the filter.

    Attributes:
        matches: What ``plan.matches`` returns.
        hidden: True if no search returns the order, because of the table's hidden values (for orders, the status).
        key: The id of the order, if it has a usable one.
        tree: The filter.
        visible: The condition that hides orders, if the table has one.

    """

    matches: bool
    hidden: bool
    key: str | None
    tree: Reason
    visible: Reason | None = None

    def conditions(self) -> Iterator[Reason]:
        """Yield all conditions: the one that hides orders, then those of the filter."""
        if self.visible is not None:
            yield self.visible
        yield from self.tree.conditions()

    def to_json(self) -> dict[str, JSON]:
        """Return the verdict as plain JSON values."""
        shown = None if self.visible is None else self.visible.to_json()
        return {
            "id": self.key, "matches": self.matches, "hidden": self.hidden, "visible": shown,
            "tree": self.tree.to_json(),
        }  # fmt: skip

    def render(self) -> str:
        """Return the verdict as text: the answer, then a line for each part of the search.

        A star is before the conditions that decide.
        """
        answer = "hidden from every search" if self.hidden else "matches" if self.matches else "does not match"
        key = "order without id" if self.key is None else f"order {shortened(self.key, MAX_SHOWN_CHARS)}"
        lines = [f"{key}: {answer}"]
        if self.visible is not None and not self.visible.result:
            lines += _lines(self.visible, 0)
        return "\n".join([*lines, *_lines(self.tree, 0)])

    __str__ = render


def _lines(part: Reason, depth: int) -> Iterator[str]:
    star = "*" if part.decides and part.kind == "condition" else " "
    yield f"{star} {'  ' * depth}{_MARKS[part.result]} {_described(part)}".rstrip()
    for child in part.children:
        yield from _lines(child, depth + 1)


def _described(part: Reason) -> str:
    if part.kind != "condition":
        return part.kind if part.children else "everything" if part.kind == "and" else "nothing"
    note = f" ({shortened(part.note, MAX_SHOWN_CHARS)})" if part.note else ""
    return f"{shortened(part.text, MAX_SHOWN_CHARS)}  is {_described_value(part)}{note}"


def _described_value(part: Reason) -> str:
    if part.missing:
        return "missing"
    if not isinstance(part.value, list):
        return _described_scalar(part.value)
    shown = [_described_scalar(value) for value in part.value[:MAX_SHOWN_VALUES]]
    more = [f"and {len(part.value) - len(shown)} more"] if len(part.value) > len(shown) else []
    return f"({', '.join(shown + more)})"


def _described_scalar(value: JSON) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return shortened(text if text.strip() else f'"{text}"', MAX_SHOWN_CHARS)


class Explainer:
    """Explains the answers of one query."""

    def __init__(self, query: Query) -> None:
        self._schema = query.schema
        hides = visible(query.schema)
        self._is_visible = evaluator(query.schema, hides)
        self._in_json = any(node.place.path is not None for node in comparisons(query.tree.filter))
        self._visible: _Part | None = None
        if all_of((hides, meaning(query.tree.filter, query.schema))) == query.condition:
            self._tree = self._written(query.tree.filter)
            if query.schema.hidden is not None:
                self._visible = self._leaf(_hidden_comparison(query.schema), hides)
        else:
            # A query that was not made from its tree, such as the lists of pricing plans.
            self._tree = self._of_condition(query.condition)

    def explain(self, order: JSON, transactions: JSON) -> Verdict:
        """Return the verdict on an order and its transactions record, or ``None``."""
        document = _Document(self._schema, order, transactions)
        tree = self._tree.reason(document)
        shown = None if self._visible is None else self._visible.reason(document)
        if shown is None:
            tree = _decided(tree)
            matches = tree.result
        else:
            matches = shown.result and tree.result
            shown, tree = _decided(Reason("and", matches, children=(shown, tree))).children
        hidden = not self._is_visible(order, document.record)
        return Verdict(matches, hidden, order_id(self._schema, order), tree, shown)

    def _written(self, tree: Filter) -> _Part:
        if isinstance(tree, Comparison):
            return self._leaf(tree, meaning(tree, self._schema))
        if isinstance(tree, Unreadable):
            return _Part("and")  # no plan contains one
        if isinstance(tree, Not):
            return _Part("not", children=(self._written(tree.child),))
        return _Part("and" if isinstance(tree, And) else "or", children=tuple(map(self._written, tree.children)))

    def _of_condition(self, condition: Condition) -> _Part:
        if not isinstance(condition, Test):
            kind: ReasonKind = "and" if isinstance(condition, AllOf) else "or"
            return _Part(kind, children=tuple(map(self._of_condition, condition.parts)))
        part = self._leaf(_comparison_of(condition), replace(condition, negated=False))
        return _Part("not", children=(part,)) if condition.negated else part

    def _leaf(self, node: Comparison, condition: Condition) -> _Part:
        field = self._schema.by_name[node.field]
        text, operand = self._text(node), plain_operand(node.operand)
        shown = Reason("condition", False, text=text, field=field.name, operator=node.operator, operand=operand)
        return _Part("condition", shown, field, evaluator(self._schema, condition))

    def _text(self, node: Comparison) -> str:
        if not self._in_json:
            try:
                return print_text(Search(node), self._schema)
            except UsageError:
                pass
        operand = _printed(node.operand)
        return f"{node.field}: {operand}" if node.implicit else f"{node.field} {node.operator} {operand}"


def _printed(value: JSON) -> str:
    try:
        return json.dumps(plain_json(value), ensure_ascii=False)
    except (ValueError, RecursionError):  # nested too deeply, or an integer of thousands of digits
        return described(value)


def _hidden_comparison(schema: Schema) -> Comparison:
    assert schema.hidden is not None
    field, values = schema.hidden
    return Comparison(field.name, "$ne", values[0]) if len(values) == 1 else Comparison(field.name, "$nin", values)


# Leaf tests, not operators: every operator means some of them. A new kind of leaf test needs a row here.
_OPERATORS = {
    Kind.PRESENT: "$exists", Kind.EQUALS: "$eq", Kind.ONE_OF: "$in", Kind.PREFIX: "$startsWith",
    Kind.CONTAINS: "$hasAll", Kind.LISTED: "$eq",
}  # fmt: skip
_COMPARISONS = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}


def _comparison_of(leaf: Test) -> Comparison:
    """Return a leaf test as a condition to show, without its negation."""
    field, operand = leaf.field, leaf.operand
    if leaf.kind is Kind.COMPARES:
        return Comparison(field.name, _COMPARISONS[operand[0]], _json_of(field, operand[1]))
    if leaf.kind in (Kind.ONE_OF, Kind.CONTAINS, Kind.LISTED):
        shown: JSON = tuple([_json_of(field, value) for value in operand])
    elif leaf.kind is Kind.EQUALS:
        shown = _json_of(field, operand)
    else:
        shown = True if leaf.kind is Kind.PRESENT else operand
    return Comparison(field.name, _OPERATORS[leaf.kind], shown)


def _json_of(field: Field, value: Value) -> JSON:
    """Return a value of a field as JSON."""
    if value is None or isinstance(value, bool):
        return value
    return write_instant(value) if field.type.name == "instant" else field.type.text(value)


class _Document:
    """An order with its transactions record, and its values."""

    def __init__(self, schema: Schema, order: JSON, transactions: JSON) -> None:
        self.order, self.record = order, {} if transactions is None else transactions
        self._schema, self._has_record = schema, transactions is not None
        self._notes: dict[Field, str] | None = None

    def value(self, field: Field) -> JSON:
        """Return the order's value of a field, as JSON."""
        value = reader(self._schema, field)(self.order, self.record)
        return [_json_of(field, item) for item in value] if field.many else _json_of(field, value)

    def note(self, field: Field, missing: bool) -> str:
        """Return why a value is missing, or not all values of the document count."""
        if field.record == "transactions" and not self._has_record:
            return "no transactions record" if missing else ""
        if self._notes is None:
            found = unfit_values(self._schema, self.order)
            found += unfit_values(self._schema, self.order, self.record) if self._has_record else []
            self._notes = {}
            for unfit in found:
                self._notes.setdefault(unfit.field, str(unfit))
        return self._notes.get(field, "")


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a search before it meets an order."""

    kind: ReasonKind
    shown: Reason | None = None
    field: Field | None = None
    is_true: Predicate | None = None
    children: tuple[_Part, ...] = ()

    def reason(self, document: _Document) -> Reason:
        """Return the part with its results for a document."""
        if self.shown is not None and self.field is not None and self.is_true is not None:
            value = document.value(self.field)
            shown = replace(self.shown, result=self.is_true(document.order, document.record), value=value)
            return replace(shown, note=document.note(self.field, shown.missing))
        children = tuple([child.reason(document) for child in self.children])
        results = [child.result for child in children]
        result = not results[0] if self.kind == "not" else all(results) if self.kind == "and" else any(results)
        return Reason(self.kind, result, children=children)


def _weight(part: Reason) -> int:
    """Return the number of conditions that decide a part."""
    return 1 if part.kind == "condition" else sum(map(_weight, _deciding(part)))


def _deciding(part: Reason) -> tuple[Reason, ...]:
    """Return the children that decide a connective.

    They are all of them, or of those that suffice the one with the fewest conditions.
    """
    if part.kind == "not" or not part.children or part.result == (part.kind == "and"):
        return part.children
    enough = [child for child in part.children if child.result == part.result]
    return (min(enough, key=_weight),)


def _decided(part: Reason) -> Reason:
    """Return a part with the mark of what decides it, at every depth."""
    deciding = _deciding(part)
    marked = [_decided(child) if any(child is one for one in deciding) else child for child in part.children]
    return replace(part, decides=True, children=tuple(marked))
