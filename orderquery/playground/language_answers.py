"""The answers about the text of a search: problems, completion, other forms.

The page counts UTF-16 units, as JavaScript does; everything below counts code points.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any, cast

from ..compiler.completion import complete
from ..compiler.conversion import Target, convert
from ..compiler.editor_form import EditorForm, editor_text
from ..compiler.editor_report import editor_report
from ..compiler.formatting import format_search
from ..compiler.highlighting import highlight
from ..compiler.hover import hover
from ..compiler.quick_fixes import fixes
from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import UsageError
from ..syntax.source_text import position_of_utf16
from .page_call import FORMS, PageCall, PageForm
from .refine import Condition, refine

JSON = Any

_EDITOR_FORMS: dict[PageForm, EditorForm] = {"text": "auto", "json": "request", "sdk": "sdk"}
_TARGETS: dict[PageForm, Target] = {"text": "text", "json": "request", "sdk": "sdk"}

MAX_COLOURED_CHARS = 50_000
"""A longer text has no colours, and no fixes."""
_MAX_SHOWN_DIAGNOSTICS = 200
_MAX_COMPLETIONS = 100
_MAX_FIXES = 4
"""Of one diagnostic; the likely ones come first."""


class Units:
    """The offsets of a text in UTF-16 units."""

    def __init__(self, text: str) -> None:
        has_pairs = not text.isascii() and max(text) > "\uffff"
        self._pairs = [at for at, character in enumerate(text) if character > "\uffff"] if has_pairs else []

    def __call__(self, position: int) -> int:
        """Return the offset of a position in code points."""
        return position + bisect_left(self._pairs, position) if self._pairs else position


def answer_check(call: PageCall) -> JSON:
    """Answer with the diagnostics, their fixes, and the tokens of the text."""
    text, form, units = call.source, _EDITOR_FORMS[call.form], Units(call.source)
    report = editor_report(editor_text(text, form, call.schema), call.schema)
    is_short = len(text) <= MAX_COLOURED_CHARS
    found = fixes(text, form, call.schema) if report.diagnostics and is_short else []
    shown = report.diagnostics[:_MAX_SHOWN_DIAGNOSTICS]
    diagnostics = [_diagnostic_answer(diagnostic, text, units) for diagnostic in shown]
    for diagnostic, answer in zip(shown, diagnostics, strict=True):
        answer["fixes"] = [
            {
                "title": fix.title,
                "fix": fix.fix,
                "edits": [[units(start), units(end), new] for start, end, new in fix.edits],
            }
            for fix in found
            if fix.diagnostic == diagnostic
        ][:_MAX_FIXES]
        titles = {fix["title"] for fix in answer["fixes"]}
        answer["help"] = "\n".join(line for line in answer["help"].split("\n") if line not in titles)
    tokens = highlight(text, form, call.schema) if is_short else []
    return {
        "diagnostics": diagnostics,
        "count": len(report.diagnostics),
        "tokens": [[units(token.start), units(token.end), token.kind] for token in tokens],
    }


def _diagnostic_answer(diagnostic: Diagnostic, text: str, units: Units) -> dict[str, JSON]:
    start, end = _span_of(diagnostic, text)
    answer = {key: value for key, value in diagnostic.to_json().items() if key not in ("endLine", "endColumn")}
    return {**answer, "start": units(start), "end": units(end)}


def _span_of(diagnostic: Diagnostic, text: str) -> tuple[int, int]:
    span = diagnostic.span or diagnostic.place.span
    return span if span is not None else (0, min(len(text), 1))


def problems_answer(call: PageCall) -> JSON:
    """Answer with the diagnostics of a search that cannot run."""
    units = Units(call.source)
    shown = call.report.diagnostics[:_MAX_SHOWN_DIAGNOSTICS]
    return {
        "problems": [_diagnostic_answer(diagnostic, call.source, units) for diagnostic in shown],
        "asWix": call.report.plan is not None,
    }


def answer_complete(call: PageCall) -> JSON:
    """Answer with what may stand at a position."""
    text, units = call.source, Units(call.source)
    position = position_of_utf16(text, call.number("position"))
    found = complete(text, position, _EDITOR_FORMS[call.form], call.schema)
    return {
        "items": [
            {
                "kind": item.kind,
                "label": item.label,
                "text": item.text,
                "start": units(item.start),
                "end": units(item.end),
                "doc": item.doc,
            }
            for item in found[:_MAX_COMPLETIONS]
        ]
    }


def answer_hover(call: PageCall) -> JSON:
    """Answer with what is at a position: ``null`` if nothing is known of it."""
    text, units = call.source, Units(call.source)
    found = hover(text, position_of_utf16(text, call.number("position")), _EDITOR_FORMS[call.form], call.schema)
    if found is None:
        return {"hover": None}
    sortable = {True: "sortable", False: "not sortable", None: ""}[found.sortable]
    lines = (found.doc, "  ".join(found.operators), "  ".join(found.values), found.source)
    return {
        "hover": {
            "name": found.name,
            "facts": " · ".join(filter(None, (found.kind, found.type or "", sortable))),
            "help": "\n".join(filter(None, lines)),
            "start": units(found.start),
            "end": units(found.end),
        }
    }


def answer_format(call: PageCall) -> JSON:
    """Answer with the text in the layout of its form."""
    return {"text": format_search(call.source, _EDITOR_FORMS[call.form], call.schema)}


def answer_convert(call: PageCall) -> JSON:
    """Answer with the search in another form."""
    target = _TARGETS[cast(PageForm, call.choice("to", list(FORMS)))]
    if not call.source.strip():
        return {"text": ""}
    return {"text": convert(call.source, target, _EDITOR_FORMS[call.form], call.schema)}


def answer_refine(call: PageCall) -> JSON:
    """Answer with the search with more conditions, or in another order."""
    conditions = []
    for item in call.objects("conditions"):
        field, operator = item.get("field"), item.get("operator", "")
        if not isinstance(field, str) or not isinstance(operator, str):
            raise UsageError('a condition must have "field", and may have "operator", both strings')
        if not (item.get("value") is None or isinstance(item["value"], str | bool)):
            raise UsageError('the "value" of a condition must be a string, true, false or null')
        conditions.append(Condition(field, item.get("value"), operator))
    sort = None
    if "sort" in call.body:
        sort = [(str(key.get("field")), key.get("descending") is True) for key in call.objects("sort")]
    if not call.source.strip():
        made = PageCall(call.store, {**call.body, "text": "everything" if call.form == "text" else "{}"})
        return {"text": refine(made.report, call.form, call.schema, conditions, sort)}
    _ = call.plan
    return {"text": refine(call.report, call.form, call.schema, conditions, sort)}
