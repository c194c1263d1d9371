"""Take the picture of the playground for the README: ``make picture``."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from page_driver import Person, counting_calls  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from serving import running  # noqa: E402

import orderquery as oq  # noqa: E402

PICTURE = HERE / "playground.png"
SIZE = {"width": 1280, "height": 800}
ORDERS = 2_000
SEARCH = "paymentStatus = PAID and priceSummary.total.amount >= 100\n  and createdDate >= 2025-01-01T00:00:00Z and fulfilmentStatus = NOT_FULFILLED\norder by createdDate desc"


def take(browser: Any, folder: Path, picture: Path) -> None:
    """Run a search, then make a mistake, so that results, problems and fixes are to be seen."""
    with oq.open_store(folder / "shop.db") as store:
        store.load(oq.sample(ORDERS))
    with running(["serve", "shop.db", "--no-access-log"], folder) as server:
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.add_init_script(counting_calls(0))
        person = Person(page, server.url).open()
        person.run(SEARCH.replace("fulfilment", "fulfillment"))
        person.page.locator(".bars button").first.wait_for()
        person.panel("Fields")
        person.write(SEARCH).quiet()
        person.page.locator("#status").evaluate("(one) => { one.textContent = '' }")
        person.page.screenshot(path=picture)
        page.close()


def main() -> None:
    """Take the picture with the Chromium of this machine."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    options = ["--no-sandbox"] if os.getuid() == 0 else []
    with tempfile.TemporaryDirectory() as name, sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=options)
        take(browser, Path(name), PICTURE)
        browser.close()
    print(f"{PICTURE}: {PICTURE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
