"""The progress line of long commands, on a terminal and elsewhere."""

import io

import pytest

from orderquery.cli import progress


@pytest.fixture
def shown(monkeypatch):
    """The text of the progress line, from its first update on."""
    stream = io.StringIO()
    monkeypatch.setattr(progress, "_DELAY_S", 0)
    monkeypatch.setattr(progress.sys, "stderr", stream)
    return stream


@pytest.mark.parametrize(
    ("label", "total_bytes", "update", "expected"),
    [
        ("loading", 2_000_000, {"done_bytes": 1_000_000}, "1.0/2.0 MB"),
        ("exporting", None, {"text": "7 orders"}, "7 orders"),
    ],
)
def test_progress_on_a_terminal(label, total_bytes, update, expected, shown, monkeypatch):
    monkeypatch.setattr(progress, "is_terminal", lambda _: True)
    with progress.ProgressLine(label, total_bytes) as line:
        assert shown.getvalue() == ""
        line.update(**update)
    assert label in shown.getvalue()
    assert expected in shown.getvalue()


def test_no_progress_in_a_pipe_or_for_short_work(shown, monkeypatch):
    with progress.ProgressLine("loading", 10) as line:
        line.update(5)
    monkeypatch.setattr(progress, "is_terminal", lambda _: True)
    monkeypatch.setattr(progress, "_DELAY_S", 60)
    with progress.ProgressLine("loading", 10) as line:
        line.update(5)
    assert shown.getvalue() == ""
