"""The request body of a ``SearchPlan`` in the OpenAPI description of a FastAPI application."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from fastapi import APIRouter, Depends, FastAPI
from openapi_spec_validator import validate

import orderquery as oq
from orderquery.emulator import SearchPlan, describe_searches


def described(*plans: SearchPlan) -> dict[str, Any]:
    app = FastAPI()
    router = APIRouter(prefix="/inner")

    for number, plan in enumerate(plans):
        checked: Any = Depends(plan)

        def find(plan: oq.Plan = checked) -> None:
            """Find orders."""

        app.post(f"/find/{number}")(find)
        router.post(f"/find/{number}")(find)

    @app.get("/other")
    def other() -> None:
        """Answer nothing."""

    app.include_router(router)
    describe_searches(app)
    made: dict[str, Any] = app.openapi()
    assert app.openapi() == made
    return made


def test_the_description_is_valid_and_only_searches_have_bodies() -> None:
    made = described(SearchPlan(), SearchPlan(strict=True))
    validate(made)
    bodies = {path: "requestBody" in operation for path, item in made["paths"].items() for operation in item.values()}
    assert bodies == {"/find/0": True, "/find/1": True, "/inner/find/0": True, "/inner/find/1": True, "/other": False}
    assert all(name.startswith("orderquery.") for name in made["components"]["schemas"])


@pytest.mark.parametrize(
    ("body", "lenient", "strict"),
    [
        ({"search": {"filter": {"paymentStatus": "PAID"}}}, True, True),
        ({"search": {"filter": {"paymentStatus": "PAYED"}}}, True, False),
        ({"search": {"filter": {"paymentstatus": "PAID"}}}, False, False),
        ({"search": {"filter": {"buyerInfo.email": {"$startsWith": 5}}}}, False, False),
    ],
)
def test_the_schema_is_that_of_the_plan(body: Any, lenient: bool, strict: bool) -> None:
    made = described(SearchPlan(), SearchPlan(strict=True))
    for number, expected in enumerate((lenient, strict)):
        schema = made["paths"][f"/find/{number}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        validator = jsonschema.Draft202012Validator({**schema, "components": made["components"]})
        assert validator.is_valid(body) == expected
