"""Test the benchmarks: harness, comparison, pictures, and the blocks that the documents quote."""

import json
import sys
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from unittest.mock import Mock
from xml.etree import ElementTree

import pytest

import orderquery as oq
from benchmarks import comparison, harness, published, report, workload
from benchmarks.harness import QUICK, Differs, Duel, Growth, Table, fight, figure, speed, together, within
from benchmarks.pictures import main_picture
from benchmarks.questions import testing
from orderquery import compile as compiled
from orderquery.samples.generator import sample_lines

FAST = replace(QUICK, rounds=5, round_seconds=0.0)


@pytest.fixture
def sleeping(monkeypatch):
    """Return a factory of functions that advance a fake clock by a number of seconds."""
    now = [0.0]
    monkeypatch.setattr(harness, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    # Collecting the garbage of a whole test run takes a second, in every round.
    monkeypatch.setattr(harness, "gc", Mock())

    def function(seconds):
        def sleep():
            now[0] += seconds

        return sleep

    return function


def test_a_slower_side_loses(sleeping):
    lost = fight(Duel("job", "rival", sleeping(0.006), sleeping(0.002), speed(0.9)), FAST)
    assert lost.met is False
    assert lost.ratio == pytest.approx(1 / 3)
    assert report.cells(lost)[-1] == "NO"
    won = fight(Duel("job", "rival", sleeping(0.002), sleeping(0.006), within(1.3)), FAST)
    assert won.met is True
    assert won.ratio == pytest.approx(1 / 3)
    assert (won.ours, won.theirs) == (pytest.approx(0.002), pytest.approx(0.006))


def test_different_results_are_refused_before_timing():
    with pytest.raises(Differs, match="rival returns a different result"):
        fight(Duel("job", "rival", lambda: 1, lambda: 2), FAST)


def test_a_target_can_also_bound_our_own_figure():
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


def test_both_sides_of_a_test_with_the_plugin_find_the_same_order():
    (table,) = testing.measure(replace(FAST, rounds=1))
    assert [row.job for row in table.figures] == ["without HTTP", "over HTTP, by the port"]


@pytest.mark.parametrize("query", workload.QUERIES, ids=lambda query: query.name)
def test_text_filter_and_hand_written_function_agree(query):
    by_filter, by_text = compiled(query.search), compiled(query.text)
    orders = list(workload.orders(400))
    expected = [query.by_hand(order) for order in orders]
    assert [by_filter.matches(order) for order in orders] == expected
    assert [by_text.matches(order) for order in orders] == expected
    assert 0 < sum(expected) < len(orders)


def test_the_hand_written_loader_fills_the_same_tables(tmp_path, monkeypatch):
    # The environment of the benchmarks has orjson, which writes the same bytes faster.
    as_bytes = partial(json.dumps, separators=(",", ":"), ensure_ascii=False)
    orjson = SimpleNamespace(loads=json.loads, dumps=lambda value: as_bytes(value).encode())
    monkeypatch.setitem(sys.modules, "orjson", orjson)
    for name in ("benchmarks.hand_load", "benchmarks.questions.loading"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    from benchmarks import hand_load
    from benchmarks.questions import loading

    (tmp_path / "orders.jsonl").write_bytes(b"".join(line + b"\n" for line in sample_lines(60)))
    with oq.open_store(tmp_path / "ours.db") as store:
        store.load(tmp_path / "orders.jsonl")
    hand_load.load(tmp_path / "orders.jsonl", tmp_path / "theirs.db")
    assert loading.is_alike(tmp_path / "ours.db", tmp_path / "theirs.db")


def test_the_documents_quote_the_results():
    run = json.loads(published.RESULTS.read_text(encoding="utf-8"))
    assert run["quick"] is False
    document = published.DOCUMENT.read_text(encoding="utf-8")
    for block, text in published.blocks(run).items():
        assert report.replace_block(document, block, text) == document
    for picture in (published.MAIN, published.GROWTH):
        assert picture.name in document


def test_publishing_the_results_again_changes_nothing(tmp_path, monkeypatch):
    names = ("RESULTS", "MAIN", "GROWTH", "DOCUMENT")
    originals = [getattr(published, name) for name in names]
    copies = [tmp_path / path.name for path in originals]
    copies[-1].write_bytes(originals[-1].read_bytes())
    for name, path in zip(names, copies, strict=True):
        monkeypatch.setattr(published, name, path)
    published.publish(json.loads(originals[0].read_text(encoding="utf-8")))
    assert [path.read_bytes() for path in copies] == [path.read_bytes() for path in originals]


def texts_of_picture(tmp_path, *tables):
    main_picture(tmp_path / "main.svg", tables, "a run")
    picture = ElementTree.parse(tmp_path / "main.svg")
    return [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]


def test_a_rate_is_drawn_per_second_with_the_factor(tmp_path):
    row = figure("20,000 orders", "rival", [(2.0, 1.0)] * 3, speed(0.6), items=20_000)
    texts = texts_of_picture(tmp_path, Table("Loading into a new SQLite store", "", (row,)))
    assert "thousand orders per second, longer is better" in texts
    assert {"10.0", "20.0", "rival"} < set(texts)
    assert "2.0\N{MULTIPLICATION SIGN} slower" in texts


def test_a_time_beyond_the_axis_is_cut_off_and_keeps_its_value(tmp_path):
    rows = [
        figure("every order, newest first", "near", [(2e-4, 4e-4)] * 3, speed(1)),
        figure("every order, newest first", "far", [(2e-4, 2.0)] * 3, speed(1)),
    ]
    texts = texts_of_picture(tmp_path, Table("A deep page, and other ways to read it", "", tuple(rows)))
    assert "milliseconds, shorter is better" in texts
    assert {"0.200", "0.400", "2,000"} < set(texts)
    assert "10,000\N{MULTIPLICATION SIGN} faster" in texts
    assert "1,000" not in texts  # no tick reaches the value that is cut off


def run_of(**tables):
    """Return the results of a run: for each question one table of its name, with figures by job."""
    return {
        "answers": {
            question: report.to_json([Table(question, "", tuple(figures))]) for question, figures in tables.items()
        }
    }


def marks(before, after):
    return {row.job: (row.change, row.mark) for row in comparison.compare(before, after)}


def test_a_comparison_marks_changes_in_either_direction():
    before = run_of(
        text=[
            figure("faster", "rival", [(1.0, 2.0)] * 3, speed(1)),
            figure("slower", "rival", [(1.0, 2.0)] * 3, speed(1)),
            figure("longer", "rival", [(2.0, 1.0)] * 3, within(3)),
            figure("noisy", "rival", [(1.0, 1.0), (2.0, 1.0), (3.0, 1.0)], within(3)),
            figure("equal", "rival", [(2.0, 1.0)] * 3),
        ]
    )
    after = run_of(
        text=[
            figure("faster", "rival", [(1.0, 3.0)] * 3, speed(1)),
            figure("slower", "rival", [(1.0, 1.0)] * 3, speed(1)),
            figure("longer", "rival", [(2.3, 1.0)] * 3, within(3)),
            figure("noisy", "rival", [(2.5, 1.0)] * 3, within(3)),
            figure("equal", "rival", [(2.1, 1.0)] * 3),
        ]
    )
    assert marks(before, after) == {
        "faster": (pytest.approx(0.5), "better"),
        "slower": (pytest.approx(-0.5), "WORSE"),
        "longer": (pytest.approx(0.15), "WORSE"),
        "noisy": (pytest.approx(0.25), "WORSE, spreads overlap"),
        "equal": (pytest.approx(0.05), ""),
    }


def test_a_comparison_lists_rows_of_one_run_in_the_order_of_the_questions():
    row = figure("job", "rival", [(1.0, 2.0)] * 3)
    before = run_of(text=[replace(row, job="gone")], startup=[row])
    after = run_of(startup=[row], predicates=[replace(row, job="new")])
    rows = comparison.compare(before, after)
    assert [(row.question, row.job, row.mark) for row in rows] == [
        ("predicates", "new", "new"),
        ("text", "gone", "gone"),
        ("startup", "job", ""),
    ]
    assert comparison.summary(rows).startswith("1 rows compared: 0 more than 10 % worse")
    assert "| text | gone | rival | 0.50 |  |  |  | - | gone |" in comparison.markdown(rows)


def test_a_comparison_finds_renamed_rows_and_turns_ratios_of_new_targets():
    before = run_of(text=[figure("text to syntax tree, places too", "rival", [(1.0, 2.0)] * 3)])
    after = run_of(text=[figure("text to AST with source positions", "rival", [(1.0, 2.0)] * 3, speed(1))])
    (row,) = comparison.compare(before, after)
    assert row.change == pytest.approx(0)
    assert comparison.cells(row)[3:6] == ("2.00", "2.00", "+0 %")
    assert comparison.cells(row)[7] == "- → yes"


def test_a_partial_run_replaces_only_its_own_answers():
    before = {"date": "then", "took": {"text": 1, "pages": 2}, "answers": {"text": ["old"], "pages": ["kept"]}}
    again = {"date": "now", "took": {"text": 3}, "answers": {"text": ["new"]}}
    assert published.merge_runs(again, before) == {
        "date": "now",
        "took": {"text": 3, "pages": 2},
        "answers": {"text": ["new"], "pages": ["kept"]},
    }
