"""Corrections of requests that are wrong in any way: final, consistent, and without a lost condition."""

from __future__ import annotations

import copy
import json
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from test_corrections import SCHEMA, values

import orderquery as oq
from orderquery.language.elsewhere import certain_field
from orderquery.syntax.json_reader import Reader

JSON = Any
KEYS = st.sampled_from(
    ["status", "Status", "number", "createdDate", "buyerInfo", "email", "buyerInfo.email", "$and", "or", "$not", "not", "$nor",
     "$in", "in", "$eq", "eq", "$gte", "$lte", "$ge", "$isNull", "$exists", "$startsWith", "$notStartsWith", "$hasSome",
     "paymentMethods", "dateCreated", "createdDate_gte", "createdDate.$lt", "foo", "$foo", "priceSummary", "total", "amount"]
)  # fmt: skip
OPERANDS = st.sampled_from(
    [
        "APPROVED",
        "PAID",
        "5",
        None,
        True,
        False,
        "2024-01-01",
        "20240131",
        "2024-01-01T00:00:00Z",
        "a,b",
        "",
        "x",
        [],
        {},
    ]
)
FILTERS = st.dictionaries(
    KEYS,
    st.recursive(
        OPERANDS, lambda part: st.lists(part, max_size=3) | st.dictionaries(KEYS, part, max_size=3), max_leaves=12
    ),
    max_size=4,
)
SCALARS = st.sampled_from(
    ["number", "-number", "Number", "createdDate desc", "asc", "DESC", "down", 1, -1, 5, None, "foo", "status", "-foo"]
)
ENTRIES = SCALARS | st.dictionaries(
    st.sampled_from(["fieldName", "field", "order", "direction", "nulls", "number", "Number", "-createdDate", "sort"]),
    SCALARS,
    max_size=3,
)
SORTS = ENTRIES | st.lists(ENTRIES | st.lists(SCALARS, max_size=2), max_size=4)
PAGING = SCALARS | st.dictionaries(
    st.sampled_from(["limit", "cursor", "next", "Limit", "offset", "pageSize", "foo"]),
    st.sampled_from([1, 5, "10", 0, 1000, None, "abc", True]),
    max_size=3,
)


def searches(inner: st.SearchStrategy[JSON]) -> st.SearchStrategy[JSON]:
    return st.fixed_dictionaries(
        {},
        optional={
            "filter": FILTERS | FILTERS.map(json.dumps), "where": FILTERS, "sort": SORTS | SORTS.map(json.dumps),
            "Sort": SORTS, "cursorPaging": PAGING, "paging": PAGING, "limit": SCALARS, "cursor": SCALARS, "query": inner,
            "search": inner, "foo": SCALARS, "status": OPERANDS, "offset": SCALARS,
        },
    )  # fmt: skip


def compared(request: JSON) -> Counter[str]:
    """Count the values that a request compares each field with, under the name that the field certainly has."""
    tree = Reader(request, "request", SCHEMA).search.filter
    # Values that a correction writes otherwise, such as dates without a time, have equal beginnings.
    found = {(certain_field(SCHEMA, name) or name, value.lower().strip("'")[:4]) for name, value in values(tree)}
    return Counter(name for name, _ in found)


@given(searches(searches(searches(st.just({})))))
@settings(max_examples=200)
def test_a_correction_is_final_and_loses_nothing(request_: JSON) -> None:
    report = oq.check(copy.deepcopy(request_), "request")
    found = report.corrected if report.corrected is not None else report.partly_corrected
    assert (found is not None) == any(diagnostic.certain for diagnostic in report.diagnostics)
    if found is None:
        return
    again = oq.check(found, "request")
    assert again.diagnostics == report.remaining
    assert again.corrected is None
    assert again.partly_corrected is None
    assert compared(found) == compared(request_)
