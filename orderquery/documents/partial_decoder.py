"""No more of an order than a search reads: the rest of its JSON is checked, and nothing made of it.

What is decoded here is what :mod:`.records` would decode, less the keys that no leaf test looks at. Whatever is not
plainly one usable order is left to that reader, which knows the rest and says what is wrong.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from traceback import walk_stack
from typing import Annotated, Any, TypedDict

import msgspec

from ..language.conditions import Condition, tests_of
from ..language.limits import MAX_DOCUMENT_LEVELS, MAX_ID_CHARS
from ..language.schema import Schema
from .ingest import WRAPPERS

JSON = Any
Order = dict[str, JSON]
PartialDecoder = Callable[[list[bytes]], list[Order | None]]

_Tree = dict[str, "_Tree"]

_USABLE_ID = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID_CHARS)]
_REFUSED = Annotated[int, msgspec.Meta(ge=1, le=0)]
_UNREADABLE = (ValueError, ArithmeticError, RecursionError)

_LEVELS = MAX_DOCUMENT_LEVELS - 20
_TOO_DEEP = b'{"":' * (MAX_DOCUMENT_LEVELS + 1) + b"0" + b"}" * (MAX_DOCUMENT_LEVELS + 1)

# An exponent that no decimal holds has 18 digits and more. Of so many in a row, every second one is among every second
# byte, 9 in a row: that is found out eight times as fast as where exponents are.
_EXPONENT = re.compile(rb"[0-9][eE][+-]?[0-9]{18}")
_DIGITS_MARKED = bytes(ord("0") if byte in b"0123456789" else ord(" ") for byte in range(256))
_RUN = b"0" * 9


def partial_decoder(schema: Schema, condition: Condition) -> PartialDecoder | None:
    """A function of JSON texts: of each the order with what the condition reads and its id, or ``None``.

    ``None`` says that a text must be read whole: it is not plainly one usable order. Where the key of a table does not
    stand at the top of an order there is no such function.
    """
    source = schema.key.sources[0]
    key = source.paths[0][0]
    if len(source.paths[0]) > 1 or source.joined or len(schema.key.sources) > 1 or key in WRAPPERS:
        return None
    ids = {key, schema.sdk_names.get(key, key)}
    types = {**_types(schema, _tree(condition)), **dict.fromkeys(ids, _USABLE_ID), **dict.fromkeys(WRAPPERS, _REFUSED)}
    read = msgspec.json.Decoder(_typed_dict(types), float_hook=Decimal).decode
    limit = sum(1 for _ in walk_stack(None)) + _LEVELS

    def decoded(texts: list[bytes]) -> list[Order | None]:
        found: list[Order | None] = []
        with _short_stack(limit, read) as bounded:
            for text in texts:
                try:
                    order = read(text)
                    if not text.isascii():
                        # What is not decoded may hold bytes that are no UTF-8.
                        text.decode("utf-8")
                except _UNREADABLE:
                    found.append(None)
                else:
                    found.append(None if ids.isdisjoint(order) else order)
        suspects = [] if bounded else [index for index, text in enumerate(texts) if _may_be_deep(text)]
        if _RUN in b"".join(texts)[::2].translate(_DIGITS_MARKED):
            suspects += [index for index, text in enumerate(texts) if _EXPONENT.search(text)]
        for index in suspects:
            found[index] = None
        return found

    return decoded


@contextmanager
def _short_stack(limit: int, decode: Callable[[bytes], JSON]) -> Iterator[bool]:
    """Whether the decoder refuses what is too deep: where each level takes one of the interpreter's stack, it does.

    Counting the brackets of a text instead takes as long as decoding it.
    """
    before = sys.getrecursionlimit()
    try:
        with suppress(RecursionError):
            sys.setrecursionlimit(min(before, limit))
        yield _refuses_depth(decode)
    finally:
        sys.setrecursionlimit(before)


def _refuses_depth(decode: Callable[[bytes], JSON]) -> bool:
    try:
        decode(_TOO_DEEP)
    except RecursionError:
        return True
    return False


def _may_be_deep(text: bytes) -> bool:
    return text.count(b"{") + text.count(b"[") > MAX_DOCUMENT_LEVELS


# -- the type of what is read -----------------------------------------------------------------------------------


def _tree(condition: Condition) -> _Tree:
    """The paths of orders that a condition reads; where one ends, all below counts as read."""
    tree: _Tree = {}
    paths = {
        path
        for test in tests_of(condition)
        for source in test.field.sources
        for path in (source.paths if source.record == "order" else ())
    }
    for path in sorted(paths, key=len, reverse=True):
        at = tree
        for step in path[:-1]:
            at = at.setdefault(step, {})
        at[path[-1]] = {}
    return tree


def _types(schema: Schema, tree: _Tree) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for step, below in tree.items():
        kind: Any = Any
        if below:
            inner = _typed_dict(_types(schema, below))
            kind = inner | list[inner | None] | None  # type: ignore[valid-type]
        found |= {step: kind, schema.sdk_names.get(step, step): kind}
    return found


def _typed_dict(types: dict[str, Any]) -> Any:
    return TypedDict("Part", types, total=False)  # type: ignore[operator]
