"""Texts that code writes for a value that it does not have."""

import pytest

from orderquery.language.unfilled_values import unfilled_value

FOUND = (
    "undefined", "null", "NULL", "None", "nil", " undefined ", "NaN", "Invalid Date", "[object Object]",
    "[object Promise]", "<function f at 0x7f0a>", "${email}", "a-${id}@example.com", "{{ email }}", "#{email}",
    "<%= email %>", "{email}", "{user.email}", "{user['email']}", "{first} {last}", "%(email)s", "{}", "{0}", "%s", "%d",
    "?", "$EMAIL", "%EMAIL%", "$(email)", "<email>", "<YOUR EMAIL>", "YOUR_EMAIL",
)  # fmt: skip
MEANT = (
    "", " ", "a@example.com", "Jane Null", "Nan", "none", "No", "undefined behaviour", "Your mug", "$", "$5", "100%",
    "50%silk", "%", "<3", "a < b", "{", "}{", "{ }x", "{12 cm}", "10:30", ":)", "a:b", "[gift]", "[object", "what?",
    "Mug (red) $5", "x" * 10_000 + "${a}",
)  # fmt: skip


@pytest.mark.parametrize("text", FOUND)
def test_a_text_that_was_not_filled_in(text: str) -> None:
    assert unfilled_value(text, has_parameters=True) is not None


@pytest.mark.parametrize("text", MEANT)
def test_a_text_that_may_be_meant(text: str) -> None:
    assert unfilled_value(text, has_parameters=False) is None


def test_a_parameter_is_one_in_the_text_form_alone() -> None:
    assert unfilled_value(":email", has_parameters=False) is not None
    assert unfilled_value(":email", has_parameters=True) is None


@pytest.mark.parametrize("text", ["${" * 2_048, "{{" * 2_048, "{a[" * 1_300, "%(a" * 1_300, "<%" * 2_048])
def test_a_long_text_is_looked_at_once(text: str) -> None:
    assert unfilled_value(text, has_parameters=False) is None
