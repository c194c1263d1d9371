"""The documented table, written a second time, against what the checker accepts and refuses."""

from __future__ import annotations

from typing import Any

import oracle
import pytest

import orderquery as oq
from orderquery.language.operators import OPERATORS, Takes

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
FIELDS = oq.load_schema().fields
VALUES: dict[str, Any] = {"instant": "2024-01-01T00:00:00Z", "boolean": True, "amount": "5.00"}
"""A value of each type; of the others a text."""


def operand(name: str, operator: str) -> Any:
    (row,) = [row for row in FIELDS if row.name == name]
    value = VALUES.get(row.type.name, "PAID")
    return {Takes.VALUE: value, Takes.VALUES: [value], Takes.FLAG: True, Takes.TEXT: "t"}[OPERATORS[operator].takes]


def test_the_schema_has_these_rows_in_this_order() -> None:
    here, there = [row[0] for row in ROWS], [field.name for field in FIELDS]
    more, less = [name for name in there if name not in here], [name for name in here if name not in there]
    assert not more, f"write the rows of {more} in TABLE, too: {__file__}"
    assert not less, f"no field of the package: {less} in TABLE of {__file__}"
    assert here == there, "the rows of TABLE have another order"


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_field_has_these_operators_in_this_order(field: oq.Field) -> None:
    written = [row[1] for row in ROWS if row[0] == field.name]
    assert written == [" ".join(field.operators)], f"write the operators of {field.name} in TABLE, too: {__file__}"


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_the_oracle_knows_every_field(field: oq.Field) -> None:
    _, _, is_many, is_sortable = oracle.row_of(field.name)
    assert (is_many, is_sortable) == (field.many, field.sortable), f"FIELDS of {oracle.__file__}"


@pytest.mark.parametrize("operator", OPERATORS)
def test_the_oracle_knows_every_operator(operator: str) -> None:
    """It says so before it looks at a value: a value that is missing decides nothing about it."""
    for field in FIELDS:
        value = [] if field.many else None
        assert oracle.comparison(field.name, operator, operand(field.name, operator), value) in (True, False)


def test_the_oracle_names_what_it_does_not_know() -> None:
    with pytest.raises(NotImplementedError, match=r'the operator "\$new": write a branch in comparison'):
        oracle.comparison("number", "$new", "1", None)
    with pytest.raises(NotImplementedError, match='the field "new": write its row in FIELDS'):
        oracle.search([{"id": "a"}], [], {"filter": {"new": "1"}})


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
