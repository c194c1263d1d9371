"""Requests of a sync: where credentials go, failures that pass, failures that do not, and hostile answers."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from command_line import HANG_S, ROOT, run
from sync_service import BASE_URL, FAULTS, Service, differences, failed, fast_pace, transport

import orderquery as oq
from orderquery.sync import client as client_module
from orderquery.sync import window_reader
from orderquery.sync.client import SEARCH_PATH
from orderquery.sync.credentials import check_complete, read_credentials
from orderquery.sync.origin import SERVICE_URL, read_origin

JSON = Any
KEY = "IST.secret-Kx93-key"


def asked(answer: Callable[[httpx2.Request], httpx2.Response], store: oq.Store | None = None, **options: Any) -> Any:
    """Sync from a function that answers requests."""
    options = {"base_url": BASE_URL, "credentials": oq.Credentials(KEY, "site"), "pace": fast_pace()} | options
    with oq.open_store(":memory:") as opened:
        return oq.sync(store or opened, transport=transport(answer), **options)


# -- D112: where credentials go --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        (None, SERVICE_URL), ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("http://localhost:8080/", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"), ("https://orders.example.com", "https://orders.example.com"),
        ("https://127.0.0.1", "https://127.0.0.1"), ("http://127.8.9.1:80", "http://127.8.9.1"), ("HTTPS://WWW.WIXAPIS.COM:443/", SERVICE_URL),
    ],
)  # fmt: skip
def test_origins(url: str | None, origin: str) -> None:
    assert read_origin(url).url == origin


@pytest.mark.parametrize(
    "url",
    [
        "http://orders.example.com", "http://127.0.0.1.example.com", "http://127.1", "http://2130706433", "http://0.0.0.0:80", "ftp://127.0.0.1",
        "127.0.0.1:8080", "", "http://", "https://user:pass@127.0.0.1", f"https://{KEY}@example.com", "http://127.0.0.1@example.com", "http://127.0.0.1:99999",
        "http://127.0.0.1/path", "http://127.0.0.1?x", "http://127.0.0.1#x", "http://127.0.0.1\\@example.com", "http://127.0.0.1 .example.com",
        "http://127.0.0.1\n.example.com", "http://[::1", "http://localhost.example.com", "file:///etc/passwd", "https://exämple.com", "http://10.0.0.1",
    ],
)  # fmt: skip
def test_other_origins_are_refused(url: str) -> None:
    with pytest.raises(oq.UsageError) as refused:
        read_origin(url)
    assert KEY not in str(refused.value)
    assert "write" in str(refused.value)


@pytest.mark.parametrize("variable", ["ORDERQUERY_BASE_URL", "BASE_URL", "WIX_BASE_URL"])
def test_no_variable_and_no_file_sets_the_base_url(variable: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "https://attacker.example.com")
    (here / "orderquery.toml").write_text('base-url = "https://attacker.example.com"\napi-key = "x"\n')
    seen = list[str]()

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(str(request.url))
        return httpx2.Response(403)

    with pytest.raises(oq.SyncError, match="403"):
        asked(answer, base_url=None)
    assert seen == [SERVICE_URL + SEARCH_PATH]


def test_credentials_are_sent_and_never_shown(service: Service, store: oq.Store, caplog: Any) -> None:
    service.store.load(oq.sample(3))
    caplog.set_level("DEBUG")
    asked(service.answer, store, credentials=oq.Credentials(KEY, "the-site", "the-account"))
    for *_, headers in service.requests:
        assert headers["authorization"] == KEY
        assert (headers["wix-site-id"], headers["wix-account-id"]) == ("the-site", "the-account")
    assert KEY not in caplog.text
    assert KEY not in repr(oq.Credentials(KEY))
    assert "Kx93" not in repr(oq.Credentials(KEY)._key)


@pytest.mark.parametrize(
    "location", ["https://attacker.example.com/", "http://127.0.0.1:9/x", "/ecom/v1/other", "//x.example"]
)
def test_no_redirect_is_followed(location: str) -> None:
    seen = list[httpx2.Request]()

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(307, headers={"location": location})

    with pytest.raises(oq.SyncError, match="redirects to"):
        asked(answer)
    assert len(seen) == 1


def test_keys_of_the_environment_and_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key.txt"
    file.write_text(KEY + "\n")
    file.chmod(0o644)
    with pytest.raises(oq.UsageError, match=r"other users can read.*chmod 600"):
        read_credentials({}, file)
    file.chmod(0o600)
    assert read_credentials({"WIX_API_KEY": "other"}, file)._key.text == KEY
    found = read_credentials({"WIX_API_KEY": KEY, "WIX_SITE_ID": "s", "WIX_ACCOUNT_ID": "a"})
    assert (found._key.text, found.site_id, found.account_id) == (KEY, "s", "a")
    for text in ("", "two words", "é", f"{KEY}\nX-Evil: 1"):
        file.write_text(text)
        with pytest.raises(oq.UsageError) as refused:
            read_credentials({}, file)
        assert KEY not in str(refused.value)
    with pytest.raises(oq.UsageError, match="cannot read"):
        read_credentials({}, tmp_path / "none")
    for bad in ("a\nb", "é", "a ", "a\x7f"):
        with pytest.raises(oq.UsageError) as refused:
            oq.Credentials(KEY + bad)
        assert KEY not in str(refused.value)


def test_missing_credentials_say_what_to_set() -> None:
    with pytest.raises(oq.UsageError, match=r"set WIX_API_KEY or pass --api-key-file"):
        check_complete(oq.Credentials(), read_origin(None))
    with pytest.raises(oq.UsageError, match="set WIX_SITE_ID"):
        check_complete(oq.Credentials(KEY), read_origin(None))
    check_complete(oq.Credentials(), read_origin(BASE_URL))


def test_no_key_on_the_command_line(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    help_ = run("sync", "--help").stdout
    assert "--api-key-file" in help_
    assert "--api-key " not in help_
    monkeypatch.delenv("WIX_API_KEY", raising=False)
    done = run("sync", "shop.db", "--api-key", KEY)
    assert done.exit_code == 2


def test_a_proxy_of_the_environment_gets_no_key_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    pace = fast_pace()
    client = client_module.ServiceClient(oq.load_schema(), read_origin("http://127.0.0.1:1"), oq.Credentials, pace)
    assert client._http._mounts == {}
    client._http.close()


# -- D114: failures --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_failures_that_pass_are_waited_for(service: Service, store: oq.Store, fault: Any) -> None:
    service.store.load(oq.sample(40))
    service.faults = [None, fault, fault, None, fault, None, None, fault, fault, fault]
    found = service.sync(store)
    assert differences(service, store) == []
    assert sum(found.retries.values()) == service.injected.total() >= 4


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "set WIX_API_KEY"), (403, "permission to read orders"), (404, "check --base-url"), (400, "refuses a request"), (302, "not followed"),
    ],
)  # fmt: skip
def test_failures_that_stay_end_the_sync(status: int, words: str) -> None:
    seen = list[int]()

    def answer(_: httpx2.Request) -> httpx2.Response:
        seen.append(1)
        return httpx2.Response(status, content=json.dumps({"message": "why\nit is so" * 200}).encode())

    with pytest.raises(oq.SyncError, match=words) as refused:
        asked(answer)
    assert len(seen) == (2 if status == 401 else 1)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 700
    assert KEY not in str(refused.value)


def test_a_failure_without_end_is_given_up(service: Service, store: oq.Store) -> None:
    service.store.load(oq.sample(40))
    service.faults = [None, *[failed] * 100]
    with pytest.raises(oq.SyncError, match="answers 500"):
        service.sync(store)
    assert service.injected.total() == 8
    service.faults = []
    service.sync(store)
    assert differences(service, store) == []


def test_the_time_that_is_allowed_ends_at_a_mark(
    service: Service, store: oq.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_reader, "PAGE_ORDERS", 10)
    monkeypatch.setattr(window_reader, "WINDOW_ORDERS", 20)
    service.store.load(oq.sample(300))
    lefts, runs = list[str](), 0
    while runs < 30:
        runs += 1
        found = service.sync(store, max_seconds=0.1)
        if found.is_complete:
            break
        assert "not read yet" in found.left or found.left == "nothing was read"
        lefts.append(found.left)
    assert 2 < runs < 30
    begun = [left for left in lefts if left.startswith("orders updated")]
    assert begun == sorted(begun)
    assert differences(service, store) == []


def test_a_dry_run_stores_nothing(service: Service, store: oq.Store) -> None:
    service.store.load(oq.sample(120))
    found = service.sync(store, dry_run=True)
    assert found.new == service.store.count({})
    assert found.lines()[0].startswith("would sync ")
    assert [*store.iterate_records()] == []
    assert store.list_all_entries() == []


# -- hostile answers -----------------------------------------------------------------------------------------------


def body(orders: JSON, has_next: JSON = False, cursors: JSON = None) -> bytes:
    return json.dumps({"orders": orders, "metadata": {"hasNext": has_next, "cursors": cursors}}).encode()


def order(key: str, minute: int = 0, **values: JSON) -> JSON:
    return {
        "id": key,
        "number": "1",
        "updatedDate": f"2026-02-01T10:{minute:02}:00Z",
        "createdDate": "2026-02-01T10:00:00Z",
        **values,
    }


HOSTILE: dict[str, bytes] = {
    "empty": b"", "null": b"null", "a list": b"[]", "a number": b"7", "not UTF-8": b'{"orders":["\xff"]}', "deep": b"[" * 100_000, "deep objects": b'{"a":' * 50_000,
    "orders is text": body("x"), "orders is null": body(None), "hasNext is text": body([], "false"), "cursors is a list": body([], True, [1]),
    "a cursor of 1 MB": body([], True, {"next": "c" * 1_000_000}), "a cursor that is no text": body([], True, {"next": {}}), "metadata is missing": b'{"orders":[]}',
    "NaN": b'{"orders":[],"metadata":{"hasNext":NaN}}', "an integer of 10,000 digits as metadata": b'{"orders":[],"metadata":' + b"9" * 10_000 + b"}",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_answers_of_the_wrong_type_are_no_end(name: str) -> None:
    with pytest.raises(oq.SyncError, match="malformed answer") as refused:
        asked(lambda _: httpx2.Response(200, content=HOSTILE[name]))
    assert len(str(refused.value)) < 400


def test_compressed_answers(store: oq.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: httpx2.Request, encoding: str = "gzip", cut: int | None = None) -> httpx2.Response:
        assert request.headers["accept-encoding"] == "gzip"
        content = body([order("a")]) if request.url.path == SEARCH_PATH else b'{"orderTransactions":[]}'
        packed = gzip.compress(content)[:cut]
        return httpx2.Response(200, headers={"content-encoding": encoding}, stream=httpx2.ByteStream(packed))

    assert asked(answer, store).new == 1
    for wrong in ({"encoding": "br"}, {"cut": -9}, {"cut": 3}):
        with pytest.raises(oq.SyncError, match="compression"):
            asked(lambda request, wrong=wrong: answer(request, **wrong), store)
    monkeypatch.setattr(client_module, "MAX_ANSWER_BYTES", 100)
    with pytest.raises(oq.SyncError, match="MiB"):
        asked(answer, store)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_huge_answer_is_not_read_to_its_end(packed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MAX_ANSWER_BYTES", 1 << 20)
    sent = [0]

    def chunks() -> Iterator[bytes]:
        chunk = gzip.compress(bytes(1 << 18), 0) if packed else b" " * (1 << 18)
        while True:
            sent[0] += 1
            yield chunk

    class Endless(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            return chunks()

    with pytest.raises(oq.SyncError, match="MiB"):
        asked(lambda _: httpx2.Response(200, headers={"content-encoding": "gzip"} if packed else {}, stream=Endless()))
    assert sent[0] < 20


def test_endless_pages_end() -> None:
    number = [0]

    def same_orders(request: httpx2.Request) -> httpx2.Response:
        if request.url.path != SEARCH_PATH:
            return httpx2.Response(200, content=b'{"orderTransactions":[]}')
        number[0] += 1
        # Two numbers by turns: the position advances, and no order is new.
        listed = [order("a", number=str(number[0] % 2))]
        return httpx2.Response(200, content=body(listed, True, {"next": f"c{number[0]}"}))

    with pytest.raises(oq.SyncError, match=r"pages without a new order"):
        asked(same_orders)
    assert number[0] < 2_000


def test_endless_orders_of_one_stamp_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_reader, "MAX_WINDOW_ORDERS", 500)
    number = [0]

    def more(request: httpx2.Request) -> httpx2.Response:
        if request.url.path != SEARCH_PATH:
            return httpx2.Response(200, content=b'{"orderTransactions":[]}')
        number[0] += 1
        listed = [order(f"order-{number[0]}-{index}", number=str(number[0] * 100 + index)) for index in range(100)]
        return httpx2.Response(200, content=body(listed, True, {"next": f"c{number[0]}"}))

    with pytest.raises(oq.SyncError, match="more than 500 orders share one updatedDate"):
        asked(more)


def test_orders_that_cannot_be_stored_are_reported_and_the_others_kept(store: oq.Store) -> None:
    listed = [
        order("a"), 7, None, [], {"id": 7}, {"id": "", "number": "2"}, order("b", 1), {"order": order("c")}, order("x" * 300, 2), order("d", 3, status={"deep": 1}),
        order("e", 4, number=["list"]), order("f", 5, lineItems="none"), {"id": "g", "dateCreated": "2020"},
    ]  # fmt: skip

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path != SEARCH_PATH:
            return httpx2.Response(
                200, content=b'{"orderTransactions":[{"orderId":"a","payments":{}},7,{"orderId":7}]}'
            )
        sent = json.loads(request.content)["search"]
        is_undated = '{"$eq": null}' in json.dumps(sent)
        return httpx2.Response(200, content=body([] if is_undated else listed))

    found = asked(answer, store)
    assert sorted(store.search({}).ids) == ["a", "b", "d", "e", "f"]
    assert found.skipped >= 8
    assert found.problem_count >= found.skipped


def test_transactions_of_other_orders_are_not_stored(store: oq.Store) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path != SEARCH_PATH:
            other = {"orderId": "stranger", "payments": [], "refunds": []}
            return httpx2.Response(200, content=json.dumps({"orderTransactions": [other]}).encode())
        return httpx2.Response(200, content=body([order("a")]))

    asked(answer, store)
    assert store.get_transactions("stranger") is None


def test_without_the_extra_the_error_names_it(tmp_path: Path) -> None:
    code = f"""if True:
        import sys
        sys.modules["tenacity"] = None
        sys.path.insert(0, {str(ROOT)!r})
        import orderquery as oq
        try:
            oq.sync(oq.open_store(":memory:"), base_url="http://127.0.0.1:1")
        except oq.MissingExtra as problem:
            print(problem)
    """
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=HANG_S, env={**os.environ}, check=True
    )
    assert "pip install 'orderquery[sync]'" in done.stdout
