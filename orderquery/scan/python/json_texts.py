"""JSON in a string of the source, as values with their places."""

from __future__ import annotations

from typing import Any

from ...language.limits import MAX_SEARCH_BYTES
from ...syntax.literal_parser import Located, read_literal
from ..nodes import Scalar, Span
from .values import ListValue, ObjectEntryValue, ObjectValue, PythonValue

JSON = Any


def json_value(source: str, text: Scalar) -> PythonValue | None:
    """Return the value of a string that holds JSON; ``None`` for any other string."""
    if not text.value.lstrip().startswith(("{", "[")) or len(text.value) > MAX_SEARCH_BYTES:
        return None
    located = read_literal(text.value)
    if located.diagnostics:
        return None
    start = source.find(text.value, *text.span)
    return _Places(located, text.span, start).value(located.value, ())


class _Places:
    """Makes the values of a text.

    Without escapes each has its own place, else that of the string.
    """

    def __init__(self, located: Located, whole: Span, start: int) -> None:
        self._spans = located.spans
        self._whole = whole
        self._start = start

    def _span(self, path: tuple[str | int, ...], at: Any) -> Span:
        if self._start < 0:
            return self._whole
        first, last = self._spans[path, at]
        return first + self._start, last + self._start

    def value(self, value: JSON, path: tuple[str | int, ...]) -> PythonValue:
        """Return a part as a value."""
        span = self._span(path, "value")
        if isinstance(value, dict):
            entries = [
                ObjectEntryValue(key, self._span((*path, key), "key"), self.value(part, (*path, key)))
                for key, part in value.items()
            ]
            return ObjectValue(entries, span)
        if isinstance(value, list):
            return ListValue([self.value(part, (*path, index)) for index, part in enumerate(value)], span)
        return Scalar(value, span)
