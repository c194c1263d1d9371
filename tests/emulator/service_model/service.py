"""The whole service in plain dictionaries: orders, transactions, pricing plans, events and time."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy, deepcopy
from typing import Any, NamedTuple

import oracle

from . import orders, payments, plans
from .values import JSON, Document, Refusal, date, event_time, instant, later

ORDER, TRANSACTIONS, PLAN = "wix.ecom.v1.order", "wix.ecom.v1.order_transactions", "wix.pricing_plans.v2.order"


class Event(NamedTuple):
    entity_fqdn: str
    slug: str
    entity: Document
    payload: Document
    time: int

    def document(self) -> Document:
        """Return the event without its own id."""
        return {
            "entityFqdn": self.entity_fqdn,
            "slug": self.slug,
            "entityId": self.entity.get("id", self.entity.get("orderId")),
            **self.payload,
            "eventTime": event_time(self.time),
            "triggeredByAnonymizeRequest": False,
        }


class Service:
    """The state of a site, and a method for every operation. Documents are never changed: a write makes another."""

    def __init__(self, now: int, loaded_plans: list[JSON], *, details_updated: bool = False) -> None:
        self.now = now
        self.loaded_plans = {plan["id"]: plan for plan in loaded_plans}
        self.slugs = ("updated", "details_updated") if details_updated else ("updated",)
        self.orders: dict[str, Document] = {}
        self.transactions: dict[str, Document] = {}
        self.strategies: dict[str, str | None] = {}
        self.plan_orders: dict[str, plans.PlanRecord] = {}
        self.events: list[Event] = []
        self.last_number = 10_000

    def copy(self) -> Service:
        other = copy(self)
        for name in ("orders", "transactions", "strategies", "events"):
            setattr(other, name, copy(getattr(self, name)))
        other.plan_orders = deepcopy(self.plan_orders)
        return other

    # -- events and time ---------------------------------------------------------------------------------------

    def emit(self, entity_fqdn: str, slug: str, entity: Document, payload: Document, at: int | None = None) -> None:
        time = self.now if at is None else at
        if self.events and self.events[-1].time >= time:
            time = self.events[-1].time + 1
        self.events.append(Event(entity_fqdn, slug, entity, payload, time))

    def act(self, entity_fqdn: str, slug: str, entity: Document, body: Document, at: int | None = None) -> None:
        self.emit(entity_fqdn, slug, entity, {"actionEvent": {"body": body}}, at)

    def emit_updated(self, order: Document) -> None:
        self.emit(ORDER, "updated", order, {"updatedEvent": {"currentEntity": order}})

    def emit_plans(self, record: plans.PlanRecord, slugs: list[str], at: int | None = None) -> None:
        order = record.shown
        for slug in slugs:
            name, _, number = slug.partition(":")
            if name == "created":
                self.emit(PLAN, name, order, {"createdEvent": {"entity": order}}, at)
            elif name == "updated":
                self.emit(PLAN, name, order, {"updatedEvent": {"currentEntity": order}}, at)
            else:
                self.act(PLAN, name, order, {"order": order, **({"cycleNumber": int(number)} if number else {})}, at)

    def settle(self) -> None:
        """Let time bring what is due, the earliest first."""
        while True:
            due = [(record.due, key) for key, record in self.plan_orders.items() if record.due is not None]
            at, key = min(due, default=(None, ""))
            if at is None or at > self.now:
                return
            record = self.plan_orders[key]
            self.emit_plans(record, record.settle(), at)

    # -- orders ------------------------------------------------------------------------------------------------

    def load(self, order: Document, transactions: JSON) -> None:
        self.orders[order["id"]] = order
        if transactions is not None:
            self.transactions[order["id"]] = transactions
        self.last_number = max(self.last_number, int(order["number"]))

    def get(self, order_id: str) -> Document:
        if order_id not in self.orders:
            raise Refusal(404, "ORDER_NOT_FOUND")
        return self.orders[order_id]

    def create(self, sent: Document, settings: JSON) -> Document:
        faults = []
        if not 1 <= len(sent["lineItems"]):
            faults.append(("order.lineItems", "MIN_SIZE"))
        if "channelInfo" not in sent:
            faults.append(("order.channelInfo", "REQUIRED_FIELD"))
        for index, line in enumerate(sent["lineItems"]):
            if line["itemType"].get("preset") == "DIGITAL" and "digitalFile" not in line:
                faults.append((f"order.lineItems[{index}].digitalFile", "REQUIRED_FIELD"))
            if not 1 <= line["quantity"] <= 100_000:
                faults.append((f"order.lineItems[{index}].quantity", "MIN" if line["quantity"] < 1 else "MAX"))
        if faults:
            raise Refusal(400, *faults)
        if "purchasedDate" in sent and instant(sent["purchasedDate"]) > self.now:
            raise Refusal(428, "PURCHASED_DATE_CANNOT_BE_IN_FUTURE")
        self.settle()
        strategy = (settings or {}).get("orderApprovalStrategy")
        self.last_number += 1
        order = orders.created(sent, strategy, self.last_number, self.now)
        self.emit(ORDER, "created", order, {"createdEvent": {"entity": order}})
        if order["status"] == "APPROVED":
            self.act(ORDER, "approved", order, {"order": order})
        return order

    def add_created(self, order: Document, settings: JSON) -> None:
        """Keep a created order, when its answer has told its id."""
        self.orders[order["id"]] = order
        self.strategies[order["id"]] = (settings or {}).get("orderApprovalStrategy")

    def update(self, order_id: str, sent: Document) -> Document:
        faults = orders.update_faults(sent)
        if faults:
            raise Refusal(400, *faults)
        return self._update(order_id, sent, None)

    def _update(self, order_id: str, sent: Document, mask: str | None) -> Document:
        order = self.get(order_id)
        orders.refuse_locked(order)
        self.settle()
        at = later(self.now, order["updatedDate"])
        order = orders.updated(order, self.transactions.get(order_id), sent, mask, at)
        self.orders[order_id] = order
        self.emit_updated(order)
        return order

    def bulk_update(self, items: list[tuple[str | None, Document, str | None]], return_entity: bool) -> JSON:
        nameless = [(f"orders[{at}].order.id", "REQUIRED_FIELD") for at, item in enumerate(items) if item[0] is None]
        if not items:
            raise Refusal(400, ("orders", "MIN_SIZE"))
        if nameless:
            raise Refusal(400, *nameless)

        def update(item: tuple[str | None, Document, str | None]) -> JSON:
            order_id, sent, mask = item
            assert order_id is not None
            if orders.update_faults(sent, mask):
                raise Refusal(400, "VALIDATION")
            return self._update(order_id, sent, mask)

        return self._bulk(items, lambda item: item[0], update, return_entity)

    def _bulk(self, items: Any, id_of: Callable[[Any], JSON], change: Callable[[Any], JSON], returned: bool) -> JSON:
        self.settle()
        results = []
        for index, item in enumerate(items):
            metadata: Document = {"id": id_of(item), "originalIndex": index, "success": True}
            result: Document = {"itemMetadata": metadata}
            try:
                entity = change(item)
            except Refusal as refusal:
                metadata |= {"success": False, "error": refusal.reasons[0]}
            else:
                if returned:
                    result["item"] = entity
            results.append(result)
        failures = sum(not result["itemMetadata"]["success"] for result in results)
        return {
            "results": results,
            "bulkActionMetadata": {
                "totalSuccesses": len(results) - failures, "totalFailures": failures, "undetailedFailures": 0,
            },
        }  # fmt: skip

    def cancel(self, order_id: str, *, restock: bool | None, message: str | None, email: bool | None) -> Document:
        if message is not None and not 1 <= len(message) <= 1_000:
            raise Refusal(400, ("customMessage", "MAX_LENGTH" if message else "MIN_LENGTH"))
        order = self.get(order_id)
        orders.refuse_locked(order)
        if order["status"] == "CANCELED":
            self.settle()
            return order
        if payments.total_of(self.transactions.get(order_id), "AUTHORIZED"):
            raise Refusal(428, "ORDER_HAS_AUTHORIZED_TRANSACTION")
        self.settle()
        order = orders.canceled(order, bool(restock), later(self.now, order["updatedDate"]))
        self.orders[order_id] = order
        facts: Document = {"restockAllItems": bool(restock), "sendOrderCanceledEmail": bool(email)}
        if message is not None:
            facts["customMessage"] = message
        self.act(ORDER, "canceled", order, {"order": order, **facts})
        self.emit_updated(order)
        return order

    # -- payments ----------------------------------------------------------------------------------------------

    def transactions_of(self, order_id: str) -> Document:
        self.get(order_id)
        return self.transactions.get(order_id, {"orderId": order_id, "payments": [], "refunds": []})

    def add_payments(self, order_id: str, sent: list[Document]) -> JSON:
        faults = []
        if not 1 <= len(sent) <= 50:
            faults.append(("payments", "MAX_SIZE" if sent else "MIN_SIZE"))
        for index, payment in enumerate(sent):
            if "amount" not in payment:
                faults.append((f"payments[{index}].amount", "REQUIRED_FIELD"))
            elif not any(key.endswith("PaymentDetails") for key in payment):
                faults.append((f"payments[{index}]", "REQUIRED_ONE_OF_FIELD"))
        if faults:
            raise Refusal(400, *faults)
        order, stored = self.get(order_id), self.transactions_of(order_id)
        if len(stored["payments"]) + len(sent) > payments.MOST:
            raise Refusal(400, ("payments", "MAX_SIZE"))
        provider_ids = payments.provider_ids([*stored["payments"], *sent])
        if len(set(provider_ids)) < len(provider_ids):
            raise Refusal(400, "DUPLICATE_PAYMENT")
        self.settle()
        at = later(self.now, order["updatedDate"])
        added = [payments.added(payment, order.get("currency"), at) for payment in sent]
        transactions = {**stored, "payments": [*stored["payments"], *added]}
        ids = self._write_payments(order_id, transactions, added, at)
        return {"orderTransactions": transactions, "paymentsIds": ids}

    def _write_payments(self, order_id: str, transactions: Document, written: list[Document], at: str) -> list[JSON]:
        before = self.orders[order_id]
        order = payments.settled(before, transactions, self.strategies.get(order_id), at)
        self.orders[order_id], self.transactions[order_id] = order, transactions
        # The ids of new payments are told by the answer, and put here and there.
        ids = [payment["id"] for payment in written]
        for slug in self.slugs:
            body = {"orderTransactions": transactions, "paymentIds": ids, "refundIds": []}
            self.act(TRANSACTIONS, slug, transactions, body)
        previous = before.get("paymentStatus")
        if order["paymentStatus"] != previous:
            self.act(ORDER, "payment_status_updated", order, {"order": order, "previousPaymentStatus": previous})
        if order["status"] != before["status"]:
            self.act(ORDER, "approved", order, {"order": order})
        self.emit_updated(order)
        return ids

    def update_payment_status(self, order_id: str, payment_id: str, status: str | None) -> JSON:
        if status is not None and status not in payments.STATUSES:
            raise Refusal(400, ("status", "INVALID_ENUM_VALUE"))
        return {"orderTransactions": self._set_status(order_id, payment_id, status)[0]}

    def _set_status(self, order_id: str, payment_id: str, status: str | None) -> tuple[Document, Document]:
        if order_id not in self.transactions:
            raise Refusal(404, "ORDER_TRANSACTIONS_NOT_FOUND")
        transactions = self.transactions[order_id]
        stored = transactions["payments"]
        index = next((at for at, payment in enumerate(stored) if payment["id"] == payment_id), None)
        if index is None:
            raise Refusal(404, "PAYMENT_NOT_FOUND")
        payments.refuse_status(stored[index], status)
        assert status is not None
        self.settle()
        at = later(self.now, self.orders[order_id]["updatedDate"])
        payment = payments.with_status(stored[index], status, at)
        transactions = {**transactions, "payments": [*stored[:index], payment, *stored[index + 1 :]]}
        self._write_payments(order_id, transactions, [payment], at)
        return transactions, payment

    def bulk_statuses(self, pairs: list[tuple[str, str]], status: str, returned: bool) -> JSON:
        faults = [("status", "INVALID_ENUM_VALUE")] if status not in payments.STATUSES else []
        if not pairs:
            faults.append(("paymentAndOrderIds", "MIN_SIZE"))
        if faults:
            raise Refusal(400, *faults)
        return self._bulk(pairs, lambda pair: pair[1], lambda pair: self._set_status(*pair, status)[1], returned)

    # -- searches ----------------------------------------------------------------------------------------------

    def search(self, search: Document) -> list[str]:
        return oracle.search(self.orders.values(), self.transactions.values(), search)

    # -- pricing plans -----------------------------------------------------------------------------------------

    def create_plan_order(
        self, plan_id: str, member_id: str, start: str | None, *, paid: bool, coupon: str | None, submission: JSON
    ) -> plans.PlanRecord:
        record = self._new_plan_order(plan_id, member_id, start, coupon, paid=paid, submission=submission)
        self.settle()
        self.emit_plans(record, record.take_events())
        return record

    def _new_plan_order(
        self, plan_id: str, member_id: str, start: str | None, coupon: str | None, **options: JSON
    ) -> plans.PlanRecord:
        if plan_id not in self.loaded_plans:
            raise Refusal(404, "PLAN_NOT_FOUND")
        if coupon is not None:
            raise Refusal(400, "ERROR_COUPON_DOES_NOT_EXIST")
        begin = instant(date(self.now) if start is None else start)
        return plans.PlanRecord(self.loaded_plans[plan_id], member_id, begin, self.now, **options)

    def preview(self, plan_id: str, member_id: str, start: str | None, coupon: str | None) -> JSON:
        shown = self._new_plan_order(plan_id, member_id, start, coupon, paid=False, submission=None).shown
        shown.pop("wixPayOrderId", None)
        shown["id"] = shown["subscriptionId"] = "00000000-0000-0000-0000-000000000000"
        shown["pricing"]["prices"][0]["price"]["tax"] = None
        return {"order": shown, "purchaseLimitExceeded": False}

    def add_plan_order(self, record: plans.PlanRecord) -> None:
        """Keep a created order, when its answer has told its ids."""
        shown = record.shown
        record.id, record.subscription_id = shown["id"], shown["subscriptionId"]
        record.wix_pay_id = shown.get("wixPayOrderId", record.wix_pay_id)
        self.plan_orders[shown["id"]] = record

    def get_plan_order(self, order_id: str, member_id: str | None = None) -> Document:
        if member_id == "":
            raise Refusal(403, "MEMBER_UNKNOWN")
        self.settle()
        return self._record(order_id, member_id).shown

    def _record(self, order_id: str, member_id: str | None) -> plans.PlanRecord:
        record = self.plan_orders.get(order_id)
        if record is None or member_id not in (None, record.member_id):
            raise Refusal(404, "ORDER_NOT_FOUND")
        return record

    def change_plan_order(
        self, order_id: str, change: Callable[[plans.PlanRecord], list[str]], member_id: str | None = None
    ) -> None:
        if member_id == "":
            raise Refusal(403, "MEMBER_UNKNOWN")
        self.settle()
        record = self._record(order_id, member_id)
        self.emit_plans(record, change(record))

    def list_plan_orders(self, **wanted: JSON) -> JSON:
        if not 1 <= (wanted["limit"] or 50) <= 50:
            raise Refusal(400, ("limit", "MAX"))
        self.settle()
        return plans.listed([record.shown for record in self.plan_orders.values()], **wanted)
