"""A server with everything in it, and one request for each operation that it answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from plan_lives import MEMBER, PLANS
from serving import Answer, Asker
from test_emulator_cases import NEW_ORDER

import orderquery as oq
from orderquery.emulator.clock import Clock
from orderquery.emulator.operation import Operation
from orderquery.emulator.operations import OPERATIONS

JSON = Any
START = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
JSON_TYPE = [(b"content-type", b"application/json")]
MEMBER_HEADERS = [*JSON_TYPE, (b"x-orderquery-member", MEMBER.encode())]
PAYMENT = {"amount": {"amount": "1.00"}, "regularPaymentDetails": {"paymentMethod": "Cash", "status": "APPROVED"}}
MONTHLY = PLANS["monthly"]["id"]
CONTROLS = (
    ("POST", "reset"), ("POST", "save"), ("POST", "restore"), ("GET", "clock"), ("POST", "clock"), ("GET", "faults"),
    ("POST", "faults"), ("DELETE", "faults"), ("GET", "deliveries/faults"), ("POST", "deliveries/faults"),
    ("DELETE", "deliveries/faults"),
)  # fmt: skip
"""The control routes, below ``/_orderquery/``."""
BODIES: dict[str, JSON] = {
    "create_order": {"order": NEW_ORDER, "settings": {"orderApprovalStrategy": "PAYMENT_RECEIVED"}},
    "search_orders": {"search": {"filter": {"paymentMethods": "Cash"}}},
    "update_order": {"order": {"archived": True}},
    "add_payments": {"payments": [PAYMENT]},
    "update_payment_status": {"status": "CANCELED"},
    "create_offline_order": {"planId": MONTHLY, "memberId": MEMBER},
    "get_offline_order_preview": {"planId": MONTHLY, "memberId": MEMBER},
    "get_price_preview": {"planId": MONTHLY},
    "cancel_plan_order": {"effectiveAt": "IMMEDIATELY"},
    "request_cancellation": {"effectiveAt": "NEXT_PAYMENT_DATE"},
    "postpone_end_date": {"endDate": "2031-01-01T00:00:00.000Z"},
}
"""The bodies of the operations that need one and no id in it."""


class FullShop:
    """A server with the control routes over orders, payments, plans, events and deliveries."""

    def __init__(self, now: int = START, **options: JSON) -> None:
        self.store = oq.open_store(":memory:")
        self.emulator = oq.Emulator(
            self.store,
            clock=Clock(now, frozen=True),
            seed="full",
            webhook_urls=["http://127.0.0.1:9/hook"],
            **options,
        )
        # Deliveries wait: there is no receiver.
        self.emulator.deliveries._background = False
        self.emulator.load_plans(PLANS.values())
        order = self.emulator.create_order(**BODIES["create_order"]).order
        self.order_id = order["id"]
        self.payment_id = self.emulator.add_payments(self.order_id, [PAYMENT]).payments_ids[0]
        self.plan_order_id = self.emulator.create_offline_order(MONTHLY, MEMBER).order["id"]
        self.asker = Asker(app=oq.create_app(self.store, emulator=self.emulator, control=True, search_seconds=600))

    def body_of(self, operation: Operation) -> JSON:
        """Return a right body of an operation."""
        ids = {"orderId": self.order_id, "paymentId": self.payment_id}
        others: dict[str, JSON] = {
            "bulk_update_orders": {"orders": [{"order": {"id": self.order_id, "archived": True}}]},
            "bulk_update_payment_statuses": {"paymentAndOrderIds": [ids], "status": "CANCELED"},
            "list_transactions_for_multiple_orders": {"orderIds": [self.order_id]},
        }
        return {**others, **BODIES}.get(operation.name, {})

    def path_of(self, operation: Operation, **ids: str) -> str:
        """Return the path of an operation on what is there; ``ids`` replace its ids."""
        plans = operation.area == "pricing plans"
        there = {"orderId": self.order_id, "paymentId": self.payment_id}
        there["id"] = self.plan_order_id if plans else self.order_id
        path = operation.path
        for name, value in {**there, **ids}.items():
            path = path.replace(f"{{{name}}}", value)
        return path

    def ask(self, operation: Operation, body: bytes | None = None, query: str = "", **ids: str) -> Answer:
        """Send a request of an operation, with its right body where none is given."""
        raw = json.dumps(self.body_of(operation)).encode() if body is None else body
        pieces = [raw] if operation.method != "GET" else []
        path = self.path_of(operation, **ids) + query
        return self.asker.raw(operation.method, path.encode(), pieces, MEMBER_HEADERS)

    def control(self, method: str, name: str, body: bytes = b"{}") -> Answer:
        """Send a request of a control route."""
        return self.asker.raw(method, f"/_orderquery/{name}".encode(), [body], JSON_TYPE)

    def ask_everything(self, advance: str = "2h") -> Iterator[tuple[str, Answer]]:
        """Yield the answer of every operation, and of the server's own reads."""
        # What cancels comes last: it ends what others could change.
        for operation in sorted(OPERATIONS, key=lambda operation: "cancel" in operation.name):
            if operation.is_supported:
                yield operation.name, self.ask(operation)
        for path in ("events?after=0&envelopes=true", "deliveries?after=0"):
            yield path, self.asker.raw("GET", f"/_orderquery/{path}".encode())
        yield "clock", self.control("POST", "clock", json.dumps({"advance": advance}).encode())
        yield "list after that", self.asker.raw("GET", b"/pricing-plans/v2/orders")
        yield "save", self.control("POST", "save")
