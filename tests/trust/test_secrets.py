"""Keys and passwords: in no log, error, repr, traceback or help, and no file of them for others to read."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import HANG_S, ROOT, run
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from rich.console import Console
from rich.traceback import Traceback
from serving import LOAD, SEARCH, Asker, environment, running

import orderquery as oq
from orderquery.emulator.auth import ApiKey
from orderquery.stores.locations import shown_location
from orderquery.stores.postgres.url import parse_target

API_KEY, CURSOR_KEY, PASSWORD = "api-key-Zx81-secret", "cursor-key-Qw72-secret", "pg-pass-Lm93-s%cret"
URLS = [
    f"postgresql://shop:{PASSWORD}@127.0.0.1:1/orders", f"postgresql://127.0.0.1:1/orders?user=shop&password={PASSWORD}",
    f"postgresql://shop:{PASSWORD}@127.0.0.1:1/orders?sslmode=bad", f"postgresql://shop:{PASSWORD}@/orders?host=/nowhere", f"postgresql://shop:a@{PASSWORD}@127.0.0.1:1/x",
    f"postgresql://shop:{PASSWORD}@127.0.0.1:1/orders?sslpassword={PASSWORD}", f"postgresql://shop:{PASSWORD}@127.0.0.1:99999/orders", f"postgresql://127.0.0.1:1/x?pasword={PASSWORD}",
    f"postgresql://shop:a?{PASSWORD}@127.0.0.1:1/x", f"postgresql://shop:{PASSWORD}?b@127.0.0.1:1/x?sslmode=require", f"postgresql://shop:a/{PASSWORD}@127.0.0.1:1/x",
    f"postgresql://shop:a#{PASSWORD}@127.0.0.1:1/x", f"postgresql://shop:{PASSWORD}:x@127.0.0.1:1/x", f"postgresql://shop:[{PASSWORD}]@127.0.0.1:1/x",
    f"postgresql://127.0.0.1:1/x?user=shop&password=a&{PASSWORD}=1", f"postgresql://127.0.0.1:1/x?password={PASSWORD}&&=",
    f"postgresql://127.0.0.1:1/x?user=shop&password=a&{PASSWORD}", f"postgresql://127.0.0.1:1/x?{PASSWORD}", f"postgresql://127.0.0.1:1/x?password=a&{PASSWORD}&user=shop",
    "postgresql://127.0.0.1:1/x?password=a&lm_ninety_three=1", "postgresql://127.0.0.1:1/x?password=a&lm_ninety_three", "postgresql://127.0.0.1:1/x?user=shop&&lm_ninety_three&",
    f"postgresql://shop:a@127.0.0.1:1/x?password=b?&{PASSWORD}?sslmode=require",
    f"postgresql://shop:{PASSWORD}@127.0.0.1:1/orders?namespace=" + "n" * 80,
]  # fmt: skip
SECRETS = (API_KEY, CURSOR_KEY, PASSWORD, "Zx81", "Qw72", "Lm93", "lm_ninety_three")


def clean(text: str) -> bool:
    return not any(secret in text for secret in SECRETS)


# -- objects and errors -----------------------------------------------------------------------------------------


def test_reprs_hold_no_key(tmp_path: Path, counted: Any) -> None:
    keys = oq.CursorKeys([CURSOR_KEY])
    store = oq.open_store(tmp_path / "shop.db", keys=[CURSOR_KEY])
    app = oq.create_app(store, api_key=API_KEY)
    target = parse_target(URLS[0])
    shown: list[Any] = [
        keys,
        store,
        app,
        ApiKey(API_KEY),
        target,
        vars(target) if hasattr(target, "__dict__") else "",
        store.search({}),
        app.routes,
    ]
    for thing in shown:
        assert clean(repr(thing)), thing
        assert clean(str(thing))
        assert clean(f"{thing!r:>10}")
    for url in URLS[:-1]:
        assert clean(shown_location(url)), shown_location(url)
        assert clean(repr(parse_target(url)))
    store.close()
    counted("objects whose repr holds no key", len(shown) + len(URLS), len(shown) + len(URLS))


@pytest.mark.parametrize("number", range(len(URLS)))
def test_no_password_in_an_error(number: int) -> None:
    for do in (oq.open_store, oq.upgrade_store):
        with pytest.raises(oq.OrderQueryError) as refused:
            do(URLS[number])
        problem: BaseException | None = refused.value
        while problem is not None:
            assert clean(str(problem) + repr(problem) + repr(problem.args)), str(problem)
            problem = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
        assert clean("".join(traceback.format_exception(refused.value)).replace(URLS[number], ""))


@pytest.mark.parametrize("words", [["search", "{url}", "status = PAID"], ["load", "{url}", "x.jsonl"], ["inspect", "{url}", "x"], ["get", "{url}", "a"], ["delete", "{url}", "a"],
                                   ["upgrade", "{url}"], ["serve", "{url}"], ["export", "{url}", "dir"]], ids=lambda words: words[0])  # fmt: skip
@pytest.mark.parametrize("url", [URLS[0], URLS[1]], ids=["in the URL", "as a parameter"])
def test_no_password_on_the_command_line_output(
    words: list[str], url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.jsonl").write_text('{"id":"a"}\n')
    done = run(*(word.replace("{url}", url) for word in words))
    assert done.exit_code != 0
    assert clean(done.output + done.stderr), done.output


BAD_KEYS: dict[str, Callable[[], Any]] = {
    "a short cursor key": lambda: oq.CursorKeys(["Qw72-secret"]),
    "one good, one short": lambda: oq.CursorKeys([CURSOR_KEY, "Qw72"]),
    "an API key of no header": lambda: oq.create_app(oq.open_store(":memory:"), api_key=API_KEY + "\n"),
    "an API key of other letters": lambda: oq.create_app(oq.open_store(":memory:"), api_key=API_KEY + "é"),
    "a webhook key that is none": lambda: oq.create_app(
        oq.open_store(":memory:"), webhook_key="-----BEGIN PUBLIC KEY-----\n" + API_KEY
    ),
}


@pytest.mark.parametrize("name", BAD_KEYS)
def test_no_key_in_the_error_about_it(name: str) -> None:
    with pytest.raises(oq.UsageError) as refused:
        BAD_KEYS[name]()
    assert clean(str(refused.value) + repr(refused.value) + repr(refused.value.args))


def test_a_private_key_where_a_public_one_belongs() -> None:
    private = rsa.generate_private_key(65537, 2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    body = pem.splitlines()[3]
    with pytest.raises(oq.UsageError) as refused:
        oq.create_app(oq.open_store(":memory:"), webhook_key=pem)
    assert body not in str(refused.value) + repr(refused.value)


def broken_here(*_: object) -> Any:
    raise RuntimeError("as a mistake of ours would")


def test_no_key_in_a_traceback_with_locals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where an error shows the locals of every frame, as rich does: of ours none holds a key bare."""
    store = oq.open_store(":memory:", keys=oq.CursorKeys([CURSOR_KEY]))
    store.load([{"id": "a"}, {"id": "b"}])
    token = store.search({"cursorPaging": {"limit": 1}}).next
    monkeypatch.setattr("orderquery.compiler.cursor._unpacked", broken_here)
    with pytest.raises(RuntimeError) as broken:
        store.search({"cursorPaging": {"cursor": token}})
    out = io.StringIO()
    trace = Traceback.from_exception(
        broken.type,
        broken.value,
        broken.value.__traceback__,
        show_locals=True,
        locals_max_string=None,
        locals_max_length=None,
    )
    Console(file=out, width=1_000).print(trace)
    # This test has the key in its own module, as locals of no frame.
    assert "token" in out.getvalue()
    assert clean(out.getvalue())


# -- logs -------------------------------------------------------------------------------------------------------


def test_no_key_in_any_log_in_this_process(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        asker = Asker(oq.open_store(":memory:", keys=[CURSOR_KEY]), api_key=API_KEY)
        for headers in (
            {"authorization": API_KEY},
            {"authorization": API_KEY[:-1]},
            {"authorization": f"Bearer {API_KEY}"},
            {},
        ):
            for body in (
                {},
                {"search": {"filter": {API_KEY: 1}}},
                {"search": {"cursorPaging": {"cursor": API_KEY}}},
                {API_KEY: API_KEY},
            ):
                answer = asker.ask("POST", SEARCH, body, headers)
                if API_KEY not in json.dumps(body):
                    assert clean(answer.content.decode() + str(dict(answer.headers)))
    said = "".join(
        record.getMessage() for record in caplog.records if record.name.startswith(("orderquery", "uvicorn"))
    )
    # A place may name a key of the request that its sender chose: a value never stands there.
    assert f'"{API_KEY}"' not in said


def test_no_key_in_what_a_server_says(tmp_path: Path, counted: Any) -> None:
    with oq.open_store(tmp_path / "shop.db", keys=[CURSOR_KEY]) as store:
        store.load(oq.sample(50))
    secrets = {"ORDERQUERY_API_KEY": API_KEY, "ORDERQUERY_CURSOR_KEYS": CURSOR_KEY}
    asked = 0
    with running(["serve", "shop.db"], tmp_path, **secrets) as server:
        for headers in (
            {"authorization": API_KEY},
            {"authorization": API_KEY + "x"},
            {"authorization": f"Bearer {API_KEY}"},
            {},
        ):
            for method, path, body in (
                ("POST", SEARCH, {}), ("POST", SEARCH, {"search": {"sort": [{"fieldName": "x"}]}}), ("GET", "/ecom/v1/orders/x", None), ("POST", LOAD, [{"id": "x"}]),
                ("POST", SEARCH, b"\xff"), ("GET", "/openapi.json", None), ("GET", "/healthz", None), ("POST", SEARCH, {"search": {"cursorPaging": {"cursor": "x"}}}),
            ):  # fmt: skip
                answer = server.ask(method, path, body, headers)
                assert clean(answer.content.decode() + str(dict(answer.headers)))
                asked += 1
        sent = server.ask("POST", SEARCH, {"search": {"cursorPaging": {"limit": 2}}}, {"authorization": API_KEY})
        assert sent.status == 200
        assert clean(sent.content.decode())
    assert server.output().count("401") > 5
    assert clean(server.output()), server.output()
    assert clean((tmp_path / "shop.db").read_bytes().decode("latin-1"))
    counted("answers and log lines without a key", asked, asked)


def test_help_shows_no_key() -> None:
    for words in ([], ["serve"], ["search"], ["load"], ["check"], ["export"], ["demo"]):
        done = subprocess.run(
            [sys.executable, "-m", "orderquery", *words, "--help"], cwd=ROOT, capture_output=True, text=True,
            env=environment(ORDERQUERY_API_KEY=API_KEY, ORDERQUERY_CURSOR_KEYS=CURSOR_KEY, PGPASSWORD=PASSWORD),
        )  # fmt: skip
        assert done.returncode == 0
        assert clean(done.stdout + done.stderr)


@pytest.mark.parametrize("word", ["--api-key", "--webhook-key", "--host", "--port"])
def test_a_wrong_option_does_not_repeat_the_key(word: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "orderquery", "serve", ":memory:", "--port", "0", "--api-key", API_KEY + "\n", word, "x\n"], cwd=ROOT, capture_output=True, text=True,
        env=environment(), timeout=HANG_S,
    )  # fmt: skip
    assert done.returncode != 0
    assert clean(done.stdout + done.stderr), done.stderr


def test_an_export_holds_no_key(tmp_path: Path) -> None:
    with oq.open_store(tmp_path / "shop.db") as store:
        store.load(oq.sample(20))
    key = (tmp_path / "shop.db.key").read_text().strip()
    assert run("export", tmp_path / "shop.db", tmp_path / "out").exit_code == 0
    for file in [*(tmp_path / "out").rglob("*"), tmp_path / "shop.db"]:
        assert not file.is_file() or key.encode() not in file.read_bytes()
