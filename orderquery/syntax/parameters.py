"""Parameters of the text form: ``:name`` is a value that the caller passes.

A parameter means what its value means in its place: a text is a quoted word, a list is a list in parentheses. It never
becomes part of the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import UsageError
from ..diagnostics.place import Place
from ..diagnostics.quoting import described, quoted
from ..language.near import near_name
from .python_values import json_values
from .source_text import SourceText, Span, quote, span_of

if TYPE_CHECKING:
    from lark import Token

JSON = Any
PARAMETER = "PARAMETER"
"""The terminal of the grammar."""
VALUE = "VALUE"
"""The type of a token that is not text, but a number, a boolean or anything else."""


class BoundToken(NamedTuple):
    """A value in the place of a parameter, with what the parser reads of a token."""

    type: str
    value: Any
    start_pos: int | None
    end_pos: int | None


class Parameters:
    """The values of a caller, and the names that a text uses of them.

    Raises:
        UsageError: ``values`` is not a mapping of names to values.

    """

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        if values is not None and not isinstance(values, Mapping):
            raise UsageError(f'params takes a dict, not {described(values)}; write: params={{"name": VALUE}}')
        for name in values or ():
            if not isinstance(name, str) or not name.isidentifier():
                shown = described(name)
                raise UsageError(
                    f"{shown} is not the name of a parameter; use letters, digits and _, without the colon"
                )
        self._values: dict[str, JSON] = json_values(dict(values or {}))
        self.used: set[str] = set()
        self.missing: list[Token] = []

    def bind(self, token: Token) -> BoundToken | list[BoundToken] | None:
        """Return the value of a parameter, or its values; ``None`` if it has none."""
        name = token.value[1:]
        if name not in self._values:
            self.missing.append(token)
            return None
        self.used.add(name)
        value = self._values[name]
        return [_bound(item, token) for item in value] if isinstance(value, list) else _bound(value, token)

    def problems(self, source: SourceText) -> tuple[Diagnostic, ...]:
        """Return diagnostics for names without a value, and values without a name."""
        unused = [name for name in self._values if name not in self.used]
        near = {token.value: near_name(token.value[1:], unused) for token in self.missing}
        found = [_missing(token, near[token.value], source) for token in self.missing]
        suggested = set(near.values())
        return (*found, *unused_parameters([name for name in unused if name not in suggested], source))

    def problems_of_json(self) -> tuple[Diagnostic, ...]:
        """Return a diagnostic for each value, where the search is JSON."""
        return tuple(
            Diagnostic(
                "unused-parameter",
                f"unused parameter {quoted(name)}: JSON has no parameters",
                "put the value itself into the dict, or write the search in the text form",
                Place(()),
            )
            for name in self._values
        )


def place_of(token: Token | BoundToken) -> Span:
    """Return the span of a token or of a value in the place of one."""
    return token.start_pos or 0, token.end_pos or 0


def _bound(value: JSON, token: Token) -> BoundToken:
    kind = VALUE
    if isinstance(value, str):
        kind = "STRING"
    elif value is None:
        kind = "NULL"
    elif isinstance(value, list):
        value = tuple(value)
    elif isinstance(value, float):
        value = Decimal(repr(value))
    return BoundToken(kind, value, token.start_pos, token.end_pos)


def as_one_value(items: list[BoundToken], token: Token) -> BoundToken:
    """Return a list in the place of one value, which the checker refuses."""
    return BoundToken(VALUE, tuple([item.value for item in items]), token.start_pos, token.end_pos)


def example_of(token: Token, example: JSON) -> BoundToken:
    """Return an example in the place of a parameter without a value.

    With it the rest of the condition is checked.
    """
    return _bound(example, token)


def _missing(token: Token, near: str | None, source: SourceText) -> Diagnostic:
    help_ = f"did you mean {quoted(':' + near)}?" if near else _how_to_write(token.value)
    message = f"no value for the parameter {quoted(token.value)}"
    return source.diagnostic("missing-parameter", message, help_, span_of(token))


def _how_to_write(written: str) -> str:
    return f'pass it: params={{"{written[1:]}": VALUE}}\nfor the text itself write: {quote(written)}'


def unused_parameters(names: Iterable[str], source: SourceText) -> Iterable[Diagnostic]:
    """Return the diagnostics of values that a text does not use."""
    for name in names:
        message = f"unused parameter {quoted(name)}"
        help_ = f"remove it from params, or write {quoted(':' + name)} in the text"
        yield source.diagnostic("unused-parameter", message, help_, (0, len(source.text)))
