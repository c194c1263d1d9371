"""Check a request body before it is sent, and send its correction."""

from __future__ import annotations

from collections.abc import Callable

import orderquery as oq


def send(body: oq.SearchRequestDict, post: Callable[[oq.SearchRequestDict], oq.SearchResponseDict]) -> list[str]:
    """Send a search; return the numbers of the orders.

    Raises:
        oq.QueryError: the body has an error without a certain fix. Its text has every problem with a help.

    """
    report = oq.check(body)
    if not report.ok:
        if report.corrected is None:
            raise oq.QueryError(report.diagnostics, report)
        body = report.corrected
    return [order["number"] for order in post(body)["orders"]]
