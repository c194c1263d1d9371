"""Decoding of only those parts of an order that a search reads.

The rest of its JSON is checked, not decoded. The result equals that of :mod:`.ingest`, without those parts. A text that
is not clearly one usable order is left to that module, which also reports what is wrong.
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
from .entities import marking_keys

JSON = Any
Order = dict[str, JSON]
PartialDecoder = Callable[[list[bytes]], list[Order | None]]
"""From JSON texts to orders, or ``None`` for a text that must be decoded as a whole."""

_KeyTree = dict[str, "_KeyTree"]

_USABLE_ID = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID_CHARS)]
_NO_VALUE = Annotated[int, msgspec.Meta(ge=1, le=0)]
_DECODE_ERRORS = (ValueError, ArithmeticError, RecursionError)

# CPython 3.11 counts the nesting of msgspec's decoder against the recursion limit, so a low limit makes the decoder
# refuse deep documents. From 3.12 on C code has a limit that Python cannot change, and brackets are counted instead,
# which on 3.11.7 with msgspec 0.22 makes decoding 1.3 to 1.5 times as slow.
_LIMIT_COUNTS_DECODING = sys.version_info < (3, 12)
_SPARE_LEVELS = 20
_TOO_DEEP = b'{"":' * (MAX_DOCUMENT_LEVELS + 1) + b"0" + b"}" * (MAX_DOCUMENT_LEVELS + 1)

# An exponent that no Decimal can hold has at least 18 digits. Every second byte of such a run is 9 digits in a row;
# looking for those first is eight times as fast as the expression.
_HUGE_EXPONENT = re.compile(rb"[0-9][eE][+-]?[0-9]{18}")
_MARK_DIGITS = bytes(ord("0") if byte in b"0123456789" else ord(" ") for byte in range(256))
_DIGIT_RUN = b"0" * 9


def partial_decoder(schema: Schema, condition: Condition) -> PartialDecoder | None:
    """Return a function that decodes of each order what a condition reads, and its id.

    The function returns ``None`` for a text that must be decoded as a whole. There is no such function, and the result
    is ``None``, if the key of the table is not at the top level of an order.
    """
    source, others = schema.key.sources[0], marking_keys(schema)
    key = source.paths[0][0]
    if len(source.paths[0]) > 1 or source.joined or len(schema.key.sources) > 1 or key in others:
        return None
    ids = {key, schema.sdk_names.get(key, key)}
    types = {
        **_build_types(schema, _build_tree(condition)),
        **dict.fromkeys(ids, _USABLE_ID),
        **dict.fromkeys(others, _NO_VALUE),
    }
    decode = msgspec.json.Decoder(_build_typed_dict(types), float_hook=Decimal).decode
    limit = sum(1 for _ in walk_stack(None)) + MAX_DOCUMENT_LEVELS - _SPARE_LEVELS

    def decode_orders(texts: list[bytes]) -> list[Order | None]:
        orders: list[Order | None] = []
        with _recursion_limit(limit):
            refuses_depth = _refuses_depth(decode)
            for text in texts:
                try:
                    order = decode(text)
                    if not text.isascii():
                        # The parts that are not decoded may hold invalid UTF-8.
                        text.decode("utf-8")
                except _DECODE_ERRORS:
                    orders.append(None)
                else:
                    orders.append(None if ids.isdisjoint(order) else order)
        suspects = [] if refuses_depth else [index for index, text in enumerate(texts) if _may_be_deep(text)]
        if _DIGIT_RUN in b"".join(texts)[::2].translate(_MARK_DIGITS):
            suspects += [index for index, text in enumerate(texts) if _HUGE_EXPONENT.search(text)]
        for index in suspects:
            orders[index] = None
        return orders

    return decode_orders


@contextmanager
def _recursion_limit(limit: int) -> Iterator[None]:
    """Lower the recursion limit of the process, if that limits the decoder."""
    if not _LIMIT_COUNTS_DECODING:
        yield
        return
    before = sys.getrecursionlimit()
    try:
        # Python refuses a limit below the present depth.
        with suppress(RecursionError):
            sys.setrecursionlimit(min(before, limit))
        yield
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


# -- the type of the decoded part -----------------------------------------------------------------------------------


def _build_tree(condition: Condition) -> _KeyTree:
    """Return the paths of an order that a condition reads, as a tree of keys.

    The value at a leaf is read whole.
    """
    tree: _KeyTree = {}
    paths = {
        path
        for test in tests_of(condition)
        for source in test.field.sources
        for path in (source.all_paths if source.record == "order" else ())
    }
    for path in sorted(paths, key=len, reverse=True):
        at = tree
        for step in path[:-1]:
            at = at.setdefault(step, {})
        at[path[-1]] = {}
    return tree


def _build_types(schema: Schema, tree: _KeyTree) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for step, below in tree.items():
        kind: Any = Any
        if below:
            inner = _build_typed_dict(_build_types(schema, below))
            kind = inner | list[inner | None] | None  # type: ignore[valid-type]
        found |= {step: kind, schema.sdk_names.get(step, step): kind}
    return found


def _build_typed_dict(types: dict[str, Any]) -> Any:
    return TypedDict("OrderPartDict", types, total=False)  # type: ignore[operator]
