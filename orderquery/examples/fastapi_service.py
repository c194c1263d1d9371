"""A FastAPI application with an endpoint that takes a search."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI

import orderquery as oq
from orderquery.emulator import Refused, SearchPlan, answer_refused, describe_searches

app = FastAPI(exception_handlers={Refused: answer_refused, oq.QueryError: answer_refused})
store = oq.open_store(":memory:")
CheckedPlan = Annotated[oq.Plan, Depends(SearchPlan())]


@app.post("/numbers")
def numbers(plan: CheckedPlan) -> list[str]:
    """Return the numbers of the orders that a search finds."""
    return [order["number"] for order in store.search(plan)]


describe_searches(app)  # the request body, in /openapi.json
