"""A shop that changes at random while it is synced: for the model-based test.

Every change is one that a shop can make, or a service can show. ``gentle`` worlds have only what a plain sync must
find; the others also delete orders, change payments of old orders without them, and set clocks back, which only a
verification can find.
"""

from __future__ import annotations

from random import Random
from typing import Any

from sync_service import Service

from orderquery.language.datetimes import write_instant

JSON = Any
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
DAY_US = 1_440 * MINUTE_US
LATE_US = 9 * MINUTE_US
"""Less than the least overlap."""


class ShopWorld:
    """A service with orders, and changes to them by one source of randomness."""

    def __init__(self, seed: object, *, gentle: bool) -> None:
        self.dice, self.gentle = Random(f"shop world {seed}"), gentle
        self.service = Service(dated=self.dice.random() < 0.8)
        self._next = 0
        self.changes = 0
        for _ in range(self.dice.choice((0, 1, 5, 15, 40))):
            self._put(self.now - self.dice.randrange(400 * DAY_US))

    @property
    def now(self) -> int:
        return self.service.clock.now()

    def change(self) -> None:
        """Make one change, or a few that belong together."""
        gentle = (
            self._create, self._create, self._update, self._update, self._update, self._cancel, self._pay,
            self._bulk_update, self._appear_late, self._undated, self._approve, self._pass_time, self._of_the_future,
        )  # fmt: skip
        rough = (self._delete, self._change_payment_only, self._set_clock_back)
        self.dice.choice(gentle if self.gentle else (*gentle, *gentle, *rough))()
        self.changes += 1

    # -- changes ---------------------------------------------------------------------------------------------------

    def _put(self, updated: int | None, **values: JSON) -> str:
        self._next += 1
        number = self.dice.choice((str(10_000 + self._next), str(10_000 + self._next), None, "A-7", "7"))
        created = write_instant((self.now if updated is None else updated) - self.dice.randrange(DAY_US))
        values = {"createdDate": self.dice.choice((created,) * 9 + (None,)), **values}
        key = f"order-{self._next:05}"
        self.service.put(key, None if updated is None else write_instant(updated), number, **values)
        return key

    def _some(self) -> str | None:
        ids = self.service.store.search({}).ids
        return self.dice.choice(ids) if ids else None

    def _create(self) -> None:
        price = {"amount": "5.00"}
        line = {"productName": {"original": "Mug"}, "quantity": 1, "price": price, "itemType": {"preset": "PHYSICAL"}}
        status = self.dice.choice(("APPROVED", "APPROVED", "INITIALIZED", "PENDING"))
        order = {
            "lineItems": [line],
            "channelInfo": {"type": "WEB"},
            "priceSummary": {"total": price},
            "status": status,
        }
        self.service.emulator.create_order(order)

    def _update(self) -> None:
        key = self._some()
        status = self.service.store.get(key)["status"] if key else "PENDING"
        if key and status not in ("PENDING", "REJECTED"):
            self.service.emulator.update_order(key, {"archived": self.dice.random() < 0.5, "buyerLanguage": "de"})

    def _cancel(self) -> None:
        key = self._some()
        if key and self.service.store.get(key)["status"] == "APPROVED":
            self.service.emulator.cancel_order(key)

    def _pay(self) -> None:
        key = self._some()
        if key and self.service.store.get(key).get("priceSummary"):
            payment = {"amount": {"amount": "1.00"}, "regularPaymentDetails": {"offlinePayment": True}}
            self.service.emulator.add_payments(key, [payment])

    def _bulk_update(self) -> None:
        """Give many orders one stamp."""
        stamp = self.now - self.dice.choice((0, 0, SECOND_US))
        for _ in range(self.dice.choice((3, 15))):
            self._put(stamp)

    def _appear_late(self) -> None:
        self._put(self.now - self.dice.randrange(LATE_US))

    def _undated(self) -> None:
        self._put(None)

    def _approve(self) -> None:
        """Let a hidden order become visible."""
        hidden = [order["id"] for order, _ in self._all() if order.get("status") == "INITIALIZED"]
        if hidden:
            order = self.service.store.get(self.dice.choice(hidden))
            self.service.write({**order, "status": "APPROVED", "updatedDate": write_instant(self.now)})

    def _all(self) -> list[tuple[JSON, JSON]]:
        import json

        return [
            (json.loads(order.document), other)
            for order, other in self.service.store.iterate_records()
            if order is not None
        ]

    def _pass_time(self) -> None:
        self.service.clock.advance(self.dice.choice((1, SECOND_US // 2, 30 * SECOND_US, 20 * MINUTE_US, 3 * DAY_US)))

    def _of_the_future(self) -> None:
        # Without a header Date, the newest order is the only clock of the service.
        if self.service.dated and self.dice.random() < 0.2:
            self._put(self.now + DAY_US)

    def _delete(self) -> None:
        key = self._some()
        if key:
            self.service.store.delete([key])

    def _change_payment_only(self) -> None:
        key = self._some()
        if key:
            self.service.pay(key, f"method {self.dice.randrange(100)}")

    def _set_clock_back(self) -> None:
        self.service.clock.set(self.now - self.dice.randrange(2 * DAY_US))
