"""Writing a search, as a person does it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from page_driver import Person

pytestmark = pytest.mark.browser

MISTAKES = "paymentstatus = PAYED order by number"


def geometry(person: Person) -> Any:
    """Return the boxes and the text metrics of the two layers."""
    return person.page.evaluate(
        """() => [...document.querySelectorAll('query-editor:not([hidden]) .layers > *')].map((one) => {
            const style = getComputedStyle(one), box = one.getBoundingClientRect();
            return [style.fontFamily, style.fontSize, style.lineHeight, style.letterSpacing, style.direction, style.whiteSpace,
              style.overflowWrap, style.tabSize, style.padding, box.left, box.width, box.top, box.height];
        })"""
    )


def test_problems_are_underlined_while_typing_with_message_help_and_fix(someone: Person) -> None:
    someone.type("paymentstatus = PAID").quiet()
    (problem,) = someone.problems
    assert 'unknown field "paymentstatus"' in problem
    assert 'did you mean "paymentStatus"?' in problem
    assert someone.page.evaluate("[...CSS.highlights.get('error')].map((one) => [one.startOffset, one.endOffset])") == [
        [0, 13]
    ]
    someone.page.get_by_role("button", name=re.compile("paymentStatus")).last.click()
    someone.quiet()
    assert someone.text == "paymentStatus = PAID"
    assert someone.problems == []


def test_b15_a_fix_is_one_step_that_the_browser_undoes(one: Person) -> None:
    one.type(MISTAKES).quiet()
    one.page.locator("problem-list .fix").first.click()
    one.quiet()
    fixed = one.text
    assert fixed.startswith("paymentStatus = PAYED")
    one.page.keyboard.press("Control+Z")
    assert one.text == MISTAKES
    one.page.keyboard.press("Control+Y")
    assert one.text == fixed
    one.page.keyboard.press("Control+Z")
    one.quiet()
    one.page.locator("problem-list .fix").nth(1).click()
    assert "PAID" in one.text


def test_a_problem_leads_to_its_place(one: Person) -> None:
    one.write(MISTAKES).quiet()
    one.page.locator("problem-list .plain").nth(1).click()
    selected = one.page.evaluate(
        "document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)"
    )
    assert selected == "PAYED"


def test_the_text_has_colours(one: Person) -> None:
    one.write('buyerInfo.email = "a" and number > 5').quiet()
    kinds = one.page.evaluate("[...CSS.highlights.keys()]")
    assert {"field", "operator", "keyword", "string"} <= set(kinds)


def test_completion_offers_what_may_stand_here(someone: Person) -> None:
    someone.type("paymentSt")
    options = someone.page.get_by_role("option")
    options.first.wait_for()
    assert "paymentStatus" in options.first.inner_text()
    someone.page.keyboard.press("Tab")
    assert someone.text.strip() == "paymentStatus"
    someone.page.keyboard.type(" = PA")
    options.first.wait_for()
    someone.page.keyboard.press("ArrowDown")
    first = options.first.inner_text().split("\n")[0]
    someone.page.keyboard.press("Enter")
    assert someone.text.split("= ")[1].strip() == first
    assert options.count() == 0


def test_a_suggestion_taken_before_the_next_answer_replaces_the_whole_word(one: Person) -> None:
    one.type("payme")
    one.page.get_by_role("option").first.wait_for()
    one.page.route("**/check", lambda _: None)
    one.page.route("**/complete", lambda _: None)
    one.page.keyboard.type("ntSt")
    first = one.page.get_by_role("option").first.inner_text().split("\n")[0]
    one.page.keyboard.press("Tab")
    assert one.text.strip() == first


def test_ctrl_space_completes_anywhere_and_a_click_takes(one: Person) -> None:
    one.area.focus()
    one.page.keyboard.press("Control+Space")
    one.page.get_by_role("option").first.wait_for()
    assert one.page.get_by_role("option").count() > 10
    one.page.get_by_role("option", name=re.compile("^createdDate")).click()
    assert one.text.startswith("createdDate")
    assert one.page.evaluate("document.activeElement.tagName") == "TEXTAREA"


@pytest.mark.parametrize(
    ("form", "text", "offered"),
    [("JSON", '{"search": {"filter": {"paymentSt', "paymentStatus"), ("SDK", "{filter: {_created", "_createdDate")],
)
def test_completion_works_in_json_and_in_the_sdk_form(one: Person, form: str, text: str, offered: str) -> None:
    one.form(form).write(text)
    one.page.keyboard.press("Control+Space")
    one.page.get_by_role("option").first.wait_for()
    assert any(offered in text for text in one.page.get_by_role("option").all_inner_texts())


def test_b16_tab_leaves_the_editor_unless_the_list_is_open(one: Person) -> None:
    one.type("paymentSt")
    one.page.get_by_role("option").first.wait_for()
    one.page.keyboard.press("Escape")
    assert one.page.get_by_role("option").count() == 0
    assert "Tab leaves the editor" in one.status
    one.page.keyboard.press("Tab")
    assert one.text == "paymentSt"
    assert one.page.evaluate("document.activeElement.tagName") != "TEXTAREA"
    one.page.keyboard.press("Shift+Tab")
    assert one.page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_b17_the_list_is_announced(one: Person) -> None:
    one.type("paymentSt")
    one.page.get_by_role("option").first.wait_for()
    assert "suggestions" in one.status
    assert one.area.get_attribute("aria-activedescendant") is None
    one.page.keyboard.press("ArrowDown")
    active = one.area.get_attribute("aria-activedescendant")
    assert one.page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    assert one.page.locator(f"#{one.area.get_attribute('aria-controls')}").get_attribute("role") == "listbox"
    assert one.page.locator("query-editor:visible pre").get_attribute("aria-hidden") == "true"


def test_hover_explains_a_field_and_a_problem(one: Person) -> None:
    one.write(MISTAKES).quiet()

    def hover(word: str) -> str:
        offset = one.text.index(word) + 2
        box = one.page.evaluate(
            "(at) => { const {x, y, width, height} = document.querySelector('query-editor').placeOf(at); return [x + width / 2, y + height / 2]; }",
            offset,
        )
        one.page.mouse.move(5, 5)
        one.page.mouse.move(*box)
        tip = one.page.locator("query-editor:visible .tip")
        tip.wait_for()
        return tip.inner_text()

    assert "did you mean" in hover("paymentstatus")
    one.page.locator("query-editor:visible .tip .fix").first.click()
    assert one.text.startswith("paymentStatus")
    one.quiet()
    text = hover("number")
    assert "sequence" in text
    assert "sortable" in text


def test_ctrl_i_explains_the_place_of_the_caret(one: Person) -> None:
    one.write("status = APPROVED").quiet()
    one.page.keyboard.press("Home")
    one.page.keyboard.press("Control+i")
    one.page.locator("query-editor:visible .tip").wait_for()
    assert "status" in one.status
    one.page.keyboard.press("Escape")
    assert one.page.locator(".tip:visible").count() == 0


def test_shift_alt_f_formats_and_the_button_does(one: Person) -> None:
    one.form("JSON").write('{"search":{"filter":{"status":"APPROVED"}}}')
    one.page.keyboard.press("Shift+Alt+f")
    one.wait("document.querySelector('#json').value.includes('\\n')")
    formatted = one.text
    one.page.keyboard.press("Control+Z")
    assert one.text == '{"search":{"filter":{"status":"APPROVED"}}}'
    one.page.locator("#format").click()
    one.wait("document.querySelector('#json').value.includes('\\n')")
    assert one.text == formatted


def test_each_form_has_its_own_text(someone: Person) -> None:
    text = "status   =   APPROVED\n  and number > 5"
    someone.write(text).form("JSON")
    assert '"status"' in someone.text
    someone.form("SDK")
    assert "filter" in someone.text
    someone.form("Text")
    assert someone.text == text, "not edited in between: restored"
    someone.form("JSON").write('{"search": {"filter": {"number": "7"}}}')
    someone.form("Text")
    assert someone.text == 'number = "7"'
    someone.page.keyboard.press("Control+Z")
    assert someone.text == text, "even a conversion can be undone"


def test_a_text_with_problems_is_not_converted_and_not_lost(one: Person) -> None:
    one.write("status = ").quiet().form("JSON")
    assert one.text == ""
    assert "Not converted" in one.status
    one.write("{}").form("Text")
    assert one.text == "status = " or one.text == "everything"
    one.page.keyboard.press("Control+Z")


def test_b10_both_layers_have_the_same_metrics(someone: Person) -> None:
    someone.write(MISTAKES + '\n\tand x = "\U0001f6d2 שלום"\n' * 3).quiet()
    area, ink = geometry(someone)
    assert area == ink


def test_b11_a_scrollbar_takes_room_from_both_layers(someone: Person) -> None:
    someone.write("\n".join(["number > 5 and"] * 200) + "\nnumber < 9").quiet()
    area, ink = geometry(someone)
    assert area == ink
    assert someone.page.evaluate(
        "(() => { const one = document.querySelector('.layers'); return one.scrollHeight > one.clientHeight; })()"
    )


def test_b12_long_lines_wrap_alike_and_a_paste_shows_the_caret(someone: Person) -> None:
    someone.write("id in (" + ", ".join(f'"{number:020}"' for number in range(400)) + ")").quiet()
    area, ink = geometry(someone)
    assert area == ink
    shown = someone.page.evaluate(
        """() => { const editor = document.querySelector('query-editor'), place = editor.placeOf(editor.value.length - 1), box = editor.layers.getBoundingClientRect();
                   return place.bottom <= box.bottom + 1 && place.top >= box.top - 1; }"""
    )
    assert shown


def test_b13_enter_and_tab_of_a_composition_belong_to_it(one: Person) -> None:
    one.type("paymentSt")
    one.page.get_by_role("option").first.wait_for()
    one.page.keyboard.press("ArrowDown")
    before = one.text
    for key in ("Enter", "Tab"):
        taken = one.page.evaluate(
            """(key) => { const area = document.activeElement;
                return area.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true, isComposing: true}))
                  && area.dispatchEvent(new KeyboardEvent('keydown', {key, keyCode: 229, bubbles: true, cancelable: true})); }""",
            key,
        )
        assert taken, "the key was not taken"
    assert one.text == before


def test_b14_a_composition_is_never_written_over(one: Person) -> None:
    session = one.page.context.new_cdp_session(one.page)
    one.area.focus()
    for text in ("に", "にほ", "にほん"):
        session.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
        assert one.text == text
    session.send("Input.insertText", {"text": "日本"})
    assert one.text == "日本"
    one.quiet()
    assert one.text == "日本"
    one.page.keyboard.press("Control+Z")
    assert "に" not in one.text or one.text == ""


def test_b18_code_is_left_to_right_and_data_has_its_own_direction(one: Person) -> None:
    one.write('buyerInfo.email = "שלום"').quiet()
    assert geometry(one)[0][4] == geometry(one)[1][4] == "ltr"
    one.run("everything limit 3")
    assert set(one.page.locator("td bdi").evaluate_all("(all) => all.map((one) => one.dir)")) == {"auto"}


def test_b19_text_is_to_be_seen_in_forced_colours(one: Person) -> None:
    one.write("status = APPROVED")
    one.page.emulate_media(forced_colors="active")
    colour = one.page.evaluate("getComputedStyle(document.querySelector('textarea')).color")
    assert colour not in ("rgba(0, 0, 0, 0)", "transparent")
    assert one.page.evaluate("getComputedStyle(document.querySelector('.layers pre')).visibility") == "hidden"
