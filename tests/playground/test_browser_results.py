"""Results of a search over 100,000 orders, as a person reads them."""

from __future__ import annotations

import json
import re

import pytest
from page_driver import Person

pytestmark = pytest.mark.browser

PAID = "paymentStatus = PAID order by number"


def test_a_search_has_its_count_its_time_and_its_table(someone: Person) -> None:
    someone.run(PAID)
    assert someone.count > 10_000
    assert someone.headings == ["Number", "Created", "Status", "Payment", "Fulfillment", "Total", "Buyer"]
    assert set(someone.column("Payment")) == {"PAID"}
    assert re.search(
        r"100 in [\d.]+ ms · .*|100 in [\d.]+ ms, counted in [\d.]+ ms",
        someone.page.locator("results-view .bar small").first.inner_text(),
    )
    width = someone.page.viewport_size["width"]
    assert someone.page.evaluate("document.documentElement.scrollWidth") <= width, "only the table scrolls sideways"


def test_pages_are_turned_by_cursor(someone: Person) -> None:
    someone.run(PAID + " limit 20")
    first = someone.column("Number")
    someone.page.get_by_role("button", name="Next").click()
    someone.wait("(number) => document.querySelector('tbody td:nth-child(2)').textContent !== number", arg=first[0])
    second = someone.column("Number")
    assert int(second[0]) > int(first[-1])
    someone.page.get_by_role("button", name="Previous").click()
    someone.wait("(number) => document.querySelector('tbody td:nth-child(2)').textContent === number", arg=first[0])
    assert someone.column("Number") == first
    assert someone.page.get_by_role("button", name="Previous").is_disabled()


def test_a_heading_sorts_by_writing_order_by(someone: Person) -> None:
    someone.run("paymentStatus = PAID limit 5")
    heading = someone.page.get_by_role("button", name="Number")
    heading.click()
    someone.settled()
    assert someone.text == "paymentStatus = PAID order by number limit 5"
    assert someone.page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    heading.click()
    someone.wait("document.querySelector('th[aria-sort=descending]')")
    assert someone.text == "paymentStatus = PAID order by number desc limit 5"
    numbers = [int(text) for text in someone.column("Number")]
    assert numbers == sorted(numbers, reverse=True)
    heading.click()
    someone.wait("!document.querySelector('th[aria-sort]')")
    assert someone.text == "paymentStatus = PAID limit 5"


def test_columns_are_chosen_and_kept(one: Person) -> None:
    one.run("everything limit 3")
    one.page.get_by_text("Columns", exact=True).first.click()
    one.page.get_by_label("buyerInfo.contactId").check()
    one.page.get_by_label("Total").uncheck()
    one.wait(
        "document.querySelectorAll('th').length === 8 && document.querySelector('thead').textContent.includes('contactId')"
    )
    assert "Total" not in one.headings
    one.page.reload()
    one.run("everything limit 3")
    assert one.headings[-1] == "buyerInfo.contactId"


def test_a_click_on_a_value_adds_its_condition(someone: Person) -> None:
    someone.run("status = APPROVED or status = CANCELED limit 9")
    value = someone.cell("Fulfillment").inner_text()
    before = someone.count
    someone.cell("Fulfillment").click()
    someone.wait("document.querySelector('query-editor').value.includes('fulfillmentStatus')")
    someone.settled()
    assert someone.text == f"(status = APPROVED or status = CANCELED) and fulfillmentStatus = {value} limit 9"
    someone.wait(
        "(count) => parseInt(document.querySelector('results-view strong').textContent.replaceAll(',', '')) < count",
        arg=before,
    )
    assert set(someone.column("Fulfillment")) == {value}
    someone.area.focus()
    someone.page.keyboard.press("Control+Z")
    assert someone.text == "status = APPROVED or status = CANCELED limit 9"


def test_a_click_on_a_date_adds_its_day(one: Person) -> None:
    one.run("everything limit 3")
    day = one.cell("Created").inner_text()[:10]
    one.cell("Created").click()
    one.wait("document.querySelector('query-editor').value.includes('createdDate')")
    one.settled()
    assert one.text.startswith(f"createdDate >= {day}T00:00:00.000Z and createdDate < ")
    assert {text[:10] for text in one.column("Created")} == {day}


def test_a_click_writes_json_in_the_json_form(one: Person) -> None:
    one.form("JSON").run('{\n  "search": {"cursorPaging": {"limit": 3}}\n}')
    one.cell("Status").click()
    one.wait("document.querySelector('#json').value.includes('status')")
    assert json.loads(one.text)["search"]["filter"] == {"status": one.column("Status")[0]}
    assert one.text.startswith('{\n  "search": {"cursorPaging"')


def test_an_order_opens_as_a_tree_with_its_transactions(someone: Person) -> None:
    someone.run("paymentMethods has any (PayPal) limit 2")
    someone.page.get_by_role("button", name=re.compile("^Open order")).first.click()
    someone.dialog.wait_for()
    assert someone.dialog.get_by_role("heading", name="Transactions").count() == 1
    text = someone.dialog.inner_text()
    assert "billingInfo" in text
    assert "payments" in text
    someone.dialog.get_by_role("button", name="Copy JSON").click()
    assert json.loads(someone.clipboard())["id"] in text
    someone.dialog.locator("li", has_text=re.compile(r"^paymentStatus")).get_by_role("button").first.click()
    someone.wait("document.querySelector('query-editor').value.includes('paymentStatus')")
    assert someone.dialog.count() == 0


def test_why_is_an_order_here_or_not(someone: Person) -> None:
    someone.run("status = APPROVED and paymentStatus = PAID order by number limit 3")
    number = someone.column("Number")[0]
    ask = someone.page.get_by_label("Number or id of an order")
    ask.fill(number)
    ask.press("Enter")
    someone.dialog.wait_for()
    assert someone.dialog.get_by_role("heading").first.inner_text() == f"Why {number} is here"
    someone.page.keyboard.press("Escape")
    assert someone.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Number or id of an order"
    someone.run("paymentStatus = CANCELED and number > 0")
    ask.fill(number)
    someone.page.get_by_role("button", name="here, or not?").click()
    someone.dialog.wait_for()
    text = someone.dialog.inner_text()
    assert "not here" in text
    assert re.search(r"✗\s+paymentStatus = CANCELED\s+is PAID\s+decides", text)
    someone.page.keyboard.press("Escape")
    ask.fill("no such order")
    ask.press("Enter")
    someone.wait("document.querySelector('#status').textContent.includes('No order has')")


def test_a_closed_dialog_leaves_the_focus_to_the_person(one: Person) -> None:
    one.run("paymentStatus = PAID limit 3")
    one.page.get_by_role("button", name=re.compile("^Open order")).first.click()
    one.dialog.wait_for()
    # What a fast person does: back in the editor before the event of the closed dialog.
    one.page.evaluate("""() => new Promise((done) => {
        const dialog = document.querySelector("dialog");
        dialog.addEventListener("close", () => setTimeout(done));
        dialog.close();
        document.querySelector("query-editor:not([hidden]) textarea").focus();
    })""")
    assert one.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Search as text"


def test_dragging_over_the_histogram_adds_the_range(someone: Person) -> None:
    someone.run("paymentStatus = PAID")
    bars = someone.page.locator(".bars button")
    bars.first.wait_for()
    count = bars.count()
    assert count > 5
    first, last = (bars.nth(at).bounding_box() for at in (1, count // 2))
    someone.page.mouse.move(first["x"] + first["width"] / 2, first["y"] + 30)
    someone.page.mouse.down()
    someone.page.mouse.move(last["x"] + last["width"] / 2, last["y"] + 30, steps=5)
    someone.page.mouse.up()
    someone.wait("document.querySelector('query-editor').value.includes('createdDate >=')")
    someone.settled()
    found = re.fullmatch(r"paymentStatus = PAID and createdDate >= (\S+) and createdDate < (\S+)", someone.text)
    assert found
    assert found[1] < found[2]


def test_the_histogram_has_units_and_labels(one: Person) -> None:
    one.run("everything")
    one.page.locator(".bars button").first.wait_for()
    before = one.page.locator(".bars button").count()
    one.page.get_by_label("Unit").select_option("year")
    one.wait("(before) => document.querySelectorAll('.bars button').length !== before", arg=before)
    labels = one.page.locator(".bars button").evaluate_all("(all) => all.map((one) => one.ariaLabel)")
    counts = [int(re.search(r": ([\d,]+) order", label)[1].replace(",", "")) for label in labels]
    assert sum(counts) == one.count
    assert re.search(r"[\d,.]+ EUR", labels[0])


def test_a_search_with_problems_says_so_and_can_run_as_wix_reads_it(one: Person) -> None:
    one.run("everything limit 3")
    one.form("JSON").write('{"search": {"filter": {"status": "CANCELED"}, "paging": {"limit": 3}}}')
    one.page.locator("#run").click()
    one.page.get_by_text("This search does not run").wait_for()
    one.page.get_by_role("button", name="Run what Wix reads of it").click()
    one.settled()
    assert set(one.column("Status")) == {"CANCELED"}
    assert "as Wix reads it" in one.page.locator("results-view .bar small").first.inner_text()


def test_an_answer_says_that_it_is_of_an_earlier_text(one: Person) -> None:
    one.run("everything limit 3")
    note = one.page.locator("results-view .bar small").first
    assert "earlier" not in note.inner_text()
    one.write("status = CANCELED")
    assert "of an earlier text" in note.inner_text()


def test_no_order_matches(one: Person) -> None:
    one.run("number = 1")
    assert one.page.get_by_text("No orders match.").is_visible()
    assert one.count == 0


def test_sql_of_every_dialect_with_parameters_and_plan(someone: Person) -> None:
    someone.run(PAID).view("SQL")
    someone.page.get_by_role("heading", name="Plan of the engine").wait_for()
    assert re.search("uses an index|reads every order", someone.page.locator("#sql").inner_text())
    choice = someone.page.locator("#sql select")
    assert choice.locator("option").count() == 8
    choice.select_option("postgres")
    someone.page.get_by_text("%(limit)s").first.wait_for()
    someone.page.get_by_role("button", name="Copy Statement").click()
    assert someone.clipboard().startswith("SELECT")
    someone.write("status = CANCELED")
    someone.page.get_by_text('"CANCELED"').first.wait_for()


def test_the_request_for_each_client(someone: Person) -> None:
    someone.run(PAID).view("Request")
    for label in ("curl", "JavaScript SDK", "Python with httpx", "Python with orderquery"):
        someone.page.get_by_role("button", name=f"Copy {label}").click()
        assert "PAID" in someone.clipboard()
    someone.page.locator("#request select").select_option("to this server")
    someone.page.get_by_text(someone.url + "/ecom").first.wait_for()


def test_the_raw_answer(one: Person) -> None:
    one.run("everything limit 2").view("Raw answer")
    one.page.locator("#raw pre").wait_for()
    with one.downloads() as found:
        one.page.get_by_role("button", name="Save as file").click()
    answer = json.loads(found[0])
    assert len(answer["orders"]) == 2
    assert answer["metadata"]["hasNext"] is True


def test_what_wix_would_ignore(one: Person) -> None:
    one.form("JSON").write('{"search": {"paging": {"limit": 3}}, "sort": []}').quiet().view("What Wix reads")
    one.page.get_by_text("/search/paging").wait_for()
    assert "Wix reads" in one.page.locator("#wix").inner_text()
