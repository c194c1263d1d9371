"""Python values as operands of a search that is passed as a dict."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import orderquery as oq
from orderquery.syntax.python_values import json_values

JSON = Any
GUID = "6f759095-0701-4075-9908-c9c31ff013e1"
EAST = timezone(timedelta(hours=5, minutes=53, seconds=28))


@pytest.mark.parametrize(("operand", "same", "codes"), [
    ({"createdDate": {"$gte": datetime(2024, 1, 31, 9, 30, tzinfo=UTC)}}, {"createdDate": {"$gte": "2024-01-31T09:30:00.000Z"}}, []),
    ({"createdDate": datetime(2024, 1, 31, 9, 30, 0, 5, UTC)}, {"createdDate": "2024-01-31T09:30:00.000005Z"}, []),
    ({"createdDate": {"$lt": datetime(2024, 1, 1, 5, 53, 28, tzinfo=EAST)}}, {"createdDate": {"$lt": "2024-01-01T00:00:00.000Z"}}, []),
    ({"createdDate": {"$gte": datetime(2024, 1, 31)}}, {"createdDate": {"$gte": "2024-01-31T00:00:00"}}, ["no-offset"]),
    ({"createdDate": {"$gte": date(2024, 1, 31)}}, {"createdDate": {"$gte": "2024-01-31"}}, ["operand-type"]),
    ({"createdDate": {"$nin": (datetime(2024, 1, 31, tzinfo=UTC), None)}}, {"createdDate": {"$nin": ["2024-01-31T00:00:00.000Z", None]}}, []),
    ({"id": UUID(GUID)}, {"id": GUID}, []),
    ({"id": {"$in": [UUID(GUID)]}}, {"id": {"$in": [GUID]}}, []),
    ({"paymentStatus": {"$in": {"PAID", "NOT_PAID", "PENDING"}}}, {"paymentStatus": {"$in": ["NOT_PAID", "PAID", "PENDING"]}}, []),
    ({"paymentStatus": {"$nin": frozenset({"PAID", None})}}, {"paymentStatus": {"$nin": [None, "PAID"]}}, []),
    ({"lineItems.productName.original": {"$hasSome": set()}}, {"lineItems.productName.original": {"$hasSome": []}}, ["empty-list"]),
    ({"priceSummary.total.amount": {"$gt": Decimal("63.240")}}, {"priceSummary.total.amount": {"$gt": "63.240"}}, []),
    ({"priceSummary.total.amount": Decimal("0.1000000000000000000000001")}, {"priceSummary.total.amount": "0.1000000000000000000000001"}, []),
    ({"number": {"$gte": Decimal(10042)}}, {"number": {"$gte": 10042}}, []),
    ({"$and": ({"status": "APPROVED"}, {"id": UUID(GUID)})}, {"$and": [{"status": "APPROVED"}, {"id": GUID}]}, []),
], ids=range(15))  # fmt: skip
def test_a_python_value_is_the_json_that_it_means(operand: JSON, same: JSON, codes: list[str]) -> None:
    report, plain = (oq.check({"search": {"filter": filter_}}) for filter_ in (operand, same))
    assert [diagnostic.code for diagnostic in report.diagnostics] == codes
    assert report.diagnostics == plain.diagnostics
    assert report.corrected == plain.corrected
    json.dumps([report.corrected, report.to_json()])
    if report.plan is not None and plain.plan is not None:
        assert report.plan.condition == plain.plan.condition
        json.dumps(report.plan.to_json())
        assert oq.compile(report.plan.to_json()).condition == plain.plan.condition


class BrokenZone(tzinfo):
    """A time zone that raises."""

    def utcoffset(self, when: datetime | None) -> timedelta:
        raise RuntimeError


@pytest.mark.parametrize(("operand", "kind"), [
    (b"PAID", "bytes"), (object(), "object"), (1j, "complex"), (timedelta(days=1), "timedelta"), (range(3), "range"),
    (datetime(2024, 1, 1, tzinfo=BrokenZone()), "datetime"),
])  # fmt: skip
@pytest.mark.parametrize("field", ["createdDate", "buyerInfo.email", "priceSummary.total.amount", "number"])
def test_another_value_is_an_error_that_names_its_type(field: str, operand: Any, kind: str) -> None:
    (diagnostic,) = oq.check({"search": {"filter": {field: operand}}}).diagnostics
    assert diagnostic.code == "operand-type"
    assert f"not a Python {kind}" in diagnostic.message
    with pytest.raises(oq.QueryError, match=kind):
        oq.compile({"filter": {field: operand}})


def test_an_instant_after_the_last_year_is_shown_as_text() -> None:
    moment = datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))
    (diagnostic,) = oq.check({"search": {"filter": {"createdDate": moment}}}).diagnostics
    assert '"9999-12-31T23:59:59.999999-05:00"' in diagnostic.message


def test_a_search_runs_with_them() -> None:
    orders = [{"id": GUID, "createdDate": "2024-02-01T00:00:00Z"}, {"id": "b", "createdDate": "2024-01-01T00:00:00Z"}]
    search = {"filter": {"createdDate": {"$gt": datetime(2024, 1, 1, tzinfo=UTC)}, "id": {"$in": {UUID(GUID)}}}}
    with oq.open_store(":memory:") as store:
        store.load(orders)
        assert store.search(search).ids == oq.compile(search).search(orders).ids == (GUID,)


def test_the_callers_search_is_not_changed() -> None:
    search = {"filter": {"id": {"$in": {UUID(GUID)}}, "createdDate": {"$gte": datetime(2024, 1, 1)}}}
    oq.check(search, "search")
    assert search == {"filter": {"id": {"$in": {UUID(GUID)}}, "createdDate": {"$gte": datetime(2024, 1, 1)}}}


@given(st.datetimes(timezones=st.sampled_from([UTC, EAST, timezone(timedelta(hours=-12))])))
def test_every_instant_keeps_its_value(moment: datetime) -> None:
    written = json_values(moment)
    if written.endswith("Z"):
        assert datetime.fromisoformat(written) == moment
    else:
        assert written == moment.isoformat()  # an instant outside the years of the language


@given(
    st.sets(
        st.text() | st.integers() | st.none() | st.floats() | st.decimals(allow_nan=False) | st.uuids() | st.binary()
    )
)
def test_a_set_becomes_a_list_of_its_items(items: set[Any]) -> None:
    assert len(json_values(items)) == len(items)
    plain = {item for item in items if isinstance(item, str | int | None)}
    assert json_values(plain) == json_values(frozenset(reversed(list(plain))))
