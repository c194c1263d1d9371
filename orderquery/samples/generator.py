"""Synthetic orders and their transactions: realistic, the same on every machine, never from a real shop.

An order depends on the seed and its position only, so a shorter run is the beginning of a longer one. Amounts are whole
cents and times whole milliseconds until they are written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import vocabulary as words
from .shop import LAST, ORDERS, Dice, Money, customer, instant, moment, product

JSON = dict[str, Any]

_FIRST_NUMBER = 10_001
_MEDIA = "https://static.wixstatic.com/media/"
_HOUR = 3_600_000
_LINES = (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4, 5)
_QUANTITIES = (1, 1, 1, 1, 1, 1, 2, 2, 3, 12)
_UNSETTLED = frozenset(("PENDING", "PENDING_MERCHANT", "DECLINED", "CANCELED"))


def sample(count: int, seed: int = 0) -> Iterator[JSON]:
    """Yield ``count`` orders in the order of creation, each followed by its ``orderTransactions`` if anything was paid.

    Nothing is shared between two documents: a caller may change what it was given.
    """
    for index in range(count):
        draft = _Draft(seed, index)
        yield draft.order()
        transactions = draft.transactions()
        if transactions is not None:
            yield transactions


def sample_lines(count: int, seed: int = 0) -> Iterator[bytes]:
    """Yield the documents of ``sample`` as compact UTF-8 JSON, one line each, without the line break."""
    import msgspec

    return map(msgspec.json.Encoder().encode, sample(count, seed))


class _Draft:
    """One order in the making: what was drawn for it so far, in the order of drawing."""

    def __init__(self, seed: int, index: int) -> None:
        self.seed = seed
        self.dice = dice = Dice(seed, ORDERS, index)
        self.id = dice.guid()
        self.number = str(_FIRST_NUMBER + index)
        begin = moment(index)
        self.now = self.created = begin + dice.below(moment(index + 1) - begin)
        self.customer = customer(seed, dice.rank(5, 13))
        self.channel = dice.pick(words.CHANNELS)
        self.status = dice.pick(words.STATUSES)
        self.payment_status = dice.pick(words.PAYMENT_STATUSES[self.status])
        self.money = Money(self.customer.place.currency, dice.below(3))
        self.activities = [{"createdDate": instant(self.created), "type": "ORDER_PLACED"}]
        self.subtotal = self.discount = self.tax = 0
        self.shipped = False
        self.items = [self._item(position) for position in range(1, 1 + dice.pick(_LINES))]
        self.delivery = self._delivery()
        self.shipping = self.delivery.price if self.delivery else 0
        self.total = self.subtotal + self.shipping + self.tax - self.discount
        self.payments, self.refunds = self._payments()
        self.fulfillment = self._fulfillment()

    def _happen(self, kind: str, most: int) -> str:
        """Let up to ``2**most`` milliseconds pass, note what happened then, and return the instant."""
        self.now = min(self.now + 1 + self.dice.below(1 << most), LAST)
        at = instant(self.now)
        self.activities.append({"createdDate": at, "type": kind})
        return at

    def _item(self, position: int) -> JSON:
        dice = self.dice
        if dice.chance(6):
            return self._custom_item(position)
        goods, quantity, money = product(self.seed, dice.rank(3, 8)), dice.pick(_QUANTITIES), self.money
        gross = goods.price * quantity
        discount = gross * dice.pick((10, 15, 25)) // 100 if position == 1 and dice.chance(14) else 0
        rate = self.customer.place.tax
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
            item["descriptionLines"] = [_described(name, value) for name, value in chosen.items()]
            item["catalogReference"]["options"] = {"options": chosen, "variantId": dice.guid()}
        if dice.chance(2):
            item["subscriptionInfo"] = self._subscription(dice.guid())
        return item

    def _custom_item(self, position: int) -> JSON:
        """Draw a line the merchant typed in: no catalogue knows it, and it is not taxed."""
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

    def _subscription(self, identity: str) -> JSON:
        return {
            "id": identity,
            "cycleNumber": 1 + self.dice.below(12),
            "subscriptionSettings": {"frequency": "MONTH", "interval": 1, "autoRenewal": True},
        }

    def _delivery(self) -> words.Shipping | None:
        """Draw how the goods travel: not at all if taken along at the counter, or if they are no things."""
        if not self.shipped or (self.channel == "POS" and self.dice.chance(85)):
            return None
        return self.dice.pick(words.SHIPPING)

    def _payments(self) -> tuple[list[JSON], list[JSON]]:
        """Draw what was paid and paid back, to agree with the payment status that was drawn before."""
        self.paid = self.refunded = 0
        status, total = self.payment_status, self.total
        if status in ("NOT_PAID", "UNSPECIFIED"):
            return [], []
        if status in _UNSETTLED:
            kind = "PAYMENT_PENDING" if status.startswith("PENDING") else "PAYMENT_FAILED"
            return [self._payment(total, status, self._happen(kind, 18))], []
        self.paid = total * (20 + self.dice.below(60)) // 100 if status == "PARTIALLY_PAID" else total
        at = self._happen("ORDER_PARTIALLY_PAID" if self.paid < total else "ORDER_PAID", 18)
        way = self.dice.below(100)
        first = self.paid if way < 4 or way > 15 else self.paid * (10 + self.dice.below(80)) // 100
        payments = [self._gift_card(first, at) if way < 10 else self._payment(first, "APPROVED", at)]
        if first < self.paid:
            payments.append(self._payment(self.paid - first, "APPROVED", at))
        return payments, self._refunds(payments, [first, self.paid - first])

    def _payment(self, cents: int, status: str, at: str) -> JSON:
        dice, method = self.dice, self.dice.pick(words.PAYMENT_METHODS[self.channel])
        details = {"gatewayTransactionId": dice.guid(), "paymentMethod": method}
        by_hand = method in words.PAID_BY_HAND
        if not by_hand:
            details["providerTransactionId"] = f"pi_{dice.below(1 << 52):013x}"
        return {
            "id": dice.guid(),
            "regularPaymentDetails": details | {"offlinePayment": by_hand, "status": status},
            "createdDate": at,
            "updatedDate": at,
            "amount": self.money(cents),
            "refundDisabled": False,
        }

    def _gift_card(self, cents: int, at: str) -> JSON:
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

    def _refunds(self, payments: list[JSON], cents: list[int]) -> list[JSON]:
        """Return every payment if the refund is full, else a share of the last one."""
        status, dice = self.payment_status, self.dice
        if not status.endswith("REFUNDED"):
            return []
        returned = list(zip(payments, cents, strict=False))
        if status == "PARTIALLY_REFUNDED":
            payment, paid = returned[-1]
            returned = [(payment, max(1, paid * (10 + dice.below(80)) // 100))]
        at = self._happen("ORDER_REFUNDED", 31)
        self.refunded = sum(amount for _, amount in returned)
        transactions = [self._returned(payment, amount, at) for payment, amount in returned]
        items = [{"lineItemId": self.items[0]["id"], "quantity": 1}]
        details = {"items": items, "shippingIncluded": status == "FULLY_REFUNDED"}
        return [{"id": dice.guid(), "transactions": transactions, "details": details, "createdDate": at}]

    def _returned(self, payment: JSON, cents: int, at: str) -> JSON:
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

    def _fulfillment(self) -> str:
        if self.status == "CANCELED":
            self._happen("ORDER_CANCELED", 29)
        if self.status != "APPROVED":
            return "NOT_FULFILLED"
        state = self.dice.pick(words.FULFILLMENT_STATUSES)
        if state == "PARTIALLY_FULFILLED" and len(self.items) == 1:
            state = "FULFILLED"
        if state != "NOT_FULFILLED":
            self._happen("ORDER_FULFILLED" if state == "FULFILLED" else "TRACKING_NUMBER_ADDED", 29)
            if self.delivery and not self.delivery.pickup:
                self._happen("SHIPPING_CONFIRMATION_EMAIL_SENT", 14)
        return state

    def transactions(self) -> JSON | None:
        """Return the envelope with the payments, or None where nobody has tried to pay."""
        if not self.payments:
            return None
        return {"orderTransactions": {"orderId": self.id, "payments": self.payments, "refunds": self.refunds}}

    def order(self) -> JSON:
        """Write the order, in the shape and the order of keys of the REST API."""
        person, money, place = self.customer, self.money, self.customer.place
        buyer, creator = self._people()
        order: JSON = {
            "id": self.id,
            "number": self.number,
            "createdDate": instant(self.created),
            "updatedDate": instant(self.now),
            "lineItems": self.items,
            "buyerInfo": buyer,
            "paymentStatus": self.payment_status,
            "fulfillmentStatus": self.fulfillment,
            "buyerLanguage": place.language,
            "weightUnit": "LB" if place.country == "US" else "KG",
            "currency": place.currency,
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
            order["shippingInfo"] = self._shipping_info(self.delivery)
        order["status"] = self.status
        if not self.dice.chance(15):
            order["archived"] = self.dice.chance(12)
        order["taxSummary"] = {"totalTax": money(self.tax)}
        order["appliedDiscounts"] = self._discounts()
        order["activities"] = self.activities
        order["attributionSource"] = "UNSPECIFIED"
        order["createdBy"] = creator
        order["channelInfo"] = self._channel_info()
        self._add_sometimes(order)
        order["balanceSummary"] = {
            "balance": money(self.total - self.paid),
            "paid": money(self.paid),
            "refunded": money(self.refunded),
        }
        order["additionalFees"] = []
        return order

    def _people(self) -> tuple[dict[str, str], dict[str, str]]:
        """Who bought and who entered the order. Nobody knows the buyer of most sales at the counter."""
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

    def _channel_info(self) -> dict[str, str]:
        info = {"type": self.channel}
        if self.channel in words.MARKETPLACES:
            dice = self.dice
            info["externalOrderId"] = f"{10 + dice.below(90)}-{dice.below(100_000):05}-{dice.below(100_000):05}"
        return info

    def _shipping_info(self, way: words.Shipping) -> JSON:
        money, person = self.money, self.customer
        place = {"address": dict(person.address), "contactDetails": dict(person.contact)}
        logistics: JSON = {"shippingDestination": place}
        if way.pickup:
            logistics = {"pickupDetails": {"address": dict(person.address), "pickupMethod": "STORE_PICKUP"}}
        if way.delivery_time is not None:
            logistics["deliveryTime"] = way.delivery_time
        if way.slot:
            begin = (self.created // _HOUR + 2 + self.dice.below(120)) * _HOUR
            logistics["deliveryTimeSlot"] = {"from": instant(begin), "to": instant(begin + 2 * _HOUR)}
        info: JSON = {
            "title": way.title,
            "logistics": logistics,
            "cost": {
                "price": money(way.price),
                "totalPriceBeforeTax": money(way.price),
                "totalPriceAfterTax": money(way.price),
            },
        }
        if way.region is not None:
            info["region"] = {"name": way.region}
        return info

    def _discounts(self) -> list[JSON]:
        if not self.discount:
            return []
        name = self.dice.pick(words.COUPONS)
        coupon = {"id": self.dice.guid(), "code": name, "name": name, "amount": self.money(self.discount)}
        return [{"discountType": "SPECIFIC_ITEMS", "lineItemIds": [self.items[0]["id"]], "coupon": coupon}]

    def _add_sometimes(self, order: JSON) -> None:
        """Add what depends on the channel, and what some orders have and others have not."""
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
            order["subscriptionInfo"] = self._subscription(self.customer.subscription)
        if self.status == "APPROVED" and dice.chance(60):
            statuses = list(dice.pick(words.FULFILLER_STATUSES[self.fulfillment]))
            order["fulfillmentStatusesAggregate"] = {"statuses": statuses}


def _described(name: str, value: str) -> JSON:
    """Write a chosen option as a line of an item's description."""
    kind = "colorInfo" if name == "Color" else "plainText"
    return {"name": {"original": name}, kind: {"original": value}}
