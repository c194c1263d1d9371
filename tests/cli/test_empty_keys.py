"""An empty key refuses to start, with what to do: it would admit every caller."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from command_line import run

import orderquery as oq
from orderquery.compiler.cursor_keys import KEYS_VARIABLE, keys_from_environment
from orderquery.emulator import server
from orderquery.sync.credentials import read_credentials

BLANK = ["", " ", "\t", " \n "]


@pytest.fixture(autouse=True)
def never_listen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: Any) -> None:
        raise AssertionError("it listens")

    monkeypatch.setattr(server, "listen", fail)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("value", BLANK)
@pytest.mark.parametrize("store", [["--empty"], ["shop.db"]])
def test_an_empty_variable_refuses_to_start(value: str, store: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERQUERY_API_KEY", value)
    done = run("serve", *store, "--port", "0")
    assert done.exit_code == 2
    assert "ORDERQUERY_API_KEY is empty; set it to a key, or unset it to serve without one" in done.stderr
    assert not Path("shop.db").exists()


@pytest.mark.parametrize("value", BLANK)
def test_an_empty_option_refuses_to_start(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERQUERY_API_KEY", "a key")
    done = run("serve", "--empty", "--port", "0", "--api-key", value)
    assert done.exit_code == 2
    assert "--api-key is empty; pass a key, or remove the option to serve without one" in done.stderr


@pytest.mark.parametrize("option", ["--webhook-key", "--webhook-signing-key"])
@pytest.mark.parametrize("content", [b"", b" \n"])
def test_an_empty_key_file_refuses_to_start(option: str, content: bytes) -> None:
    Path("key.pem").write_bytes(content)
    done = run("serve", "--empty", "--port", "0", option, "key.pem")
    assert done.exit_code == 2
    assert "key" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("value", [*BLANK, ",", " , "])
def test_an_empty_cursor_key_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEYS_VARIABLE, value)
    with pytest.raises(oq.UsageError, match=f"{KEYS_VARIABLE} is empty; set it to a key, or unset it"):
        keys_from_environment()
    with pytest.raises(oq.UsageError, match="is empty"):
        oq.open_store(":memory:")


@pytest.mark.parametrize("value", BLANK)
def test_an_empty_key_of_a_sync_is_refused(value: str) -> None:
    for variable in ("WIX_API_KEY", "WIX_API_KEY_BERLIN"):
        with pytest.raises(oq.UsageError, match=f"{variable} is empty; set it to an API key, or unset it"):
            read_credentials({variable: value}, key_variable=variable)


@pytest.mark.parametrize("value", BLANK)
def test_an_empty_key_in_python_is_refused(value: str) -> None:
    with pytest.raises(oq.UsageError, match="the API key is empty; pass a key, or None to admit every caller"):
        oq.create_app(oq.open_store(":memory:"), api_key=value)
