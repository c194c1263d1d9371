"""The request in the language of each client: it sends the search that was written."""

from __future__ import annotations

import json
import sys
import types
from typing import Any

import pytest
from page_calls import PageAsker

import orderquery as oq
from orderquery.playground.snippets import SEARCH_PATH, WIX_URL, snippets

JSON = Any
SEARCHES = [
    "everything",
    "status = APPROVED order by number desc limit 5",
    "not (createdDate >= 2024-01-01T00:00:00Z or archived = true)",
    'buyerInfo.email starts with "it\'s $HOME `id` \\\\ \\" ; rm -rf /"',
    'billingInfo.contactDetails.fullName = "\U0001f6d2 O\'Brien </script>"',
    'paymentMethods has any (PayPal) or id in ("a", "b")',
    "priceSummary.total.amount = 12.50 and subscriptionInfo.id = x order by updatedDate",
]


@pytest.mark.parametrize("text", SEARCHES)
def test_every_client_sends_this_search(text: str) -> None:
    plan = oq.compile(text)
    made = snippets(plan)
    wanted = plan.to_json()
    # The command line and the code are read as people paste them.
    for name, shape in (("curl", "request"), ("javascript", "sdk")):
        report = oq.check(made[name], shape)
        assert report.ok, report
        assert report.plan is not None
        assert report.plan.to_json() == wanted, name
    assert _sent_by_httpx(made["httpx"]) == (WIX_URL + SEARCH_PATH, {"search": wanted})
    assert _searched_by_orderquery(made["orderquery"]) == wanted


def _sent_by_httpx(code: str) -> tuple[str, JSON]:
    sent: list[Any] = []

    class Response:
        def raise_for_status(self) -> None:
            pass

        def json(self) -> JSON:
            return {"orders": []}

    def post(url: str, *, headers: JSON, json: JSON) -> Response:
        sent.append((url, json))
        assert set(headers) == {"Authorization", "wix-site-id"}
        return Response()

    module = types.ModuleType("httpx")
    module.post = post  # type: ignore[attr-defined]
    environment = types.ModuleType("os")
    environment.environ = {"WIX_API_KEY": "", "WIX_SITE_ID": ""}  # type: ignore[attr-defined]
    _run(code, {"httpx": module, "os": environment})
    return sent[0]


def _searched_by_orderquery(code: str) -> JSON:
    searched: list[JSON] = []

    class Store:
        def __enter__(self) -> Store:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def search(self, search: JSON) -> Any:
            searched.append(search)
            return types.SimpleNamespace(orders=[])

    module = types.ModuleType("orderquery")
    module.open_store = lambda _: Store()  # type: ignore[attr-defined]
    _run(code, {"orderquery": module})
    return searched[0]


def _run(code: str, modules: dict[str, types.ModuleType]) -> None:
    before = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        exec(code, {})
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def test_the_request_can_go_to_this_server() -> None:
    answer = PageAsker().call("request", "status = APPROVED", choice="to this server", url="http://127.0.0.1:8080/")
    assert answer["blocks"][0]["text"].startswith(f"curl -s http://127.0.0.1:8080{SEARCH_PATH} ")
    assert json.loads(json.dumps(answer))["choices"] == ["to Wix", "to this server"]
    hostile = PageAsker().call("request", "everything", choice="to this server", url="http://x/'; rm -rf / #")
    assert "'\"'\"'; rm -rf /" in hostile["blocks"][0]["text"]
