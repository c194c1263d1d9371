"""The edits that fix one diagnostic of a text; every other character stays."""

from __future__ import annotations

from dataclasses import replace

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import described
from ..language.elsewhere import certain_field
from ..language.fields import Field
from ..language.operators import OPERATORS
from ..language.schema import Schema
from ..syntax.ast import Comparison, Filter, Search, comparisons
from ..syntax.source_text import Replacement, Span
from ..syntax.text_outline import TextPart, name_of, text_form
from ..syntax.text_printer import TextPrinter
from . import suggestions
from .checker import check_search
from .single_fixes import checked_operator
from .text_rewrite import sort_edits


def single_text_edits(text: str, search: Search, schema: Schema, only: Diagnostic) -> tuple[Replacement, ...]:
    """Return the edits for one certain fix; none if it cannot be made alone."""
    span = only.span
    if span is None or not only.certain:
        return ()
    printer = TextPrinter(schema)
    try:
        if only.code == "unknown-field":
            keys = tuple([key for key in search.sort if key.place.span == span])
            if keys:
                mended = check_search(Search(sort=keys), schema).mended
                return tuple(sort_edits(text, replace(search, sort=keys), mended, schema))
            certain = certain_field(schema, name_of(text[slice(*span)]))
            return () if certain is None else (Replacement(*span, printer.name(certain)),)
        if only.code == "duplicate-sort":
            kept = tuple([key for key in search.sort if key.place.span != span])
            return tuple(sort_edits(text, search, replace(search, sort=kept), schema))
        nodes = [node for node in comparisons(search.filter) if span in (node.place.span, _operator_span(node))]
        for node in nodes:
            row = schema.find(certain_field(schema, node.field) or "")
            edits = () if row is None else _OneCondition(text, node, row, schema).edits(only)
            if edits:
                return edits
    except UsageError:
        # The text form cannot express it.
        pass
    return ()


def _operator_span(node: Comparison) -> Span | None:
    return None if node.operator_place is None else node.operator_place.span


class _KeptName(TextPrinter):
    """Prints one field as it is written in the text."""

    def __init__(self, schema: Schema, field: str, written: str) -> None:
        super().__init__(schema)
        self._field = field
        self._written = written

    def name(self, field: str) -> str:
        return self._written if field == self._field else super().name(field)


class _OneCondition:
    """Makes one fix in one condition of a text."""

    def __init__(self, text: str, node: Comparison, row: Field, schema: Schema) -> None:
        self._text = text
        self._node = replace(node, field=row.name, name_place=node.field_place)
        self._row = row
        self._schema = schema
        self._name = text[slice(*(node.field_place.span or (0, 0)))]
        self._printer = _KeptName(schema, row.name, self._name)

    def edits(self, only: Diagnostic) -> tuple[Replacement, ...]:
        """Return the edits that make the fix."""
        node, row = self._node, self._row
        if only.code == "operand-shape":
            instead = suggestions.operand_instead(node.operand, row, OPERATORS[node.operator])
            return () if instead is None else self._written(replace(node, operand=instead))
        if only.code == "operator-not-allowed":
            other = suggestions.operator_not_allowed(node, row, self._schema)[1]
            return () if other is None else self._written(other)
        if isinstance(node.operand, tuple):
            return self._in_list(only)
        checked = replace(node, operator=checked_operator(node.operator, row))
        new = check_search(Search(checked), self._schema).mended.filter
        kept = isinstance(new, Comparison) and new.operator == checked.operator
        return self._written(replace(new, operator=node.operator) if kept and isinstance(new, Comparison) else new)

    def _written(self, new: Filter) -> tuple[Replacement, ...]:
        old, operand, name = self._node, self._node.place.span, self._node.field_place.span
        operator = _operator_span(old)
        if operand is None or name is None or operator is None or new == old:
            return ()
        if not isinstance(new, Comparison):
            return (Replacement(name[0], operand[1], f"({self._printer.filter(new)})"),)
        if new.operator == old.operator:
            return (Replacement(*operand, self._printer.operand(new, self._row)),)
        condition = self._printer.comparison(new).removeprefix(self._name).lstrip()
        return (Replacement(operator[0], operand[1], condition),)

    def _in_list(self, only: Diagnostic) -> tuple[Replacement, ...]:
        """Mend or remove the value of the list that the diagnostic is about."""
        node, span = self._node, self._node.place.span
        parts = text_form().parts(self._text)
        values = [part for part in parts if span and part.role == "value" and span[0] <= part.start < span[1]]
        if len(values) != len(node.operand):
            return ()
        operator = checked_operator(node.operator, self._row)
        alone = operator != node.operator
        for index, value in enumerate(node.operand):
            if described(value) not in only.message:
                continue
            condition = replace(node, operator=operator, operand=value if alone else (value,))
            checked = check_search(Search(condition), self._schema)
            same = any((found.code, found.message) == (only.code, only.message) for found in checked.diagnostics)
            if not same:
                continue
            if only.code == "unknown-enum-value":
                return (_without_value(values, index),)
            new = checked.mended.filter
            if not isinstance(new, Comparison) or new.operator != operator or new == condition:
                return ()
            value = new.operand[0] if isinstance(new.operand, tuple) else new.operand
            written = self._printer.scalar(value, self._row, False)
            return () if written is None else (Replacement(values[index].start, values[index].end, written),)
        return ()


def _without_value(values: list[TextPart], index: int) -> Replacement:
    """Remove a value of a list and its comma."""
    if index + 1 < len(values):
        return Replacement(values[index].start, values[index + 1].start, "")
    start = values[index - 1].end if index else values[index].start
    return Replacement(start, values[index].end, "")
