"""Check a search in which parts are not known, as it stands in source code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..language.schema import Schema
from ..syntax.holes import contains_hole
from ..syntax.json_reader import Shape
from .compile import check
from .corrections import Correction, Only, correct
from .hole_corrections import HoleFixer
from .query import Query
from .report import Report, in_order
from .reports import checked_request, make_report
from .stores_request import check_stores

JSON = Any


def check_with_holes(document: JSON, shape: Shape, schema: Schema) -> Report[Query]:
    """Check a decoded search whose values, items and keys may be holes.

    A hole fits wherever some value of its place could fit. What depends on a hole is not reported, and a fix is certain
    only if it is right whatever the holes are. A search with holes has no plan; its correction has the same holes.
    """
    if not contains_hole(document):
        return check(document, shape, schema=schema)
    if shape == "stores":
        return _check_stores(document, schema)
    diagnostics = _diagnostics(document, shape, schema)

    def check_again(request: JSON) -> tuple[Diagnostic, ...]:
        return diagnostics if request is document else _diagnostics(request, shape, schema)

    def fix(request: JSON, only: Only) -> JSON:
        certain = [diagnostic for diagnostic in check_again(request) if diagnostic.certain]
        if isinstance(only, Diagnostic):
            certain = [only]
        elif only is not None:
            certain = [diagnostic for diagnostic in certain if diagnostic.fix == only]
        return HoleFixer(request, shape, schema, certain).request()

    def make(only: Only) -> Correction | None:
        return correct(document, check_again, fix, only)

    is_fixable = any(diagnostic.certain for diagnostic in diagnostics)
    return make_report(shape, diagnostics, None, None, document, make if is_fixable else None)


def _check_stores(document: JSON, schema: Schema) -> Report[Query]:
    def check_bare(search: JSON) -> Report[Query]:
        return check_with_holes(search, "search", schema)

    report = check_stores(document, schema, check_bare, lambda request: check_with_holes(request, "stores", schema))
    diagnostics = in_order(report.diagnostics, document)
    if any(diagnostic.certain for diagnostic in diagnostics) and report.correct(None) is None:
        diagnostics = tuple([replace(one, fix="guess") if one.certain else one for one in diagnostics])
    return make_report("stores", diagnostics, None, None, document, report.correct)


def _diagnostics(document: JSON, shape: Shape, schema: Schema) -> tuple[Diagnostic, ...]:
    """Return the diagnostics of a search; a fix that a hole prevents is a guess."""
    found = in_order(checked_request(document, shape, schema)[0], document)
    certain = [diagnostic for diagnostic in found if diagnostic.certain]
    if not certain:
        return found
    fixed = HoleFixer(document, shape, schema, certain).request()
    left = Counter(map(_name, _certain_of(checked_request(fixed, shape, schema)[0])))
    kept = []
    for diagnostic in found:
        is_left = diagnostic.certain and left[_name(diagnostic)] > 0
        left[_name(diagnostic)] -= is_left
        kept.append(replace(diagnostic, fix="guess") if is_left else diagnostic)
    return tuple(kept)


def _certain_of(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    return [diagnostic for diagnostic in diagnostics if diagnostic.certain]


def _name(diagnostic: Diagnostic) -> tuple[str, str]:
    return diagnostic.code, diagnostic.message
