"""The same search as text, with parameters, as JSON and built in Python: one plan."""

from __future__ import annotations

from datetime import UTC, datetime

import orderquery as oq

SINCE = datetime(2024, 1, 1, tzinfo=UTC)
METHODS = ["Klarna", "PayPal"]


def plans() -> list[oq.Plan]:
    """Return the plan of each form."""
    of_text = oq.compile(
        "paymentStatus = PAID and createdDate >= 2024-01-01 and paymentMethods has any (Klarna, PayPal) "
        "order by createdDate desc limit 50"
    )
    with_parameters = oq.compile(
        "paymentStatus = PAID and createdDate >= :since and paymentMethods has any :methods "
        "order by createdDate desc limit 50",
        params={"since": SINCE, "methods": METHODS},
    )
    of_json = oq.compile(
        {
            "filter": {
                "paymentStatus": "PAID",
                "createdDate": {"$gte": SINCE},
                "paymentMethods": {"$hasSome": METHODS},
            },
            "sort": [{"fieldName": "createdDate", "order": "DESC"}],
            "cursorPaging": {"limit": 50},
        }
    )
    paid = (oq.f.paymentStatus == "PAID") & (oq.f.createdDate >= SINCE)
    search = oq.search(paid, oq.f.paymentMethods.has_any(METHODS)).order_by(oq.f.createdDate.desc()).limit(50)
    return [of_text, with_parameters, of_json, oq.compile(search)]
