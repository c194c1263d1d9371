"""What is wrong in the code around a call: the same words for every language.

A finder knows where the code reads an answer, loops and passes a cursor; these functions judge it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from ..diagnostics.quoting import quoted
from .found import AroundCall
from .nodes import Span

_NEXT = "metadata.cursors.next"
_WRONG_KEYS: dict[tuple[str, ...], dict[str, str]] = {
    (): {
        "pagingMetadata": "metadata", "paging": "metadata", "metaData": "metadata", "meta": "metadata",
        "pagination": "metadata", "pageInfo": "metadata", "totalCount": "", "totalResults": "", "total": "",
        "count": "metadata.count", "hasNext": "metadata.hasNext", "hasMore": "metadata.hasNext", "cursor": _NEXT,
        "nextCursor": _NEXT, "next": _NEXT, "cursors": "metadata.cursors", "items": "orders", "_items": "orders",
        "results": "orders", "result": "orders", "order": "orders",
    },
    ("metadata",): {
        "total": "", "totalCount": "", "totalResults": "", "hasMore": "hasNext", "hasNextPage": "hasNext",
        "cursor": "cursors.next", "nextCursor": "cursors.next", "next": "cursors.next", "offset": "cursors.next",
        "paging": "", "items": "",
    },
    ("metadata", "cursors"): {"nextCursor": "next", "cursor": "next", "after": "next", "previous": "prev"},
}  # fmt: skip
"""By the place in the answer, each wrong key with the right path from there; empty where the answer has no such value.

Other keys are not judged: an answer with an error has others.
"""
_ANSWER_KEYS: dict[tuple[str, ...], tuple[str, ...]] = {
    (): ("orders", "metadata"),
    ("metadata",): ("count", "cursors", "hasNext"),
    ("metadata", "cursors"): ("next", "prev"),
}
_RENAMED = {"id": "_id", "createdDate": "_createdDate", "updatedDate": "_updatedDate"}
"""Keys of an order over REST, with their names in the SDK."""
_OLD_ORDER_KEYS = {
    "dateCreated": "createdDate", "_dateCreated": "createdDate", "lastUpdated": "updatedDate",
    "_lastUpdated": "updatedDate", "totals": "priceSummary", "numericId": "number",
}  # fmt: skip
"""Keys of an order of the older Stores API, with the REST name of the key that replaces each."""
ORDERS = ("orders",)
ORDER = ("orders", "*")
"""The place of an order in the answer."""
OFFSET_KEYS = ("offset", "skip", "page", "pageNumber", "pageIndex", "pageSize", "from")
"""Keys by which other APIs page."""


class AnswerRead(NamedTuple):
    """A read of a key of the answer; ``*`` in the keys is any order.

    It is certain unless the call may return something else, as a function of the project's own. ``joined`` is the place
    of an expression such as ``a ?? b`` around the read, and ``is_tested`` whether the code tests that there is the key.
    """

    keys: tuple[str, ...]
    span: Span
    is_certain: bool = True
    joined: Span | None = None
    is_tested: bool = False


def wrong_reads(
    reads: Sequence[AnswerRead], is_added: Callable[[tuple[str, ...]], bool], *, is_sdk: bool
) -> Iterator[AroundCall]:
    """Yield the mistakes of the reads of one answer.

    ``is_added`` tells whether the code itself gives the answer such a part.
    """
    # A function of the project's own may return something else than the answer.
    is_answer = any(read.keys[0] in ("orders", "metadata") for read in reads)
    for read in reads:
        mistake = unknown_answer_key(read.keys, read.span, is_sdk=is_sdk)
        if mistake is None or read.is_tested or not (is_answer or read.is_certain) or is_added(read.keys):
            continue
        if not _is_right_elsewhere(read, right_path(read.keys, is_sdk=is_sdk), reads):
            yield mistake


def _is_right_elsewhere(read: AnswerRead, right: tuple[str, ...] | None, reads: Iterable[AnswerRead]) -> bool:
    """Return whether ``a ?? b`` joins a wrong key and the right one.

    Any other read will do if there is no right one.
    """
    if read.joined is None:
        return False
    start, end = read.joined
    others = (other.keys for other in reads if start <= other.span[0] < end)
    return any(other == right if right else other[:1] != read.keys[:1] for other in others)


def unknown_answer_key(path: Sequence[str], key_span: Span, *, is_sdk: bool) -> AroundCall | None:
    """Judge a read of the answer by its keys, such as ``("metadata", "total")``.

    ``("orders", "*", KEY)`` is a key of an order. The mistake is of the last key; ``None`` if there is none.
    """
    right = right_path(path, is_sdk=is_sdk)
    if right is None:
        return None
    *holder, key = path
    if tuple(holder) == ORDER:
        where = "an order of the SDK" if is_sdk else "an order over REST"
        help_ = f"write: {right[-1]}"
    else:
        where = ".".join(holder) or "the answer"
        known = f"{where} has {', '.join(_ANSWER_KEYS[tuple(holder)])}"
        help_ = f"write: {'.'.join(right)}" if right else f"there is no total; {known}" if "total" in key else known
    return AroundCall("unknown-answer-key", f"unknown key {quoted(key)} in {where}", help_, key_span)


def right_path(path: Sequence[str], *, is_sdk: bool) -> tuple[str, ...] | None:
    """Return what to read in place of an unknown key of the answer.

    It is empty where the answer has no such value, and ``None`` for a key that is not known to be wrong.
    """
    *holder, key = path
    if tuple(holder) == ORDER:
        right = _right_order_key(key, is_sdk=is_sdk)
        return None if right is None else (*holder, right)
    right = _WRONG_KEYS.get(tuple(holder), {}).get(key)
    if right is None:
        return None
    return (*holder, *right.split(".")) if right else ()


def _right_order_key(key: str, *, is_sdk: bool) -> str | None:
    right = _OLD_ORDER_KEYS.get(key)
    if right is not None:
        return _RENAMED.get(right, right) if is_sdk else right
    return _RENAMED.get(key) if is_sdk else {sdk: rest for rest, sdk in _RENAMED.items()}.get(key)


def cursor_not_passed(call_span: Span) -> AroundCall:
    """Report a loop whose request never has a cursor."""
    help_ = f"pass {_NEXT} of each answer as cursorPaging.cursor of the next request"
    return AroundCall("cursor-not-passed", "the loop sends the same request each time", help_, call_span)


def cursor_beside_search(cursor_span: Span, parts: Sequence[str]) -> AroundCall:
    """Report a call that sends the cursor with ``parts``: filter, sort or both."""
    message = f"the cursor of the next page is sent next to {' and '.join(parts)}"
    help_ = f"after the first page send cursorPaging alone, without {' and '.join(parts)}"
    return AroundCall("cursor-with-search", message, help_, cursor_span)


def offset_paging(name: str, span: Span) -> AroundCall:
    """Report a loop that counts ``name`` up to page with it."""
    help_ = f"pass {_NEXT} of each answer as cursorPaging.cursor of the next request"
    return AroundCall("offset-paging", f"the loop pages by {quoted(name)}", help_, span)


def wrong_loop_end(written: str, reason: str, span: Span) -> AroundCall:
    """Report a loop that ends by the condition ``written``.

    ``reason`` is a phrase such as "is never false".
    """
    help_ = f"end the loop when {_NEXT} is missing"
    return AroundCall("wrong-loop-end", f"the loop ends by {quoted(written)}, which {reason}", help_, span)


def unfiltered_member_search(name: str, key: str, span: Span, *, is_ignored: bool) -> AroundCall:
    """Report a search for one member without its condition, or with an ignored one.

    ``name`` is the variable of the member, ``key`` the field that a condition would have.
    """
    if is_ignored:
        message = f"Wix ignores the condition with {quoted(name)}, so the answer has the orders of every customer"
    else:
        message = f"no condition has {quoted(name)}, so the answer has the orders of every customer"
    help_ = f"put the condition into the filter of the search: {quoted(key)}: {name}"
    return AroundCall("unfiltered-member-search", message, help_, span)
