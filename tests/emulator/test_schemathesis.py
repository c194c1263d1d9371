"""Schemathesis against the OpenAPI description: no 5xx, and every response matches it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pytest
import schemathesis
from every_operation import FullShop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scale import scaled
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from test_openapi import document, operations

import orderquery as oq

# test_openapi.py checks that exactly the described requests are accepted. Here the bodies are random, and a random
# cursor is rightly refused.
CHECKS = [
    not_a_server_error, content_type_conformance, response_headers_conformance, response_schema_conformance,
    status_code_conformance, unsupported_method, missing_required_header,
]  # fmt: skip
KEY = "the key of this test"
FEW = settings(max_examples=scaled(60, 8), deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=scaled(120, 8))


def described(app: Any) -> schemathesis.BaseSchema:
    """Return the description of a server; test_emulator_limits.py tests huge bodies instead."""
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@cache
def strict() -> schemathesis.BaseSchema:
    """Return the description of a strict server with sample orders."""
    store = oq.open_store(":memory:")
    store.load(oq.sample(150))
    return described(oq.create_app(store, strict=True, api_key=KEY))


@cache
def lived() -> schemathesis.BaseSchema:
    """Return the description of a server whose orders, payments and plans are those of half the requests.

    It has sample orders, too, and the control routes.
    """
    shop = FullShop()
    shop.store.load(oq.sample(150))
    found = described(shop.asker.app)

    @found.hook
    def map_path_parameters(context: schemathesis.HookContext, path_parameters: dict[str, str] | None) -> object:
        if not path_parameters or len(str(path_parameters)) % 2:
            return path_parameters
        ids = {"orderId": shop.order_id, "paymentId": shop.payment_id, "id": shop.order_id}
        if "pricing-plans" in context.operation.path:
            ids["id"] = shop.plan_order_id
        return {name: ids.get(name, value) for name, value in path_parameters.items()}

    return found


def validate(
    operation: schemathesis.APIOperation, checks: Sequence[Any], limits: settings = FEW, headers: Mapping[str, str] = {}
) -> None:
    """Send the examples of an operation, then random requests of it, right and wrong."""

    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=[*checks], headers=dict(headers))

    # As the parametrize() of Schemathesis does, which would make them for every operation in every worker.
    for example in operation.get_strategies_from_examples():
        settings(limits, max_examples=1)(given(case=example)(ask))()
    modes = [operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode]
    limits(given(case=st.one_of(modes))(ask))()


def every_path(**options: bool) -> list[Any]:
    found = operations(document(**options))
    return [pytest.param(path, method, id=f"{method.upper()} {path}") for path, method, _ in found]


@pytest.mark.parametrize(("path", "method"), every_path(control=True))
def test_lenient(path: str, method: str) -> None:
    validate(lived()[path][method], CHECKS, MANY)


@pytest.mark.parametrize(("path", "method"), every_path())
def test_strict(path: str, method: str) -> None:
    validate(strict()[path][method], [*CHECKS, ignored_auth], headers={"authorization": KEY})
