"""``--only`` and ``--strict``: which fixes are made, and what of the rest counts."""

import json
from collections import Counter

from command_line import run
from mistakes import seeded

import orderquery as oq
from orderquery.compiler.partial_corrections import class_of
from orderquery.compiler.query import same_answer

SEARCHES = 60
MIXED = """{
  "search": {
    "filter": {
      "paymentstatus": "PAID",
      "number": {"$gte": "1", "$lt": "9"},
      "updatedDate": {"$ge": "2024-01-01T00:00:00", "$lt": "2024-01-02T00:00:00"},
      "$or": [{"createdDate": {"$lt": "2024-01-01T00:00:00"}}, {"createddate": null}, {"$and": []}],
      "status": {"$in": ["APPROVED", "APROVED"]}
    },
    "sort": [{"fieldName": "number"}, {"fieldName": "Number"}, {"fieldName": "number", "order": "DESC"}],
    "paging": {"limit": 50},
    "limit": 50
  }
}
"""


def test_only_same_answer_leaves_the_mistakes_that_change_the_answer(here):
    (here / "q.json").write_text(MIXED)
    result = run("check", "q.json", "--fix", "--only", "same-answer")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["search"] == {
        "filter": {
            "paymentstatus": "PAID",
            "$and": [{"number": {"$gte": "1"}}, {"number": {"$lt": "9"}}],
            "updatedDate": {"$ge": "2024-01-01T00:00:00", "$lt": "2024-01-02T00:00:00"},
            "$or": [{"createdDate": {"$lt": "2024-01-01T00:00:00Z"}}, {"createddate": None}, {}],
            "status": {"$in": ["APPROVED"]},
        },
        "sort": [{"fieldName": "number"}, {"fieldName": "Number"}],
        "paging": {"limit": 50},
    }
    every = run("check", "q.json", "--fix")
    assert every.stdout == run("check", "q.json", "--fix", "--only", "intended").stdout
    assert run("check", "q.json", "--write", "--only", "same-answer").exit_code == 1
    assert same_answer(
        oq.check(run("check", "q.json", "--fix").stdout).plan,
        oq.check(every.stdout).plan,
    )


def test_only_same_answer_of_a_text():
    text = "paymentstatus = PAID and createdDate >= 2024-01-01T00:00:00 order by number, Number, number desc"
    result = run("check", text, "--fix", "--only", "same-answer")
    assert (result.exit_code, result.stdout) == (
        1,
        "paymentstatus = PAID and createdDate >= 2024-01-01T00:00:00Z order by number, Number\n",
    )


def test_only_same_answer_leaves_out_a_value_that_no_order_has(here):
    (here / "q.json").write_text('{"search": {"filter": {"status": {"$nin": ["APPROVED", "APROVED", null]}}}}')
    result = run("check", "q.json", "--fix", "--only", "same-answer")
    assert json.loads(result.stdout) == {"search": {"filter": {"status": {"$nin": ["APPROVED", None]}}}}


def test_only_same_answer_does_not_make_a_refused_search_one_that_is_accepted(here):
    names = ["status", "paymentStatus", "fulfillmentStatus", "number", "status"]
    as_json = json.dumps({"search": {"sort": [{"fieldName": name} for name in names]}})
    for text in (as_json, f"everything order by {', '.join(names)}"):
        assert run("check", text, "--fix", "--only", "same-answer").stdout == text + "\n"
        assert run("check", text, "--fix").exit_code == 0


def test_the_class_of_each_fix_is_true():
    classes = Counter()
    for index in range(SEARCHES):
        mistaker = seeded(f"class/{index}")
        search = mistaker.search()
        search["filter"].setdefault("updatedDate", {"$gte": "2024-01-01T00:00:00", "$lt": "2025-01-01T00:00:00"})
        _, request, _ = mistaker.wrong(search, index % 3)
        report = oq.check(json.dumps(request, default=float), "request")
        for diagnostic in report.diagnostics:
            if diagnostic.certain:
                made = report.correct(diagnostic)
                found = class_of(diagnostic, report.diagnostics, made.remaining)
                classes[found] += 1
                assert found is not None
                assert found == "intended" or same_answer(report.plan, oq.check(made.value, "request").plan)
    assert set(classes) == {"same-answer", "intended"}


def test_only_needs_a_fix_and_a_fix_has_no_format(here):
    assert (
        "--only limits fixes; pass --fix, --diff or --write" in run("check", "everything", "--only", "intended").stderr
    )
    assert run("check", "everything", "--only", "guess", "--fix").exit_code == 2
    result = run("check", "everything", "--fix", "--format", "json")
    assert (result.exit_code, "--format" in result.stderr) == (2, True)


def test_strict_counts_the_warnings_that_are_left(here):
    (here / "q.json").write_text('{"search": {"filter": {"paymentStatus": "PAYED"}}}')
    assert run("check", "q.json", "--write").exit_code == 0
    result = run("check", "q.json", "--write", "--strict")
    assert (result.exit_code, "unknown-enum-value" in result.stderr) == (1, True)
