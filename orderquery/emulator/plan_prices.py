"""The terms of a plan: what an order of it costs, and for how long it runs.

Terms come from a Plan object (of the Plans API, or of its version 3), or from a stored order of the same plan. Amounts
are texts and keep their digits; sums are exact decimals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, get_args

from ..diagnostics.quoting import described, quoted
from .plan_calendar import PlanDuration, PlanSchedule, PlanUnit

JSON = Any

MAX_COUNT = 10_000
"""The largest number of units of a duration, of cycles, and of an order's trial days."""
MAX_TRIAL_DAYS = 999
"""From the published typings."""
UNITS: tuple[str, ...] = get_args(PlanUnit)
_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,10})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_CURRENCIES_WITHOUT_DECIMALS = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF")
)
_CENT = Decimal("0.01")


class InvalidPlan(ValueError):
    """A plan, or the pricing of an order, that is unusable; the message names the key."""


@dataclass(frozen=True, slots=True)
class PlanTax:
    """A tax on the price; ``rate`` is in percent."""

    name: str
    included: bool
    rate: str


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What a plan offers.

    Attributes:
        model: The one key of the pricing model, as in ``order.pricing``.
        price: The amount of one payment, as it was written.
        purchase_limit: How often one buyer may buy the plan, or 0.
        form_id: The form of the checkout, if any.

    """

    plan_id: str
    name: str
    description: str
    model: dict[str, JSON]
    price: str
    currency: str
    trial_days: int = 0
    purchase_limit: int = 0
    form_id: str | None = None
    tax: PlanTax | None = None

    @property
    def is_free(self) -> bool:
        """True if nothing is ever paid."""
        return Decimal(self.price) == 0

    @property
    def is_recurring(self) -> bool:
        """True for a subscription."""
        return "subscription" in self.model

    def schedule(self, start: int) -> PlanSchedule:
        """Return the cycles of an order that starts at an instant in microseconds."""
        return _schedule(self.model, self.trial_days, start)

    def pricing(self) -> dict[str, JSON]:
        """Return ``order.pricing``."""
        return {**self.model, "prices": self.prices()}

    def prices(self, *, preview: bool = False) -> list[JSON]:
        """Return the price of every cycle; a preview shows an absent tax as null."""
        duration: dict[str, JSON] = {"cycleFrom": 1}
        cycles = self.model["subscription"]["cycleCount"] if self.is_recurring else 1
        if cycles:
            duration["numberOfCycles"] = cycles
        price: dict[str, JSON] = {"subtotal": self.price, "discount": "0"}
        total = self.price
        if self.tax is not None:
            amount = self._tax_amount(self.tax)
            price["tax"] = {
                "name": self.tax.name,
                "includedInPrice": self.tax.included,
                "rate": self.tax.rate,
                "amount": f"{amount:f}",
            }
            total = self.price if self.tax.included else f"{Decimal(self.price) + amount:f}"
        elif preview:
            price["tax"] = None
        return [{"duration": duration, "price": {**price, "total": total, "currency": self.currency}}]

    def _tax_amount(self, tax: PlanTax) -> Decimal:
        price, rate = Decimal(self.price), Decimal(tax.rate)
        exact = price * rate / (100 + rate) if tax.included else price * rate / 100
        return exact.quantize(Decimal(1) if self.currency in _CURRENCIES_WITHOUT_DECIMALS else _CENT, ROUND_HALF_UP)


def read_plan(plan: JSON) -> PlanTerms:
    """Return the terms of a Plan object.

    Raises:
        InvalidPlan: it has no id, no price or no pricing model.

    """
    if not isinstance(plan, dict):
        raise InvalidPlan(f"a plan must be an object, not {described(plan)}")
    plan_id = plan.get("id", plan.get("_id"))
    if not isinstance(plan_id, str) or not plan_id:
        raise InvalidPlan('"id" is missing; use the plan as returned by the service')
    read = _read_variant if "pricingVariants" in plan else _read_pricing
    model, price, currency, trial_days = read(plan)
    limits = plan.get("purchaseLimits")
    limit = limits.get("count") if isinstance(limits, dict) else plan.get("maxPurchasesPerBuyer")
    return PlanTerms(
        plan_id=plan_id,
        name=_text(plan.get("name")),
        description=_text(plan.get("description")),
        model=model,
        price=price,
        currency=currency,
        trial_days=trial_days if "subscription" in model else 0,
        purchase_limit=_count(limit, "maxPurchasesPerBuyer", least=0, absent=0),
        form_id=_text(plan.get("formId")) or None,
    )


def terms_of_order(order: dict[str, JSON]) -> PlanTerms | None:
    """Return the terms of a stored order's plan, or ``None`` if it has none.

    Name, description, pricing and tax are those of the order; a coupon of its own is left out.
    """
    try:
        model, trial_days = read_model(_holder(order)), _trial_days(order)
        price = _first_price(order)
        amount = order.get("planPrice", price.get("subtotal"))
        return PlanTerms(
            plan_id=_text(order.get("planId")),
            name=_text(order.get("planName")),
            description=_text(order.get("planDescription")),
            model=model,
            price=_amount(amount, "planPrice"),
            currency=_currency(price.get("currency"), "currency"),
            trial_days=trial_days,
            tax=_tax(price.get("tax")),
        )
    except InvalidPlan:
        return None


def schedule_of(order: dict[str, JSON], start: int) -> PlanSchedule | None:
    """Return the cycles of an order, or ``None`` if its pricing does not tell them."""
    try:
        return _schedule(read_model(_holder(order)), _trial_days(order), start)
    except InvalidPlan:
        return None


def is_recurring(order: dict[str, JSON]) -> bool:
    """Return whether an order is a subscription."""
    return isinstance(_holder(order).get("subscription"), dict)


def read_model(pricing: dict[str, JSON]) -> dict[str, JSON]:
    """Return the pricing model, with counts as integers and no other key.

    Raises:
        InvalidPlan: there is none, or it is incomplete.

    """
    if isinstance(recurrence := pricing.get("subscription"), dict):
        cycle = _duration(recurrence.get("cycleDuration"), "subscription.cycleDuration")
        cycles = _count(recurrence.get("cycleCount"), "subscription.cycleCount", least=0, absent=0)
        return {"subscription": {"cycleDuration": cycle, "cycleCount": cycles}}
    if pricing.get("singlePaymentForDuration") is not None:
        duration = _duration(pricing["singlePaymentForDuration"], "singlePaymentForDuration")
        return {"singlePaymentForDuration": duration}
    if pricing.get("singlePaymentUnlimited") is True:
        return {"singlePaymentUnlimited": True}
    raise InvalidPlan("no pricing model; use subscription, singlePaymentForDuration or singlePaymentUnlimited")


def _schedule(model: dict[str, JSON], trial_days: int, start: int) -> PlanSchedule:
    if "subscription" in model:
        recurrence = model["subscription"]
        cycle = PlanDuration(**recurrence["cycleDuration"])
        return PlanSchedule(start, trial_days, cycle, recurrence["cycleCount"] or None)
    if "singlePaymentForDuration" in model:
        return PlanSchedule(start, cycle=PlanDuration(**model["singlePaymentForDuration"]))
    return PlanSchedule(start)


# -- the forms of a plan ----------------------------------------------------------------------------------------

_Terms = tuple[dict[str, JSON], str, str, int]
"""Model, price, currency and trial days."""


def _read_pricing(plan: dict[str, JSON]) -> _Terms:
    pricing = plan.get("pricing")
    if not isinstance(pricing, dict):
        raise InvalidPlan('"pricing" is missing; use the plan as returned by the service')
    price = pricing.get("price")
    if not isinstance(price, dict):
        raise InvalidPlan('"pricing.price" is missing; write {"value": "10", "currency": "USD"}')
    return (
        read_model(pricing),
        _amount(price.get("value"), "pricing.price.value"),
        _currency(price.get("currency"), "pricing.price.currency"),
        _count(pricing.get("freeTrialDays"), "pricing.freeTrialDays", least=0, absent=0, most=MAX_TRIAL_DAYS),
    )


def _read_variant(plan: dict[str, JSON]) -> _Terms:
    variants = plan["pricingVariants"]
    variant = variants[0] if isinstance(variants, list) and variants else None
    if not isinstance(variant, dict) or not isinstance(terms := variant.get("billingTerms"), dict):
        raise InvalidPlan('"pricingVariants[0].billingTerms" is missing; use the plan as returned by the service')
    strategies = variant.get("pricingStrategies")
    strategy = strategies[0] if isinstance(strategies, list) and strategies else None
    rate = strategy.get("flatRate") if isinstance(strategy, dict) else None
    return (
        _model_of_terms(terms),
        _amount(rate.get("amount") if isinstance(rate, dict) else None, "pricingStrategies[0].flatRate.amount"),
        _currency(plan.get("currency"), "currency"),
        _count(variant.get("freeTrialDays"), "freeTrialDays", least=0, absent=0, most=MAX_TRIAL_DAYS),
    )


def _model_of_terms(terms: dict[str, JSON]) -> dict[str, JSON]:
    cycle = terms.get("billingCycle")
    if cycle is None:
        return {"singlePaymentUnlimited": True}
    if not isinstance(cycle, dict):
        raise InvalidPlan(f'"billingCycle" must be an object, not {described(cycle)}')
    duration = _duration({"count": cycle.get("count"), "unit": cycle.get("period")}, "billingCycle")
    completed = terms.get("cyclesCompletedDetails")
    if terms.get("endType") != "CYCLES_COMPLETED" or not isinstance(completed, dict):
        return {"subscription": {"cycleDuration": duration, "cycleCount": 0}}
    cycles = _count(completed.get("billingCycleCount"), "billingCycleCount")
    if cycles == 1:
        return {"singlePaymentForDuration": duration}
    return {"subscription": {"cycleDuration": duration, "cycleCount": cycles}}


# -- the parts of a stored order ---------------------------------------------------------------------------------


def _holder(order: dict[str, JSON]) -> dict[str, JSON]:
    """Return ``pricing`` with the pricing model, or the older ``priceDetails``."""
    for name in ("pricing", "priceDetails"):
        if isinstance(found := order.get(name), dict):
            return found
    return {}


def _first_price(order: dict[str, JSON]) -> dict[str, JSON]:
    prices = _holder(order).get("prices")
    first = prices[0] if isinstance(prices, list) and prices else None
    price = first.get("price") if isinstance(first, dict) else _holder(order)
    if not isinstance(price, dict):
        raise InvalidPlan("no price")
    return price


def _trial_days(order: dict[str, JSON]) -> int:
    days = order.get("freeTrialDays", _holder(order).get("freeTrialDays"))
    return _count(days, "freeTrialDays", least=0, absent=0, most=MAX_TRIAL_DAYS) if is_recurring(order) else 0


def _tax(tax: JSON) -> PlanTax | None:
    if not isinstance(tax, dict) or tax.get("rate") is None:
        return None
    return PlanTax(_text(tax.get("name")), tax.get("includedInPrice") is True, _amount(tax["rate"], "tax.rate"))


# -- values ------------------------------------------------------------------------------------------------------


def _duration(value: JSON, key: str) -> dict[str, JSON]:
    if not isinstance(value, dict):
        raise InvalidPlan(f'"{key}" must be an object like {{"count": 1, "unit": "MONTH"}}, not {described(value)}')
    unit = value.get("unit")
    if unit not in UNITS:
        raise InvalidPlan(f'"{key}": the unit must be one of {", ".join(UNITS)}, not {described(unit)}')
    return {"count": _count(value.get("count"), f"{key}.count", absent=1), "unit": unit}


def _count(value: JSON, key: str, *, least: int = 1, absent: int | None = None, most: int = MAX_COUNT) -> int:
    if value is None and absent is not None:
        return absent
    number = int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value) else value
    if isinstance(number, Decimal) and number.is_finite() and abs(number) < MAX_COUNT and number == int(number):
        number = int(number)
    if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
        raise InvalidPlan(f'"{key}" must be an integer from {least} to {most:,}, not {described(value)}')
    return number


def _amount(value: JSON, key: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
        value = str(value)
    elif isinstance(value, Decimal) and abs(value) < 10**15:
        value = f"{value:f}"
    if not isinstance(value, str) or _AMOUNT.fullmatch(value) is None:
        raise InvalidPlan(f'"{key}" must be a decimal like "10.00", not {described(value)}')
    return value


def _currency(value: JSON, key: str) -> str:
    if not isinstance(value, str) or _CURRENCY.fullmatch(value) is None:
        shown = quoted(value) if isinstance(value, str) else described(value)
        raise InvalidPlan(f'"{key}" must be three capital letters like USD, not {shown}')
    return value


def _text(value: JSON) -> str:
    return value if isinstance(value, str) else ""
