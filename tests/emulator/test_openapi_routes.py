"""The operations of the OpenAPI description: every route, with the answers it has."""

from __future__ import annotations

from pydantic.alias_generators import to_camel
from test_openapi import document, operations

import orderquery as oq
from orderquery.emulator.operations import OPERATIONS
from orderquery.emulator.plan_operations import WRONG_PLAN_PATHS
from orderquery.emulator.read_handlers import WRONG_SEARCH_PATHS

WRITES = {to_camel(operation.name) for operation in OPERATIONS if operation.writes} | {"resendDelivery"}


OWN_ROUTES = {
    ("post", "/_orderquery/load"): "load",
    ("get", "/_orderquery/events"): "listEvents",
    ("get", "/_orderquery/deliveries"): "listDeliveries",
    ("post", "/_orderquery/deliveries/{id}/resend"): "resendDelivery",
    ("get", "/_orderquery/webhook-key"): "getWebhookKey",
    ("get", "/healthz"): "health",
    ("get", "/openapi.json"): "describe",
}


def test_the_operations() -> None:
    found = {(method, path): operation["operationId"] for path, method, operation in operations(document())}
    supported = {(row.method.lower(), row.path): to_camel(row.name) for row in OPERATIONS if row.is_supported}
    assert found == supported | OWN_ROUTES
    components = document()["components"]["responses"]
    for path, _, operation in operations(document()):
        answers = operation["responses"]
        wanted = {"200", "500", "503"}
        wanted |= {"400", "403"}
        wanted |= set() if path in ("/healthz", "/openapi.json") else {"401", "408", "413"}
        wanted |= {"404"} if "{" in path or "/checkout/" in path else set()
        wanted |= {"428"} if operation["operationId"] in WRITES else set()
        assert set(answers) == wanted
        for answer in answers.values():
            answer = components[answer["$ref"].rsplit("/")[-1]] if "$ref" in answer else answer
            assert answer["headers"]["x-wix-request-id"] == {"$ref": "#/components/headers/RequestId"}


CONTROL_ROUTES = {
    ("post", "/_orderquery/reset"): "reset",
    ("post", "/_orderquery/save"): "save",
    ("post", "/_orderquery/restore"): "restore",
    ("get", "/_orderquery/clock"): "getClock",
    ("post", "/_orderquery/clock"): "setClock",
    ("get", "/_orderquery/faults"): "listFaults",
    ("post", "/_orderquery/faults"): "addFault",
    ("delete", "/_orderquery/faults"): "clearFaults",
    ("get", "/_orderquery/deliveries/faults"): "listDeliveryFaults",
    ("post", "/_orderquery/deliveries/faults"): "addDeliveryFault",
    ("delete", "/_orderquery/deliveries/faults"): "clearDeliveryFaults",
}


def test_a_server_with_the_control_routes_describes_them() -> None:
    plain = {(method, path): operation for path, method, operation in operations(document())}
    described = document(control=True)
    found = {(method, path): operation for path, method, operation in operations(described)}
    assert {key: found[key]["operationId"] for key in found.keys() - plain.keys()} == CONTROL_ROUTES
    for (method, path), operation in found.items():
        if path.startswith("/_orderquery/") and (method, path) in CONTROL_ROUTES:
            assert ("415" in operation["responses"]) == (method == "post")
        else:
            without = {status: answer for status, answer in operation["responses"].items() if status != "default"}
            assert {**operation, "responses": without} == plain[method, path]
            assert ("default" in operation["responses"]) == (operation["tags"] != ["orderquery"])


def test_the_routes_are_those_that_are_described() -> None:
    for control in (False, True):
        with oq.open_store(":memory:") as store:
            app = oq.create_app(store, control=control)
            routed = {route.path for route in app.routes}
            shown = {path for path, _, _ in operations(document(control=control))}
        unsupported = {operation.path for operation in OPERATIONS if not operation.is_supported}
        refused = {*WRONG_SEARCH_PATHS, *WRONG_PLAN_PATHS, *(path for _, path in CONTROL_ROUTES)}
        assert routed - shown == (unsupported | refused) - shown
        assert shown <= routed
