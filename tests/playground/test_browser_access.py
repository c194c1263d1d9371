"""Keyboard alone, screen readers, and axe-core."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from page_driver import Person
from serving import SEARCH, Server

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
INSTALL_SECONDS = 300
AXE_VERSION = "4"


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, from npm, installed beside this file by the first run."""
    source = HERE / "node_modules" / "axe-core" / "axe.min.js"
    with open(HERE / "package.json") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not source.exists():
            npm = shutil.which("npm")
            assert npm is not None, "npm is not installed"
            command = [npm, "install", "--no-audit", "--no-fund", "--no-save", "--prefix", str(HERE)]
            subprocess.run(command, check=True, timeout=INSTALL_SECONDS, capture_output=True, env=os.environ)
    return source.read_text("utf-8")


def faults(person: Person, axe: str) -> list[str]:
    """Return what axe-core finds on the page as it is now."""
    session = person.page.context.new_cdp_session(person.page)
    # The policy of the page lets no script in; that of the browser's own tools does.
    session.send("Runtime.evaluate", {"expression": axe})
    answer = session.send(
        "Runtime.evaluate",
        {
            "expression": "axe.run().then((found) => JSON.stringify(found.violations))",
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in json.loads(answer["result"]["value"])
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_axe_finds_nothing(
    people: Callable[..., Person], large_shop: Server, axe: str, width: str, scheme: str
) -> None:
    person = people(large_shop, width, color_scheme=scheme, reduced_motion="reduce").open()
    found = {"empty": faults(person, axe)}
    person.run("paymentStatus = PAID order by number limit 5")
    person.page.locator(".bars button").first.wait_for()
    found["results"] = faults(person, axe)
    person.write("paymentstatus = PAYED and createdDate > 2024-01-01").quiet()
    person.page.keyboard.press("Home")
    person.page.keyboard.press("Control+i")
    person.page.locator(".tip:visible").wait_for()
    found["problems"] = faults(person, axe)
    person.page.keyboard.press("Escape")
    person.write("")
    person.page.keyboard.press("Control+Space")
    person.page.get_by_role("option").first.wait_for()
    person.page.keyboard.press("ArrowDown")
    found["suggestions"] = faults(person, axe)
    person.page.keyboard.press("Escape")
    person.run("everything limit 3")
    for view in ("SQL", "Request", "Raw answer", "What Wix reads"):
        person.view(view)
        person.page.locator("block-view:visible pre").first.wait_for()
        found[view] = faults(person, axe)
    person.view("Results")
    large_shop.ask("POST", SEARCH, {"search": {"paging": {}}})
    for panel in ("Fields", "Searches", "Requests", "Settings"):
        person.panel(panel)
        if panel == "Requests":
            person.page.locator("#requests .rows > li").first.wait_for()
        found[panel] = faults(person, axe)
    person.panel("Settings")
    person.page.get_by_role("button", name=re.compile("^Open order")).first.click()
    person.dialog.wait_for()
    found["order"] = faults(person, axe)
    person.dialog.get_by_role("button", name="Why is it here?").click()
    person.page.get_by_role("heading", name=re.compile("^Why ")).wait_for()
    found["why"] = faults(person, axe)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_everything_by_keyboard_alone(one: Person) -> None:
    """Write, complete, fix, run, walk the table, open an order, add a condition, sort, page, and go through the panels."""
    press, page = one.page.keyboard.press, one.page

    def focused() -> str:
        return page.evaluate(
            "(() => { const one = document.activeElement; return (one.ariaLabel || one.id || one.textContent || one.tagName).trim(); })()"
        )

    def tab_to(name: str, key: str = "Tab") -> None:
        seen = []
        for _ in range(60):
            if re.fullmatch(name, focused()):
                return
            seen.append(focused())
            press(key)
        raise AssertionError(f"{name} is not reached: {seen}")

    assert focused() == "Search as text"
    page.keyboard.type("paymentst")
    page.get_by_role("option").first.wait_for()
    press("ArrowDown")
    press("Enter")
    page.keyboard.type(" = PAYED ")
    press("Escape")
    one.quiet()
    tab_to(".*PAID.*")
    press("Enter")
    assert "= PAID" in one.text
    press("Control+Enter")
    one.settled()
    tab_to("Orders")
    press("Tab")
    tab_to("Open order .*")
    first = focused()
    press("ArrowDown")
    assert focused() != first
    press("ArrowUp")
    press("Enter")
    one.dialog.wait_for()
    press("Escape")
    one.dialog.wait_for(state="detached")
    assert focused() == first
    press("ArrowRight")
    press("ArrowRight")
    press("ArrowRight")
    value = focused()
    press("Enter")
    one.wait("(value) => document.querySelector('query-editor').value.includes(value)", arg=value)
    one.settled()
    tab_to("Number( [↑↓])?")
    press("Enter")
    one.wait("document.querySelector('query-editor').value.includes('order by')")
    one.settled()
    tab_to("Next", "Shift+Tab") if focused() != "Next" else None
    press("Enter")
    one.quiet()
    tab_to(r"\d{4}-.*orders?.*")
    press("Shift+ArrowRight")
    press("Enter")
    one.wait("document.querySelector('query-editor').value.includes('createdDate')")
    one.settled()
    tab_to("tab-results", "Shift+Tab")
    press("ArrowRight")
    page.locator("#sql pre").first.wait_for()
    tab_to("open-settings", "Shift+Tab")
    press("Enter")
    assert focused() != "open-settings"
    press("Escape")
    assert focused() == "open-settings"
    tab_to("Skip to the editor", "Shift+Tab")
    press("Enter")
    press("Tab")


def test_the_order_of_the_focus_follows_the_page(one: Person) -> None:
    one.page.locator(".skip").focus()
    names = ["Skip to the editor"]
    for _ in range(12):
        one.page.keyboard.press("Tab")
        names.append(
            one.page.evaluate(
                "document.activeElement.id || document.activeElement.ariaLabel || document.activeElement.textContent"
            )
        )
    assert names[:11] == [
        "Skip to the editor", "open-fields", "open-saved", "open-requests", "open-settings", "tab-text", "format", "link", "save", "run",
        "Search as text",
    ]  # fmt: skip


def test_changes_are_announced(one: Person) -> None:
    live: Any = one.page.locator("[aria-live], [role=status]")
    assert live.count() >= 2
    one.write("paymentstatus = PAYED").quiet()
    assert "2 problems" in one.page.locator("problem-list [aria-live]").inner_text()
    one.run("status = CANCELED")
    one.wait("document.querySelector('#status').textContent.includes('found')")
