"""The operations of pricing plans orders: rows of the table in ``operations``."""

from __future__ import annotations

from .operation import Operation
from .plan_lists import item_parameters, list_parameters
from .wire.base import EmptyResponse
from .wire.plan_requests import (
    MEMBER_HEADER,
    CancelPlanOrderRequest,
    CreateOfflinePlanOrderRequest,
    GetPlanOrderRequest,
    ListPlanOrdersRequest,
    ListPlanOrdersResponse,
    MemberGetPlanOrderRequest,
    MemberListPlanOrdersRequest,
    PlanOrderPreviewResponse,
    PlanOrderRequest,
    PlanOrderResponse,
    PlanPricePreviewResponse,
    PostponePlanEndDateRequest,
    PreviewOfflinePlanOrderRequest,
    PreviewPlanPriceRequest,
    RequestPlanCancellationRequest,
)

READ_DATE = "2026-11-22"
"""When the documents were read."""

RECORDED_DATE = "2026-11-28"
"""When the calls of the published SDK were recorded."""

_AREA = "/pricing-plans/v2"
_CHECKOUT = f"{_AREA}/checkout/orders"
_MEMBER = ((MEMBER_HEADER, "memberId"),)

_LIST_NOTE = "A list is a repeated parameter. All parameters may also come as one, .r: their JSON in base64url."

PLAN_OPERATIONS = (
    Operation(
        "management_list_orders", "pricing plans", "GET", f"{_AREA}/orders", "List Orders", "documents", READ_DATE,
        "plans.list_orders", "orders.managementListOrders", ListPlanOrdersRequest, ListPlanOrdersResponse,
        parameters=list_parameters, note=_LIST_NOTE,
    ),
    Operation(
        "member_list_orders", "pricing plans", "GET", f"{_AREA}/member/orders", "Member List Orders", "documents",
        READ_DATE, "plans.list_member_orders", "orders.memberListOrders", MemberListPlanOrdersRequest,
        ListPlanOrdersResponse, codes=("MEMBER_UNKNOWN",), parameters=list_parameters, headers=_MEMBER,
        note=_LIST_NOTE,
    ),
    Operation(
        "management_get_order", "pricing plans", "GET", f"{_AREA}/orders/{{id}}", "Get Plan Order", "documents",
        READ_DATE, "plans.get_order", "orders.managementGetOrder", GetPlanOrderRequest, PlanOrderResponse,
        codes=("ORDER_NOT_FOUND",), parameters=item_parameters,
    ),
    Operation(
        "member_get_order", "pricing plans", "GET", f"{_AREA}/member/orders/{{id}}", "Member Get Order", "documents",
        READ_DATE, "plans.get_member_order", "orders.memberGetOrder", MemberGetPlanOrderRequest, PlanOrderResponse,
        codes=("ORDER_NOT_FOUND", "MEMBER_UNKNOWN"), parameters=item_parameters, headers=_MEMBER,
    ),
    Operation(
        "create_offline_order", "pricing plans", "POST", f"{_CHECKOUT}/offline", "Create Offline Order", "documents",
        READ_DATE, "plans.create_offline", "orders.createOfflineOrder", CreateOfflinePlanOrderRequest,
        PlanOrderResponse, writes=True, codes=("PLAN_NOT_FOUND", "ERROR_COUPON_DOES_NOT_EXIST"),
    ),
    Operation(
        "get_offline_order_preview", "pricing plans", "POST", f"{_CHECKOUT}/preview-offline",
        "Get Offline Order Preview", "documents", READ_DATE, "plans.preview_offline",
        "orders.getOfflineOrderPreview", PreviewOfflinePlanOrderRequest, PlanOrderPreviewResponse,
        codes=("PLAN_NOT_FOUND", "ERROR_COUPON_DOES_NOT_EXIST"),
    ),
    Operation(
        "get_price_preview", "pricing plans", "POST", f"{_CHECKOUT}/price-preview", "Get Price Preview", "documents",
        READ_DATE, "plans.preview_price", "orders.getPricePreview", PreviewPlanPriceRequest, PlanPricePreviewResponse,
        codes=("PLAN_NOT_FOUND", "ERROR_COUPON_DOES_NOT_EXIST"),
    ),
    Operation(
        "cancel_plan_order", "pricing plans", "POST", f"{_AREA}/orders/{{id}}/cancel", "Cancel Plan Order",
        "documents", READ_DATE, "plans.cancel", "orders.cancelOrder", CancelPlanOrderRequest, EmptyResponse,
        writes=True, codes=("ORDER_NOT_FOUND", "ORDER_ALREADY_CANCELED", "ORDER_CAN_ONLY_BE_CANCELED_IMMEDIATELY"),
    ),
    Operation(
        "request_cancellation", "pricing plans", "POST", f"{_AREA}/member/orders/{{id}}/cancel",
        "Request Cancellation", "documents", READ_DATE, "plans.request_cancellation", "orders.requestCancellation",
        RequestPlanCancellationRequest, EmptyResponse, writes=True, headers=_MEMBER,
        codes=(
            "ORDER_NOT_FOUND", "ORDER_ALREADY_CANCELED", "ORDER_CAN_ONLY_BE_CANCELED_IMMEDIATELY", "MEMBER_UNKNOWN",
        ),
    ),
    Operation(
        "mark_as_paid", "pricing plans", "POST", f"{_AREA}/orders/{{id}}/mark-as-paid", "Mark As Paid", "documents",
        READ_DATE, "plans.mark_as_paid", "orders.markAsPaid", PlanOrderRequest, EmptyResponse, writes=True,
        codes=("ORDER_NOT_FOUND", "ORDER_IS_NOT_OFFLINE", "ORDER_ALREADY_PAID"),
    ),
    Operation(
        "pause_order", "pricing plans", "POST", f"{_AREA}/orders/{{id}}/pause", "Pause Order", "documents", READ_DATE,
        "plans.pause", "orders.pauseOrder", PlanOrderRequest, EmptyResponse, writes=True,
        codes=("ORDER_NOT_FOUND", "ORDER_NOT_ACTIVE"),
    ),
    Operation(
        "resume_order", "pricing plans", "POST", f"{_AREA}/orders/{{id}}/resume", "Resume Order", "documents",
        READ_DATE, "plans.resume", "orders.resumeOrder", PlanOrderRequest, EmptyResponse, writes=True,
        codes=("ORDER_NOT_FOUND", "ORDER_NOT_PAUSED"),
    ),
    Operation(
        "postpone_end_date", "pricing plans", "PATCH", f"{_AREA}/orders/{{id}}", "Postpone End Date", "documents",
        READ_DATE, "plans.postpone_end_date", "orders.postponeEndDate", PostponePlanEndDateRequest, EmptyResponse,
        writes=True,
        codes=(
            "ORDER_NOT_FOUND", "END_DATE_MUST_BE_LATER", "ORDER_HAS_NO_END_DATE", "ORDER_IS_PAUSED",
            "ORDER_NOT_ACTIVE",
        ),
    ),
    Operation(
        "create_online_order", "pricing plans", "POST", f"{_CHECKOUT}/online", "Create Online Order", "unsupported",
        RECORDED_DATE, sdk="orders.createOnlineOrder", nearest="create_offline_order",
    ),
    Operation(
        "get_online_order_preview", "pricing plans", "POST", f"{_CHECKOUT}/preview-online",
        "Get Online Order Preview", "unsupported", RECORDED_DATE, sdk="orders.getOnlineOrderPreview",
        nearest="get_offline_order_preview",
    ),
)  # fmt: skip

WRONG_PLAN_PATHS = {
    f"{_AREA}/orders/query": f"send GET {_AREA}/orders with parameters",
    f"{_AREA}/orders/{{id}}/markAsPaid": f"send POST {_AREA}/orders/ID/mark-as-paid",
}
"""Paths that clients post to in vain, each with what to send."""
