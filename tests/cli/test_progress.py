"""The progress line of long commands, on a terminal and elsewhere."""

import io
from contextlib import redirect_stderr

import pytest

from orderquery.cli import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown_on(stream, label, total_bytes, **update):
    """The text that a progress line writes to standard error."""
    with redirect_stderr(stream), progress.ProgressLine(label, total_bytes) as line:
        line.update(**update)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("label", "total_bytes", "update", "expected"),
    [
        ("loading", 2_000_000, {"done_bytes": 1_000_000}, "1.0/2.0 MB"),
        ("exporting", None, {"text": "7 orders"}, "7 orders"),
    ],
)
def test_progress_is_for_long_work_on_a_terminal(label, total_bytes, update, expected, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "_DELAY_S", 3_600)
    assert shown_on(Terminal(), label, total_bytes, **update) == ""
    monkeypatch.setattr(progress, "_DELAY_S", 0)
    assert shown_on(io.StringIO(), label, total_bytes, **update) == ""
    shown = shown_on(Terminal(), label, total_bytes, **update)
    assert label in shown
    assert expected in shown
