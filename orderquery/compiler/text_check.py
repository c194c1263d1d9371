"""Check a search in the text form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import UsageError
from ..language.schema import Schema
from ..syntax.ast import Filter, Search, changed_comparisons
from ..syntax.parameters import Parameters
from ..syntax.source_text import SourceText, splice
from ..syntax.text_parser import parse_text
from .checker import check_search
from .corrections import Correction, Only, correct
from .partial_corrections import same_answer_condition, same_answer_sort
from .query import Query, same_answer
from .report import Report, in_order
from .reports import check_tree, make_report
from .single_text_fixes import single_text_edits
from .text_rewrite import rewrite_text


def check_text(
    text: str,
    schema: Schema,
    now: datetime | None,
    parameters: Parameters | None = None,
    unused: Iterable[Diagnostic] | None = None,
) -> Report[Query]:
    """Check a text.

    ``unused`` are the problems of parameters that an earlier form of the text has.
    """
    lines, moment = SourceText(text), now or datetime.now(UTC)
    parameters = parameters or Parameters()
    search, earlier = parse_text(text, schema, moment, parameters)
    if search is not None:
        of_parameters = parameters.problems(lines) if unused is None else tuple(unused)
        earlier = (*earlier, *of_parameters)
    more: tuple[Diagnostic, ...] = ()
    query = None
    if search is not None:
        more, query = check_tree(search, schema, "text")
    diagnostics = []
    for diagnostic in (*earlier, *more):
        span = diagnostic.span or diagnostic.place.span
        has_line = diagnostic.line is not None
        diagnostics.append(diagnostic if has_line or span is None else lines.located(diagnostic, span))
    placed = in_order(diagnostics, None)
    # A correction would have examples in place of missing values.
    if search is None or parameters.missing or not any(diagnostic.certain for diagnostic in placed):
        return make_report("text", placed, query, text, None)

    def check_again(written: str) -> tuple[Diagnostic, ...]:
        if written is text:
            return placed
        return check_text(written, schema, moment, parameters, of_parameters).diagnostics

    def fix(written: str, only: Only) -> str:
        parsed, _ = parse_text(written, schema, moment, parameters)
        if parsed is None:
            return written
        if isinstance(only, Diagnostic):
            edits = single_text_edits(written, parsed, schema, only)
            if edits:
                return splice(written, edits)

        def mend(tree: Filter) -> Filter:
            if only == "same-answer":
                return same_answer_condition(tree, schema)
            return check_search(Search(tree), schema).mended.filter

        sort = same_answer_sort(parsed, schema) if only == "same-answer" else check_search(parsed, schema).mended.sort
        mended = replace(parsed, filter=changed_comparisons(parsed.filter, mend), sort=sort)
        try:
            return rewrite_text(written, parsed, mended, schema, moment, mend, parameters)
        except UsageError:
            return written

    def make(only: Only) -> Correction | None:
        made = correct(text, check_again, fix, only)
        if made is None or only != "same-answer":
            return made
        again = check_text(made.value, schema, moment, parameters, of_parameters)
        return made if same_answer(query, again.plan) else None

    return make_report("text", placed, query, text, None, make)
