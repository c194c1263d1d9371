"""What mapped tables need of an engine: column formats, SQL over text and JSON."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from sqlglot import exp

from ...language.datetimes import INSTANT_PATTERN
from ...language.types import AMOUNT_PATTERN, NUMBER_PATTERN
from ..column_format import ColumnFormat, Wrap, sql_wrap
from ..dialects import Dialect

Steps = tuple[str, ...]
Alternatives = tuple[Steps, ...]
"""Keys from an object: the first of these paths that is neither absent nor null is read."""
ColumnFormats = Mapping[str, ColumnFormat]
"""Column formats by name; the first is the default."""

INSTANT_REGEX, AMOUNT_REGEX, NUMBER_REGEX = (
    f"^{pattern}$" for pattern in (INSTANT_PATTERN, AMOUNT_PATTERN, NUMBER_PATTERN)
)
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WHITE_SPACE = "".join(char for char in map(chr, range(0x3001)) if char.isspace())


class MappingEngine(ABC):
    """One engine that can search mapped tables.

    Methods take and return SQL text: ``text`` is an expression of type text, ``json`` one of type JSON.
    """

    name: str
    """The dialect."""
    empty_array_test: str = ""
    """The test that the array ``{}`` has no elements, where that is not IS NULL."""
    nulls_are_greatest: bool = False
    """True if an index has NULL after every value by default."""
    json_limitations: tuple[str, ...] = ()
    """Names of the limitations of every field that is read from JSON."""
    document_limitations: tuple[str, ...] = ()
    """Names of the limitations of a document that is the JSON itself."""

    @cached_property
    @abstractmethod
    def formats(self) -> Mapping[str, ColumnFormats]:
        """The column formats of each value type."""

    @cached_property
    @abstractmethod
    def computed_formats(self) -> Mapping[str, ColumnFormat]:
        """The format, by value type, of the expressions that the methods below make."""

    def adapt(self, dialect: Dialect) -> Dialect:
        """Return the dialect as statements over mapped tables use it."""
        return dialect

    # -- SQL text ----------------------------------------------------------------------------------------------

    def literal(self, text: str) -> str:
        """Return a text as a SQL literal."""
        return self.verbatim(exp.Literal.string(text).sql(dialect=self.name))

    def quoted(self, name: str) -> str:
        """Return a quoted identifier."""
        return exp.to_identifier(name, quoted=True).sql(dialect=self.name)

    def verbatim(self, text: str) -> str:
        """Return SQL text of a layout as a statement must contain it."""
        return text

    def wrap(self, template: str) -> Wrap:
        """Return a wrapping by SQL text, in which ``{}`` is the wrapped expression."""
        return sql_wrap(template, self.name)

    def path(self, steps: Sequence[str]) -> str:
        """Return the JSON path of these keys as a literal."""
        return self.literal("$" + "".join(f".{step}" if _PLAIN_KEY.fullmatch(step) else f'."{step}"' for step in steps))

    # -- single values -----------------------------------------------------------------------------------------

    def joined(self, texts: Sequence[str]) -> str:
        """Return the texts that are not blank, joined by spaces; NULL if there are none."""
        blank = self.literal(_WHITE_SPACE)
        parts = (f"COALESCE(CASE WHEN TRIM({text}, {blank}) <> '' THEN ' ' || {text} END, '')" for text in texts)
        return f"NULLIF(SUBSTR({' || '.join(parts)}, 2), '')"

    def limit_length(self, text: str, max_chars: int) -> str:
        """Return the text, or NULL if it is longer."""
        return f"CASE WHEN LENGTH({text}) <= {max_chars} THEN {text} END"

    def constant(self, bound: Any) -> str:
        """Return a bound value as a literal."""
        if isinstance(bound, bool):
            return str(bound).upper()
        return self.literal(bound) if isinstance(bound, str) else str(bound)

    def allows_array(self, column_format: ColumnFormat) -> bool:
        """Return True if an array can hold values in a format."""
        return column_format.column_sql == "{}"

    def array(self, column_format: ColumnFormat, expression: str) -> str:
        """Return the searched array of a mapped expression in a format."""
        return expression

    @abstractmethod
    def array_of_one(self, value: str) -> str:
        """Return the array of one value; NULL if the value is NULL."""

    def from_text(self, kind: str, text: str) -> str:
        """Return the value of a type that a text holds; NULL if it holds none."""
        convert = {"instant": self.instant, "amount": self.amount, "sequence": self.sequence}.get(kind)
        return text if convert is None else convert(text)

    def parsed_text_format(self, kind: str) -> ColumnFormat:
        """Return the format of a text column that is parsed row by row."""
        content = {"instant": "a date-time", "amount": "a decimal"}.get(kind, "a number or another text")
        column_sql = self.from_text(kind, "{}")
        return replace(self.computed_formats[kind], description=f"text, {content}", column_sql=column_sql)

    @abstractmethod
    def instant(self, text: str) -> str:
        """Return the instant of a date-time; NULL if it is none."""

    @abstractmethod
    def amount(self, text: str) -> str:
        """Return the amount of a decimal; NULL if it is none."""

    @abstractmethod
    def sequence(self, text: str) -> str:
        """Return the text that sorts as the sequence value does."""

    # -- JSON --------------------------------------------------------------------------------------------------

    @abstractmethod
    def at(self, json: str, steps: Steps) -> str:
        """Return the JSON at a path of object keys; NULL if there is none."""

    @abstractmethod
    def either(self, json: str, other: str) -> str:
        """Return the first JSON, or the other if the first is null or absent."""

    def first(self, json: str, alternatives: Alternatives) -> str:
        """Return the first JSON at these paths that is neither null nor absent."""
        *others, found = [self.at(json, steps) for steps in alternatives]
        for other in reversed(others):
            found = self.either(other, found)
        return found

    @abstractmethod
    def scalar(self, kind: str, json: str, steps: Steps) -> str:
        """Return the boolean or text at a JSON path; NULL if the type cannot hold it."""

    @abstractmethod
    def elements(self, kind: str, json: str, path: Sequence[Alternatives]) -> str:
        """Return the array of values at a path through arrays; NULL if there are none.

        The first of the alternatives of a step is one key.
        """

    def document(self, json: str) -> str:
        """Return a document as text."""
        return f"CAST({json} AS TEXT)"


def key_runs(path: Sequence[Alternatives]) -> list[tuple[Steps, Alternatives]]:
    """Split a path into runs of keys, each with the alternatives at its end, if any."""
    found: list[tuple[Steps, Alternatives]] = []
    steps: Steps = ()
    for alternatives in path:
        if len(alternatives) > 1:
            found.append((steps, alternatives))
            steps = ()
        else:
            steps += alternatives[0]
    if steps:
        found.append((steps, ()))
    return found
