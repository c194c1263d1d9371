"""The documented table, written a second time, against what the checker accepts and refuses."""

from __future__ import annotations

from typing import Any

import pytest

import orderquery as oq

TABLE = """
id | $eq $ne $in $nin
number | $eq $ne $gt $lt $gte $lte | yes
status | $eq $ne $in $nin | yes
archived | $eq $ne $in $exists $startsWith
createdDate | $eq $ne $lt $lte $gte $gt $nin | yes
updatedDate | $eq $ne $gt $lt $gte $lte | yes
lineItems.productName.original | $eq $ne $in $nin $hasSome $hasAll
lineItems.catalogReference.appId | $eq $ne $in $nin $hasSome $hasAll
lineItems.catalogReference.catalogItemId | $eq $ne $in $nin $hasSome $hasAll
subscriptionInfo.id | $eq $ne $in $nin
buyerInfo.email | $eq $ne $in $exists $startsWith | yes
buyerInfo.contactId | $eq $ne $in $nin
buyerInfo.memberId | $eq $ne $in $nin
paymentStatus | $eq $ne $in $nin | yes
fulfillmentStatus | $eq $ne $in $nin | yes
priceSummary.total.amount | $eq $ne $gt $lt $gte $lte
billingInfo.contactDetails.fullName | $eq $ne $in $exists $startsWith | D10
shippingInfo.title | $eq $ne $in $nin
shippingInfo.logistics.deliveryTime | $eq $ne $in $exists $startsWith
shippingInfo.region.name | $eq $ne $in $nin
deliveryTimeSlotFromDate | $eq $ne $in $exists $startsWith
deliveryTimeSlotToDate | $eq $ne $in $exists $startsWith
createdBy.userId | $eq $ne $in $nin
channelInfo.type | $eq $ne $in $nin
channelInfo.externalOrderId | $eq $ne $in $nin
seenByAHuman | $eq $ne $in $exists $startsWith
checkoutId | $eq $ne $in $nin
paymentMethods | $eq $ne $in $nin $hasSome $hasAll
fulfillmentStatuses | $eq $ne $in $nin $hasSome $hasAll
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
OPERATORS = "$eq $ne $gt $gte $lt $lte $in $nin $startsWith $exists $hasSome $hasAll".split()
OPERANDS: dict[str, Any] = {
    "createdDate": "2024-01-01T00:00:00Z", "updatedDate": "2024-01-01T00:00:00Z",
    "deliveryTimeSlotFromDate": "2024-01-01T00:00:00Z", "deliveryTimeSlotToDate": "2024-01-01T00:00:00Z",
    "archived": True, "seenByAHuman": True, "priceSummary.total.amount": "5.00",
}  # fmt: skip


def operand(field: str, operator: str) -> Any:
    value = OPERANDS.get(field, "PAID")
    if operator in ("$in", "$nin", "$hasSome", "$hasAll"):
        return [value]
    return {"$exists": True, "$startsWith": "t"}.get(operator, value)


def test_the_schema_has_these_rows_in_this_order() -> None:
    assert [row[0] for row in ROWS] == [field.name for field in oq.load_schema().fields]
    assert [row[1].split() for row in ROWS] == [list(field.operators) for field in oq.load_schema().fields]
    assert len(ROWS) == 29
    assert len(OPERATORS) == 12


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_pair_is_as_in_the_table(row: list[str], operator: str) -> None:
    report = oq.check({"search": {"filter": {row[0]: {operator: operand(row[0], operator)}}}})
    if operator in row[1].split():
        assert report.ok
        assert report.plan is not None
    else:
        (error,) = report.errors
        assert (error.code, error.pointer) == ("operator-not-allowed", f"/search/filter/{row[0]}/{operator}")
        for name in row[1].split():
            assert name in error.help
        assert report.plan is None


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_sort_is_as_in_the_table(row: list[str]) -> None:
    report = oq.check({"search": {"sort": [{"fieldName": row[0]}]}})
    codes = [diagnostic.code for diagnostic in report.diagnostics]
    assert codes == {"yes": [], "D10": ["undocumented-sort"]}.get(row[-1], ["not-sortable"])
    assert report.ok == (row[-1] in ("yes", "D10"))
