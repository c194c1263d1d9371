"""The fix of one diagnostic of a decoded request; other mistakes stay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Path
from ..language.elsewhere import certain_field, connective_reading, operator_reading
from ..language.fields import Field
from ..language.operators import OPERATORS, Operator, Takes
from ..language.schema import Schema
from ..syntax.ast import Comparison, Filter, Search, changed_comparisons
from ..syntax.filter_reader import FilterReader, LimitReached
from ..syntax.json_printer import print_filter
from ..syntax.json_reader import Shape
from ..syntax.problems import Problems
from ..syntax.sort_words import is_descending
from . import suggestions
from .checker import check_search
from .corrections import Fixer
from .json_edits import MISSING, put_at, renamed_key, value_at, without
from .moved_parts import moved_part
from .partial_corrections import PartialFixer, is_connective
from .rewrite import same_json

JSON = Any


def single_fix(
    document: JSON, shape: Shape, schema: Schema, diagnostics: Iterable[Diagnostic], only: Diagnostic
) -> JSON:
    """Return a request with the certain fix of one diagnostic made.

    It is the same object if the fix cannot be made alone.
    """
    path = only.place.path
    fixed = lone_fix(document, shape, schema, only)
    if fixed is not document or path is None or not only.certain:
        return fixed
    fixed = _OneFix(document, shape, schema, only, path).in_place()
    if fixed is not document and not same_json(fixed, document):
        return fixed
    return _moved(document, shape, schema, diagnostics, only)


def lone_fix(document: JSON, shape: Shape, schema: Schema, only: Diagnostic) -> JSON:
    """Return a request with one name, value or part changed, if that is the fix.

    Else it is the same object. No other mistake is touched.
    """
    path = only.place.path
    if path is None or not only.certain:
        return document
    fixer = _OneFix(document, shape, schema, only, path)
    for attempt in (fixer.renamed, fixer.moved, fixer.other_value):
        fixed = attempt()
        if fixed is not document and not same_json(fixed, document):
            return fixed
    return document


class _OneFix:
    """Makes the fix of one diagnostic at its place."""

    def __init__(self, document: JSON, shape: Shape, schema: Schema, only: Diagnostic, path: Path) -> None:
        self._document = document
        self._shape = shape
        self._schema = schema
        self._only = only
        self._path = path

    def in_place(self) -> JSON:
        """Return the request with the condition or the part at the place made anew."""
        return _SingleFixer(self._document, self._shape, self._schema, self._only).request()

    def moved(self) -> JSON:
        """Return the request with the part moved or renamed, if that is the fix."""
        return moved_part(self._document, self._shape, self._only)

    # -- names --------------------------------------------------------------------------------------------------

    def renamed(self) -> JSON:
        """Return the request with another name at the place, if that is the fix."""
        found = value_at(self._document, self._path)
        if not self._path or found is MISSING or not self._only.help.startswith("did you mean "):
            return self._document
        if self._only.place.at == "value":
            name = self._field_name(found) if self._only.code == "unknown-field" else None
            return self._document if name is None else put_at(self._document, self._path, name)
        key = self._path[-1]
        name = self._field_name(key) if self._only.code == "unknown-field" else _operator_name(key)
        holder = value_at(self._document, self._path[:-1])
        if name is None or not isinstance(holder, dict) or name in holder:
            return self._document
        return put_at(self._document, self._path[:-1], renamed_key(holder, key, name))

    def _field_name(self, written: JSON) -> str | None:
        certain = certain_field(self._schema, self._rest(written)) if isinstance(written, str) else None
        return None if certain is None else self._written(certain)

    def _rest(self, name: str) -> str:
        return self._schema.from_sdk(name) if self._shape == "sdk" else name

    def _written(self, name: str) -> str:
        return self._schema.to_sdk(name) if self._shape == "sdk" else name

    # -- values -------------------------------------------------------------------------------------------------

    def other_value(self) -> JSON:
        """Return the request with another operand or value, if that is the fix."""
        code = self._only.code
        if code not in ("operand-shape", "operand-type", "no-offset", "unknown-enum-value") or not self._path:
            return self._document
        last = self._path[-1]
        base, index = (self._path[:-1], last) if isinstance(last, int) else (self._path, None)
        raw = value_at(self._document, base)
        found = self._condition(base)
        if raw is MISSING or found is None:
            return self._document
        row, operator, explicit = found
        if not isinstance(raw, list | tuple):
            index = None
        if code == "operand-shape":
            instead = suggestions.operand_instead(_operand(raw), row, operator)
            return self._document if instead is None else put_at(self._document, base, _plain(row, operator, instead))
        if code == "unknown-enum-value":
            if index is None:
                return self._document
            return put_at(self._document, base, [*raw[:index], *raw[index + 1 :]])
        return self._mended(base, index, row, operator, raw if index is None else raw[index], explicit=explicit)

    def _mended(
        self, base: Path, index: int | None, row: Field, operator: Operator, value: JSON, *, explicit: bool
    ) -> JSON:
        in_list = operator.takes is Takes.VALUES or index is not None
        operand = (_operand(value),) if in_list else _operand(value)
        checked = checked_operator(operator.name, row)
        if checked != operator.name and in_list:
            operand, in_list = operand[0], False
        tree = check_search(Search(Comparison(row.name, checked, operand)), self._schema).mended.filter
        if not isinstance(tree, Comparison) or tree.operand == operand:
            return self._document
        # A single value in place of a list stays one.
        new = tree.operand[0] if in_list and isinstance(tree.operand, tuple) else tree.operand
        plain = _plain(row, OPERATORS[tree.operator], new)
        place = base if index is None else (*base, index)
        if tree.operator == checked:
            return put_at(self._document, place, plain)
        holder = value_at(self._document, base[:-1])
        if not explicit:
            return put_at(self._document, base, {tree.operator: plain})
        if not isinstance(holder, dict) or tree.operator in holder:
            return self._document
        changed = {**holder, base[-1]: plain}
        return put_at(self._document, base[:-1], renamed_key(changed, base[-1], tree.operator))

    def _condition(self, base: Path) -> tuple[Field, Operator, bool] | None:
        """Return the field and operator of a value, and whether the operator is written."""
        key = base[-1] if base else None
        above = base[-2] if len(base) > 1 else None
        for name, written in ((key, None), (above, key)):
            if not isinstance(name, str) or not (written is None or isinstance(written, str)):
                continue
            certain = certain_field(self._schema, self._rest(name))
            operator = "$eq" if written is None else plain_operator(written)
            if certain is not None and operator is not None:
                return self._schema.by_name[certain], OPERATORS[operator], written is not None
        return None


def checked_operator(operator: str, row: Field) -> str:
    """Return the operator by which a value is checked; the field has it."""
    return operator if operator in row.operators else {"$in": "$eq", "$nin": "$ne"}.get(operator, operator)


class _SingleFixer(PartialFixer):
    """Makes one fix in a condition or a sort entry.

    Names and operators that are no part of it stay as they are written.
    """

    def __init__(self, document: JSON, shape: Shape, schema: Schema, only: Diagnostic) -> None:
        super().__init__(document, shape, schema, [only], ())
        self._only = only

    def _entry(self, key: JSON, value: JSON, path: Path) -> dict[str, JSON]:
        if path not in self._touched or not isinstance(key, str) or is_connective(key, value):
            return super()._entry(key, value, path)
        rest_names = self._schema.rest_names if self._shape == "sdk" else {}
        try:
            tree = FilterReader(Problems(), self._schema, rest_names).read({key: value}, path[:-1])
        except LimitReached:
            return {key: value}
        return print_filter(changed_comparisons(tree, self._changed), self._written_name)

    def _changed(self, node: Comparison) -> Filter:
        chosen, path = self._only.place.path or (), node.place.path or ()
        if path in (chosen, chosen[:-1]) and self._only.code != "several-operators":
            return self._mended_alone(node)
        written = path[-1] if path else None
        keeps = isinstance(written, str) and written != node.operator and plain_operator(written) == node.operator
        return replace(node, operator=str(written)) if keeps else node

    def _mended_alone(self, node: Comparison) -> Filter:
        """Return the condition that the diagnostic is about, with its fix made."""
        row = self._schema.find(certain_field(self._schema, node.field) or "")
        if self._only.code != "operator-not-allowed" or row is None:
            return node
        instead = suggestions.operator_not_allowed(replace(node, field=row.name), row, self._schema)[1]
        return node if instead is None else changed_comparisons(instead, lambda part: replace(part, field=node.field))

    def _sort(self) -> JSON:
        made = super()._sort()
        part, path = self._reader.parts["sort"][0], self._only.place.path or ()
        is_inside = len(path) > len(part.path) and path[: len(part.path)] == part.path
        index = path[len(part.path)] if is_inside else None
        if not isinstance(made, list) or not isinstance(index, int) or not isinstance(part.value, list | tuple):
            return made
        written = part.value[index]
        if len(made) != len(part.value) or not isinstance(written, dict) or not isinstance(made[index], dict):
            return made
        made[index] = self._entry_of_sort(written, made[index], path[len(part.path) + 1 :])
        return made

    def _entry_of_sort(self, written: dict[str, JSON], made: dict[str, JSON], rest: Path) -> dict[str, JSON]:
        """Return a sort entry with one of its fixes made, from one with all of them."""
        code = self._only.code
        if code == "missing-field-name":
            gone = [key for key, value in written.items() if key not in made and _is_name(value)]
            return renamed_key(written, gone[0], "fieldName") if len(gone) == 1 else made
        if code == "ignored-key" and rest and rest[0] in written and len(written) > 1:
            changed = {**written, rest[0]: made.get("order")}
            return renamed_key({key: value for key, value in changed.items() if key != "order"}, rest[0], "order")
        if code == "bad-order" and "order" in made:
            return {**written, "order": made["order"]}
        return made


def _moved(document: JSON, shape: Shape, schema: Schema, diagnostics: Iterable[Diagnostic], only: Diagnostic) -> JSON:
    """Return a request with one misplaced part moved; others stay."""
    path = only.place.path or ()
    others = [
        other.place.path
        for other in diagnostics
        if other is not only and other.code == "ignored-key" and other.certain and other.place.path
    ]
    apart = [other for other in others if other[: len(path)] != path and path[: len(other)] != other]
    hidden = document
    for other in apart:
        hidden = without(hidden, other)
    fixed = Fixer(hidden, shape, schema, [only]).request()
    for other in apart:
        holder, before = value_at(fixed, other[:-1]), value_at(document, other[:-1])
        if not isinstance(holder, dict) or not isinstance(before, dict) or other[-1] in holder:
            return document
        kept = {**holder, other[-1]: before[other[-1]]}
        ordered = {key: kept[key] for key in before if key in kept}
        fixed = put_at(fixed, other[:-1], {**ordered, **kept})
    return fixed


# -- names and operands ------------------------------------------------------------------------------------------


def _operator_name(written: JSON) -> str | None:
    if not isinstance(written, str):
        return None
    connective = connective_reading(written)
    return connective if connective is not None and connective != "$nor" else plain_operator(written)


def plain_operator(written: str) -> str | None:
    """Return the operator that a name means without a change of its operand."""
    if written in OPERATORS:
        return written
    reading = operator_reading(written)
    return None if reading is None or reading.inverted or reading.negated else reading.operator


def _is_name(value: JSON) -> bool:
    return isinstance(value, str) and is_descending(value) is None


def _operand(raw: JSON) -> JSON:
    if isinstance(raw, list | tuple):
        return tuple([_operand(item) for item in raw])
    return Decimal(repr(raw)) if isinstance(raw, float) else raw


def _plain(row: Field, operator: Operator, operand: JSON) -> JSON:
    """Return an operand as it is printed."""
    printed = print_filter(Comparison(row.name, operator.name, operand))[row.name]
    return printed[operator.name] if isinstance(printed, dict) else printed
