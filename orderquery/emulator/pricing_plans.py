"""The service of pricing plans orders.

What time brings to an order is done before the next read or write of its site, in the order of its dates, and
announced with them. Orders that were loaded keep their status: time counts for orders that were created here.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..diagnostics.errors import StoreError
from ..documents.ingest import Record
from ..documents.rest_names import in_rest_names
from ..language.datetimes import read_instant
from ..language.schema import load_schema
from ..language.types import is_guid
from ..stores.service_state import Entry
from ..syntax.json_decoder import decode_decimal, decode_json
from .documents import encode_document, read_object
from .errors import Refused, application_error
from .events import EventDraft
from .plan_errors import plan_error
from .plan_lists import check_sorting, list_query
from .plan_loads import PLAN
from .plan_prices import InvalidPlan, PlanTerms, read_plan, terms_of_order
from .plan_rules import (
    OVER,
    PlanEvent,
    PlanOrder,
    cancel,
    due,
    mark_as_paid,
    new_order,
    pause,
    postpone_end_date,
    preview,
    resume,
    settle,
)
from .request import ReadRequest
from .site import Site, SiteChange
from .wire.base import EmptyResponse
from .wire.plan_requests import (
    ListPlanOrdersRequest,
    ListPlanOrdersResponse,
    MemberListPlanOrdersRequest,
    PlanOrderPreviewResponse,
    PlanOrderResponse,
    PlanPagingMetadata,
    PlanPricePreviewResponse,
)

if TYPE_CHECKING:
    from ..compiler.query import Query
    from ..stores.base import Store
    from ..stores.service_state import StoreTransaction

JSON = Any

PLANS_SCHEMA = "pricing-plans"
ENTITY = "wix.pricing_plans.v2.order"
DUE = "plan-order"
"""The kind of the entries of orders that were created here; the position is when time changes them next."""
_NEVER = 1 << 62
_COUNTED = ["PENDING", "ACTIVE", "PAUSED", "ENDED", "CANCELED", "UNDEFINED"]
"""The orders that count as purchases: all but drafts."""


class PricingPlanService:
    """The pricing plans orders of one site."""

    def __init__(self, site: Site) -> None:
        self._site, self._schema = site, load_schema(PLANS_SCHEMA)
        site.settlers.append(self._settle)

    # -- reads -------------------------------------------------------------------------------------------------

    check_list_orders = check_list_member_orders = staticmethod(check_sorting)

    def list_orders(self, request: ReadRequest) -> ListPlanOrdersResponse:
        """Answer List Orders."""
        wanted = ListPlanOrdersRequest.model_validate(request.body)
        return self._list(list_query(self._schema, wanted), wanted.field_set)

    def list_member_orders(self, request: ReadRequest) -> ListPlanOrdersResponse:
        """Answer List Orders of the calling member."""
        wanted = MemberListPlanOrdersRequest.model_validate(request.body)
        return self._list(list_query(self._schema, wanted, _member(request)), wanted.field_set)

    def _list(self, query: Query, field_set: str | None) -> ListPlanOrdersResponse:
        store = self._settled_store()
        page = store.search(query)
        documents = [self._shown(document, field_set) for document in page.documents]
        metadata = PlanPagingMetadata(count=len(documents), offset=query.offset, total=store.count(query))
        return ListPlanOrdersResponse.of_documents(documents, metadata)

    def get_order(self, request: ReadRequest) -> PlanOrderResponse:
        """Answer Get Order."""
        return self._get(request)

    def get_member_order(self, request: ReadRequest) -> PlanOrderResponse:
        """Answer Get Order of the calling member."""
        return self._get(request, _member(request))

    def _get(self, request: ReadRequest, member_id: str | None = None) -> PlanOrderResponse:
        order_id = request.body["id"]
        document = self._settled_store().get_document(order_id)
        if document is None:
            raise plan_error("ORDER_NOT_FOUND", id=order_id)
        response = PlanOrderResponse.of_document(self._shown(document, request.body.get("fieldSet")))
        _require_buyer(response.order, order_id, member_id)
        return response

    def _shown(self, document: bytes, field_set: str | None) -> bytes:
        """Return a stored document in REST names, with what the field set has (D70)."""
        if field_set == "FULL" or b'"submissionData"' not in document:
            return in_rest_names(self._schema, document)
        order = self._decoded(document)
        form = order.get("formData")
        if isinstance(form, dict):
            form.pop("submissionData", None)
        return encode_document(order, "order")

    def _decoded(self, document: bytes) -> PlanOrder:
        order: PlanOrder = decode_json(in_rest_names(self._schema, document), decode_decimal)
        return order

    # -- new orders --------------------------------------------------------------------------------------------

    def create_offline(self, request: ReadRequest) -> PlanOrderResponse:
        """Answer Create Offline Order."""
        body, terms = request.body, self._terms(request)
        with self._site.write() as change:
            order, events = new_order(
                terms,
                change.new_id,
                member_id=body["memberId"],
                now=change.now,
                start=read_instant(body.get("startDate")),
                paid=bool(body.get("paid")),
                submission_id=body.get("submissionId"),
            )
            self._put(change, [order])
            self._emit(change, order, events)
            _keep_time(change, [order])
        return PlanOrderResponse(order=order)

    def preview_offline(self, request: ReadRequest) -> PlanOrderPreviewResponse:
        """Answer Get Offline Order Preview; nothing is stored."""
        body, terms = request.body, self._terms(request)
        start = read_instant(body.get("startDate"))
        now = self._site.clock.now()
        order, _ = new_order(terms, lambda: "", member_id=body["memberId"], now=now, start=start)
        exceeded = 0 < terms.purchase_limit <= self._count_orders(body["memberId"], terms.plan_id)
        return PlanOrderPreviewResponse(order=preview(order, terms), purchase_limit_exceeded=exceeded)

    def preview_price(self, request: ReadRequest) -> PlanPricePreviewResponse:
        """Answer Get Price Preview."""
        return PlanPricePreviewResponse(prices=self._terms(request).prices(preview=True))

    def _count_orders(self, member_id: str, plan_id: str) -> int:
        conditions = {"buyer.memberId": member_id, "planId": plan_id, "status": {"$in": _COUNTED}}
        return self._store.count({"filter": conditions})

    def _terms(self, request: ReadRequest) -> PlanTerms:
        """Return the terms of a request's plan: of a loaded one, else of an order of it."""
        plan_id, coupon = request.body["planId"], request.body.get("couponCode")
        terms = self._find_terms(plan_id)
        if terms is None:
            raise plan_error("PLAN_NOT_FOUND", planId=plan_id)
        if coupon is not None:
            raise plan_error("ERROR_COUPON_DOES_NOT_EXIST", couponCode=coupon, planId=plan_id)
        return terms

    def _find_terms(self, plan_id: str) -> PlanTerms | None:
        entry = self._site.store.read_entry(PLAN, plan_id)
        if entry is not None:
            # A restored snapshot can hold any plan.
            with suppress(InvalidPlan):
                return read_plan(read_object(entry))
        page = self._store.search({"filter": {"planId": plan_id}})
        found = (terms_of_order(self._decoded(document)) for document in page.documents)
        return next((terms for terms in found if terms is not None), None)

    # -- changes -----------------------------------------------------------------------------------------------

    def cancel(self, request: ReadRequest) -> EmptyResponse:
        """Answer Cancel Order."""
        return self._change(request, lambda order, now: cancel(order, request.body["effectiveAt"], now))

    def request_cancellation(self, request: ReadRequest) -> EmptyResponse:
        """Answer Request Cancellation of the calling member."""
        effective_at = request.body["effectiveAt"]
        return self._change(
            request, lambda order, now: cancel(order, effective_at, now, by_member=True), _member(request)
        )

    def mark_as_paid(self, request: ReadRequest) -> EmptyResponse:
        """Answer Mark As Paid."""
        return self._change(request, mark_as_paid)

    def pause(self, request: ReadRequest) -> EmptyResponse:
        """Answer Pause Order."""
        return self._change(request, pause)

    def resume(self, request: ReadRequest) -> EmptyResponse:
        """Answer Resume Order."""
        return self._change(request, resume)

    def postpone_end_date(self, request: ReadRequest) -> EmptyResponse:
        """Answer Postpone End Date."""
        end_date = read_instant(request.body["endDate"])
        assert end_date is not None
        return self._change(request, lambda order, _: postpone_end_date(order, end_date))

    def _change(
        self, request: ReadRequest, rule: Callable[[PlanOrder, int], list[PlanEvent]], member_id: str | None = None
    ) -> EmptyResponse:
        """Change one order by a rule of the order and the time."""
        order_id = request.body["id"]
        with self._site.write() as change:
            order = self._read(change, order_id)
            if order is None:
                raise plan_error("ORDER_NOT_FOUND", id=order_id)
            _require_buyer(order, order_id, member_id)
            events = rule(order, change.now)
            order["updatedDate"] = change.updated_after(order.get("updatedDate"))
            self._put(change, [order])
            self._emit(change, order, events)
            if change.transaction.entry(DUE, order_id) is not None:
                _keep_time(change, [order])
        return EmptyResponse()

    # -- time --------------------------------------------------------------------------------------------------

    def next_due(self) -> int | None:
        """Return when time changes an order next, in microseconds, or ``None``."""
        found = self._site.store.list_entries(DUE, limit=1)
        return found[0].position if found and found[0].position < _NEVER else None

    def run_due(self) -> None:
        """Make every change that time has brought."""
        self._settled_store()

    def _settled_store(self) -> Store:
        """Return the store of these orders, after what is due."""
        site = self._site
        if not site.read_only and site.store.list_entries(DUE, until=site.clock.now(), limit=1):
            with site.write():
                pass  # a write begins with what is due
        return self._store

    def _settle(self, change: SiteChange) -> None:
        """Make every change that time has brought, the earliest first."""
        waiting = [(entry.position, entry.key) for entry in change.transaction.entries(DUE, until=change.now)]
        if not waiting:
            return
        changed: dict[str, PlanOrder] = {}
        while waiting:
            _, order_id = heapq.heappop(waiting)
            order = changed.get(order_id) or self._read_writable(change, order_id)
            if order is None:
                change.transaction.drop(DUE, [order_id])
                continue
            changed[order_id] = order
            at = due(order)
            if at is None or at > change.now:
                continue
            with change.at(at):
                events = settle(order, at)
                order["updatedDate"] = change.updated_after(order.get("updatedDate"))
                self._emit(change, order, events)
            heapq.heappush(waiting, (due(order) or _NEVER, order_id))
        self._put(change, changed.values())
        _keep_time(change, changed.values())

    # -- records and events ------------------------------------------------------------------------------------

    @property
    def _store(self) -> Store:
        try:
            return self._site.store.at_table(self._schema)
        except StoreError as problem:
            if self._site.store.can_write:
                raise
            raise application_error(501, "UNSUPPORTED", str(problem)) from None

    def _orders(self, change: SiteChange) -> StoreTransaction:
        return change.transaction.at_table(self._schema)

    def _read(self, change: SiteChange, order_id: str) -> PlanOrder | None:
        document = self._orders(change).read("order", order_id)
        return None if document is None else self._decoded(document)

    def _read_writable(self, change: SiteChange, order_id: str) -> PlanOrder | None:
        """Return an order that can be written again.

        A load can replace one of this emulator by any other.
        """
        order = self._read(change, order_id)
        try:
            return order if order is not None and encode_document(order, "order") else None
        except Refused:
            return None

    def _put(self, change: SiteChange, orders: Iterable[PlanOrder]) -> None:
        self._orders(change).write(
            Record("order", order["id"], encode_document(order, "order"), order) for order in orders
        )

    def _emit(self, change: SiteChange, order: PlanOrder, events: list[PlanEvent]) -> None:
        for event in events:
            if event.slug == "created":
                payload: dict[str, JSON] = {"createdEvent": {"entity": order}}
            elif event.slug == "updated":
                payload = {"updatedEvent": {"currentEntity": order}}
            else:
                body: dict[str, JSON] = {"order": order}
                if event.cycle_number is not None:
                    body["cycleNumber"] = event.cycle_number
                payload = {"actionEvent": {"body": body}}
            change.emit(EventDraft(ENTITY, event.slug, order["id"], payload))


def _keep_time(change: SiteChange, orders: Iterable[PlanOrder]) -> None:
    """Note when time changes these orders next; those that are over are forgotten."""
    going, over = [], []
    for order in orders:
        at = due(order)
        if order.get("status") in OVER:
            over.append(order["id"])
        else:
            going.append(Entry(DUE, order["id"], _NEVER if at is None else at))
    change.transaction.put(going)
    change.transaction.drop(DUE, over)


def _member(request: ReadRequest) -> str:
    """Return the calling member. Raises ``Refused`` (403) if the request names none."""
    member_id: str = request.body.get("memberId", "")
    if not is_guid(member_id):
        raise plan_error("MEMBER_UNKNOWN")
    return member_id


def _require_buyer(order: PlanOrder, order_id: str, member_id: str | None) -> None:
    """Answer 404 if an order belongs to another member."""
    if member_id is None:
        return
    buyer = order.get("buyer")
    if not isinstance(buyer, dict) or buyer.get("memberId") != member_id:
        raise plan_error("ORDER_NOT_FOUND", id=order_id)
