"""``check`` of several files, of patterns and of standard input, and the formats for programs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from command_line import HANG_S, ROOT, run
from project import TESTS
from sarif_fixes import applied

from orderquery.cli.sarif import MAX_FIXES, uri_of
from orderquery.diagnostics.codes import CODES

WRONG = '{"search": {"filter": {"paymentstatus": "PAID"}}}'
WARNED = '{"search": {"filter": {"paymentStatus": "PAYED"}}}'
FINE = '{"search": {}}'

# -- several files ----------------------------------------------------------------------------------------------


@pytest.fixture
def files(here):
    (here / "deep" / "er").mkdir(parents=True)
    for name, text in {
        "a.json": WRONG, "b.json": WARNED, "c.txt": "everything", "deep/d.json": FINE, "deep/er/e.json": WRONG,
        "deep/f.json.d": "",
    }.items():  # fmt: skip
        (here / name).write_text(text)
    return here


@pytest.mark.parametrize(
    ("arguments", "names", "status"),
    [
        (["a.json", "b.json"], ["a.json", "b.json"], 1),
        (["b.json", "c.txt"], ["b.json", "c.txt"], 0),
        (["b.json", "c.txt", "--strict"], ["b.json", "c.txt"], 1),
        (["*.json"], ["a.json", "b.json"], 1),
        (["?.txt"], ["c.txt"], 0),
        (["[bc].*"], ["b.json", "c.txt"], 0),
        (["**/*.json"], ["a.json", "b.json", "deep/d.json", "deep/er/e.json"], 1),
        (["deep/**"], ["deep/d.json", "deep/er/e.json", "deep/f.json.d"], 1),
        (["a.json", "*.json", "b.json"], ["a.json", "b.json"], 1),
        (["-", "c.txt"], ["standard input", "c.txt"], 1),
    ],
)
def test_files_and_patterns(files, arguments, names, status):
    result = run("check", *arguments, "--format", "json", stdin=WRONG)
    assert result.exit_code == status
    assert [found["name"] for found in json.loads(result.stdout)["files"]] == names


def test_a_summary_counts_all_files(files):
    result = run("check", "*.json", "c.txt")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "3 files: 1 error, 1 warning"
    assert "\nc.txt: no problems\n" in result.stdout
    assert "--> a.json:1:24" in result.stdout
    assert run("check", "c.txt", "deep/d.json").stdout.splitlines()[-1] == "2 files: no problems"


def test_fixes_of_several_files(files):
    printed = run("check", "a.json", "c.txt", "--fix")
    right = WRONG.replace("paymentstatus", "paymentStatus")
    assert (printed.exit_code, printed.stdout) == (0, f"==> a.json <==\n{right}\n==> c.txt <==\neverything\n")
    shown = run("check", "**/*.json", "--diff").stdout
    assert [line for line in shown.splitlines() if line.startswith("---")] == ["--- a.json", "--- deep/er/e.json"]
    assert run("check", "**/*.json", "--write").stderr == "fixed a.json\nfixed deep/er/e.json\n"
    assert (files / "deep/er/e.json").read_text() == right


@pytest.mark.parametrize(
    "query",
    [
        'lineItems.productName.original starts with "a*"',
        '/* all */ {"search": {}}',
        '{"search": {"filter": {"number": {"$in": ["1", "2"]}}}}',
        "[1]",
        "status in (APPROVED, CANCELED) and number > 5 /**/ ",
    ],
)
def test_a_search_with_the_characters_of_a_pattern_is_a_search(query, here):
    assert run("check", query).exit_code in (0, 1)
    assert "no file" not in run("check", query).output


def test_a_file_named_like_a_pattern_is_that_file(here):
    (here / "[a].json").write_text(WRONG)
    (here / "a.json").write_text(FINE)
    assert run("check", "[a].json").exit_code == 1


def test_a_file_named_query_is_a_file(here):
    (here / "query").write_text(WRONG)
    assert run("check", "query", "--write").exit_code == 0


def test_standard_input_without_an_argument():
    assert run("check", stdin=WRONG).stdout == run("check", "-", stdin=WRONG).stdout
    assert run("check", "--fix", stdin="paymentstatus = PAID").stdout == "paymentStatus = PAID\n"
    assert "the query is empty" in run("check", stdin="").stdout


def test_a_terminal_is_not_read():
    import pty

    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "orderquery", "check"], stdin=theirs, capture_output=True, timeout=HANG_S,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 2
    assert b"missing QUERY" in done.stderr


# -- JSON -------------------------------------------------------------------------------------------------------


def test_diagnostics_are_in_the_order_of_their_places(here):
    request = """{
  "limit": 5, "filter": {"strtDate": 1, "paymentstatus": {"eq": "PAYED"}},
  "search": {"sort": {"number": -1}, "filter": {"$and": [{"createdDate": {"$gte": "2024-01-01", "$lt": "x"}}, {"a": 1}],
    "$or": [{"archived": "yes"}]}, "paging": {"limit": 1000, "offset": 3}}
}"""
    for text in (
        request,
        "createddate >= 2024-01-01T00:00:00 and status = x and fooo = 1 order by id, number, id limit 0",
    ):
        found = json.loads(run("check", text, "--format", "json").stdout)["diagnostics"]
        places = [(row["line"], row["column"]) for row in found]
        assert len(places) > 4
        assert places == sorted(places)


# -- SARIF ------------------------------------------------------------------------------------------------------

SARIF = json.loads((TESTS / "cli" / "sarif-2.1.0-part.json").read_text("utf-8"))


def sarif(*arguments, stdin=None):
    result = run("check", *arguments, "--format", "sarif", stdin=stdin)
    log = json.loads(result.stdout)
    jsonschema.Draft202012Validator(SARIF, format_checker=jsonschema.FormatChecker()).validate(log)
    (found,) = log["runs"]
    for row in found["results"]:
        assert found["tool"]["driver"]["rules"][row["ruleIndex"]]["id"] == row["ruleId"]
        for location in row["locations"]:
            place = location.get("physicalLocation", {}).get("artifactLocation")
            assert place is None or found["artifacts"][place["index"]]["location"]["uri"] == place["uri"] != ""
    return found


def test_sarif_of_every_code_and_every_fix_is_right(here):
    for code in CODES.values():
        if code.wrong:
            (here / f"{code.name}.json").write_text(code.wrong)
            found = sarif(f"{code.name}.json", "--as", code.shape if code.shape != "text" else "request")
            (row,) = [row for row in found["results"] if row["ruleId"] == code.name]
            assert row["level"] == code.severity
            assert row["properties"]["effect"] == code.effect
            assert ("fixes" in row) == (row["properties"].get("fix") in ("same-answer", "intended"))
            for fix in row.get("fixes", ()):
                assert fix["properties"]["class"] == row["properties"]["fix"]
                after = run("check", applied(code.wrong, fix), "--format", "json", "--as", "request")
                assert code.name not in [d["code"] for d in json.loads(after.stdout)["diagnostics"]]


def test_each_fix_of_sarif_stands_alone(here):
    text = """{
  "search": {
    "filter": {
      "shippingInfo.title": "\U0001f600", "paymentstatus": "PAID", "createdDate": {"$gte": "2024-01-01T00:00:00"},
      "number": {"$ge": "1", "$lt": "9"}
    },
    "sort": [{"fieldName": "number"}, {"fieldName": "number"}],
    "paging": {"limit": "50"}
  }
}"""
    (here / "q.json").write_text(text, "utf-8")
    found = sarif("q.json")
    assert found["columnKind"] == "unicodeCodePoints"
    classes = {row["ruleId"]: row["fixes"][0]["properties"]["class"] for row in found["results"]}
    assert classes == {
        "unknown-field": "intended", "no-offset": "same-answer", "several-operators": "same-answer",
        "unknown-operator": "intended", "duplicate-sort": "same-answer", "ignored-key": "intended", "wrong-shape": "intended",
    }  # fmt: skip
    before = json.loads(run("check", "q.json", "--format", "json").stdout)["diagnostics"]
    for row in found["results"]:
        after = json.loads(run("check", applied(text, row["fixes"][0]), "--format", "json").stdout)["diagnostics"]
        codes = [d["code"] for d in after]
        assert row["ruleId"] not in codes
        assert len(codes) < len(before)
    place = found["results"][0]["locations"][0]["physicalLocation"]["region"]
    line = text.splitlines()[place["startLine"] - 1]
    assert line[place["startColumn"] - 1 : place["endColumn"] - 1] == '"paymentstatus"'


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("q.json", "q.json"),
        ("./q.json", "q.json"),
        ("a b/q#1?.json", "a%20b/q%231%3F.json"),
        ("100%.json", "100%25.json"),
        ("b:c.json", "./b:c.json"),
        ("d/b:c.json", "d/b:c.json"),
        ("日本.json", "%E6%97%A5%E6%9C%AC.json"),
        ("d/../q.json", "q.json"),
    ],
)
def test_e11_sarif_names_files_by_relative_uris(name, uri, here):
    path = here / name
    (here / "d").mkdir()
    path.parent.mkdir(exist_ok=True)
    path.write_text(WRONG)
    found = sarif(name)
    assert [artifact["location"]["uri"] for artifact in found["artifacts"]] == [uri] == [uri_of(str(path))]


def test_e11_a_file_outside_has_an_absolute_uri(here, tmp_path_factory):
    outside = tmp_path_factory.mktemp("out side") / "q.json"
    outside.write_text(WRONG)
    (artifact,) = sarif(outside)["artifacts"]
    assert artifact["location"]["uri"] == outside.as_uri()
    assert uri_of("/") == "file:///"


def test_e11_standard_input_is_no_file():
    for arguments, stdin in ((["-"], WRONG), ([WRONG], None)):
        found = sarif(*arguments, stdin=stdin)
        assert found["artifacts"] == []
        (row,) = found["results"]
        assert "fixes" not in row
        assert row["locations"] == [
            {"logicalLocations": [{"fullyQualifiedName": "/search/filter/paymentstatus", "kind": "property"}]}
        ]
        assert (row["properties"]["startLine"], row["properties"]["startColumn"]) == (1, 24)
    (row,) = sarif("-", stdin="")["results"]
    assert (row["ruleId"], row["locations"]) == ("empty-query", [])


def test_sarif_of_odd_files(here):
    for name, raw in {
        "huge": b"[" * (1 << 21), "latin": b'{"\xe4": 1}', "surrogate": b'{"search": {"filter": {"\\ud800": 1}}}', "crlf": b'{\r\n"filter": {}}',
        "many": json.dumps({"search": {"filter": {"$and": [{"paymentstatus": "PAID"}] * (MAX_FIXES + 5)}}}).encode(),
    }.items():  # fmt: skip
        (here / name).write_bytes(raw)
    found = sarif(*sorted(path.name for path in here.iterdir()))
    assert len(found["artifacts"]) == 5
    assert sum("fixes" in row for row in found["results"]) == MAX_FIXES + 1


# -- GitHub -----------------------------------------------------------------------------------------------------


def test_e12_github_commands(here):
    (here / "q.json").write_text(
        '{\n  "search": {"filter": {"shippingInfo.title": "\U0001f600", "paymentstatus": "PAID", "status": "PAID"}}\n}'
    )
    line = (here / "q.json").read_text("utf-8").splitlines()[1]
    assert (line[51:66], line[86:92]) == ('"paymentstatus"', '"PAID"')
    result = run("check", "q.json", "--format", "github")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        '::error file=q.json,line=2,endLine=2,col=52,endColumn=67,title=unknown-field::unknown field "paymentstatus"'
        '%0Adid you mean "paymentStatus"?',
        '::warning file=q.json,line=2,endLine=2,col=87,endColumn=93,title=unknown-enum-value::"PAID" is not a value of status'
        "%0Avalues of status: INITIALIZED, APPROVED, CANCELED, PENDING, REJECTED",
    ]  # fmt: skip
    assert run("check", "everything", "--format", "github").stdout == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a,line=1.json", "a%2Cline=1.json"),
        ("a::error ::b.json", "a%3A%3Aerror %3A%3Ab.json"),
        ("50%.json", "50%25.json"),
        ("a\nb\r.json", "a%0Ab%0D.json"),
    ],
)
def test_e12_names_of_files_cannot_begin_a_command(name, shown, here):
    Path(name).write_text(WRONG)
    (line,) = run("check", name, "--format", "github").stdout.split("\n")[:-1]
    assert line.startswith(f"::error file={shown},line=1,")


def test_e12_contents_cannot_begin_a_command(here):
    key = "a%0A\r\n::error file=x::pwned\x1b[31m,b:c"
    Path("q.json").write_text(json.dumps({"search": {"filter": {key: 1}}}))
    (line,) = run("check", "q.json", "--format", "github").stdout.split("\n")[:-1]
    assert line.startswith("::error file=q.json,line=1,")
    assert "a%250A" in line
    assert "\x1b" not in line
    (inline,) = run("check", "-", "--format", "github", stdin=Path("q.json").read_text()).stdout.split("\n")[:-1]
    assert inline.startswith("::error line=1,")
