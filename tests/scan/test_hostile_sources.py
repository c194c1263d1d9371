"""Hostile sources: no crash, and bounded work."""

from __future__ import annotations

import os
from random import Random

import pytest
from corpus_form import CORPUS

import orderquery as oq
from orderquery.scan.fixes import fixed_source
from orderquery.scan.languages import LANGUAGES, SourceLanguage

IS_FULL = os.environ.get("ORDERQUERY_TRUST") == "full"
DEPTH = 100_000 if IS_FULL else 3_000
URL = '"https://www.wixapis.com/ecom/v1/orders/search"'
CALL = f"requests.post({URL}, json=body)"
FETCH = f"fetch({URL}, {{ method: 'POST', body: JSON.stringify("

PYTHON = {
    "open lists": f"requests.post({URL}, json=" + "[" * DEPTH,
    "open objects": f"requests.post({URL}, json=" + '{"a":' * DEPTH,
    "closed lists": f"requests.post({URL}, json=" + "[" * DEPTH + "]" * DEPTH + ")",
    "open brackets": f"requests.post({URL}, json=" + "(" * DEPTH,
    "signs": f"requests.post({URL}, json=" + "-" * DEPTH + "1)",
    "attributes": f"requests.post({URL}, json=a" + ".a" * DEPTH + ")",
    "calls": f"requests.post({URL}, json=a" + ".a()" * DEPTH + ")",
    "merges": f"requests.post({URL}, json={{}}" + "|x" * DEPTH + ")",
    "sums": f"requests.post({URL}, json='a'" + "+x" * (DEPTH // 3) + ")",
    "indentations": "".join(" " * i + "if x:\n" for i in range(700)) + " " * 700 + CALL,
    "branches": "if a: body = {}\n" + "elif a: body = {'a': 1}\n" * 400 + CALL,
    "conditions": "body = {}\n" + "".join(f"if x{i}:\n  body['k{i}'] = {i}\n" for i in range(60)) + CALL,
    "loops": "body = {}\n" + "".join("  " * i + f"while x{i}:\n" for i in range(12)) + "  " * 12 + CALL,
    "doubled lists": "body = []\n" + "body = [body, body]\n" * 60 + CALL,
    "an object in itself": "body = {}\nbody['x'] = body\n" + CALL,
    "a function of itself": f"def f(x=f(1)):\n  return f(x)\nrequests.post({URL}, json=f(f({{}})))",
    "a class of itself": f"class A(A):\n  x = x\n  def f(self):\n    self.x = self.x\n    requests.post({URL}, json=self.x)",
    "many calls": f"requests.post({URL}, json={{'filter': 1}})\n" * 60,
    "NUL": "\0" * 100 + CALL + "\0",
    "a surrogate": f"'\ud800'\nrequests.post({URL}, json={{'\ud800': 1}})",
    "comments": "# orderquery: ignore[unknown-field] x\n" * 300,
}
SCRIPTS = {
    "open lists": FETCH + "[" * DEPTH,
    "open objects": FETCH + "{a:" * DEPTH,
    "closed lists": FETCH + "[" * DEPTH + "]" * DEPTH + ")})",
    "open templates": FETCH + "`${" * DEPTH,
    "conditions": FETCH + "a ? b : " * 500 + "c)})",
    "NUL": "\0" * 100 + FETCH + "{})})\0",
    "a surrogate": FETCH + "{'\ud800': 1})})",
    "open tags": "<script>" * 500 + FETCH,
}


@pytest.mark.parametrize("name", PYTHON)
def test_python_that_nobody_would_write(name: str) -> None:
    fixed_source(oq.scan_source(PYTHON[name], "python"))


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "python"])
def test_scripts_that_nobody_would_write(language: SourceLanguage) -> None:
    for source in SCRIPTS.values():
        fixed_source(oq.scan_source(source, language))


@pytest.mark.parametrize("seed", range(400 if IS_FULL else 25))
def test_damaged_files_are_scanned_without_a_crash(seed: int) -> None:
    random = Random(seed)
    path = random.choice(sorted((CORPUS / "python").glob("*.py")))
    text = path.read_text("utf-8")
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(text))
        cut = at + random.choice((0, 1, 20))
        text = text[:at] + random.choice(("", '"', "{", ")", "\n", "\\", "\0", "f'{", "é😀", '"""')) + text[cut:]
    scanned = oq.scan_source(text, "python")
    after = fixed_source(scanned)
    for diagnostic in after.diagnostics:
        assert diagnostic.span is not None
        assert 0 <= diagnostic.span[0] <= diagnostic.span[1] <= len(after.text)
    assert str(scanned)


def test_a_language_that_is_not_scanned_is_an_error() -> None:
    with pytest.raises(oq.UsageError, match='unknown language "ruby"; use one of'):
        oq.scan_source("orders/search", "ruby")  # type: ignore[arg-type]
