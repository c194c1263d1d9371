"""Schemathesis against the OpenAPI description: no 5xx, and every response matches it."""

from __future__ import annotations

import schemathesis
from every_operation import FullShop
from hypothesis import HealthCheck, settings
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

import orderquery as oq

# test_openapi.py checks that exactly the described requests are accepted. Here the bodies are random, and a random
# cursor is rightly refused.
CHECKS = [
    not_a_server_error, content_type_conformance, response_headers_conformance, response_schema_conformance,
    status_code_conformance, unsupported_method, missing_required_header,
]  # fmt: skip
KEY = "the key of this test"
FEW = settings(max_examples=scaled(60, 8), deadline=None, suppress_health_check=list(HealthCheck))


def described(*, strict: bool = False, api_key: str | None = None, control: bool = False) -> schemathesis.BaseSchema:
    """Return the description of a server with sample orders; test_emulator_limits.py tests huge bodies instead."""
    store = oq.open_store(":memory:")
    store.load(oq.sample(150))
    app = oq.create_app(store, strict=strict, api_key=api_key, control=control)
    described = schemathesis.openapi.from_asgi("/openapi.json", app)
    described.config.phases.coverage.enabled = False
    return described


def lived() -> schemathesis.BaseSchema:
    """Return the description of a server whose orders, payments and plans are those of half the requests."""
    shop = FullShop()
    described = schemathesis.openapi.from_asgi("/openapi.json", shop.asker.app)
    described.config.phases.coverage.enabled = False

    @described.hook
    def map_path_parameters(context: schemathesis.HookContext, path_parameters: dict[str, str] | None) -> object:
        if not path_parameters or len(str(path_parameters)) % 2:
            return path_parameters
        ids = {"orderId": shop.order_id, "paymentId": shop.payment_id, "id": shop.order_id}
        if "pricing-plans" in context.operation.path:
            ids["id"] = shop.plan_order_id
        return {name: ids.get(name, value) for name, value in path_parameters.items()}

    return described


lenient = described()
strict = described(strict=True, api_key=KEY)
control = described(control=True).include(path_regex="^/_orderquery/(reset|save|restore|clock|.*faults)$")


@lenient.parametrize()
@FEW
def test_lenient(case: schemathesis.Case) -> None:
    case.call_and_validate(checks=CHECKS)


@lived().parametrize()
@FEW
def test_on_what_is_there(case: schemathesis.Case) -> None:
    case.call_and_validate(checks=CHECKS)


@strict.parametrize()
@FEW
def test_strict(case: schemathesis.Case) -> None:
    case.call_and_validate(checks=[*CHECKS, ignored_auth], headers={"authorization": KEY})


@control.parametrize()
@FEW
def test_control(case: schemathesis.Case) -> None:
    case.call_and_validate(checks=CHECKS)
