"""Open the playground in Chromium and type in it, against a blank page and a bare request."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orderquery as oq
from orderquery.emulator.server import listen, run_in_thread, url_of

from ..harness import QUICK, Figure, Growth, Size, Table, figure, within
from ..stored import stored

_CONDITIONS = 100
_WARMED = 2
_TEXT = " and ".join(f"priceSummary.total.amount > {number}" for number in range(_CONDITIONS)) + " "
_BLANK = "data:text/html,<title>blank</title><p>blank"

_FIRST_PAINT = """() => new Promise((done) => new PerformanceObserver((list) => {
    const found = list.getEntriesByName("first-contentful-paint")[0];
    if (found) done(found.startTime);
}).observe({ type: "paint", buffered: true }))"""

# From the edit to the event after which the underlines are drawn.
_KEY_PRESS = """() => new Promise((done) => {
    const area = document.querySelector("query-editor textarea");
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
    const began = performance.now();
    document.addEventListener("checked", () => done(performance.now() - began), { once: true });
    document.execCommand("insertText", false, "x");
})"""
_BARE_REQUEST = """async () => {
    const began = performance.now();
    await (await fetch("healthz")).json();
    return performance.now() - began;
}"""


def measure(size: Size) -> Iterator[Table | Growth]:
    """Yield the table of this question."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    figures: tuple[Figure, ...] = ()
    if program is not None:
        with oq.open_store(stored(QUICK.stored).path) as store, _page(program, store) as (page, url):
            figures = (_opened(page, url, size), _typed(page, url, size))
    note = (
        "Headless Chromium, one process for the browser and one for the server. First paint is what the browser "
        f"reports; the blank page has no files. A key press is one character at the end of {_CONDITIONS} conditions, "
        "until its problems and colours are there; the bare request is to /healthz of that server, from the same page."
    )
    yield Table("The playground", note if figures else "Chromium is not installed.", figures)


@contextmanager
def _page(program: str, store: oq.Store) -> Iterator[tuple[Any, str]]:
    """Yield a tab of Chromium, and the URL of the playground over a store."""
    from playwright.sync_api import sync_playwright

    # Chromium's sandbox does not start for root.
    options = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as started, listen("127.0.0.1", 0) as listening:
        app = oq.create_app(store, playground=True, hosts=())
        with run_in_thread(app, listening):
            browser = started.chromium.launch(executable_path=program, args=options)
            yield browser.new_page(), url_of(listening)
            browser.close()


def _opened(page: Any, url: str, size: Size) -> Figure:
    def first_paint(address: str) -> float:
        page.goto("about:blank")
        page.goto(address)
        return float(page.evaluate(_FIRST_PAINT)) / 1000

    rounds = _rounds(lambda: first_paint(url), lambda: first_paint(_BLANK), size)
    return figure("first paint", "a blank page", rounds, within(10, most=0.5))


def _typed(page: Any, url: str, size: Size) -> Figure:
    page.goto(url)
    page.wait_for_function("document.querySelector('#shop').textContent !== ''")

    def typed() -> float:
        page.evaluate("(text) => { document.querySelector('query-editor').value = text }", _TEXT)
        return float(page.evaluate(_KEY_PRESS)) / 1000

    rounds = _rounds(typed, lambda: float(page.evaluate(_BARE_REQUEST)) / 1000, size)
    return figure(f"a key press, {_CONDITIONS} conditions", "a bare request", rounds, within(20, most=0.030))


def _rounds(ours: Any, theirs: Any, size: Size) -> list[tuple[float, float]]:
    rounds = []
    for index in range(_WARMED + (5 if size.quick else 21)):
        seconds = {side: side() for side in ((ours, theirs) if index % 2 else (theirs, ours))}
        rounds.append((seconds[ours], seconds[theirs]))
    return rounds[_WARMED:]
