"""Sources with syntax errors: a warning, because searches in them may be missed (D176)."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from command_line import run
from corpus_form import CORPUS

import orderquery as oq
from orderquery.scan.languages import SourceLanguage, has_errors, language_of

JSON = Any
CODE = "source-syntax"
IMPORT = 'import { orders } from "@wix/ecom";\n'
TYPO = 'orders.searchOrders({ filter: { paymentstatus: "PAID" } })'
URL = '"https://www.wixapis.com/ecom/v1/orders/search"'
BODY = '{"search": {"filter": {"paymentstatus": "PAID"}}}'
POST = f"requests.post({URL}, json={BODY})"
BROKEN_FILES = {"broken-string.js"}
FILES = sorted(path for path in CORPUS.rglob("*") if language_of(path.name) and path.name not in BROKEN_FILES)
WITH_CALLS = [path for path in FILES if path.parent.name != "nothing"]


def language(path: Path) -> SourceLanguage:
    found = language_of(path.name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("language", "source", "line", "found"),
    [
        ("javascript", f'{IMPORT}const x = () => orders.searchOrders({{ filter: {{ paymentstatus: "PAID" }},\nconst y = () => {TYPO};\n', 2, ["unknown-field"]),
        ("typescript", f'{IMPORT}const x = () => orders.searchOrders({{ filter: {{ paymentstatus: "PAID" }},\nconst y = () => {TYPO};\n', 2, ["unknown-field"]),
        ("javascript", f"{IMPORT}const x = (;\nconst y = () => {TYPO};\n", 2, ["unknown-field"]),
        ("javascript", f"import {{ orders from '@wix/ecom';\nconst y = () => {TYPO};\n", 1, []),
        ("javascript", f"{IMPORT}const y = () => {TYPO};\nfunction z() {{\n  if (y) {{\n}}\n", 5, ["unknown-field"]),
        ("javascript", f"{IMPORT}<<<<<<< HEAD\nconst y = () => {TYPO};\n", 2, ["unknown-field"]),
        ("javascript", f"{IMPORT}const search = {{ filter: {{ paymentstatus: 'PAID' }};\norders.searchOrders(search);\n", 2, ["unknown-field"]),
        # What looks like a comment is the URL.
        ("javascript", "axios({ method: 'post', url: https://www.wixapis.com/ecom/v1/orders/search', data: {} });\n", 1, []),
        ("tsx", f"{IMPORT}const y = () => {TYPO};\nconst z = <div><b></div>;\n", 3, ["unknown-field"]),
        ("html", f"<p>\n<script type='module'>\n{IMPORT}const x = (;\n{TYPO};\n</script>\n", 4, ["unknown-field"]),
        ("vue", f"<template></template>\n<script setup>\n{IMPORT}{TYPO};\nconst x = [;\n</script>\n", 5, ["unknown-field"]),
        ("svelte", f"<script lang='ts'>\n{IMPORT}{TYPO};\nconst x: = 1;\n</script>\n", 4, ["unknown-field"]),
        ("python", f"import requests\ndef f(:\n    pass\n{POST}\n", 2, ["unknown-field"]),
        ("python", f"import requests\n{POST[:-1]}\nrequests.get('x')\n", 2, []),
        ("python", f"import requests\n'''open\n{POST}\n", 2, ["unknown-field"]),
        ("python", "".join(" " * depth + "if x:\n" for depth in range(300)) + " " * 300 + POST, 1, []),
    ],
)  # fmt: skip
def test_a_source_that_does_not_parse_has_a_warning_with_its_line(
    language: SourceLanguage, source: str, line: int, found: list[str]
) -> None:
    scanned = oq.scan_source(source, language)
    (warning,) = (diagnostic for diagnostic in scanned.diagnostics if diagnostic.code == CODE)
    assert (warning.severity, warning.line) == ("warning", line)
    assert warning.span is not None
    assert 0 <= warning.span[0] <= warning.span[1] <= len(source)
    # The calls that are found are checked.
    assert [diagnostic.code for diagnostic in scanned.diagnostics if diagnostic.code != CODE] == found
    assert warning.help == "correct the syntax from here on, then scan again"


@pytest.mark.parametrize(
    ("language", "source"),
    [
        # No search is near the error.
        ("javascript", "// orders.searchOrders({})\nconst x = (;\n"),
        ("python", "# ecom/v1/orders\ndef f(:\n    pass\n"),
        ("html", f"<script type='module'>{IMPORT}{TYPO}</script>\n<script>const x = (;</script>\n"),
        ("html", "<p>orders/search <b></p>\n"),
        ("javascript", f"{IMPORT}{TYPO} // orderquery: ignore[unknown-field] a test\n"),
    ],
)
def test_errors_that_hide_no_search(language: SourceLanguage, source: str) -> None:
    assert CODE not in [diagnostic.code for diagnostic in oq.scan_source(source, language).diagnostics]


def test_calls_behind_errors_keep_their_places_and_have_no_findings_around() -> None:
    broken = "const x = () => orders.searchOrders({ filter: { number: 1 },\n"
    loop = 'let r; do { r = await orders.searchOrders({ filter: { paymentstatus: "PAID" } }); } while (r.metadata.hasNext);\n'
    for source in (f"{IMPORT}{broken}{loop}", f"{IMPORT}{broken}{loop}{TYPO};\n"):
        scanned = oq.scan_source(source, "javascript")
        assert [call.line for call in scanned.calls] == ([3] if source.endswith(loop) else [3, 4])
        codes = [diagnostic.code for diagnostic in scanned.diagnostics if diagnostic.code != CODE]
        assert set(codes) == {"unknown-field"}
        for call in scanned.calls:
            assert source[slice(*call.span)].startswith("orders.searchOrders({ filter: { paymentstatus: ")


def test_a_comment_silences_the_warning() -> None:
    source = (
        f"{IMPORT}// orderquery: ignore[{CODE}] a template of the server\nconst x = {{{{ value | json }}}};\n{TYPO};\n"
    )
    scanned = oq.scan_source(source, "javascript")
    assert [diagnostic.code for diagnostic in scanned.diagnostics] == ["unknown-field"]
    assert scanned.silenced == 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_that_are_not_broken_have_no_warning(path: Path) -> None:
    source = path.read_bytes().decode()
    assert not has_errors(source, language(path))
    assert CODE not in [diagnostic.code for diagnostic in oq.scan_source(source, language(path)).diagnostics]


@pytest.mark.parametrize("path", WITH_CALLS, ids=lambda path: path.name)
def test_nothing_is_lost_silently_when_a_bracket_or_quote_is_missing(path: Path) -> None:
    source = path.read_bytes().decode()
    whole = oq.scan_source(source, language(path))
    marks = [offset for offset, mark in enumerate(source) if mark in "(){}[]\"'`,"]
    for at in Random(path.name).sample(marks, 2):
        broken = source[:at] + source[at + 1 :]
        found = oq.scan_source(broken, language(path))
        if not has_errors(broken, language(path)) or CODE in [row.code for row in found.diagnostics]:
            continue
        assert (len(found.calls), len(found.diagnostics)) >= (len(whole.calls), len(whole.diagnostics)), at


def test_every_format_has_the_warning(here: Path) -> None:
    (here / "a.js").write_text(f"import {{ orders from '@wix/ecom';\nconst y = () => {TYPO};\n")
    done = run("scan", "a.js")
    assert done.exit_code == 0
    assert done.stdout.startswith(f"warning[{CODE}]: syntax error; searches of this file may be missed")
    assert "\n  --> a.js:1:" in done.stdout
    assert done.stdout.endswith("0 calls in 1 file: 1 warning\n")
    found = json.loads(run("scan", "a.js", "--format", "json").stdout)
    (diagnostic,) = found["files"][0]["diagnostics"]
    assert (found["ok"], found["counts"]["warnings"]) == (True, 1)
    assert (diagnostic["code"], diagnostic["severity"], diagnostic["line"]) == (CODE, "warning", 1)
    (result,) = json.loads(run("scan", "a.js", "--format", "sarif").stdout)["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == (CODE, "warning")
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 1
    assert run("scan", "a.js", "--format", "github").stdout.startswith("::warning ")
    # A file that does not parse is not changed.
    assert run("scan", "a.js", "--write").stderr == "fixed 0 files of 1\n"
    assert run("scan", "a.js", "--ignore", CODE).stdout == "0 calls in 1 file: no problems\n"
