"""The methods of an emulator for pricing plans orders."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, Literal, cast

from ..diagnostics.arguments import items
from .wire.base import EmptyResponse
from .wire.plan_requests import (
    EffectiveAt,
    ListPlanOrdersResponse,
    PlanOrderPreviewResponse,
    PlanOrderResponse,
    PlanPricePreviewResponse,
)

JSON = Any
PlanFieldSet = Literal["BASIC", "FULL"]


class PricingPlanMethods(ABC):
    """One method for every operation of pricing plans.

    Dates are texts, such as ``2026-01-01T00:00:00.000Z``.
    """

    @abstractmethod
    def _call(self, name: str, **request: JSON) -> Any:
        """Run an operation on the keys of its request."""

    def management_list_orders(
        self,
        *,
        buyer_ids: Iterable[str] = (),
        plan_ids: Iterable[str] = (),
        auto_renew_canceled: bool | None = None,
        order_statuses: Iterable[str] = (),
        payment_statuses: Iterable[str] = (),
        sorting: JSON = None,
        limit: int | None = None,
        offset: int | None = None,
        field_set: PlanFieldSet | None = None,
    ) -> ListPlanOrdersResponse:
        """Return one page of the site's orders; an empty list does not filter."""
        response = self._call(
            "management_list_orders",
            buyerIds=items("buyer_ids", buyer_ids, "ids"),
            planIds=items("plan_ids", plan_ids, "ids"),
            autoRenewCanceled=auto_renew_canceled,
            orderStatuses=items("order_statuses", order_statuses, "statuses"),
            paymentStatuses=items("payment_statuses", payment_statuses, "statuses"),
            sorting=sorting,
            limit=limit,
            offset=offset,
            fieldSet=field_set,
        )
        return cast(ListPlanOrdersResponse, response)

    def member_list_orders(
        self,
        member_id: str,
        *,
        plan_ids: Iterable[str] = (),
        auto_renew_canceled: bool | None = None,
        order_statuses: Iterable[str] = (),
        payment_statuses: Iterable[str] = (),
        sorting: JSON = None,
        limit: int | None = None,
        offset: int | None = None,
        field_set: PlanFieldSet | None = None,
    ) -> ListPlanOrdersResponse:
        """Return one page of a member's orders; an empty list does not filter."""
        response = self._call(
            "member_list_orders",
            memberId=member_id,
            planIds=items("plan_ids", plan_ids, "ids"),
            autoRenewCanceled=auto_renew_canceled,
            orderStatuses=items("order_statuses", order_statuses, "statuses"),
            paymentStatuses=items("payment_statuses", payment_statuses, "statuses"),
            sorting=sorting,
            limit=limit,
            offset=offset,
            fieldSet=field_set,
        )
        return cast(ListPlanOrdersResponse, response)

    def management_get_order(self, order_id: str, *, field_set: PlanFieldSet | None = None) -> PlanOrderResponse:
        """Return an order."""
        return cast(PlanOrderResponse, self._call("management_get_order", id=order_id, fieldSet=field_set))

    def member_get_order(
        self, member_id: str, order_id: str, *, field_set: PlanFieldSet | None = None
    ) -> PlanOrderResponse:
        """Return an order of a member."""
        response = self._call("member_get_order", id=order_id, memberId=member_id, fieldSet=field_set)
        return cast(PlanOrderResponse, response)

    def create_offline_order(
        self,
        plan_id: str,
        member_id: str,
        *,
        start_date: str | None = None,
        paid: bool | None = None,
        coupon_code: str | None = None,
        submission_id: str | None = None,
    ) -> PlanOrderResponse:
        """Create an order that is paid outside the site."""
        response = self._call(
            "create_offline_order",
            planId=plan_id,
            memberId=member_id,
            startDate=start_date,
            paid=paid,
            couponCode=coupon_code,
            submissionId=submission_id,
        )
        return cast(PlanOrderResponse, response)

    def get_offline_order_preview(
        self, plan_id: str, member_id: str, *, start_date: str | None = None, coupon_code: str | None = None
    ) -> PlanOrderPreviewResponse:
        """Return an order as it would be created; nothing is stored."""
        response = self._call(
            "get_offline_order_preview",
            planId=plan_id,
            memberId=member_id,
            startDate=start_date,
            couponCode=coupon_code,
        )
        return cast(PlanOrderPreviewResponse, response)

    def get_price_preview(self, plan_id: str, *, coupon_code: str | None = None) -> PlanPricePreviewResponse:
        """Return the prices of a plan."""
        return cast(PlanPricePreviewResponse, self._call("get_price_preview", planId=plan_id, couponCode=coupon_code))

    def cancel_plan_order(self, order_id: str, effective_at: EffectiveAt) -> EmptyResponse:
        """Cancel an order as the site's owner."""
        return cast(EmptyResponse, self._call("cancel_plan_order", id=order_id, effectiveAt=effective_at))

    def request_cancellation(self, member_id: str, order_id: str, effective_at: EffectiveAt) -> EmptyResponse:
        """Cancel an order as its buyer."""
        response = self._call("request_cancellation", id=order_id, memberId=member_id, effectiveAt=effective_at)
        return cast(EmptyResponse, response)

    def mark_as_paid(self, order_id: str) -> EmptyResponse:
        """Mark an offline order as paid, all its cycles included."""
        return cast(EmptyResponse, self._call("mark_as_paid", id=order_id))

    def pause_order(self, order_id: str) -> EmptyResponse:
        """Pause an active order."""
        return cast(EmptyResponse, self._call("pause_order", id=order_id))

    def resume_order(self, order_id: str) -> EmptyResponse:
        """Resume a paused order."""
        return cast(EmptyResponse, self._call("resume_order", id=order_id))

    def postpone_end_date(self, order_id: str, end_date: str) -> EmptyResponse:
        """Move the end of an order."""
        return cast(EmptyResponse, self._call("postpone_end_date", id=order_id, endDate=end_date))
