"""Lists of 1 MiB in a search: reading stops at the limit, and decoding is one pass. Calls are counted, not time."""

import sys
from collections import Counter

import pytest
from scale import scaled

import orderquery as oq

MIB = 1 << 20
DECODING = ("json_decoder.py", "json/decoder.py")


def filled(*parts, size=MIB):
    """A text of a size: a start, an item, what is between items, and an end."""
    start, item, between, end = (*parts, "")[:4]
    count = (size - len(start) - len(end)) // (len(item) + len(between))
    return start + between.join([item] * count) + end


TEXTS = {
    "order by, text": ("everything order by ", "number", ", "),
    "in, text": ("number in (", "1", ","),
    "in that ends, text": ("number in (", "1", ",", ")"),
    "any, text": ("paymentMethods has any (", '"a"', ",", ")"),
    "sort, JSON": ('{"sort":[', '{"fieldName":"number"}', ",", "]}"),
    "$in, JSON": ('{"filter":{"number":{"$in":[', '"1"', ",", "]}}}"),
    "$and, JSON": ('{"filter":{"$and":[', '{"number":"1"}', ",", "]}}"),
    "a list as an operand, JSON": ('{"filter":{"number":[', '"1"', ",", "]}}"),
}


def calls_of(text):
    """The calls while a search is checked, by file; those of the decoder of JSON apart."""
    calls = Counter()

    def count(frame, event, _):
        if event == "call":
            name = frame.f_code.co_filename
            calls["decoding" if name.endswith(DECODING) else "reading"] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        report = oq.check(text)
    finally:
        sys.setprofile(before)
    return calls, report


@pytest.mark.parametrize("name", scaled(list(TEXTS), ["order by, text", "sort, JSON"]))
def test_reading_stops_at_the_limit(name, counted):
    oq.check('{"filter":{"number":{"$in":["1"]}},"sort":[{"fieldName":"number"}]}')
    oq.check("number in (1, 2) order by number")
    text = filled(*TEXTS[name])
    assert MIB - 100 < len(text) <= MIB
    calls, report = calls_of(text)
    assert "too-large" in [problem.code for problem in report.diagnostics]
    assert len(report.diagnostics) < 10
    entries = text.count(",")
    assert entries > 40_000
    # What is read does not depend on how long the list is.
    shorter, _ = calls_of(filled(*TEXTS[name], size=MIB // 16))
    assert calls["reading"] <= shorter["reading"] + 1_000
    # One or two calls for each object of the text.
    assert calls["decoding"] < 100 + 4 * text.count("{")
    counted(f"1 MiB of {name}", 1, 1, f"({entries:,} entries, {calls['reading']:,} calls)")
