"""A state machine over the whole service: an emulator on some store against the plain model, step by step."""

from __future__ import annotations

import service_requests as requests
from hypothesis import strategies as st
from hypothesis.stateful import initialize
from service_comparison import JSON, PLANS, bulk_json, counted_rule
from service_model.service import Service
from service_model.values import instant
from service_plan_rules import PlanRules

import orderquery as oq
from orderquery.emulator.clock import Clock

START = instant("2026-01-31T10:00:00.000Z")
BY_NUMBER = [{"fieldName": "number", "order": "ASC"}]


class ServiceMachine(PlanRules):
    """Every operation with any order, plan order or payment, while time passes."""

    @initialize(
        details=st.booleans(),
        orders=st.tuples(requests.new_orders, requests.new_orders),
        plans=st.tuples(requests.new_plan_orders, requests.new_plan_orders),
    )
    def begin(self, details: bool, orders: list[JSON], plans: list[JSON]) -> None:
        self.clock = Clock(START, frozen=True)
        self.shop = oq.Emulator(self.store, clock=self.clock, seed="machine", details_updated=details)
        self.first.reset(self.shop)
        self.clock.set(START)
        assert self.store.list_all_entries() == []
        assert [*self.store.iterate_records(self.store.site)] == []
        assert self.shop.load_plans(PLANS.values()).plans == len(PLANS)
        self.model = Service(START, [*PLANS.values()], details_updated=details)
        for order in orders:
            self.create(order, None)
        for plan_order in plans:
            self.create_plan_order(**plan_order)

    # -- orders ------------------------------------------------------------------------------------------------

    def create(self, order: JSON, settings: JSON) -> None:
        answers = self.both(lambda: self.shop.create_order(order, settings), lambda: self.model.create(order, settings))
        if answers is not None:
            found, expected = answers
            self.same(found.order, expected)
            self.model.add_created(expected, settings)
            self.compare_events()

    @counted_rule(order=requests.new_orders, settings=requests.order_settings)
    def create_order(self, order: JSON, settings: JSON) -> None:
        self.create(order, settings)

    @counted_rule(order=requests.refused_orders)
    def create_odd_order(self, order: JSON) -> None:
        self.create(order, None)

    @counted_rule(which=requests.few, order=requests.updates)
    def update_order(self, which: int, order: JSON) -> None:
        order_id = self.order_id(which)
        answers = self.both(lambda: self.shop.update_order(order_id, order), lambda: self.model.update(order_id, order))
        self.accept(answers, lambda found: found.order)

    @counted_rule(
        items=st.lists(st.tuples(requests.few_or_nameless, requests.updates, requests.masks), max_size=4),
        returned=st.booleans(),
    )
    def bulk_update_orders(self, items: list[tuple[int, JSON, str | None]], returned: bool) -> None:
        named = [(None if which < 0 else self.order_id(which), order, mask) for which, order, mask in items]
        sent = [
            {
                "order": {**order, **({} if order_id is None else {"id": order_id})},
                **({} if mask is None else {"fieldMask": mask}),
            }
            for order_id, order, mask in named
        ]
        answers = self.both(
            lambda: self.shop.bulk_update_orders(sent, return_entity=returned),
            lambda: self.model.bulk_update(named, returned),
        )
        self.accept(answers, bulk_json)

    @counted_rule(
        which=requests.few,
        restock=st.sampled_from([None, False, True]),
        email=st.sampled_from([None, True]),
        message=requests.messages,
    )
    def cancel_order(self, which: int, restock: bool | None, email: bool | None, message: str | None) -> None:
        order_id = self.order_id(which)
        answers = self.both(
            lambda: self.shop.cancel_order(
                order_id, restock_all_items=restock, send_order_canceled_email=email, custom_message=message
            ),
            lambda: self.model.cancel(order_id, restock=restock, email=email, message=message),
        )
        self.accept(answers, lambda found: found.order)

    @counted_rule(which=requests.few)
    def get_order(self, which: int) -> None:
        order_id = self.order_id(which)
        answers = self.both(lambda: self.shop.get_order(order_id).order, lambda: self.model.get(order_id))
        if answers is not None:
            self.same(*answers)

    @counted_rule(loaded=requests.loaded)
    def load_order(self, loaded: tuple[JSON, JSON]) -> None:
        order, transactions = loaded
        if order["id"] not in self.model.orders:
            self.store.load([order, {"orderTransactions": transactions}])
            self.model.load(order, transactions)

    @counted_rule(search=requests.searches, limit=st.sampled_from([1, 2, 5, 100]))
    def search_orders(self, search: JSON, limit: int) -> None:
        expected = self.model.search(search)
        page = self.shop.search_orders({**search, "cursorPaging": {"limit": limit}})
        found = list(page.orders)
        while page.next is not None:
            page = self.shop.search_orders({"cursorPaging": {"cursor": page.next}})
            found += page.orders
        assert [order["id"] for order in found] == expected
        assert found == [self.model.orders[order_id] for order_id in expected]

    # -- payments ----------------------------------------------------------------------------------------------

    @counted_rule(which=requests.few, payments=requests.payment_lists)
    def add_payments(self, which: int, payments: list[JSON]) -> None:
        order_id = self.order_id(which)
        answers = self.both(
            lambda: self.shop.add_payments(order_id, payments), lambda: self.model.add_payments(order_id, payments)
        )
        self.accept(answers, lambda found: found.to_json())

    @counted_rule(which=requests.few, payment=requests.few, status=requests.odd_statuses)
    def update_payment_status(self, which: int, payment: int, status: str | None) -> None:
        order_id = self.order_id(which)
        payment_id = self.payment_id(order_id, payment)
        answers = self.both(
            lambda: self.shop.update_payment_status(order_id, payment_id, status),  # type: ignore[arg-type]
            lambda: self.model.update_payment_status(order_id, payment_id, status),
        )
        self.accept(answers, lambda found: found.to_json())

    @counted_rule(
        chosen=st.lists(st.tuples(requests.few, requests.few), max_size=4),
        status=requests.odd_statuses.filter(bool),
        returned=st.booleans(),
    )
    def bulk_update_payment_statuses(self, chosen: list[tuple[int, int]], status: str, returned: bool) -> None:
        pairs = []
        for which, payment in chosen:
            order_id = self.order_id(which)
            pairs.append((order_id, self.payment_id(order_id, payment)))
        sent = [{"orderId": order_id, "paymentId": payment_id} for order_id, payment_id in pairs]
        answers = self.both(
            lambda: self.shop.bulk_update_payment_statuses(sent, status, return_full_entity=returned),
            lambda: self.model.bulk_statuses(pairs, status, returned),
        )
        self.accept(answers, bulk_json)

    @counted_rule(chosen=st.lists(requests.few, min_size=1, max_size=4))
    def list_transactions(self, chosen: list[int]) -> None:
        ids = [self.order_id(which) for which in chosen]
        answers = self.both(
            lambda: self.shop.list_transactions_for_single_order(ids[0]).order_transactions,
            lambda: self.model.transactions_of(ids[0]),
        )
        if answers is not None:
            self.same(*answers)
        several = self.shop.list_transactions_for_multiple_orders(ids).order_transactions
        known = [order_id for order_id in dict.fromkeys(ids) if order_id in self.model.orders]
        assert several == [self.model.transactions_of(order_id) for order_id in known]

    # -- time and state ----------------------------------------------------------------------------------------

    @counted_rule(length=requests.lengths, settle=st.booleans())
    def pass_time(self, length: int, settle: bool) -> None:
        self.model.now += length
        if settle:
            self.shop.advance_to(self.model.now)
            self.model.settle()
            self.compare_events()
        else:
            self.clock.advance(length)

    @counted_rule(again=st.booleans())
    def save(self, again: bool) -> None:
        if again or self.saved is None:
            self.saved = self.shop.save(), self.model.copy()

    @counted_rule(ready=st.sampled_from([False, False, True]))
    def restore(self, ready: bool) -> None:
        if ready and self.saved is not None:
            snapshot, model = self.saved
            self.shop.restore(snapshot)
            self.model, self.seen = model.copy(), 0
            assert self.clock.now() == self.model.now
            self.compare_everything(BY_NUMBER)

    @counted_rule(sort=requests.sorts)
    def read_everything(self, sort: JSON) -> None:
        self.compare_everything(sort)

    def compare_everything(self, sort: JSON) -> None:
        self.model.settle()
        shown = {record.id: record.shown for record in self.model.plan_orders.values()}
        found: dict[str, JSON] = {}
        while True:
            page = self.shop.management_list_orders(field_set="FULL", offset=len(found)).orders
            found |= {order["id"]: order for order in page}
            if len(page) < 50:
                break
        assert found == shown
        self.compare_events()
        for order_id, order in self.model.orders.items():
            assert self.shop.get_order(order_id).order == order
            transactions = self.shop.list_transactions_for_single_order(order_id).order_transactions
            assert transactions == self.model.transactions_of(order_id)
        page = self.shop.search_orders({"sort": sort})
        assert list(page.ids) == self.model.search({"sort": sort})[:100]

    def teardown(self) -> None:
        if hasattr(self, "model"):
            self.shop.close()


RULES = sorted(name for name in dir(ServiceMachine) if hasattr(getattr(ServiceMachine, name), "is_counted"))
