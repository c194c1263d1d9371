"""What own tables need of an engine: forms of columns, and the values of fields out of texts and out of JSON."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from sqlglot import exp

from ..dialects import Dialect
from .column_format import Form, Wrap, written

Steps = tuple[str, ...]
Forms = Mapping[str, Form]
"""Forms by name; the first is that of a column which does not say."""

DATE_TIME = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
    r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?$"
)
AMOUNT = r"^[+-]?[0-9]+(\.[0-9]+)?(e[+-]?0*([0-9]{1,2}|100))?$"
NUMBER = "^[0-9]{1,100}$"
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WHITE_SPACE = "".join(char for char in map(chr, range(0x3001)) if char.isspace())


class Engine(ABC):
    """One engine.

    Methods take and give texts of SQL: ``text`` is an expression of a text, ``json`` one of JSON.
    """

    name: str
    """The dialect."""
    no_elements: str = ""
    """The test that an array has no element (``{}`` stands for it), where it is not that it is NULL."""
    nulls_are_greatest: bool = False
    """Whether an index has NULL after every value, unless it says otherwise."""
    json_differs: tuple[str, ...] = ()
    """The names of the differences of every field out of JSON."""
    document_differs: tuple[str, ...] = ()
    """Those of documents that are the JSON itself."""

    @cached_property
    @abstractmethod
    def forms(self) -> Mapping[str, Forms]:
        """The forms of each value type."""

    @cached_property
    @abstractmethod
    def computed(self) -> Mapping[str, Form]:
        """Of each value type, the form of the columns that the methods below make."""

    def adapted(self, dialect: Dialect) -> Dialect:
        """The dialect as own tables use it."""
        return dialect

    # -- texts of SQL ------------------------------------------------------------------------------------------

    def literal(self, text: str) -> str:
        """A text as a literal."""
        return self.verbatim(exp.Literal.string(text).sql(dialect=self.name))

    def quoted(self, name: str) -> str:
        """A name between quotes."""
        return exp.to_identifier(name, quoted=True).sql(dialect=self.name)

    def verbatim(self, text: str) -> str:
        """A text of somebody's SQL as a statement holds it."""
        return text

    def wrap(self, template: str) -> Wrap:
        """A wrapping by a text of SQL."""
        return written(template, self.name)

    def path(self, steps: Sequence[str]) -> str:
        """The JSON path of these keys, as a literal."""
        return self.literal("$" + "".join(f".{step}" if _PLAIN.fullmatch(step) else f'."{step}"' for step in steps))

    # -- single values -----------------------------------------------------------------------------------------

    def joined(self, texts: Sequence[str]) -> str:
        """Those of the texts that are there and not only white space, a space between them; else NULL."""
        blank = self.literal(_WHITE_SPACE)
        parts = (f"COALESCE(CASE WHEN TRIM({text}, {blank}) <> '' THEN ' ' || {text} END, '')" for text in texts)
        return f"NULLIF(SUBSTR({' || '.join(parts)}, 2), '')"

    def at_most(self, text: str, longest: int) -> str:
        """A text, or NULL where it has more characters."""
        return f"CASE WHEN LENGTH({text}) <= {longest} THEN {text} END"

    def constant(self, bound: Any) -> str:
        """What is bound for a value, as a literal."""
        if isinstance(bound, bool):
            return str(bound).upper()
        return self.literal(bound) if isinstance(bound, str) else str(bound)

    def fits_array(self, form: Form) -> bool:
        """Whether an array can hold values in a form: where they need not be worked out one by one."""
        return form.column == "{}"

    def array(self, form: Form, expression: str) -> str:
        """The column of an array that holds values in a form."""
        return expression

    @abstractmethod
    def array_of_one(self, value: str) -> str:
        """The array of one value, NULL where there is none."""

    def of_text(self, kind: str, text: str) -> str:
        """The value of a type that a text holds, or NULL where it holds none."""
        convert = {"instant": self.instant, "amount": self.amount, "sequence": self.sequence}.get(kind)
        return text if convert is None else convert(text)

    def from_text(self, kind: str) -> Form:
        """The form of columns whose texts are read row by row."""
        says = {"instant": "a date-time", "amount": "a decimal"}.get(kind, "a number or another text")
        return replace(self.computed[kind], says=f"a text, {says}", column=self.of_text(kind, "{}"))

    @abstractmethod
    def instant(self, text: str) -> str:
        """The instant of a date-time, or NULL."""

    @abstractmethod
    def amount(self, text: str) -> str:
        """The amount of a decimal, or NULL."""

    @abstractmethod
    def sequence(self, text: str) -> str:
        """The text that sorts as the sequence does."""

    # -- JSON --------------------------------------------------------------------------------------------------

    @abstractmethod
    def at(self, json: str, steps: Steps) -> str:
        """The JSON at a path of keys through objects, NULL where there is none."""

    @abstractmethod
    def either(self, json: str, other: str) -> str:
        """The first JSON, or the other where it is null or not there."""

    @abstractmethod
    def scalar(self, kind: str, json: str, steps: Steps) -> str:
        """What a field of this type can hold of the JSON at a path: a boolean, or a text; else NULL."""

    @abstractmethod
    def elements(self, kind: str, json: str, path: Sequence[tuple[str, str | None]]) -> str:
        """The array of the values at a path that crosses arrays, NULL where there are none.

        A step of the path is a key, and the key that counts where that is null or not there.
        """

    def document(self, json: str) -> str:
        """A document as text."""
        return f"CAST({json} AS TEXT)"


def runs(path: Sequence[tuple[str, str | None]]) -> list[tuple[Steps, str | None]]:
    """A path as runs of keys, each with the key that stands for its last, if there is one."""
    found: list[tuple[Steps, str | None]] = []
    steps: list[str] = []
    for step, other in path:
        steps.append(step)
        if other is not None:
            found.append((tuple(steps), other))
            steps = []
    if steps:
        found.append((tuple(steps), None))
    return found
