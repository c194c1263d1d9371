"""Print a search in the text form: one line that parses to an equal search."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import quoted
from ..language.fields import Field
from ..language.limits import MAX_FILTER_LEVELS
from ..language.operators import ANY, OPERATORS, Takes
from ..language.schema import Schema
from .ast import EVERYTHING, And, Comparison, Filter, Not, Operand, Or, Search, Unreadable
from .source_text import quote
from .text_parser import is_word, word_operand

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_OR, _AND, _TIGHT = range(3)


def print_text(search: Search, schema: Schema) -> str:
    """Print a search on one line that parses to an equal search.

    The default search is ``everything``.

    Raises:
        UsageError: an operator or operand cannot be written in the text form, or the filter nests too deep.

    """
    printer = TextPrinter(schema)
    parts = [] if search.filter == EVERYTHING else [printer.filter(search.filter)]
    if search.sort:
        keys = (printer.name(key.field) + (" desc" if key.descending else "") for key in search.sort)
        parts.append("order by " + ", ".join(keys))
    if search.paging.limit is not None:
        parts.append(f"limit {search.paging.limit}")
    if search.paging.cursor is not None:
        parts.append(f"after {quote(search.paging.cursor)}")
    return " ".join(parts) or "everything"


class TextPrinter:
    """Prints the parts of a search in the text form."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.parts_of_operators = {
            part for row in OPERATORS.values() for spelling in row.spellings for part in spelling.words.lower().split()
        }

    def filter(self, node: Filter, level: int = _OR, depth: int = 0) -> str:
        """Print a filter, in parentheses where the level around it needs them."""
        if isinstance(node, Comparison):
            return self.comparison(node)
        if isinstance(node, Unreadable):
            raise UsageError("a part of the filter has no certain meaning, and so no spelling in the text form")
        if not isinstance(node, Not) and not node.children:
            return "everything" if isinstance(node, And) else "nothing"
        if depth == MAX_FILTER_LEVELS:
            raise UsageError(f"the filter nests more than {MAX_FILTER_LEVELS} levels of and, or, not")
        if isinstance(node, Not):
            return "not " + self.filter(node.child, _TIGHT, depth + 1)
        word, own = (" or ", _OR) if isinstance(node, Or) else (" and ", _AND)
        text = word.join(self.filter(child, own + 1, depth + 1) for child in node.children)
        return f"({text})" if level > own else text

    def comparison(self, node: Comparison) -> str:
        """Print one condition."""
        row = OPERATORS.get(node.operator)
        if row is None:
            raise _inexpressible(node.operator, node)
        known = self.schema.find(node.field)
        for spelling in row.spellings:
            if spelling.operand is not ANY and _equal(spelling.operand, node.operand, None):
                return f"{self.name(node.field)} {spelling.words}"
        for spelling in row.spellings:
            if spelling.operand is ANY:
                return f"{self.name(node.field)} {spelling.words} {self.operand(node, known)}"
        raise _inexpressible(f"{node.operator} {node.operand!r}", node)

    def operand(self, node: Comparison, row: Field | None) -> str:
        """Print the operand of a condition."""
        values = node.operand if isinstance(node.operand, tuple) else (node.operand,)
        of_text = OPERATORS[node.operator].takes is Takes.TEXT
        texts = [self.scalar(value, row, of_text) for value in values]
        if None in texts:
            raise _inexpressible(f"{node.operator} {node.operand!r}", node)
        return f"({', '.join(map(str, texts))})" if isinstance(node.operand, tuple) else str(texts[0])

    def scalar(self, value: Operand, row: Field | None, of_text: bool) -> str | None:
        """Print one value; ``None`` if the text form cannot express it."""
        if value is None:
            return "null"
        if isinstance(value, str):
            return value if self.reads_unquoted(value, row) else quote(value)
        candidates = _numerals(value)
        for text in candidates:
            if not of_text and _equal(word_operand(text, row, _ANY_TIME), value, row):
                return text
        for text in candidates:
            if _equal(word_operand(text, None, _ANY_TIME), value, None):
                return f"`{text}`"
        return None

    def reads_unquoted(self, value: str, row: Field | None) -> bool:
        """Return whether a string is clearer as an unquoted word, and parses back from it."""
        if row is None or not (value in row.values or (not row.type.textual and row.type.read(value) is not None)):
            return False
        return row.type.word(value, _ANY_TIME) == value and self.is_unquoted_word(value)

    def name(self, field: str) -> str:
        """Print the name of a field, in backticks if it is no word."""
        return field if self.is_unquoted_word(field) else quote(field, "`")

    def is_unquoted_word(self, text: str) -> bool:
        """Return whether ``text`` parses as one unquoted word in any position."""
        return is_word(text) and text.isprintable() and text.lower() not in self.parts_of_operators


def _inexpressible(condition: str, node: Comparison) -> UsageError:
    return UsageError(f"the text form cannot express {condition} on {quoted(node.field)}")


def _numerals(value: Operand) -> list[str]:
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if not isinstance(value, int | Decimal):
        return []
    # Python refuses to convert long integers to text, but not decimals.
    text = str(Decimal(value))
    return [text, text + ".0"] if isinstance(value, Decimal) else [text]


def _equal(one: Operand, other: Operand, row: Field | None) -> bool:
    """Return whether two operands are equal, in type too or as numbers of a field."""
    if type(one) is type(other):
        return bool(one == other)
    if row is None or not all(type(value) in (int, Decimal) for value in (one, other)):
        return False
    return row.type.read(one) is not None and bool(row.type.read(one) == row.type.read(other))
