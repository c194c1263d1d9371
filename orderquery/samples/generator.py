"""Synthetic orders and their transactions, the same on every machine.

An order depends only on the seed and its index, so a shorter run is the beginning of a longer one. Amounts are in cents
and times in milliseconds until they are formatted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from ..diagnostics.arguments import optional, require
from . import vocabulary as words
from .shop import LAST_MOMENT_MS, ORDERS, Dice, Money, customer, instant, moment, product

JSON = dict[str, Any]

_FIRST_NUMBER = 10_001
_MEDIA = "https://static.wixstatic.com/media/"
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_ITEM_COUNTS = (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4, 5)
_QUANTITIES = (1, 1, 1, 1, 1, 1, 2, 2, 3, 12)
_UNSETTLED = frozenset(("PENDING", "PENDING_MERCHANT", "DECLINED", "CANCELED"))


def sample(count: int, seed: int = 0, *, until: date | None = None) -> Iterator[JSON]:
    """Return ``count`` orders by creation, each followed by its transactions, if any.

    Documents share no objects, so the caller may change them. With ``until``, all dates move by the same number of
    days, so that the last order is of that day; nothing but a delivery is later.
    """
    require("count", count, int, "a number of orders")
    require("seed", seed, int, "a whole number")
    optional("until", until, date, "a date: date(2026, 1, 31)")
    return _documents(count, seed, until)


def _documents(count: int, seed: int, until: date | None) -> Iterator[JSON]:
    calendar = _CALENDAR if until is None or not count else _calendar_until(until, _Draft(seed, count - 1).created)
    for index in range(count):
        draft = _Draft(seed, index, calendar)
        yield draft.build_order()
        transactions = draft.build_transactions()
        if transactions is not None:
            yield transactions


def sample_lines(count: int, seed: int = 0, *, until: date | None = None) -> Iterator[bytes]:
    """Yield the documents of ``sample`` as compact UTF-8 JSON, without line breaks."""
    import msgspec

    return map(msgspec.json.Encoder().encode, sample(count, seed, until=until))


class _Calendar(NamedTuple):
    """How far dates are moved, and the last moment of an order before that."""

    shift_ms: int
    last_ms: int


_CALENDAR = _Calendar(0, LAST_MOMENT_MS)


def _calendar_until(day: date, last_created: int) -> _Calendar:
    """Return the calendar in which the last order is of a day."""
    last_day = last_created // _DAY_MS
    return _Calendar((day.toordinal() - last_day) * _DAY_MS, (last_day + 1) * _DAY_MS - 1)


class _Draft:
    """An order that is being drawn."""

    def __init__(self, seed: int, index: int, calendar: _Calendar = _CALENDAR) -> None:
        self.seed, self.calendar = seed, calendar
        self.dice = dice = Dice(seed, ORDERS, index)
        self.id = dice.guid()
        self.number = str(_FIRST_NUMBER + index)
        begin = moment(index)
        self.now = self.created = begin + dice.below(moment(index + 1) - begin)
        self.customer = customer(seed, dice.rank(5, 13))
        self.channel = dice.pick(words.CHANNELS)
        self.status = dice.pick(words.STATUSES)
        self.payment_status = dice.pick(words.PAYMENT_STATUSES[self.status])
        self.money = Money(self.customer.city.currency, dice.below(3))
        self.activities = [{"createdDate": self._instant(self.created), "type": "ORDER_PLACED"}]
        self.subtotal = self.discount = self.tax = 0
        self.shipped = False
        self.items = [self._draw_item(position) for position in range(1, 1 + dice.pick(_ITEM_COUNTS))]
        self.delivery = self._draw_delivery()
        self.shipping = self.delivery.price if self.delivery else 0
        self.total = self.subtotal + self.shipping + self.tax - self.discount
        self.payments, self.refunds = self._draw_payments()
        self.fulfillment = self._draw_fulfillment()

    def _instant(self, moment_ms: int) -> str:
        return instant(moment_ms + self.calendar.shift_ms)

    def _add_activity(self, kind: str, max_bits: int) -> str:
        """Add an activity up to ``2**max_bits`` milliseconds later; return its instant."""
        self.now = min(self.now + 1 + self.dice.below(1 << max_bits), self.calendar.last_ms)
        at = self._instant(self.now)
        self.activities.append({"createdDate": at, "type": kind})
        return at

    def _draw_item(self, position: int) -> JSON:
        dice = self.dice
        if dice.chance(6):
            return self._draw_custom_item(position)
        goods, quantity, money = product(self.seed, dice.rank(3, 8)), dice.pick(_QUANTITIES), self.money
        gross = goods.price * quantity
        discount = gross * dice.pick((10, 15, 25)) // 100 if position == 1 and dice.chance(14) else 0
        rate = self.customer.city.tax
        tax = ((gross - discount) * rate + 5000) // 10_000
        self.subtotal += gross
        self.discount += discount
        self.tax += tax
        self.shipped = self.shipped or goods.preset == "PHYSICAL"
        chosen = {name: dice.pick(values) for name, values in goods.options}
        item: JSON = {
            "id": f"00000000-0000-0000-0000-{position:012}",
            "productName": {"original": goods.name},
            "catalogReference": {"catalogItemId": goods.item_id, "appId": goods.app_id},
            "quantity": quantity,
            "image": {"id": goods.image, "url": f"{_MEDIA}{goods.image}", "height": 3951, "width": 2977},
            "physicalProperties": {"sku": goods.sku, "shippable": goods.preset == "PHYSICAL"},
            "itemType": {"preset": goods.preset},
            "price": money(goods.price),
            "totalPriceBeforeTax": money(gross - discount),
            "totalPriceAfterTax": money(gross - discount + tax),
            "paymentOption": "FULL_PAYMENT_ONLINE",
        }
        if rate:
            item["taxDetails"] = {"taxRate": f"0.{rate:04}", "totalTax": money(tax)}
        if discount:
            item["totalDiscount"] = money(discount)
        if chosen:
            item["descriptionLines"] = [_description_line(name, value) for name, value in chosen.items()]
            item["catalogReference"]["options"] = {"options": chosen, "variantId": dice.guid()}
        if dice.chance(2):
            item["subscriptionInfo"] = self._draw_subscription(dice.guid())
        return item

    def _draw_custom_item(self, position: int) -> JSON:
        """Draw an item that the merchant typed in: it is in no catalog and has no tax."""
        price, money = 200 + 25 * self.dice.below(100), self.money
        self.subtotal += price
        return {
            "id": f"00000000-0000-0000-0000-{position:012}",
            "productName": {"original": self.dice.pick(words.CUSTOM_ITEMS)},
            "quantity": 1,
            "image": {"id": "", "url": "", "height": 0, "width": 0},
            "price": money(price),
            "totalPriceBeforeTax": money(price),
            "totalPriceAfterTax": money(price),
            "paymentOption": "FULL_PAYMENT_ONLINE",
        }

    def _draw_subscription(self, identity: str) -> JSON:
        return {
            "id": identity,
            "cycleNumber": 1 + self.dice.below(12),
            "subscriptionSettings": {"frequency": "MONTH", "interval": 1, "autoRenewal": True},
        }

    def _draw_delivery(self) -> words.Shipping | None:
        """Draw a shipping method; ``None`` at the counter and for digital goods."""
        if not self.shipped or (self.channel == "POS" and self.dice.chance(85)):
            return None
        return self.dice.pick(words.SHIPPING)

    def _draw_payments(self) -> tuple[list[JSON], list[JSON]]:
        """Draw payments and refunds that agree with the payment status."""
        self.paid = self.refunded = 0
        status, total = self.payment_status, self.total
        if status in ("NOT_PAID", "UNSPECIFIED"):
            return [], []
        if status in _UNSETTLED:
            kind = "PAYMENT_PENDING" if status.startswith("PENDING") else "PAYMENT_FAILED"
            return [self._draw_payment(total, status, self._add_activity(kind, 18))], []
        self.paid = total * (20 + self.dice.below(60)) // 100 if status == "PARTIALLY_PAID" else total
        at = self._add_activity("ORDER_PARTIALLY_PAID" if self.paid < total else "ORDER_PAID", 18)
        draw = self.dice.below(100)
        first = self.paid if draw < 4 or draw > 15 else self.paid * (10 + self.dice.below(80)) // 100
        payments = [self._draw_gift_card(first, at) if draw < 10 else self._draw_payment(first, "APPROVED", at)]
        if first < self.paid:
            payments.append(self._draw_payment(self.paid - first, "APPROVED", at))
        return payments, self._draw_refunds(payments, [first, self.paid - first])

    def _draw_payment(self, cents: int, status: str, at: str) -> JSON:
        dice, method = self.dice, self.dice.pick(words.PAYMENT_METHODS[self.channel])
        details = {"gatewayTransactionId": dice.guid(), "paymentMethod": method}
        offline = method in words.OFFLINE_METHODS
        if not offline:
            details["providerTransactionId"] = f"pi_{dice.below(1 << 52):013x}"
        return {
            "id": dice.guid(),
            "regularPaymentDetails": details | {"offlinePayment": offline, "status": status},
            "createdDate": at,
            "updatedDate": at,
            "amount": self.money(cents),
            "refundDisabled": False,
        }

    def _draw_gift_card(self, cents: int, at: str) -> JSON:
        dice = self.dice
        return {
            "id": dice.guid(),
            "giftcardPaymentDetails": {
                "giftCardPaymentId": dice.guid(),
                "giftCardId": "",
                "appId": words.GIFT_CARDS_APP,
                "voided": False,
            },
            "createdDate": at,
            "updatedDate": at,
            "amount": self.money(cents),
            "refundDisabled": True,
        }

    def _draw_refunds(self, payments: list[JSON], cents: list[int]) -> list[JSON]:
        """Draw refunds: of every payment if full, else of a part of the last payment."""
        status, dice = self.payment_status, self.dice
        if not status.endswith("REFUNDED"):
            return []
        returned = list(zip(payments, cents, strict=False))
        if status == "PARTIALLY_REFUNDED":
            payment, paid = returned[-1]
            returned = [(payment, max(1, paid * (10 + dice.below(80)) // 100))]
        at = self._add_activity("ORDER_REFUNDED", 31)
        self.refunded = sum(amount for _, amount in returned)
        transactions = [self._draw_refund(payment, amount, at) for payment, amount in returned]
        items = [{"lineItemId": self.items[0]["id"], "quantity": 1}]
        details = {"items": items, "shippingIncluded": status == "FULLY_REFUNDED"}
        return [{"id": dice.guid(), "transactions": transactions, "details": details, "createdDate": at}]

    def _draw_refund(self, payment: JSON, cents: int, at: str) -> JSON:
        payment["updatedDate"] = at
        regular = payment.get("regularPaymentDetails")
        if regular:
            regular["status"] = "REFUNDED" if self.payment_status == "FULLY_REFUNDED" else "PARTIALLY_REFUNDED"
        return {
            "paymentId": payment["id"],
            "amount": self.money(cents),
            "refundStatus": "SUCCEEDED",
            "gatewayRefundId": self.dice.guid(),
            "externalRefund": bool(regular and regular["offlinePayment"]),
        }

    def _draw_fulfillment(self) -> str:
        if self.status == "CANCELED":
            self._add_activity("ORDER_CANCELED", 29)
        if self.status != "APPROVED":
            return "NOT_FULFILLED"
        state = self.dice.pick(words.FULFILLMENT_STATUSES)
        if state == "PARTIALLY_FULFILLED" and len(self.items) == 1:
            state = "FULFILLED"
        if state != "NOT_FULFILLED":
            self._add_activity("ORDER_FULFILLED" if state == "FULFILLED" else "TRACKING_NUMBER_ADDED", 29)
            if self.delivery and not self.delivery.pickup:
                self._add_activity("SHIPPING_CONFIRMATION_EMAIL_SENT", 14)
        return state

    def build_transactions(self) -> JSON | None:
        """Build the envelope with the payments, or ``None`` without any."""
        if not self.payments:
            return None
        return {"orderTransactions": {"orderId": self.id, "payments": self.payments, "refunds": self.refunds}}

    def build_order(self) -> JSON:
        """Build the order, with the keys of the REST API in their order."""
        person, money, city = self.customer, self.money, self.customer.city
        buyer, creator = self._draw_people()
        order: JSON = {
            "id": self.id,
            "number": self.number,
            "createdDate": self._instant(self.created),
            "updatedDate": self._instant(self.now),
            "lineItems": self.items,
            "buyerInfo": buyer,
            "paymentStatus": self.payment_status,
            "fulfillmentStatus": self.fulfillment,
            "buyerLanguage": city.language,
            "weightUnit": "LB" if city.country == "US" else "KG",
            "currency": city.currency,
            "taxIncludedInPrices": False,
            "priceSummary": {
                "subtotal": money(self.subtotal),
                "shipping": money(self.shipping),
                "tax": money(self.tax),
                "discount": money(self.discount),
                "total": money(self.total),
                "totalAdditionalFees": money(0),
            },
        }
        if buyer:
            order["billingInfo"] = {"address": dict(person.address), "contactDetails": dict(person.contact)}
        if self.delivery:
            order["shippingInfo"] = self._build_shipping_info(self.delivery)
        order["status"] = self.status
        if not self.dice.chance(15):
            order["archived"] = self.dice.chance(12)
        order["taxSummary"] = {"totalTax": money(self.tax)}
        order["appliedDiscounts"] = self._draw_discounts()
        order["activities"] = self.activities
        order["attributionSource"] = "UNSPECIFIED"
        order["createdBy"] = creator
        order["channelInfo"] = self._build_channel_info()
        self._add_optional_keys(order)
        order["balanceSummary"] = {
            "balance": money(self.total - self.paid),
            "paid": money(self.paid),
            "refunded": money(self.refunded),
        }
        order["additionalFees"] = []
        return order

    def _draw_people(self) -> tuple[dict[str, str], dict[str, str]]:
        """Draw the buyer and the creator; most sales at the counter have no buyer."""
        dice, person, channel = self.dice, self.customer, self.channel
        if channel == "POS" and self.delivery is None and dice.chance(70):
            return {}, {"userId": dice.pick(words.STAFF)}
        buyer = {"contactId": person.contact_id, "email": person.email}
        if channel in words.MARKETPLACES:
            if dice.chance(20):
                del buyer["email"]
            return buyer, {"appId": words.SALES_CHANNELS_APP}
        if person.member_id and dice.chance(80):
            buyer["memberId"] = person.member_id
            creator = {"memberId": person.member_id}
        else:
            buyer["visitorId"] = person.visitor_id
            creator = {"visitorId": person.visitor_id}
        return buyer, {"userId": dice.pick(words.STAFF)} if channel in words.BY_STAFF else creator

    def _build_channel_info(self) -> dict[str, str]:
        info = {"type": self.channel}
        if self.channel in words.MARKETPLACES:
            dice = self.dice
            info["externalOrderId"] = f"{10 + dice.below(90)}-{dice.below(100_000):05}-{dice.below(100_000):05}"
        return info

    def _build_shipping_info(self, method: words.Shipping) -> JSON:
        money, person = self.money, self.customer
        destination = {"address": dict(person.address), "contactDetails": dict(person.contact)}
        logistics: JSON = {"shippingDestination": destination}
        if method.pickup:
            logistics = {"pickupDetails": {"address": dict(person.address), "pickupMethod": "STORE_PICKUP"}}
        if method.delivery_time is not None:
            logistics["deliveryTime"] = method.delivery_time
        if method.slot:
            begin = (self.created // _HOUR_MS + 2 + self.dice.below(120)) * _HOUR_MS
            logistics["deliveryTimeSlot"] = {"from": self._instant(begin), "to": self._instant(begin + 2 * _HOUR_MS)}
        info: JSON = {
            "title": method.title,
            "logistics": logistics,
            "cost": {
                "price": money(method.price),
                "totalPriceBeforeTax": money(method.price),
                "totalPriceAfterTax": money(method.price),
            },
        }
        if method.region is not None:
            info["region"] = {"name": method.region}
        return info

    def _draw_discounts(self) -> list[JSON]:
        if not self.discount:
            return []
        name = self.dice.pick(words.COUPONS)
        coupon = {"id": self.dice.guid(), "code": name, "name": name, "amount": self.money(self.discount)}
        return [{"discountType": "SPECIFIC_ITEMS", "lineItemIds": [self.items[0]["id"]], "coupon": coupon}]

    def _add_optional_keys(self, order: JSON) -> None:
        """Add the keys that only some orders have."""
        dice = self.dice
        if not dice.chance(20):
            order["seenByAHuman"] = self.status != "INITIALIZED" and dice.chance(80)
        if self.channel in words.WITH_CHECKOUT:
            order["checkoutId"] = dice.guid()
            order["cartId"] = dice.guid()
        if self.status != "INITIALIZED":
            order["purchasedDate"] = order["createdDate"]
        if dice.chance(4):
            order["buyerNote"] = dice.pick(words.NOTES)
        if dice.chance(3):
            order["subscriptionInfo"] = self._draw_subscription(self.customer.subscription)
        if self.status == "APPROVED" and dice.chance(60):
            statuses = list(dice.pick(words.FULFILLER_STATUSES[self.fulfillment]))
            order["fulfillmentStatusesAggregate"] = {"statuses": statuses}


def _description_line(name: str, value: str) -> JSON:
    """Return a chosen option as a line of an item's description."""
    kind = "colorInfo" if name == "Color" else "plainText"
    return {"name": {"original": name}, kind: {"original": value}}
