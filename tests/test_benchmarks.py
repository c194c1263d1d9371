"""The harness of the benchmarks: it can lose, it refuses unequal answers, and the documents quote a run as it was."""

import json
from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from benchmarks import harness, published, report, workload
from benchmarks.harness import QUICK, Differs, Duel, Growth, Table, fight, figure, speed, together, within
from orderquery import compile as compiled

FAST = replace(QUICK, rounds=5, round_seconds=0.0)


@pytest.fixture
def sleeping(monkeypatch):
    """Functions that take so many seconds of a clock that no other work on the machine moves."""
    now = [0.0]
    monkeypatch.setattr(harness, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    # Collecting the garbage of a whole test run takes a second, in every round.
    monkeypatch.setattr(harness, "gc", Mock())

    def function(seconds):
        def sleep():
            now[0] += seconds

        return sleep

    return function


def test_a_slower_side_loses_and_is_said_to(sleeping):
    lost = fight(Duel("job", "rival", sleeping(0.006), sleeping(0.002), speed(0.9)), FAST)
    assert lost.met is False
    assert lost.ratio == pytest.approx(1 / 3)
    assert report.cells(lost)[-1] == "NO"
    won = fight(Duel("job", "rival", sleeping(0.002), sleeping(0.006), within(1.3)), FAST)
    assert won.met is True
    assert won.ratio == pytest.approx(1 / 3)
    assert (won.ours, won.theirs) == (pytest.approx(0.002), pytest.approx(0.006))


def test_nothing_is_timed_before_both_sides_answer_alike():
    with pytest.raises(Differs, match="rival answers something else"):
        fight(Duel("job", "rival", lambda: 1, lambda: 2), FAST)


def test_a_bound_of_ones_own_counts_beside_the_ratio():
    target = within(0.1, most=30e-6)
    assert figure("job", "rival", [(20e-6, 1.0)] * 5, target).met is True
    assert figure("job", "rival", [(40e-6, 1.0)] * 5, target).met is False
    assert figure("job", "rival", [(20e-6, 30e-6)] * 5, target).met is False


def test_what_runs_before_a_call_is_not_timed(sleeping):
    taken = fight(Duel("job", "rival", sleeping(0.001), sleeping(0.001), before=sleeping(0.005)), FAST)
    assert taken.ours == pytest.approx(0.001)


def test_several_figures_have_a_geometric_mean():
    parts = [figure("a", "rival", [(1.0, 4.0)], speed(1)), figure("b", "rival", [(1.0, 1.0)], speed(1))]
    assert together("both", parts, speed(1.9)).ratio == pytest.approx(2.0)
    assert together("both", parts, speed(1.9)).met is True


def test_results_are_read_back_as_they_were_written():
    row = figure("job", "rival", [(1.0, 2.0)] * 5, within(0.1, most=3.0))
    answers = [Table("title", "note", (row,)), Growth("title", "note", "orders", (10, 100), {"ours": (0.1, 0.2)})]
    assert report.from_json(json.loads(json.dumps(report.to_json(answers)))) == answers


@pytest.mark.parametrize("query", workload.QUERIES, ids=lambda query: query.name)
def test_text_filter_and_hand_say_the_same(query):
    by_filter, by_text = compiled(query.search), compiled(query.text)
    orders = list(workload.orders(400))
    expected = [query.by_hand(order) for order in orders]
    assert [by_filter.matches(order) for order in orders] == expected
    assert [by_text.matches(order) for order in orders] == expected
    assert 0 < sum(expected) < len(orders)


def test_the_documents_quote_the_run_as_it_was():
    run = json.loads(published.RESULTS.read_text(encoding="utf-8"))
    assert run["quick"] is False
    for block, text in published.blocks(run).items():
        document = published.DOCUMENTS[block].read_text(encoding="utf-8")
        assert report.replaced(document, block, text) == document
    for picture in (published.MAIN, published.GROWTH):
        assert picture.read_text(encoding="utf-8").startswith("<?xml")
        assert picture.name in published.DOCUMENTS["tables"].read_text(encoding="utf-8")


def test_a_question_asked_again_replaces_its_own_answer_alone():
    before = {"date": "then", "took": {"text": 1, "pages": 2}, "answers": {"text": ["old"], "pages": ["kept"]}}
    again = {"date": "now", "took": {"text": 3}, "answers": {"text": ["new"]}}
    assert published.joined(again, before) == {
        "date": "now",
        "took": {"text": 3, "pages": 2},
        "answers": {"text": ["new"], "pages": ["kept"]},
    }
