"""The types of events that the emulator announces."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..diagnostics.quoting import quoted
from ..language.near import closest_name

_SLUGS = {
    "wix.ecom.v1.order": "created approved updated canceled payment_status_updated",
    "wix.ecom.v1.order_transactions": "updated details_updated",
    "wix.pricing_plans.v2.order": (
        "created updated purchased started cycle_started auto_renew_canceled canceled ended marked_as_paid paused "
        "resumed end_date_postponed"
    ),
}
EVENT_TYPES = tuple(f"{entity}_{slug}" for entity, slugs in _SLUGS.items() for slug in slugs.split())
"""Every type: the entity and what happened to it."""

_ELSEWHERE = {
    "new_order": "order_created",
    "order_paid": "order_payment_status_updated",
    "order_payed": "order_payment_status_updated",
    "order_payment": "order_payment_status_updated",
    "order_fulfilled": "order_updated",
    "order_cancelled": "order_canceled",
    "order_refunded": "order_transactions_updated",
}
"""Names of events in the older Stores API and in other shops."""


def is_event_type(event_type: str, wanted: str) -> bool:
    """Return whether a type is the wanted one.

    That one may lack the package of its entity: ``order_created``.
    """
    return wanted in (event_type, short_name(event_type))


def short_name(event_type: str) -> str:
    """Return a type without the entity's package."""
    return event_type.rpartition(".")[2]


def why_unknown(wanted: str, known: Iterable[str] = EVENT_TYPES) -> str:
    """Return what is wrong with a type that no event has, and what to write.

    "" if there is such a type.
    """
    names = [*known]
    if wanted in names:
        return ""
    # Handlers are named wixEcom_onOrderCreated, onOrderCreated or order/created.
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|[\W_]+", "_", wanted.strip()).lower()
    plain = re.sub(r"^(wix_\w+?_)?on_|^wix_(?=order)", "", plain)
    plain = _ELSEWHERE.get(plain, plain)
    near = next((name for name in names if is_event_type(name, plain)), None) or closest_name(wanted, names)
    advice = f"did you mean {quoted(near)}?" if near else f"send one of: {', '.join(names)}"
    return f"{quoted(wanted)} is not a type of event; {advice}"
