"""Check the search of a call, and place what is found in the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

from ..compiler.hole_check import check_with_holes
from ..compiler.report import Report
from ..compiler.stores_request import stores_query_found
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Place
from ..language.schema import DEFAULT_SCHEMA, STORES_SCHEMA, load_schema
from ..syntax.holes import Hole, contains_hole
from ..syntax.source_text import SourceText
from .documents import SearchDocument
from .found import SearchCall, Sends

JSON = Any


def check_document(document: JSON, sends: Sends) -> Report[Any]:
    """Return the report of a decoded search with holes."""
    return check_with_holes(document, sends, load_schema(STORES_SCHEMA if sends == "stores" else DEFAULT_SCHEMA))


def diagnostics_of(call: SearchCall, documents: Iterable[SearchDocument], lines: SourceText) -> tuple[Diagnostic, ...]:
    """Return what is wrong with a call, in the order of the file; each mistake once."""
    found: dict[object, Diagnostic] = {}
    for diagnostic in _of_documents(call, documents, lines):
        found.setdefault(identity_of(diagnostic), diagnostic)
    codes = {diagnostic.code for diagnostic in found.values()}
    for diagnostic in _around(call, lines):
        # The search may have the mistake in itself, without the loop.
        if diagnostic.code not in codes:
            found.setdefault(identity_of(diagnostic), diagnostic)
    return tuple(sorted(found.values(), key=lambda diagnostic: diagnostic.span or (0, 0)))


def identity_of(diagnostic: Diagnostic) -> tuple[object, ...]:
    """Return what tells two findings of a file apart.

    All parts of JSON in a string have one place in the file.
    """
    return diagnostic.code, diagnostic.span, diagnostic.message, diagnostic.pointer


def _of_documents(call: SearchCall, documents: Iterable[SearchDocument], lines: SourceText) -> Iterator[Diagnostic]:
    for document in documents:
        if isinstance(document.value, Hole):
            continue
        if call.sends == "stores":
            yield placed(stores_query_found(document.value), document, lines)
        for diagnostic in check_document(document.value, call.sends).diagnostics:
            yield placed(diagnostic, document, lines)


def placed(diagnostic: Diagnostic, document: SearchDocument, lines: SourceText) -> Diagnostic:
    """Return a diagnostic of a document at its place in the file."""
    path = diagnostic.place.path or ()
    return lines.located(diagnostic, document.span(path, diagnostic.place.at))


def _around(call: SearchCall, lines: SourceText) -> Iterator[Diagnostic]:
    for mistake in call.around:
        yield lines.located(Diagnostic(mistake.code, mistake.message, mistake.help, Place()), mistake.span)


def translated(call: SearchCall, document: SearchDocument) -> JSON:
    """Return a search of the Stores API as one of Search Orders.

    ``None`` if it has holes or no counterpart.
    """
    from ..migration.translate import translate

    if call.sends != "stores" or contains_hole(document.value):
        return None
    return translate(document.value, cast("Any", "stores")).request
