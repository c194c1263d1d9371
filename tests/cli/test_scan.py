"""The command ``scan``: walking, formats, fixes, baselines and comments."""

import json
import os
import sys
from pathlib import Path

import jsonschema
import pytest
from command_line import run, start
from project import TESTS

from orderquery.scan.python.source import python_parser

URL = "https://www.wixapis.com/ecom/v1/orders/search"
WRONG = f'import requests\nrequests.post("{URL}", json={{"search": {{"filter": {{"paymentstatus": "PAID"}}}}}})\n'
RIGHT = WRONG.replace("paymentstatus", "paymentStatus")
WARNED = WRONG.replace('paymentstatus": "PAID', 'paymentStatus": "PAYED')
SCRIPT = 'import { orders } from "@wix/ecom";\nawait orders.searchOrders({ paging: { limit: 5 } });\n'


def write(folder, **files):
    for name, text in files.items():
        path = Path(folder) / name.replace("__", "/").replace("_dot_", ".").replace("site_", "site-")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def scanned(*args):
    """Return the names of the files with findings, and the counts."""
    found = json.loads(run("scan", "--format", "json", *args).stdout)
    return sorted(file["name"] for file in found["files"] if file.get("diagnostics")), found["counts"]


# -- which files ------------------------------------------------------------------------------------------------


def test_a_folder_is_walked_as_linters_do(here):
    write(
        here, a_dot_py=WRONG, src__b_dot_js=SCRIPT, src__deep__c_dot_vue=f"<script>\n{SCRIPT}</script>",
        node_modules__d_dot_js=SCRIPT, _dot_venv__e_dot_py=WRONG, src__f_dot_min_dot_js=SCRIPT, g_dot_txt=WRONG,
        site_packages__h_dot_py=WRONG, i_dot_ts=SCRIPT, j_dot_html=f"<script>{SCRIPT}</script>",
    )  # fmt: skip
    names, counts = scanned()
    assert names == ["a.py", "i.ts", "j.html", "src/b.js", "src/deep/c.vue"]
    assert counts["errors"] == counts["calls"] == 5
    assert scanned("src") == (["src/b.js", "src/deep/c.vue"], scanned("src")[1])
    # A file that is named is scanned, minified or not.
    assert scanned("src/f.min.js", "node_modules/d.js")[0] == ["node_modules/d.js", "src/f.min.js"]
    assert scanned("src", "src/b.js")[1]["calls"] == 2


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        ({".gitignore": "/a.py\n"}, ["sub/a.py", "sub/b.py", "sub/gen/c.py"]),
        ({".gitignore": "a.py\n"}, ["sub/b.py", "sub/gen/c.py"]),
        ({".gitignore": "*.py\n!b.py\n"}, ["sub/b.py"]),
        ({".gitignore": "gen/\n!c.py\n"}, ["a.py", "sub/a.py", "sub/b.py"]),
        ({".gitignore": "*.py\n", "sub/.gitignore": "!*.py\n"}, ["sub/a.py", "sub/b.py", "sub/gen/c.py"]),
        ({"sub/.gitignore": "/gen\n# a comment\n\\#\n"}, ["a.py", "sub/a.py", "sub/b.py"]),
        ({".git/info/exclude": "sub\n"}, ["a.py"]),
    ],
)
def test_gitignore_is_respected(here, rules, left):
    write(here, a_dot_py=WRONG, sub__a_dot_py=WRONG, sub__b_dot_py=WRONG, sub__gen__c_dot_py=WRONG)
    for name, text in {".git/HEAD": "", **rules}.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(text)
    assert scanned()[0] == left
    # The rules of the folders above hold for a folder that is named.
    assert scanned("sub")[0] == [name for name in left if name.startswith("sub/")]


def test_exclude_takes_patterns(here):
    write(here, a_dot_py=WRONG, old__b_dot_py=WRONG, old__c_dot_py=WRONG)
    assert scanned("--exclude", "old/")[0] == ["a.py"]
    assert scanned("--exclude", "b.py", "--exclude", "/a.*")[0] == ["old/c.py"]
    assert scanned("a.py", "--exclude", "a.py")[0] == []


def test_files_that_are_not_read_are_named(here):
    write(here, a_dot_py=WRONG)
    (here / "latin.py").write_bytes(b"# caf\xe9 orders/search\n")
    (here / "large.py").write_bytes(b"# orders/search" + b"#\n" * (1 << 20))
    (here / "bundle.js").write_bytes(b"/* orders/search */" + b"x" * 50_000)
    os.symlink("a.py", here / "link.py")
    result = run("scan")
    assert "skipped latin.py: not UTF-8 at byte 6" in result.stderr
    assert "skipped large.py: larger than 2 MiB" in result.stderr
    assert result.stdout.endswith("1 call in 4 files: 1 error; 2 files skipped; 1 minified file left out\n")
    for name, message in (("no.py", "file not found: no.py"), ("bundle.txt", "is not a source file")):
        (here / "bundle.txt").touch()
        result = run("scan", name)
        assert result.exit_code == 2
        assert message in result.stderr


def test_several_processes_find_what_one_finds(here):
    for number in range(300):
        write(here, **{f"f{number:03}_dot_py": WRONG if number % 100 == 0 else "x = 1\n"})
    one, two = (start("scan", "--jobs", jobs, cwd=here) for jobs in ("1", "2"))
    assert one.stdout == two.stdout
    assert one.returncode == two.returncode == 1
    assert b"3 calls in 300 files: 3 errors\n" in two.stdout
    assert not one.stderr + two.stderr


# -- reports ----------------------------------------------------------------------------------------------------


def test_the_report_has_the_place_an_excerpt_and_the_counts(here):
    write(here, a_dot_py=WRONG)
    result = run("scan", "a.py")
    assert result.exit_code == 1
    assert 'error[unknown-field]: unknown field "paymentstatus"\n  --> a.py:2:' in result.stdout
    assert "/search/filter/paymentstatus" in result.stdout
    assert 'did you mean "paymentStatus"?' in result.stdout
    assert result.stdout.endswith("1 call in 1 file: 1 error\n")


@pytest.mark.parametrize(("source", "status"), [(WRONG, 1), (WARNED, 0), (RIGHT, 0), ("x = 1\n", 0)])
def test_the_exit_status_is_that_of_errors(here, source, status):
    write(here, a_dot_py=source)
    assert run("scan").exit_code == status


def test_json_has_calls_and_diagnostics(here):
    write(here, a_dot_py=WRONG, b_dot_py=RIGHT.replace('"PAID"', "status"))
    found = json.loads(run("scan", "--format", "json").stdout)
    assert found["ok"] is False
    first, second = found["files"]
    assert first["diagnostics"][0]["code"] == "unknown-field"
    assert first["calls"][0]["search"] == {"search": {"filter": {"paymentstatus": "PAID"}}}
    assert second["calls"][0]["unknown"] == ["status"]
    assert second["ok"] is True
    assert found["counts"]["files"] == 2


def test_sarif_follows_its_schema(here):
    write(here, a_dot_py=WRONG, b_dot_js=SCRIPT)
    log = json.loads(run("scan", "--format", "sarif").stdout)
    jsonschema.validate(log, json.loads((TESTS / "cli" / "sarif-2.1.0-part.json").read_text("utf-8")))
    results = log["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == ["unknown-field", "ignored-key"]
    region = results[0]["locations"][0]["physicalLocation"]["region"]
    assert WRONG.splitlines()[1][region["startColumn"] - 1 : region["endColumn"] - 1] == '"paymentstatus"'


def test_github_annotates_lines(here):
    write(here, a_dot_py=WRONG)
    line = run("scan", "--format", "github").stdout
    assert line.startswith("::error file=a.py,line=2,endLine=2,col=")
    assert "title=unknown-field::" in line


def test_codes_are_selected_and_ignored(here):
    write(here, a_dot_py=WRONG, b_dot_js=SCRIPT)
    assert scanned("--select", "unknown-field")[0] == ["a.py"]
    assert scanned("--ignore", "unknown-field,ignored-key")[0] == []
    result = run("scan", "--ignore", "unknown-feld")
    assert result.exit_code == 2
    assert 'unknown code "unknown-feld"; did you mean "unknown-field"?' in result.stderr


def test_a_call_of_the_stores_api_is_shown_translated(here):
    body = '{"query": {"filter": \'{"paymentStatus": "PAID"}\'}}'
    write(here, a_dot_py=f'requests.post("https://www.wixapis.com/stores/v2/orders/query", json={body})\n')
    result = run("scan")
    assert "warning[stores-query]" in result.stdout
    assert "translated request of the call at line 1:" in result.stdout
    assert '"paymentStatus": "PAID"' in result.stdout
    assert "1 of the Stores API" in result.stdout


# -- comments and baselines -------------------------------------------------------------------------------------

CALL = WRONG.splitlines()[1]


@pytest.mark.parametrize(
    ("name", "source", "codes"),
    [
        ("a.py", f"{CALL}  # orderquery: ignore[unknown-field] a test\n", []),
        ("a.py", f"# orderquery: ignore[unknown-field] a test\n{CALL}\n", []),
        ("a.py", f"# orderquery: ignore[unknown-field, ignored-key] a test\n# why\n{CALL}\n", ["unknown-field", "unused-ignore-comment"]),
        ("a.py", f"{CALL}  # orderquery: ignore[unknown-field]\n", ["bad-ignore-comment"]),
        ("a.py", f"{CALL}  # orderquery: ignore a test\n", ["bad-ignore-comment", "unknown-field"]),
        ("a.py", f"{CALL}  # orderquery: ignore[unknown-feld] a test\n", ["bad-ignore-comment", "unknown-field"]),
        ("a.py", "# orderquery: ignore[unknown-field] a test\nx = 1\n", ["unused-ignore-comment"]),
        ("a.py", 'x = "# orderquery: ignore[unknown-field] a test"\n', []),
        ("a.js", SCRIPT.replace("({", "({ // orderquery: ignore[ignored-key] a test\n"), ["ignored-key", "unused-ignore-comment"]),
        ("a.js", SCRIPT.rstrip() + " // orderquery: ignore[ignored-key] a test\n", []),
        ("a.js", SCRIPT.replace("await", "/* orderquery: ignore[ignored-key] a test */\nawait"), []),
        ("a.html", f"<script>\n{SCRIPT}</script>\n<!-- orderquery: ignore[ignored-key] far away -->\n", ["ignored-key", "unused-ignore-comment"]),
    ],
)  # fmt: skip
def test_a_comment_silences_its_line(here, name, source, codes):
    (here / name).write_text(source)
    found = json.loads(run("scan", "--format", "json").stdout)
    assert sorted(row["code"] for file in found["files"] for row in file["diagnostics"]) == codes


def test_a_baseline_accepts_old_findings_wherever_they_move(here):
    write(here, src__a_dot_py=WRONG, src__b_dot_py=WRONG + WRONG)
    made = run("scan", "--write-baseline", "baseline.json")
    assert made.exit_code == 0
    assert "wrote 3 findings to baseline.json" in made.stderr
    assert run("scan", "--baseline", "baseline.json").exit_code == 0
    write(here, src__a_dot_py="\n\n# moved\n" + WRONG)
    result = run("scan", "--baseline", "baseline.json")
    assert result.stdout == "3 calls in 2 files: no problems; 3 in the baseline\n"
    # A new one is reported, though it looks the same.
    write(here, src__a_dot_py=WRONG + WRONG)
    assert "1 error; 3 in the baseline" in run("scan", "--baseline", "baseline.json").stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, 'cannot read "baseline.json"'),
        ("{", '"baseline.json" is not JSON'),
        ("[]", "is not a baseline of this version"),
        ('{"version": 1, "findings": [{"file": 1}]}', "has a finding without file, code and content"),
    ],
)
def test_a_baseline_that_cannot_be_used_is_an_error(here, text, message):
    if text is not None:
        (here / "baseline.json").write_text(text)
    result = run("scan", "--baseline", "baseline.json")
    assert result.exit_code == 2
    assert message in result.stderr


# -- fixes ------------------------------------------------------------------------------------------------------


def test_diff_shows_and_write_makes_the_fixes(here):
    write(here, a_dot_py=WRONG, b_dot_js=SCRIPT, c_dot_py=WARNED)
    os.chmod(here / "a.py", 0o755)
    shown = run("scan", "--diff").stdout
    assert "--- a.py\n+++ a.py (fixed)\n" in shown
    assert '+requests.post("' in shown
    assert (here / "a.py").read_text() == WRONG
    assert "==> b.js <==" in run("scan", "--fix").stdout
    assert run("scan", "--fix", "a.py").stdout == RIGHT
    result = run("scan", "--write")
    assert (here / "a.py").read_text() == RIGHT
    assert (here / "a.py").stat().st_mode & 0o777 == 0o755
    assert (here / "b.js").read_text() == SCRIPT.replace("paging", "cursorPaging")
    assert (here / "c.py").read_text() == WARNED
    assert result.exit_code == 0
    assert "fixed 2 files of 3" in result.stderr
    assert "fixed 0 files of 3" in run("scan", "--write").stderr
    assert sorted(os.listdir(here)) == ["a.py", "b.js", "c.py"]


def test_other_bytes_stay_as_they_are(here):
    source = "\ufeff# é😀\r\nimport requests\r\n"
    source += (
        f"requests.post('{URL}', json={{'search': {{\r\n    'filter': {{'paymentstatus': 'PAID'}},  # why\r\n}}}})\r\n"
    )
    (here / "a.py").write_bytes(source.encode())
    assert run("scan", "--write").exit_code == 0
    assert (here / "a.py").read_bytes() == source.replace("paymentstatus", "paymentStatus").encode()


def test_a_link_is_not_written(here):
    write(here, real__a_dot_py=WRONG)
    os.symlink("real/a.py", here / "link.py")
    result = run("scan", "--write", "link.py")
    assert result.exit_code == 2
    assert "is a symbolic link" in result.stderr
    assert (here / "real/a.py").read_text() == WRONG


def test_silenced_findings_and_shared_values_are_not_fixed(here):
    silenced = WRONG.rstrip() + "  # orderquery: ignore[unknown-field] a test\n"
    shared = f'NAME = "paymentstatus"\nprint(NAME)\nrequests.post("{URL}", json={{"search": {{"sort": [{{"fieldName": NAME}}]}}}})\n'
    broken = WRONG + "def (:\n"
    write(here, a_dot_py=silenced, b_dot_py=shared, c_dot_py=broken)
    run("scan", "--write")
    assert (here / "a.py").read_text() == silenced
    assert (here / "b.py").read_text() == shared
    assert (here / "c.py").read_text() == broken


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"filter": {"status": s}}', '{"search": {"filter": {"status": s}}}'),
        ("{'search': {'sort': {'fieldName': 'number'}}}", "{'search': {'sort': [{'fieldName': 'number', 'order': 'ASC'}]}}"),
        ("dict(search=dict(paging=dict(limit=5)))", "dict(search=dict(cursorPaging=dict(limit=5)))"),
        ('{"search": {"filter": {"createdDate": {"$gte": a, "$lt": b}}}}',
         '{"search": {"filter": {"$and": [{"createdDate": {"$gte": a}}, {"createdDate": {"$lt": b}}]}}}'),
        ('{"search": {"filter": {"archived": {"eq": True}}}}', '{"search": {"filter": {"archived": True}}}'),
        ('json.loads(\'{"search": {"filter": {"paymentstatus": "PAID"}}}\')',
         'json.loads(\'{"search": {"filter": {"paymentStatus": "PAID"}}}\')'),
        ('{"search": {"filter": {"paymentstatus": "PAID"} if x else {"archived": True}}}',
         '{"search": {"filter": {"paymentStatus": "PAID"} if x else {"archived": True}}}'),
    ],
)  # fmt: skip
def test_fixes_are_written_as_python(here, before, after):
    line = f'requests.post("{URL}", json=BODY)\n'
    (here / "a.py").write_text(line.replace("BODY", before))
    run("scan", "--write")
    assert (here / "a.py").read_text() == line.replace("BODY", after)


def test_options_that_contradict_each_other_are_errors(here):
    for options in (["--diff", "--write"], ["--only", "intended"], ["--fix", "--format", "json"],
                    ["--write-baseline", "x", "--baseline", "y"], ["--write-baseline", "x", "--write"]):  # fmt: skip
        assert run("scan", *options).exit_code == 2


def test_a_missing_extra_is_named(here, monkeypatch):
    write(here, a_dot_py=WRONG)
    for name in ("tree_sitter", "tree_sitter_python"):
        monkeypatch.setitem(sys.modules, name, None)
    python_parser.cache_clear()
    result = run("scan")
    assert result.exit_code == 2
    assert "pip install 'orderquery[scan]'" in result.stderr
