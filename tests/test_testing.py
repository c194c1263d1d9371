"""The pytest plugin, used as a project would use it."""

from __future__ import annotations

import pytest
from plugins import PLUGINS
from scale import scaled

pytest_plugins = ("pytester", "orderquery.testing")

ORDER = """
ORDER = {
    "status": "APPROVED",
    "channelInfo": {"type": "WEB"},
    "currency": "USD",
    "priceSummary": {"total": {"amount": "10.00"}},
    "lineItems": [{"productName": {"original": "Mug"}, "quantity": 1, "price": {"amount": "10.00"},
                   "itemType": {"preset": "DIGITAL"}, "digitalFile": {"fileId": "f"}}],
}
"""


def run(pytester: pytest.Pytester, tests: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(f"{ORDER}\n{tests}")
    return pytester.runpytest_subprocess(*PLUGINS, *options)


OF_EVENTS = """
import pytest

@pytest.mark.parametrize("_", range(3))
def test_writes(orderquery_server, orderquery_store, expect_event, _):
    order = orderquery_server.emulator.create_order(ORDER).order
    assert order["number"] == "10001"
    assert orderquery_store.count({}) == 1
    event = expect_event("order_created", order["id"])
    assert event["createdEvent"]["entity"]["number"] == "10001"
    expect_event("wix.ecom.v1.order_approved")

def test_an_event_is_taken_once(orderquery_server, expect_event):
    orderquery_server.emulator.create_order(ORDER)
    expect_event("order_created")
    with pytest.raises(pytest.fail.Exception, match="no event order_created; events of this test: wix.ecom"):
        expect_event("order_created")

def test_an_event_without_such_a_type_is_a_mistake_of_the_test(expect_event):
    with pytest.raises(pytest.fail.Exception, match='"order_cancelled" is not .*; did you mean "order_canceled"?'):
        expect_event("order_cancelled")

def test_samples_announce_nothing(orderquery_orders, orderquery_store, orderquery_server):
    assert orderquery_store.count({}) > 0
    assert len(orderquery_orders) == 100
    assert not list(orderquery_server.emulator.iterate_events())
"""

OF_THE_SERVER = """
import json
import urllib.request
from starlette.testclient import TestClient

def test_by_port(orderquery_server):
    body = json.dumps({"order": ORDER}).encode()
    request = urllib.request.Request(f"{orderquery_server.url}/ecom/v1/orders", body, orderquery_server.headers)
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["order"]["number"] == "10001"

def test_over_asgi(orderquery_server):
    client = TestClient(orderquery_server.app, headers=orderquery_server.headers)
    assert client.post("/ecom/v1/orders", json={"order": ORDER}).json()["order"]["number"] == "10001"
    answer = client.post("/ecom/v1/orders/search", json={})
    assert answer.json()["metadata"]["count"] == 1
"""


def test_each_test_has_a_site_of_its_own_and_sees_the_events_of_its_writes(pytester: pytest.Pytester) -> None:
    # One session, because it imports the service once: the server answers at a port and over ASGI.
    run(pytester, OF_EVENTS + OF_THE_SERVER, "-p", "no:xdist").assert_outcomes(passed=6 + 2)


def test_the_plugin_costs_a_session_without_its_fixtures_nothing(pytester: pytest.Pytester) -> None:
    tests = """
import sys

def test_nothing_is_imported():
    assert not {"pydantic", "starlette", "sqlglot", "uvicorn"} & {name.partition(".")[0] for name in sys.modules}
"""
    result = run(pytester, tests, "-p", "no:xdist")
    result.assert_outcomes(passed=1)


def test_the_fixtures_work_here_too(orderquery_server: object) -> None:
    assert repr(orderquery_server).startswith("<EmulatedSite: test-")


def test_a15_no_test_sees_what_another_wrote(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests in a random order, on several workers: each finds an empty site, and its own writes alone."""
    pytester.makeconftest("""
import os, random

def pytest_collection_modifyitems(items):
    random.Random(os.environ["ORDER_OF_TESTS"]).shuffle(items)
""")
    tests = """
import pytest

@pytest.mark.parametrize("count", range(1, 25))
def test_alone(orderquery_server, orderquery_store, count):
    emulator = orderquery_server.emulator
    assert orderquery_store.count({}) == 0
    assert list(emulator.iterate_events()) == []
    numbers = [emulator.create_order(ORDER).order["number"] for _ in range(count)]
    assert numbers == [str(10_001 + at) for at in range(count)]
    assert orderquery_store.count({}) == count
    assert len(list(emulator.iterate_events())) == 2 * count
"""
    for turn in range(scaled(100, 1)):
        monkeypatch.setenv("ORDER_OF_TESTS", str(turn))
        run(pytester, tests, "-n", str(scaled(8, 2))).assert_outcomes(passed=24)
