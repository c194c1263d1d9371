"""A person at the page: what they do, and what they see. Everything goes through a real Chromium."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

WAIT_S = 30
"""For anything on the page to happen, on a slow machine."""

ALLOWED_ERRORS = re.compile(r"Failed to load resource: the server responded with a status of 40\d")
"""Chromium logs every answer of 400 and more; a test that wants one says so."""

CALLS_IN_FLIGHT = (Path(__file__).parent / "calls_in_flight.js").read_text()
NO_CALL_IN_FLIGHT = "window.callsInFlight === 0"


def counting_calls(max_delay_ms: int) -> str:
    """The script that counts the calls of a page in ``callsInFlight`` and delays each of them by up to so many milliseconds."""
    return f"const MAX_DELAY_MS = {max_delay_ms};\n{CALLS_IN_FLIGHT}"


class Person:
    """One tab with the page; at the end of a test, it must have had no error and no request to elsewhere."""

    def __init__(self, page: Any, url: str) -> None:
        self.page, self.url = page, url
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.may_fail = False
        page.on("console", self._hear)
        page.on("pageerror", lambda problem: self.errors.append(f"{problem}"))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", lambda dialog: self.errors.append(f"a dialog: {dialog.message}"))

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning") and not (self.may_fail and ALLOWED_ERRORS.search(message.text)):
            self.errors.append(message.text)

    def open(self, fragment: str = "", *, ready: bool = True) -> Person:
        """Open the page, and wait until it knows the fields."""
        self.page.goto(self.url + "/" + fragment)
        if ready:
            self.wait("document.querySelector('#shop').textContent !== ''")
        return self

    def wait(self, expression: str, arg: Any = None) -> None:
        """Wait until an expression is true. Playwright's own way needs eval, which the page's policy forbids."""
        end = time.monotonic() + WAIT_S
        while not self.page.evaluate(expression, arg):
            assert time.monotonic() < end, f"{expression}: {arg}; {self.errors}"
            time.sleep(0.01)

    def check_clean(self) -> None:
        """Fail for an error in the console, a script that ran, or a request to another origin."""
        assert self.errors == []
        assert self.page.evaluate("window.hacked") is None
        ours = urlsplit(self.url).netloc
        assert {urlsplit(url).netloc for url in self.requests if not url.startswith("blob:")} <= {ours}

    # -- the editor ------------------------------------------------------------------------------------------

    @property
    def area(self) -> Any:
        return self.page.locator("query-editor:visible textarea")

    @property
    def text(self) -> str:
        return self.area.input_value()

    def write(self, text: str) -> Person:
        """Replace the text as one who selects everything and pastes."""
        self.area.focus()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)
        return self

    def type(self, text: str) -> Person:
        self.area.focus()
        self.page.keyboard.type(text)
        return self

    def form(self, name: str) -> Person:
        self.page.get_by_role("tab", name=name, exact=True).click()
        self.page.locator(f"query-editor#{name.lower()}").wait_for()
        return self.quiet()

    def quiet(self) -> Person:
        """Wait until every call has its answer, and what followed from it."""
        self.wait(NO_CALL_IN_FLIGHT)
        return self

    # -- results ---------------------------------------------------------------------------------------------

    def run(self, text: str | None = None) -> Person:
        if text is not None:
            self.write(text)
        self.page.keyboard.press("Control+Enter") if text is not None else self.page.locator("#run").click()
        return self.settled()

    def settled(self) -> Person:
        """Wait for the answer and its count."""
        self.wait(f"{NO_CALL_IN_FLIGHT} && /orders?$/.test(document.querySelector('results-view strong').textContent)")
        return self

    @property
    def count(self) -> int:
        return int(self.page.locator("results-view strong").first.inner_text().split()[0].replace(",", ""))

    @property
    def headings(self) -> list[str]:
        return [text.rstrip(" ↑↓") for text in self.page.locator("results-view th").all_inner_texts()[1:]]

    def column(self, name: str) -> list[str]:
        at = self.headings.index(name) + 2
        return self.page.locator(f"results-view tbody td:nth-child({at})").all_inner_texts()

    def cell(self, column: str, row: int = 0) -> Any:
        at = self.headings.index(column) + 2
        return self.page.locator(f"results-view tbody tr:nth-child({row + 1}) td:nth-child({at}) button")

    @property
    def status(self) -> str:
        return self.page.locator("#status").inner_text()

    @property
    def problems(self) -> list[str]:
        return self.page.locator("problem-list li").all_inner_texts()

    def view(self, name: str) -> Person:
        self.page.get_by_role("tab", name=name, exact=True).click()
        return self

    def panel(self, name: str) -> Any:
        self.page.locator("nav").get_by_role("button", name=name).click()
        return self.page.locator(f"#{ {'Searches': 'saved'}.get(name, name.lower()) }")

    @property
    def dialog(self) -> Any:
        return self.page.locator("dialog[open]")

    def clipboard(self) -> str:
        return self.page.evaluate("navigator.clipboard.readText()")

    @contextmanager
    def downloads(self) -> Iterator[list[bytes]]:
        found: list[bytes] = []
        with self.page.expect_download() as download:
            yield found
        found.append(download.value.path().read_bytes())
