"""What may stand at a caret of the text form."""

from __future__ import annotations

from collections.abc import Iterator

from ..language.datetimes import RELATIVE_WORDS
from ..language.elsewhere import certain_field
from ..language.fields import Field
from ..language.operators import OPERATORS, Operator, Takes
from ..language.schema import Schema
from ..syntax.text_grammar import RANGE_OPERATORS, RANGES
from ..syntax.text_outline import Opening, TextForm
from ..syntax.text_printer import TextPrinter
from . import editor_docs
from .offers import Offer, field_names, operators_of, values_of


class TextOffers:
    """Makes the offers of one text."""

    def __init__(self, form: TextForm, schema: Schema) -> None:
        self._form = form
        self._schema = schema
        self._printer = TextPrinter(schema)
        self._terminals = {(name, spelling.words): terminal for terminal, (name, spelling) in form.spellings.items()}

    def at(self, opening: Opening) -> Iterator[Offer]:
        """Yield what may begin at an opening, in the order of the grammar and the tables."""
        accepted = opening.accepted
        row = self._row(opening.field)
        if "NULL" in accepted:
            yield from self._values(opening, row)
        elif "NOT" in accepted:
            yield from self._fields()
        elif "NAME" in accepted:
            yield from self._sort_fields()
        elif "WORD" in accepted:
            yield Offer("value", str(self._schema.limit), str(self._schema.limit), editor_docs.limit_doc(self._schema))
        yield from self._operators(accepted, row)
        for terminal, words in self._form.grammar.keywords.items():
            if terminal in accepted and terminal not in RANGES:
                yield Offer("keyword", words, words, editor_docs.KEYWORDS.get(terminal, ""))

    def _row(self, name: str | None) -> Field | None:
        return None if name is None else self._schema.find(certain_field(self._schema, name) or name)

    def _fields(self) -> Iterator[Offer]:
        for row in self._schema.fields:
            if row.operators:
                doc = editor_docs.field_doc(row)
                yield Offer("field", row.name, self._printer.name(row.name), doc, field_names(row))

    def _sort_fields(self) -> Iterator[Offer]:
        for row in self._schema.fields:
            if row.sortable:
                doc = editor_docs.sort_doc(row)
                yield Offer("sort-field", row.name, self._printer.name(row.name), doc, field_names(row))

    def _operators(self, accepted: frozenset[str], row: Field | None) -> Iterator[Offer]:
        for operator in operators_of(row, self._schema):
            for spelling in operator.spellings:
                if self._terminals.get((operator.name, spelling.words)) in accepted:
                    doc = editor_docs.spelling_doc(operator, spelling)
                    yield Offer("operator", spelling.words, spelling.words, doc, (operator.name,))
        if row is None or set(RANGE_OPERATORS) <= set(row.operators):
            for terminal in RANGES:
                if terminal in accepted:
                    words = self._form.grammar.keywords[terminal]
                    yield Offer("operator", words, words, editor_docs.KEYWORDS[terminal])

    def _values(self, opening: Opening, row: Field | None) -> Iterator[Offer]:
        operator = self._operator(opening.operator)
        if operator is None:
            return
        listed = operator.takes is Takes.VALUES and not opening.in_list
        for value, doc in values_of(row, operator, self._schema):
            word = "null" if value is None else str(value).lower() if isinstance(value, bool) else value
            text = self._printer.scalar(value, row, False) or word
            yield Offer("value", word, f"({text})" if listed else text, doc)
        if row is not None and row.type.name == "instant" and operator.takes is not Takes.TEXT:
            for word, doc in RELATIVE_WORDS.items():
                yield Offer("value", word, f"({word})" if listed else word, doc)

    @staticmethod
    def _operator(name: str | None) -> Operator | None:
        return OPERATORS.get(RANGE_OPERATORS[0] if name in RANGES else name or "")
