"""Fixes are safe: cases E1 to E8, learned from the fixers of other projects.

E1 to E4 combine the wrong examples of all codes in twos and threes, and searches with random mistakes. A fix ends, a second
run changes nothing, and the order in which fixes are made does not change the answer. E9 and E10 are in
``test_fixed_files.py``, E11 and E12 in ``test_check_files.py``.
"""

import itertools
import json
from collections import Counter
from functools import lru_cache

import pytest
from command_line import run
from mistakes import seeded

import orderquery as oq
from orderquery.cli import fix
from orderquery.compiler import compile as compiler
from orderquery.compiler.query import same_answer
from orderquery.compiler.rewrite import replacements
from orderquery.diagnostics.codes import CODES

SEARCHES = 60


def examples():
    """Yield the wrong examples that parse, as requests, by the name of their code."""
    for code in CODES.values():
        if code.wrong and code.shape == "request" and code.name not in ("json-syntax", "duplicate-key"):
            yield code.name, json.loads(code.wrong)


EXAMPLES = dict(examples())
CERTAIN = [name for name, request in EXAMPLES.items() if any(d.certain for d in oq.check(request).diagnostics)]


def combined(names):
    """Return one request with several wrong examples in it; ``None`` if they exclude each other."""
    whole, filters, sorts = {}, [], []
    for name in names:
        request = json.loads(json.dumps(EXAMPLES[name]))
        search = request.pop("search", {})
        if "filter" in search:
            filters.append(search.pop("filter"))
        if "sort" in search:
            if not isinstance(search["sort"], list):
                sorts.append([])
                whole.setdefault("search", {})["sort"] = search.pop("sort")
            else:
                sorts.append(search.pop("sort"))
        if whole.keys() & request.keys() or whole.get("search", {}).keys() & search.keys():
            return None
        whole |= request
        whole.setdefault("search", {}).update(search)
    if len(sorts) > 1 and "sort" in whole["search"]:
        return None
    if filters:
        keys = [key for part in filters for key in part]
        flat = {key: value for part in filters for key, value in part.items()}
        whole["search"]["filter"] = flat if len(set(keys)) == len(keys) else {"$and": filters}
    if any(sorts):
        whole["search"]["sort"] = list(itertools.chain(*sorts))
    return whole


@lru_cache(maxsize=64)
def checked(text):
    return oq.check(text, form="json")


def fixed(text, only=None):
    return fix.fix_source(text, checked(text), only)


def one_by_one(text, backwards):
    """Make one fix at a time, the first or the last that is certain, until none is left."""
    for _ in range(30):
        report = checked(text)
        certain = [diagnostic for diagnostic in report.diagnostics if diagnostic.certain]
        if not certain:
            return text
        edits = replacements(text, report.correct(certain[-1 if backwards else 0]).value)
        assert edits, certain
        for edit in reversed(edits):
            text = text[: edit.start] + edit.text + text[edit.end :]
    raise AssertionError("the fixes do not end")


def assert_safe(request, *, in_every_order):
    text = json.dumps(request, indent=2, default=float)
    before = checked(text)
    after = fixed(text)
    report = checked(after.after)
    # E3, E4: it ends, and a second run does nothing, to the byte.
    assert not any(diagnostic.certain for diagnostic in report.diagnostics)
    assert fixed(after.after).after == after.after
    # E1, E2: no fix makes a mistake that was not there.
    assert Counter(d.code for d in report.errors) <= Counter(d.code for d in before.errors)
    # One class alone: the answer stays, and the rest of the fixes then gives the same search.
    limited = fixed(text, "same-answer")
    assert same_answer(before.plan, checked(limited.after).plan)
    assert fixed(limited.after, "same-answer").after == limited.after
    assert same_answer(checked(fixed(limited.after).after).plan, report.plan)
    if in_every_order:
        for backwards in (False, True):
            assert same_answer(checked(one_by_one(text, backwards)).plan, report.plan)


# -- E1 to E4: fixes together -----------------------------------------------------------------------------------


@pytest.mark.parametrize("first", CERTAIN)
def test_e1_two_fixes_are_right_together(first):
    for second in EXAMPLES:
        request = combined((first, second)) if first != second else EXAMPLES[first]
        if request is not None:
            assert_safe(request, in_every_order=True)


def test_e2_two_fixes_at_one_place():
    cases = {
        '{"search": {"filter": {"number": {"$ge": "1", "$le": "9"}}}}': {
            "$and": [{"number": {"$gte": "1"}}, {"number": {"$lte": "9"}}]
        },
        '{"search": {"filter": {"$and": [], "createdDate": {"$gte": "2024-01-01", "$lt": "2024-02-01T00:00:00"}}}}': {
            "$and": [
                {"createdDate": {"$gte": "2024-01-01T00:00:00.000Z"}},
                {"createdDate": {"$lt": "2024-02-01T00:00:00Z"}},
            ]
        },
        '{"filter": {"status": "APPROVED"}, "where": {"archived": true}, "search": {}}': {
            "status": "APPROVED",
            "archived": True,
        },
    }
    for text, wanted in cases.items():
        after = fixed(text)
        assert json.loads(after.after)["search"]["filter"] == wanted
        assert not after.left


@pytest.mark.parametrize("first", CERTAIN)
def test_e3_no_two_or_three_fixes_undo_each_other(first):
    for others in itertools.combinations([name for name in CERTAIN if name > first], 2):
        request = combined((first, *others))
        if request is not None:
            assert_safe(request, in_every_order=False)


def test_e3_random_mistakes_in_every_order():
    for index in range(SEARCHES):
        mistaker = seeded(f"safe/{index}")
        _, request, _ = mistaker.wrong(mistaker.search(), 1 + index % 4)
        assert_safe(request, in_every_order=True)


def test_e4_fixes_that_do_not_end_are_an_error_and_leave_the_file(here, monkeypatch):
    path = here / "r.json"
    path.write_text('{"search": {"filter": {"paymentstatus": "PAID"}}}')

    def ping_pong(request, *_):
        name = "PaymentStatus" if "paymentstatus" in request["search"]["filter"] else "paymentstatus"
        return {"search": {"filter": {name: "PAID"}}}

    monkeypatch.setattr(compiler, "fixed_request", ping_pong)
    for mode in ("--write", "--diff", "--fix"):
        result = run("check", "r.json", mode)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "r.json: the fixes of this search do not end, so none is made" in result.stderr
        assert "unknown-field" in result.stderr
    assert path.read_text() == '{"search": {"filter": {"paymentstatus": "PAID"}}}'
    assert oq.check(path.read_text()).corrected is None


# -- E5 to E8: what is not fixed, and what comes to light -------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"search": {"filter": {"paymentstatus": "PAID", }',
        '{"search": {"filter": {"paymentstatus": \u201cPAID\u201d}}}',
        '{"search": {"filter": {"paymentstatus": PAID}}}',
        '{"filter": {} "search": {}}',
        "paymentstatus = ",
        "paymentstatus = PAID and",
        "paymentstatus == PAID",
    ],
)
def test_e5_no_fix_of_a_text_that_does_not_parse(text, here):
    (here / "q.txt").write_text(text)
    for mode in ("--write", "--diff"):
        result = run("check", "q.txt", mode)
        assert (result.exit_code, result.stdout) == (1, "")
    assert (here / "q.txt").read_text() == text


def test_e5_no_fix_of_bytes_that_are_not_utf8(here):
    raw = b'{"search": {"filter": {"paymentstatus": "\xff"}}}'
    (here / "q.json").write_bytes(raw)
    assert run("check", "q.json", "--write").exit_code == 1
    assert (here / "q.json").read_bytes() == raw


@pytest.mark.parametrize(
    "text",
    [
        '{"search": {"filter": {"status": "APPROVED", "paymentstatus": "PAID", "status": "CANCELED"}}}',
        '{"search": {"filter": {"number": {"$gte": "1", "$gte": "2", "$lt": "9"}}}}',
        '{"filter": {"status": "APPROVED"}, "filter": {"archived": true}}',
    ],
)
def test_e6_no_fix_where_a_key_is_there_twice(text, here):
    (here / "q.json").write_text(text)
    result = run("check", "q.json", "--write")
    assert result.exit_code == 1
    assert "duplicate-key" in result.stderr
    assert (here / "q.json").read_text() == text
    report = oq.check(text)
    assert report.corrected is None
    assert report.partly_corrected is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('{"search": {"cursorPaging": {"limit": "1000"}}}', ["limit-out-of-range"]),
        ('{"filter": {"paymentstatus": "PAYED", "strtDate": 1}}', ["unknown-field"]),
        ('{"search": {"filter": "{\\"paymentStatus\\": {\\"$in\\": \\"PAID\\"}, \\"number\\": {\\"$contains\\": \\"1\\"}}"}}', ["unknown-operator"]),
        ('{"query": {"filter": {"createdDate": {"gt": "2024-01-31"}}}}', ["operand-type"]),
    ],
)  # fmt: skip
def test_e7_what_is_left_was_reported_before(text, left, here):
    (here / "q.json").write_text(text)
    before = {row["code"] for row in json.loads(run("check", "q.json", "--format", "json").stdout)["diagnostics"]}
    assert before >= set(left)
    result = run("check", "q.json", "--write")
    assert result.exit_code == 1
    assert [line.partition("error[")[2].partition("]")[0] for line in result.stderr.splitlines()[1:]] == left
    after = json.loads(run("check", "q.json", "--format", "json").stdout)["diagnostics"]
    assert [row["code"] for row in after if row["severity"] == "error"] == left


def test_e8_one_file_and_many_give_the_same(here):
    texts = {f"{name}.json": json.dumps(request, indent=1) for name, request in EXAMPLES.items()}
    texts["good.json"], texts["broken.json"], texts["text.json"] = '{"search": {}}', "{", "paymentstatus = PAID"
    for name, text in texts.items():
        (here / name).write_text(text)
    together = json.loads(run("check", "*.json", "--format", "json").stdout)
    assert together["ok"] is False
    assert [found["name"] for found in together["files"]] == sorted(texts)
    for found in together["files"]:
        alone = json.loads(run("check", found["name"], "--format", "json").stdout)
        assert {"name": found["name"], **alone} == found
    backwards = json.loads(run("check", *sorted(texts, reverse=True), "--format", "json").stdout)
    assert backwards["files"] == together["files"][::-1]
    diffs = [run("check", name, "--diff").stdout for name in sorted(texts)]
    assert run("check", "*.json", "--diff").stdout == "".join(diffs)
    alone = {name: fix.fix_source(text, oq.check(text)).after for name, text in texts.items()}
    assert run("check", "*.json", "--write").exit_code == 1
    assert {name: (here / name).read_text() for name in texts} == alone
