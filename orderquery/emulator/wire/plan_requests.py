"""The requests and answers of pricing plans orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, PrivateAttr

from ...language.limits import MAX_LIST_ITEMS
from ...syntax.json_decoder import decode_decimal, decode_json
from .base import JsonObject, WireModel, WireRequest, WireResponse
from .values import DateTime, Guid, Whole

MAX_LISTED = 50
"""Orders in one answer, for members too; from the published typings (D65)."""
MAX_OFFSET = 2**31 - 1
MAX_COUPON_CHARS = 20
MEMBER_HEADER = "x-orderquery-member"
"""The header with the calling member's id; the service reads it from the caller's token (D67)."""

PlanOrderStatus = Literal["UNDEFINED", "DRAFT", "PENDING", "ACTIVE", "PAUSED", "ENDED", "CANCELED"]
PlanPaymentStatus = Literal["UNDEFINED", "PAID", "REFUNDED", "FAILED", "UNPAID", "PENDING", "NOT_APPLICABLE"]
FieldSet = Literal["BASIC", "FULL", "UNKNOWN_SET"]
EffectiveAt = Literal["IMMEDIATELY", "NEXT_PAYMENT_DATE"]
PageSize = Annotated[Whole, Field(ge=1, le=MAX_LISTED)]
PageOffset = Annotated[Whole, Field(ge=0, le=MAX_OFFSET)]


class PlanSorting(WireModel):
    """How a list is sorted: by ``createdDate`` or ``endDate``."""

    field_name: str | None = None
    order: Literal["ASC", "DESC"] | None = None


_SPELLINGS = {
    "sort": "sorting.fieldName",
    "sort.fieldName": "sorting.fieldName",
    "sort.order": "sorting.order",
    "sort.direction": "sorting.order",
    "sortBy": "sorting.fieldName",
    "direction": "sorting.order",
    "order": "sorting.order",
    "fieldName": "sorting.fieldName",
    "status": "orderStatuses",
    "statuses": "orderStatuses",
    "orderStatus": "orderStatuses",
    "paymentStatus": "paymentStatuses",
    "planId": "planIds",
    "paging.limit": "limit",
    "paging.offset": "offset",
    "skip": "offset",
    "query": "orderStatuses, planIds or another parameter",
    "filter": "orderStatuses, planIds or another parameter",
}
"""Names that clients use for the parameters of a list, and what to write."""


class MemberListPlanOrdersRequest(WireRequest):
    """The parameters of the list of a member's orders, and the member."""

    spellings: ClassVar[Mapping[str, str]] = {**_SPELLINGS, "buyerIds": MEMBER_HEADER}
    member_id: str = ""
    plan_ids: list[Guid] | None = Field(None, max_length=MAX_LIST_ITEMS)
    auto_renew_canceled: bool | None = None
    order_statuses: list[PlanOrderStatus] | None = Field(None, max_length=MAX_LIST_ITEMS)
    payment_statuses: list[PlanPaymentStatus] | None = Field(None, max_length=MAX_LIST_ITEMS)
    limit: PageSize | None = None
    offset: PageOffset | None = None
    sorting: PlanSorting | None = None
    field_set: FieldSet | None = None


class ListPlanOrdersRequest(WireRequest):
    """The parameters of the list of a site's orders."""

    spellings: ClassVar[Mapping[str, str]] = {
        **_SPELLINGS,
        **dict.fromkeys(("buyerId", "memberId", "memberIds", "buyer.memberId"), "buyerIds"),
    }
    buyer_ids: list[Guid] | None = Field(None, max_length=MAX_LIST_ITEMS)
    plan_ids: list[Guid] | None = Field(None, max_length=MAX_LIST_ITEMS)
    auto_renew_canceled: bool | None = None
    order_statuses: list[PlanOrderStatus] | None = Field(None, max_length=MAX_LIST_ITEMS)
    payment_statuses: list[PlanPaymentStatus] | None = Field(None, max_length=MAX_LIST_ITEMS)
    limit: PageSize | None = None
    offset: PageOffset | None = None
    sorting: PlanSorting | None = None
    field_set: FieldSet | None = None


class GetPlanOrderRequest(WireRequest):
    """The id in the path of a pricing plans order, and how much of it to return."""

    id: str
    field_set: FieldSet | None = None


class MemberGetPlanOrderRequest(GetPlanOrderRequest):
    """The same, and the member."""

    member_id: str = ""


class CreateOfflinePlanOrderRequest(WireRequest):
    """The body of Create Offline Order."""

    plan_id: Guid
    member_id: Guid
    start_date: DateTime | None = None
    paid: bool | None = None
    coupon_code: str | None = Field(None, min_length=1, max_length=MAX_COUPON_CHARS)
    submission_id: Guid | None = None


class PreviewOfflinePlanOrderRequest(WireRequest):
    """The body of Get Offline Order Preview."""

    plan_id: Guid
    member_id: Guid
    start_date: DateTime | None = None
    coupon_code: str | None = Field(None, min_length=1, max_length=MAX_COUPON_CHARS)


class PreviewPlanPriceRequest(WireRequest):
    """The body of Get Price Preview."""

    plan_id: Guid
    coupon_code: str | None = Field(None, min_length=1, max_length=MAX_COUPON_CHARS)


class PlanOrderRequest(WireRequest):
    """The id in the path of a pricing plans order."""

    id: str


class CancelPlanOrderRequest(PlanOrderRequest):
    """The body of Cancel Order, and the id of its path."""

    effective_at: EffectiveAt


class RequestPlanCancellationRequest(CancelPlanOrderRequest):
    """The body of Request Cancellation, the id of its path, and the member."""

    member_id: str = ""


class PostponePlanEndDateRequest(PlanOrderRequest):
    """The body of Postpone End Date, and the id of its path."""

    end_date: DateTime


class PlanPagingMetadata(WireResponse):
    """The page of a list: orders on it, orders before it, and all orders."""

    count: int
    offset: int
    total: int
    too_many_to_count: bool = False


class ListPlanOrdersResponse(WireResponse):
    """One page of pricing plans orders."""

    orders: list[JsonObject]
    paging_metadata: PlanPagingMetadata
    _documents: list[bytes] | None = PrivateAttr(None)

    @classmethod
    def of_documents(cls, documents: list[bytes], metadata: PlanPagingMetadata) -> Self:
        """Return the answer with stored documents, which are written as they are."""
        response = cls(orders=[_decoded(document) for document in documents], paging_metadata=metadata)
        response._documents = documents
        return response

    def to_bytes(self) -> bytes:
        """Return the answer as JSON; documents keep their bytes."""
        if self._documents is None:
            return super().to_bytes()
        metadata = self.paging_metadata.to_bytes()
        return b'{"orders":[' + b",".join(self._documents) + b'],"pagingMetadata":' + metadata + b"}"


class PlanOrderResponse(WireResponse):
    """One pricing plans order."""

    order: JsonObject
    _document: bytes | None = PrivateAttr(None)

    @classmethod
    def of_document(cls, document: bytes) -> Self:
        """Return the answer with a stored document, which is written as it is."""
        response = cls(order=_decoded(document))
        response._document = document
        return response

    def to_bytes(self) -> bytes:
        """Return the answer as JSON; a document keeps its bytes."""
        return super().to_bytes() if self._document is None else b'{"order":' + self._document + b"}"


def _decoded(document: bytes) -> JsonObject:
    decoded: JsonObject = decode_json(document, decode_decimal)
    return decoded


class PlanOrderPreviewResponse(WireResponse):
    """A previewed order, and whether the buyer would have too many orders of its plan."""

    order: JsonObject
    purchase_limit_exceeded: bool


class PlanPricePreviewResponse(WireResponse):
    """The prices of a plan's cycles."""

    prices: list[JsonObject]
