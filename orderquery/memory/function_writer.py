"""Writing a Python function from source with placeholders for its constants.

The source contains placeholders instead of names and values, so functions of one shape share one compilation. A
constant of the compiled code is as fast as a literal.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from ..language.limits import MAX_SORTABLE_CHARS
from ..language.schema import Schema
from ..language.types import fold

Fallback = Callable[[Any], Any]

_SCOPE = {"get": dict.get, "empty": {}, "fold": fold, "max_chars": MAX_SORTABLE_CHARS}


@lru_cache(maxsize=1024)
def compile_source(source: str) -> CodeType:
    """Return the code of the one function in a source."""
    scope: dict[str, Any] = {}
    exec(source, scope)  # noqa: S102 - the source depends only on the shape of a condition
    (function,) = (value for value in scope.values() if isinstance(value, FunctionType))
    return function.__code__


class FunctionWriter:
    """Writes the source of a function with placeholders, and compiles it."""

    def __init__(self) -> None:
        self._values: list[Any] = []

    def constant(self, value: Any) -> str:
        """Return a placeholder for a value."""
        self._values.append(value)
        return f"'{len(self._values) - 1}'"

    def key(self, name: str) -> str:
        """Return a placeholder for a key of documents."""
        # A dict finds a key that is the same object without comparing characters; decoded keys are often interned.
        return self.constant(sys.intern(name))

    def variable(self, value: Any) -> str:
        """Return an expression for a value that is called, or compared by identity."""
        # Python warns if a literal is called or compared by identity.
        return f"(c := {self.constant(value)})"

    def step(self, schema: Schema, holder: str, name: str, fallback: Fallback | None = None) -> str:
        """Return the expression of an object's value under a name, or under its SDK name.

        ``fallback`` reads a value from the object where there is none.
        """
        others = []
        sdk = schema.sdk_names.get(name)
        if sdk is not None:
            others.append(f"get(h, {self.key(sdk)})")
        if fallback is not None:
            others.append(f"{self.variable(fallback)}(h)")
        if not others:
            return f"get({holder}, {self.key(name)})"
        found = f"get((h := {holder}), {self.key(name)})"
        for other in others:
            found = f"(s if (s := {found}) is not None else {other})"
        return found

    def steps(self, schema: Schema, holder: str, path: Sequence[str], fallback: Fallback | None = None) -> str:
        """Return the expression of the value at a path in an object.

        ``fallback`` is for the last name of the path.
        """
        found = holder
        for number, name in enumerate(path, 1):
            at = found if found == holder else f"({found} or empty)"
            found = self.step(schema, at, name, fallback if number == len(path) else None)
        return found

    def compile_function(self, lines: list[str], defaults: tuple[Any, ...] = ()) -> Any:
        """Return the function with this source, placeholders replaced by constants."""
        code = compile_source("\n".join(lines))
        # Variables of a scope instead of constants would need a lookup each. co_consts and replace() are documented;
        # that a string literal is one entry of co_consts is not, and was tested on CPython 3.11 to 3.13.
        constants = tuple([self._values[int(item)] if type(item) is str else item for item in code.co_consts])
        return FunctionType(code.replace(co_consts=constants), _SCOPE, code.co_name, defaults)
