"""Hostile orders, queries and addresses never run, and never break the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hostile_shop import BIDI, HEBREW, LONG, MARKUP
from page_driver import Person
from serving import SEARCH, Server

pytestmark = pytest.mark.browser

CONTEXT = ["filter = {}", '{"search": {"filter": {"buyerInfo.email": {}}}}', "{filter: {{}: 1}}"]


@pytest.fixture(params=["wide", "narrow"])
def guest(request: pytest.FixtureRequest, people: Callable[..., Person], hostile_shop: Server) -> Person:
    return people(hostile_shop, request.param).open()


def test_b2_hostile_orders_are_text(guest: Person) -> None:
    guest.run("everything order by number")
    shown = guest.column("Fulfillment")
    assert MARKUP[0] in shown
    assert HEBREW in shown
    guest.page.get_by_text("Columns", exact=True).first.click()
    for name in ("buyerInfo.email", "lineItems.productName.original"):
        guest.page.get_by_label(name).check()
    guest.wait("document.querySelectorAll('th').length === 10")
    guest.page.get_by_text("Columns", exact=True).first.click()
    width = guest.page.viewport_size["width"]
    assert guest.page.evaluate("document.documentElement.scrollWidth") <= width
    assert guest.page.locator("table script, table img, table svg, table style").count() == 0


def test_b8_hostile_orders_open_as_trees(guest: Person) -> None:
    guest.run("everything order by number")
    opens = guest.page.get_by_role("button", name=re.compile("^Open order"))
    for at in range(opens.count()):
        opens.nth(at).click()
        guest.dialog.wait_for()
        assert guest.dialog.locator("script, img, svg, style, iframe").count() == 0
        box = guest.dialog.bounding_box()
        assert box["x"] >= 0
        assert box["width"] <= guest.page.viewport_size["width"]
        for summary in guest.dialog.locator("details:not([open]) > summary").all()[:6]:
            summary.click()
        guest.page.keyboard.press("Escape")
        guest.dialog.wait_for(state="detached")


def test_exact_numbers_and_odd_keys_are_shown(guest: Person) -> None:
    guest.run("number = 1")
    guest.page.get_by_role("button", name=re.compile("^Open order")).click()
    text = guest.dialog.inner_text()
    assert "12345678901234567890" in text
    assert "__proto__" in text
    assert guest.page.evaluate("({}).polluted") is None


def test_a_value_of_a_mebibyte_is_cut_until_asked_for(guest: Person) -> None:
    guest.run("number = 900")
    guest.page.get_by_role("button", name=re.compile("^Open order")).click()
    assert len(guest.dialog.inner_text()) < 20_000
    guest.dialog.get_by_role("button", name=re.compile("all 1048576 characters")).click()
    assert guest.dialog.get_by_text(LONG[:5000]).first.evaluate("(one) => one.textContent.length") == len(LONG)


def test_a_click_on_a_hostile_value_is_a_condition(guest: Person) -> None:
    guest.run("number < 8 order by number")
    for at in range(3):
        guest.run("number < 8 order by number")
        guest.cell("Buyer", at).click()
        guest.wait("document.querySelector('query-editor').value.includes('fullName')")
        guest.settled()
        assert guest.count == 1


@pytest.mark.parametrize(
    "text",
    [*MARKUP, BIDI, HEBREW, LONG, "\ud800", '{"search": {"filter": ' + "[" * 5_000, "a\u2028b\u2029c\r\nd", "\x00\x01"],
)
def test_hostile_queries_are_text(people: Callable[..., Person], hostile_shop: Server, text: str) -> None:
    person = people(hostile_shop).open()
    for form in ("Text", "JSON", "SDK"):
        person.page.get_by_role("tab", name=form, exact=True).click()
        person.page.locator(f"query-editor#{form.lower()}").wait_for()
        for written in (text, f'buyerInfo.email = "{text}"', f'{{"search": {{"filter": {{"{text}": 1}}}}}}')[
            : 1 if len(text) > 10_000 else 3
        ]:
            person.page.evaluate(
                "(text) => { const one = document.querySelector('query-editor:not([hidden])'); one.value = text; one.edited({}); }",
                written,
            )
            person.quiet()
    for view in ("SQL", "Request", "Raw answer", "What Wix reads", "Results"):
        person.view(view)
    person.may_fail = True
    assert person.page.locator("main script, main img, main iframe").count() == 0


def test_b8_hostile_requests_are_text(guest: Person, hostile_shop: Server) -> None:
    panel = guest.panel("Requests")
    for text in MARKUP:
        hostile_shop.ask("POST", SEARCH, text.encode())
        hostile_shop.ask("GET", "/ecom/v1/%3Cscript%3Ewindow.hacked=1%3C/script%3E")
    panel.get_by_text(MARKUP[-1]).first.wait_for(state="attached")
    assert panel.locator("script, img, svg, style").count() == 0


def test_b1_the_address_is_no_part_of_the_page(people: Callable[..., Person], hostile_shop: Server) -> None:
    person = people(hostile_shop)
    for address in (
        "?query=</script><script>window.hacked=1</script>",
        "#v=1&form=text&q=</script><img src=x onerror=window.hacked=1>",
    ):
        person.open(address)
        assert person.page.locator("main script, main img").count() == 0


def test_b9_the_policy_stops_what_the_page_never_does(people: Callable[..., Person], hostile_shop: Server) -> None:
    person = people(hostile_shop).open()
    violations: Any = person.page.evaluate(
        """async () => {
            const found = [];
            document.addEventListener('securitypolicyviolation', (event) => found.push(event.effectiveDirective));
            const script = document.createElement('script');
            script.textContent = 'window.hacked = 1';
            document.body.append(script);
            const image = new Image();
            image.src = 'http://127.0.0.1:1/x.png';
            document.body.append(image);
            document.body.insertAdjacentHTML('beforeend', '<p style="color: red" onclick="window.hacked = 1">x</p>');
            document.body.lastChild.click();
            await fetch('http://127.0.0.1:1/').catch(() => {});
            await new Promise((done) => setTimeout(done, 200));
            return found;
        }"""
    )
    assert {"script-src-elem", "img-src", "style-src-attr", "script-src-attr", "connect-src"} <= set(violations)
    assert person.page.evaluate("window.hacked") is None
    person.errors.clear()
    person.requests.clear()


def test_no_page_can_frame_this_one(people: Callable[..., Person], hostile_shop: Server) -> None:
    person = people(hostile_shop)
    person.page.set_content(f'<iframe src="{hostile_shop.url}/"></iframe>')
    person.page.wait_for_timeout(300)
    assert all("orderquery playground" not in frame.title() for frame in person.page.frames[1:])
    person.errors.clear()
