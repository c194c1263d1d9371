"""Stored documents that are not JSON: recognised, skipped and reported.

No load stores such a document. It is in a store whose file or tables were damaged, or written by another program.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import StoreError
from ..diagnostics.place import Place
from ..diagnostics.quoting import quoted
from ..language.schema import Schema
from ..syntax.json_decoder import decode_decimal, decode_json

JSON = Any
Report = Callable[[Diagnostic], None]
"""Called with each problem."""

_LOG = logging.getLogger("orderquery")
_MAX_KNOWN = 200_000
_known: set[int] = set()
"""The hashes of documents that are JSON: checking one again would take as long as reading a page."""


class UnusableDocument(StoreError):
    """A stored document that is not a JSON object."""


def log_problem(problem: Diagnostic) -> None:
    """Write a problem to the log, for callers that take none."""
    _LOG.warning("%s; %s", problem.message, problem.help)


def decode_stored(document: bytes | str) -> dict[str, JSON]:
    """Decode a stored document with exact numbers. Raises ``UnusableDocument``."""
    try:
        decoded = decode_json(document.encode() if isinstance(document, str) else document, decode_decimal)
    except (ValueError, ArithmeticError, RecursionError) as problem:
        raise UnusableDocument(f"a stored document is not JSON: {problem}") from None
    if not isinstance(decoded, dict):
        raise UnusableDocument("a stored document is not a JSON object")
    return decoded


def is_usable(document: bytes) -> bool:
    """Return whether a document is a JSON object in UTF-8."""
    key = hash(document)
    if key in _known:
        return True
    try:
        # Skipping over its values takes a fifth of the time of decoding.
        _object_decoder()(document)
        document.decode()
    except (ValueError, RecursionError):
        try:
            decode_stored(document)
        except UnusableDocument:
            return False
    if len(_known) >= _MAX_KNOWN:
        _known.clear()
    _known.add(key)
    return True


@cache
def _object_decoder() -> Callable[[bytes], Any]:
    import msgspec

    return msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def problem_of(order_id: str, kind: str = "order") -> Diagnostic:
    """Return the problem that a stored document is not JSON."""
    what = "order" if kind == "order" else "transactions of order"
    message = f"the stored document of {what} {quoted(order_id)} is not JSON"
    return Diagnostic("unusable-document", message, "load it again", Place(()))


def checked_document(document: bytes | None, order_id: str, kind: str) -> bytes | None:
    """Return a stored document. Raises ``UnusableDocument`` for one that is not JSON."""
    if document is None or is_usable(document):
        return document
    problem = problem_of(order_id, kind)
    raise UnusableDocument(f"{problem.message}; {problem.help}")


def with_bytes(rows: list[Sequence[Any]]) -> list[Sequence[Any]]:
    """Return rows with their documents as bytes."""
    if all(type(row[-1]) is bytes for row in rows):
        return rows
    return [(*row[:-1], row[-1].encode() if isinstance(row[-1], str) else bytes(row[-1])) for row in rows]


def usable_rows(
    rows: list[Sequence[Any]], ids: tuple[str, ...], report: Report
) -> tuple[list[Sequence[Any]], tuple[str, ...]]:
    """Return the rows, and their ids, whose document is JSON; report the others."""
    if all(is_usable(row[-1]) for row in rows):
        return rows, ids
    kept = []
    for row, order_id in zip(rows, ids, strict=True):
        if is_usable(row[-1]):
            kept.append((row, order_id))
        else:
            report(problem_of(order_id))
    return [row for row, _ in kept], tuple(order_id for _, order_id in kept)


def project_usable(
    schema: Schema, order_id: str, order: bytes | str, transactions: bytes | str | None, report: Report
) -> tuple[dict[str, Any] | None, list[dict[str, JSON]]]:
    """Return the field values of a stored order, and its decoded documents.

    An unusable order has no values; unusable transactions are left out. Both are reported.
    """
    from ..documents.fields import project

    try:
        documents = [decode_stored(order)]
    except UnusableDocument:
        report(problem_of(order_id))
        return None, []
    if transactions is not None:
        try:
            documents.append(decode_stored(transactions))
        except UnusableDocument:
            report(problem_of(order_id, "transactions"))
    return project(schema, *documents), documents
