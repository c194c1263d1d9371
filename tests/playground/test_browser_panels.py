"""The panels, links, drafts and what the browser keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from page_driver import Person
from serving import SEARCH, Server, running

import orderquery as oq

pytestmark = pytest.mark.browser

KEY = "the key of this shop"


def test_the_table_of_fields_is_searched_and_a_click_inserts(someone: Person) -> None:
    panel = someone.panel("Fields")
    assert panel.locator("li").count() == len(oq.load_schema().fields)
    panel.get_by_label("Find a field").fill("PARTIALLY_REF")
    assert panel.locator("li").count() == 1
    assert "NOT_PAID" in panel.inner_text()
    panel.get_by_role("button", name="paymentStatus").click()
    assert someone.text == "paymentStatus"
    someone.page.keyboard.type(" = PAID")
    someone.run()
    assert set(someone.column("Payment")) == {"PAID"}


def test_every_example_runs(one: Person) -> None:
    panel = one.panel("Searches")
    examples = panel.locator("h3:has-text('Examples') + ul li .plain")
    titles = examples.all_inner_texts()
    assert len(titles) > 5
    for title in titles:
        panel.get_by_role("button", name=title, exact=True).first.click()
        if "mistakes" in title:
            one.page.get_by_text("This search does not run").wait_for()
            one.quiet()
            assert len(one.problems) >= 3
        else:
            one.settled()
            assert one.count > 0, title


def test_searches_are_kept_under_a_name_and_in_the_history(someone: Person) -> None:
    someone.run("status = CANCELED limit 3")
    someone.page.locator("#save").click()
    someone.dialog.get_by_label("Name").fill("All <b>canceled</b>")
    someone.page.keyboard.press("Enter")
    someone.write("")
    someone.page.reload()
    panel = someone.panel("Searches")
    panel.get_by_role("button", name="All <b>canceled</b>", exact=True).click()
    someone.settled()
    assert someone.text == "status = CANCELED limit 3"
    with someone.downloads() as found:
        panel.get_by_role("button", name="Save as file").click()
    saved = json.loads(found[0])
    assert [one["name"] for one in saved["named"]] == ["All <b>canceled</b>"]
    assert saved["history"][0]["text"] == "status = CANCELED limit 3"
    panel.get_by_role("button", name="Delete All <b>canceled</b>").click()
    panel.get_by_role("button", name="Clear history").click()
    assert panel.get_by_role("heading", name="Named").count() == 0
    assert panel.get_by_role("heading", name="History").count() == 0


def test_a_link_holds_the_search_in_the_fragment(someone: Person, people: Callable[..., Person]) -> None:
    text = 'buyerInfo.email starts with "ä&=#%\U0001f6d2" order by number'
    someone.write(text)
    someone.page.locator("#link").click()
    someone.wait("document.querySelector('#status').textContent === 'Copied'")
    link = urlsplit(someone.clipboard())
    assert parse_qs(link.fragment) == {"v": ["1"], "form": ["text"], "q": [text]}
    other = people(someone.url).open("#" + link.fragment)
    other.settled()
    assert other.text == text
    assert other.count == 0
    assert "#" not in other.page.url
    assert not any(quote("ä") in url or "starts" in url for url in other.requests)


def test_a_link_opens_as_a_new_draft_and_the_old_one_stays(one: Person) -> None:
    one.write("number = 7 and status = APPROVED")
    one.page.goto(one.url + "/#v=1&form=json&q=" + quote('{"search": {}}'))
    one.wait("document.querySelector('#json').value !== ''")
    assert one.text == '{"search": {}}'
    panel = one.panel("Searches")
    panel.get_by_role("button", name="number = 7 and status = APPROVED").first.click()
    one.settled()
    assert one.text == "number = 7 and status = APPROVED"


HELD_UNTIL_OPENED = """{
    const send = window.fetch;
    const opened = new Promise((open) => { window.openGate = open; });
    window.fetch = async (...request) => {
        if (String(request[0]).endsWith("/about")) await opened;
        return send(...request);
    };
}"""
"""A script by which the page waits for its fields until ``openGate`` is called."""


def test_a_search_before_the_fields_are_known_waits_for_them(people: Callable[..., Person], large_shop: Server) -> None:
    person = people(large_shop)
    person.page.add_init_script(HELD_UNTIL_OPENED)
    person.open("#v=1&form=text&q=everything+limit+3", ready=False)
    person.wait("document.querySelector('#text')?.value === 'everything limit 3'")
    person.quiet()
    assert not any(url.endswith("/search") for url in person.requests)
    person.page.evaluate("window.openGate()")
    person.settled()
    assert "Number" in person.headings


def test_a_server_that_starts_later_is_asked_again(people: Callable[..., Person], large_shop: Server) -> None:
    person = people(large_shop)
    person.may_fail = True
    person.page.route("**/about", lambda route: route.abort())
    person.open(ready=False)
    person.wait("document.querySelector('#status').textContent.includes('does not answer')")
    person.page.unroute("**/about")
    person.run("everything limit 3")
    assert "Number" in person.headings
    person.errors.clear()


@pytest.mark.parametrize(
    "fragment",
    [
        "#q",
        "#v=1&q=%",
        "#v=2&q=everything",
        "#v=1&form=<script>&q=everything",
        "#%00",
        "#v=1&form=json&q=" + "[" * 5_000,
    ],
)
def test_a_bad_link_breaks_nothing(one: Person, fragment: str) -> None:
    one.page.goto("about:blank")
    one.open(fragment)
    one.form("Text").run("status = CANCELED limit 3")


def test_a_search_too_long_for_a_link_becomes_a_file(one: Person) -> None:
    one.write("id in (" + ", ".join(f'"{number}"' for number in range(2_000)) + ")")
    with one.downloads() as found:
        one.page.locator("#link").click()
    assert json.loads(found[0])["text"] == one.text


def test_a_draft_outlives_a_reload_in_every_form(one: Person) -> None:
    one.write("number = 7").form("JSON").write('{"search": {"filter": {"number": "8"}}}')
    one.page.reload()
    one.wait("document.querySelector('#shop').textContent !== ''")
    assert one.text == '{"search": {"filter": {"number": "8"}}}'
    one.page.get_by_role("tab", name="Text", exact=True).click()
    one.wait("document.querySelector('#text').value !== 'number = 7'")
    assert one.text == 'number = "8"'


def test_b21_two_tabs_do_not_share_a_draft(one: Person, people: Callable[..., Person]) -> None:
    one.write("number = 1")
    other = people(one.url, context=one.page.context).open()
    assert other.text == ""
    other.write("number = 2")
    one.page.reload()
    other.page.reload()
    for person, text in ((one, "number = 1"), (other, "number = 2")):
        person.wait("document.querySelector('#shop').textContent !== ''")
        assert person.text == text
    panel = one.panel("Searches")
    panel.get_by_role("button", name="number = 2", exact=True).wait_for()
    one.run("number = 3")
    other.run("number = 4")
    panel = other.panel("Searches")
    panel.locator("h3:has-text('History') + ul li").nth(1).wait_for()


def test_b21_a_copy_of_a_tab_has_a_draft_of_its_own(one: Person, people: Callable[..., Person]) -> None:
    one.write("number = 1")
    with one.page.context.expect_page() as opened:
        one.page.evaluate("window.open(location.href)")
    copy = opened.value
    one_more = Person(copy, one.url)
    one_more.wait("document.querySelector('#shop')?.textContent")
    copy.locator("#text textarea").fill("number = 2")
    one.page.reload()
    one.wait("document.querySelector('#shop').textContent !== ''")
    assert one.text == "number = 1"


def test_b20_without_storage_the_page_works_and_says_so_once(people: Callable[..., Person], large_shop: Server) -> None:
    person = people(large_shop)
    person.page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    person.open()
    assert "keeps nothing" in person.status
    person.type("n")
    person.run("status = CANCELED limit 3")
    assert person.count > 0
    panel = person.panel("Searches")
    panel.locator("h3:has-text('History') + ul li").wait_for()


def test_b20_a_full_storage_loses_nothing_that_is_open(people: Callable[..., Person], large_shop: Server) -> None:
    person = people(large_shop)
    person.page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"
    )
    person.open()
    person.write("number = 7").form("JSON")
    person.form("Text")
    assert person.text == "number = 7"


def test_requests_of_an_application_appear_live_with_their_diagnostics(someone: Person, large_shop: Server) -> None:
    panel = someone.panel("Requests")
    body = {
        "search": {
            "filter": {"status": "APPROVED"},
            "paging": {"limit": 3},
            "mark": "</pre><script>window.hacked=1</script>",
        }
    }
    large_shop.ask("POST", SEARCH, body, {"authorization": "secret-of-the-app"})
    row = panel.locator(".rows > li").first
    row.get_by_text('unknown key "paging"').wait_for()
    assert "Wix ignores this" in row.inner_text()
    large_shop.ask("GET", "/ecom/v1/orders/none")
    panel.get_by_text("/ecom/v1/orders/none").first.wait_for()
    assert "secret-of-the-app" not in panel.inner_text()
    row = panel.locator(".rows > li").nth(1)
    row.locator("summary").click()
    assert json.loads(row.locator("pre").inner_text()) == body
    row.get_by_role("button", name="Open in the editor").click()
    someone.wait("document.querySelector('#json').value !== ''")
    assert json.loads(someone.text) == body
    someone.may_fail = True


def test_b3_the_key_is_asked_for_and_kept_in_memory_alone(people: Callable[..., Person], tmp_path: Path) -> None:
    with oq.open_store(tmp_path / "shop.db") as store:
        store.load(oq.sample(20))
    with running(["serve", "shop.db", "--no-access-log"], tmp_path, ORDERQUERY_API_KEY=KEY) as server:
        person = people(server)
        person.may_fail = True
        person.open(ready=False)
        field = person.page.get_by_label("API key")
        field.wait_for()
        assert "API key" in person.status
        field.fill("wrong")
        field.press("Enter")
        person.wait("document.querySelector('#status').textContent.includes('wrong API key')")
        field.fill(KEY)
        field.press("Enter")
        person.wait("document.querySelector('#status').textContent === 'Connected'")
        person.run("everything")
        assert person.count == 20
        kept = person.page.evaluate(
            "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])"
        )
        assert KEY not in kept
        assert not any(KEY in url for url in person.requests)
        person.page.reload()
        person.wait("document.querySelector('#status').textContent.includes('API key')")


def test_a_store_with_sites_asks_for_one(people: Callable[..., Person], tmp_path: Path) -> None:
    with oq.open_store(tmp_path / "shop.db") as store:
        store.at_site("one").load(oq.sample(7))
        store.at_site("two").load(oq.sample(9))
    with running(["serve", "shop.db", "--no-access-log"], tmp_path) as server:
        person = people(server)
        person.may_fail = True
        person.open(ready=False)
        site = person.page.get_by_label("Site")
        site.wait_for()
        site.fill("two")
        site.press("Enter")
        person.wait("document.querySelector('#status').textContent === 'Connected'")
        person.run("everything")
        assert person.count == 9


def test_the_colours_are_those_of_the_system(one: Person) -> None:
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    light = one.page.evaluate(paper)
    one.page.emulate_media(color_scheme="dark")
    assert one.page.evaluate(paper) != light


def test_a_server_that_stopped_is_named(people: Callable[..., Person], tmp_path: Path) -> None:
    with oq.open_store(tmp_path / "shop.db") as store:
        store.load(oq.sample(5))
    with running(["serve", "shop.db", "--no-access-log"], tmp_path) as server:
        person = people(server).open()
        server.stop()
        person.write("number = 1")
        person.wait("document.querySelector('#status').textContent.includes('does not answer')")
        assert person.text == "number = 1"
        person.errors.clear()
