"""Reports as SARIF 2.1.0, the format of code scanning.

Specification: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .output import relative_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..compiler.report import Report
    from ..diagnostics.diagnostic import Diagnostic
    from ..scan.fixes import SingleFix
    from ..syntax.source_text import Replacement

JSON = Any
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MAX_FIXES = 50
"""Of one file: each is found by another check of the whole search."""


class SarifLog:
    """A log with one run, to which reports are added."""

    def __init__(self) -> None:
        from ..diagnostics.codes import CODES

        self._rule_indexes = {code: index for index, code in enumerate(CODES)}
        self._artifacts: list[JSON] = []
        self._results: list[JSON] = []

    def add(self, report: Report[Any], name: str | None, made: tuple[SingleFix, ...] | None = None) -> None:
        """Add a report; ``name`` is the file, if there is one.

        ``made`` are the fixes of a file of code; those of a request are found by its report.
        """
        artifact: JSON = None
        if name is not None:
            uri = uri_of(name)
            artifact = {"uri": uri, "index": len(self._artifacts)}
            self._artifacts.append({"location": {"uri": uri}, "roles": ["analysisTarget"]})
        fixes = _Fixes(report, artifact) if made is None else _MadeFixes(report.source or "", artifact, made)
        self._results += [self._result(diagnostic, artifact, fixes) for diagnostic in report.diagnostics]

    def text(self) -> str:
        """Return the log as JSON."""
        from ..compiler.report import json_text

        return json_text(self._log())

    def _log(self) -> JSON:
        from ..version import __version__

        driver = {"name": "orderquery", "version": __version__, "rules": list(_rules())}
        run = {
            "tool": {"driver": driver},
            "columnKind": "unicodeCodePoints",
            "artifacts": self._artifacts,
            "results": self._results,
        }
        return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}

    def _result(self, diagnostic: Diagnostic, artifact: JSON, fixes: _Fixes | _MadeFixes) -> JSON:
        from ..compiler.render import printable

        region = _region_of(diagnostic)
        location: dict[str, JSON] = {}
        if artifact is not None:
            location["physicalLocation"] = {"artifactLocation": artifact, **({"region": region} if region else {})}
        if diagnostic.pointer:
            kind = "property" if diagnostic.place.at == "key" else "value"
            location["logicalLocations"] = [{"fullyQualifiedName": diagnostic.pointer, "kind": kind}]
        text = "\n".join(map(printable, filter(None, (diagnostic.message, *diagnostic.help.split("\n")))))
        properties = {"effect": diagnostic.effect, "fix": diagnostic.fix, "pointer": diagnostic.pointer}
        # Standard input has no artifact: its lines are in no file.
        lines = region if artifact is None else {}
        result: dict[str, JSON] = {
            "ruleId": diagnostic.code,
            "ruleIndex": self._rule_indexes[diagnostic.code],
            "level": diagnostic.severity,
            "message": {"text": text},
            "locations": [location] if location else [],
            "properties": {key: value for key, value in {**properties, **lines}.items() if value is not None},
        }
        fix = fixes.of(diagnostic)
        return result if fix is None else {**result, "fixes": [fix]}


class _Fixes:
    """The fixes of one report, as SARIF."""

    def __init__(self, report: Report[Any], artifact: JSON) -> None:
        self._report = report
        self._artifact = artifact
        self._left = MAX_FIXES

    def of(self, diagnostic: Diagnostic) -> JSON:
        """Return the fix of a diagnostic; ``None`` if there is none that is certain."""
        if self._artifact is None or not diagnostic.certain or not self._left or not self._report.source:
            return None
        from ..compiler.partial_corrections import class_of

        self._left -= 1
        made = self._report.correct(diagnostic)
        class_ = None if made is None else class_of(diagnostic, self._report.diagnostics, made.remaining)
        edits = [] if made is None or class_ is None else list(self._edits(made.value))
        return _fix(diagnostic, self._artifact, self._report.source, edits, class_) if edits else None

    def _edits(self, fixed: JSON) -> Iterable[Replacement]:
        from ..compiler.rewrite import replacements
        from ..syntax.source_text import Replacement

        text = self._report.source or ""
        return [Replacement(0, len(text), fixed)] if isinstance(fixed, str) else replacements(text, fixed)


class _MadeFixes:
    """The fixes of a file of code, as SARIF."""

    def __init__(self, text: str, artifact: JSON, made: tuple[SingleFix, ...]) -> None:
        self._text = text
        self._artifact = artifact
        self._made = made

    def of(self, diagnostic: Diagnostic) -> JSON:
        """Return the fix of a finding; ``None`` if there is none that is certain."""
        fix = next((fix for fix in self._made if fix.diagnostic == diagnostic), None)
        return None if fix is None else _fix(diagnostic, self._artifact, self._text, fix.edits, fix.class_)


def _fix(diagnostic: Diagnostic, artifact: JSON, text: str, edits: Iterable[Replacement], class_: str | None) -> JSON:
    from ..compiler.render import printable
    from ..syntax.source_text import SourceText

    lines = SourceText(text)
    changes = []
    for edit in edits:
        start, end = lines.line_column(edit.start), lines.line_column(edit.end)
        region = {"startLine": start[0], "startColumn": start[1], "endLine": end[0], "endColumn": end[1]}
        changes.append({"deletedRegion": region, "insertedContent": {"text": edit.text}})
    return {
        "description": {"text": printable(diagnostic.help.partition("\n")[0])},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": changes}],
        "properties": {"class": class_},
    }


def uri_of(name: str) -> str:
    """Return the URI of a file: relative to the working directory if it is inside."""
    path = relative_path(name)
    if Path(path).is_absolute():
        return Path(path).as_uri()
    uri = quote(path.encode("utf-8", "surrogateescape"), safe="/-._~!$&'()*+,;=:@")
    return f"./{uri}" if ":" in uri.partition("/")[0] else uri


def _region_of(diagnostic: Diagnostic) -> dict[str, int]:
    region = {
        "startLine": diagnostic.line,
        "startColumn": diagnostic.column,
        "endLine": diagnostic.end_line,
        "endColumn": diagnostic.end_column,
    }
    return {key: value for key, value in region.items() if value is not None}


def _rules() -> Iterator[JSON]:
    from ..diagnostics.codes import CODES

    for row in CODES.values():
        example = f"\n\nwrong: {row.wrong}\nright: {row.right}" if row.wrong else ""
        if row.wrong_code:
            example = f"\n\nwrong:\n{row.wrong_code}\n\nright:\n{row.right_code}"
        yield {
            "id": row.name,
            "shortDescription": {"text": row.title},
            "fullDescription": {"text": row.why},
            "help": {"text": f"{row.effect_note.capitalize()}. Fix: {row.fix}.{example}"},
            "defaultConfiguration": {"level": row.severity},
            **({"properties": {"tags": [*row.tags]}} if row.tags else {}),
        }
