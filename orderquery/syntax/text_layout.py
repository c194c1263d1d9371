"""The layout of the text form: canonical spaces, quotes and line breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .source_text import quote, unquote
from .text_outline import TextForm, TextPart, name_of, text_form

MAX_COLUMNS = 88
_INDENT = "  "
_CLAUSES = ("ORDER_BY", "_LIMIT", "_AFTER")


@dataclass
class _Item:
    """A condition, or a group in parentheses, with the words before it.

    ``lead`` is the connective that joins it to the item before, ``negations`` are the ``not`` before it.
    """

    lead: str
    negations: str
    words: list[str]
    inner: list[_Item] | None = None

    @property
    def flat(self) -> str:
        """Return the item on one line."""
        own = _spaced(self.words) if self.inner is None else f"({_flat(self.inner)})"
        return f"{self.negations}{own}"


def _flat(items: list[_Item]) -> str:
    return " ".join(f"{item.lead} {item.flat}" if item.lead else item.flat for item in items)


def _spaced(words: list[str]) -> str:
    """Join words, without space inside parentheses and before commas."""
    line = ""
    for word in words:
        line += word if not line or line[-1] == "(" or word in (")", ",") else f" {word}"
    return line


def lay_out_text(text: str, name: Callable[[str], str], columns: int = MAX_COLUMNS) -> str:
    """Return a text that parses in its canonical layout.

    It is one line if that fits, else a line for each condition and each clause. ``name`` prints the name of a field.
    """
    form = text_form()
    parts = form.parts(text)
    words = [_word(part, text, form, name) for part in parts]
    clause = next((index for index, part in enumerate(parts) if part.terminal in _CLAUSES), len(parts))
    items = _Reader(parts[:clause], words[:clause]).items() if clause else []
    clauses = [_spaced(clause_words) for clause_words in _clauses(parts[clause:], words[clause:])]
    line = " ".join([*([_flat(items)] if items else []), *clauses])
    if len(line) <= columns:
        return line
    return "\n".join([*_lines(items, "", columns), *clauses])


def _clauses(parts: list[TextPart], words: list[str]) -> list[list[str]]:
    found: list[list[str]] = []
    for part, word in zip(parts, words, strict=True):
        if part.terminal in _CLAUSES:
            found.append([])
        found[-1].append(word)
    return found


def _word(part: TextPart, text: str, form: TextForm, name: Callable[[str], str]) -> str:
    written = text[part.start : part.end]
    if part.terminal in form.spellings:
        return form.spellings[part.terminal][1].words
    if part.terminal in form.grammar.keywords:
        return form.grammar.keywords[part.terminal]
    if part.terminal == "NULL":
        return "null"
    if part.terminal == "STRING":
        return quote(unquote(written, part.start, "text-syntax"))
    if part.terminal == "NAME" and part.role in ("field", "sort-field"):
        return name(name_of(written))
    return written


class _Reader:
    """Reads the items of a filter from its tokens."""

    def __init__(self, parts: list[TextPart], words: list[str]) -> None:
        self._tokens = list(zip(parts, words, strict=True))
        self._at = 0

    def items(self) -> list[_Item]:
        """Return the items up to the closing parenthesis or the end."""
        found = [self._item("")]
        while self._at < len(self._tokens) and self._tokens[self._at][0].terminal in ("_AND", "_OR"):
            lead = self._next()
            found.append(self._item(lead))
        return found

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _item(self, lead: str) -> _Item:
        negations = ""
        while self._tokens[self._at][0].terminal == "NOT":
            negations += f"{self._next()} "
        part = self._tokens[self._at][0]
        if part.terminal == "LPAR":
            self._next()
            inner = self.items()
            self._next()
            return _Item(lead, negations, [], inner)
        return _Item(lead, negations, list(self._condition()))

    def _condition(self) -> Iterator[str]:
        yield self._next()
        while self._at < len(self._tokens):
            part = self._tokens[self._at][0]
            is_end = part.terminal == "_OR" or (part.terminal == "_AND" and part.operator is None)
            if is_end or (part.terminal == "RPAR" and not self._tokens[self._at - 1][0].in_list):
                return
            yield self._next()


def _lines(items: list[_Item], indent: str, columns: int) -> Iterator[str]:
    """Yield a line for each item; conjunctions inside a disjunction are indented."""
    has_or = any(item.lead == "or" for item in items)
    chains: list[list[_Item]] = []
    for item in items:
        if not chains or item.lead == "or" or not has_or:
            chains.append([])
        chains[-1].append(item)
    for chain in chains:
        if len(indent) + len(_flat(chain)) <= columns:
            yield indent + _flat(chain)
            continue
        for index, item in enumerate(chain):
            yield from _item_lines(item, indent + (_INDENT if index else ""), columns)


def _item_lines(item: _Item, indent: str, columns: int) -> Iterator[str]:
    lead = f"{indent}{item.lead} " if item.lead else indent
    if len(lead) + len(item.flat) <= columns:
        yield lead + item.flat
    elif item.inner is not None:
        yield f"{lead}{item.negations}("
        yield from _lines(item.inner, indent + _INDENT, columns)
        yield f"{indent})"
    elif "(" in item.words and len(item.words) > item.words.index("(") + 2:
        start = item.words.index("(") + 1
        yield f"{lead}{item.negations}{_spaced(item.words[:start])}"
        yield from _filled(item.words[start:-1], indent + _INDENT, columns)
        yield f"{indent})"
    else:
        yield lead + item.flat


def _filled(words: list[str], indent: str, columns: int) -> Iterator[str]:
    """Yield lines of as many values as fit."""
    line = indent
    values = [word for word in words if word != ","]
    for index, value in enumerate(values):
        piece = value + ("," if index + 1 < len(values) else "")
        if line.strip() and len(line) + 1 + len(piece) > columns:
            yield line
            line = indent
        line += f" {piece}" if line.strip() else piece
    yield line
