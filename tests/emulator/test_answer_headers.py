"""No answer is kept by a cache or taken for another type; and one rule says what the name of a site is (D130)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from serving import SEARCH, Asker
from starlette.testclient import TestClient

import orderquery as oq
from orderquery.cli.event_options import read_event_options

JSON = Any
ASKED = [
    ("GET", "/healthz"),
    ("GET", "/openapi.json"),
    ("GET", "/nothing"),
    ("DELETE", SEARCH),
    ("POST", SEARCH),
    ("HEAD", "/healthz"),
    ("GET", "/ecom/v1/orders/a"),
    ("GET", "/ecom/v1/payments/orders/a"),
    ("POST", "/ecom/v1/orders"),
    ("POST", "/ecom/v1/orders/import"),
    ("GET", "/pricing-plans/v2/orders"),
    ("POST", "/_orderquery/load"),
    ("GET", "/_orderquery/events"),
    ("GET", "/_orderquery/deliveries"),
    ("GET", "/_orderquery/webhook-key"),
    ("POST", "/_orderquery/save"),
    ("GET", "/_orderquery/clock"),
    ("POST", "/_orderquery/playground/search"),
    ("POST", "/_orderquery/playground/check"),
    ("GET", "/"),
    ("GET", "/_orderquery/playground/static/nothing.js"),
]


@pytest.mark.parametrize("options", [{}, {"api_key": "k"}, {"control": True}], ids=str)
@pytest.mark.parametrize(("method", "path"), ASKED)
def test_every_answer_has_both_headers(method: str, path: str, options: dict[str, Any]) -> None:
    store = oq.open_store(":memory:")
    store.load([{"id": "a", "number": "1"}])
    client = TestClient(oq.create_app(store, playground=True, **options), raise_server_exceptions=False)
    for content in (None, b"{}"):
        answer = client.request(method, path, content=content, headers={"origin": "http://testserver"})
        assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
        # The files of the page have no data: a browser asks whether they changed.
        kept = "no-cache" if path == "/" else "no-store"
        assert answer.headers.get_list("cache-control") == [kept]


def test_a_failure_has_both_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    store = oq.open_store(":memory:")
    monkeypatch.setattr(type(store), "get_document", lambda *_: 1 / 0)
    answer = Asker(store).get("/ecom/v1/orders/a")
    assert answer.status == 500
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")


# -- names of sites ---------------------------------------------------------------------------------------------------

NAMES = ["a", "a" * 100, "ü" * 100, "a b", "店", "a.b/c", "'", "6f759095-0701-4075-9908-c9c31ff013e1"]
NOT_NAMES = ["a" * 101, "a" * 5_000, "a\0b", "a\nb", "a\x7f", "\u200b", "a\u2028b", "a\u202eb", "\ufeffa", "a\u00a0b", "a\x85b"]  # fmt: skip
WITH_SPACES = [" a", "a ", "\ta"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_name_everywhere(name: str) -> None:
    store = oq.open_store(":memory:")
    store.at_site(name).load([{"id": "x", "number": "1", "status": "APPROVED"}])
    with oq.open_store(":memory:", site=name) as opened:
        assert opened.site == name
    asker = Asker(store)
    assert asker.raw("POST", SEARCH.encode(), [b"{}"], [(b"wix-site-id", name.encode())]).ids == ["x"]
    loaded = asker.load({"id": "y", "number": "2"}, f"?site={quote(name, safe='')}")
    assert loaded.json["orders"] == 1
    assert store.at_site(name).get("y") is not None
    assert read_event_options((), None, (f"{name}=ID",), False, False).instances == {name: "ID"}


@pytest.mark.parametrize("name", [*NOT_NAMES, *WITH_SPACES])
def test_what_is_no_name_is_one_nowhere(name: str) -> None:
    store = oq.open_store(":memory:")
    rule = "use 1 to 100 printable characters, without spaces at the ends"
    for use in (
        lambda: store.at_site(name),
        lambda: oq.open_store(":memory:", site=name),
        lambda: read_event_options((), None, (f"{name}=ID",), False, False),
    ):
        with pytest.raises(oq.UsageError, match=rule):
            use()
    if name in WITH_SPACES:
        # Headers and parameters are stripped.
        return
    asker = Asker(store)
    sent = [(b"wix-site-id", name.encode())]
    for method, path, body in (("POST", SEARCH, b"{}"), ("GET", "/ecom/v1/orders/a", b""), ("POST", "/_orderquery/load", b'{"id":"a"}')):  # fmt: skip
        answer = asker.raw(method, path.encode(), [body], sent)
        assert (answer.status, answer.violations[0]["field"]) == (400, "wix-site-id")
        assert rule in answer.violations[0]["description"]
    answer = asker.load({"id": "a"}, f"?site={quote(name)}")
    assert (answer.status, answer.violations[0]["field"]) == (400, "site")
    assert store.sites() == []


@pytest.mark.parametrize(
    "query", ["?site=a&site=b", "?site=a&site=a", "?kind=plans&kind=", "?site=&site=b", "?kind=&kind=plans"]
)
def test_a_parameter_that_is_there_twice_is_refused(query: str) -> None:
    asker = Asker()
    answer = asker.load({"id": "a", "number": "1"}, query)
    assert answer.status == 400
    assert "occurs 2 times; send it once" in answer.json["message"]
    assert asker.store.sites() == []


@pytest.mark.parametrize("path", ["events", "deliveries"])
def test_a_parameter_of_a_list_is_there_once(path: str) -> None:
    for query in ("after=1&after=2", "limit=1&limit=1"):
        answer = Asker().get(f"/_orderquery/{path}?{query}")
        assert answer.status == 400
        assert "occurs twice" in answer.violations[0]["description"]


def test_many_unknown_parameters_are_counted() -> None:
    answer = Asker().get("/_orderquery/events?" + "&".join(f"aftr{number}" for number in range(5_000)))
    assert answer.status == 400
    assert len(answer.violations) == 100
    assert sum("did you mean" in violation["description"] for violation in answer.violations) == 10
    assert "and 4,900 more" in answer.json["message"]
