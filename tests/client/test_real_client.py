"""The JavaScript SDK as npm has it, run by node's own test runner against servers of ours.

The first run installs it beside this file (about 100 MB). ``-s`` or ``-rP`` shows the output of node, its versions first.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from orderquery.emulator.operation import Operation
from orderquery.emulator.operations import OPERATIONS

JSON = Any
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DOCUMENTED = HERE.parent / "samples"
SUITES = sorted(path.name for path in HERE.glob("*.test.mjs"))

ORDERS = 450
ORDERS_OF_A_SITE = 40
SITES = {"2fb1c5d4-6a0e-4f0b-9d0c-3c1f5c1c9a01": 1, "b7e3a1f0-0c52-4d5a-8e55-7d2f9c6b4e02": 2}
"""The sites of the store that holds two, and the seed of each one's orders."""
INSTANCE = "11111111-1111-4111-8111-111111111111"
"""Of the app that gets the events."""

INSTALL_SECONDS, START_SECONDS, SUITE_SECONDS, STOP_SECONDS = 600, 300, 600, 300
SERVING = re.compile(r"^serving .* at (http://\S+), until Ctrl-C$", re.MULTILINE)
KEY_VARIABLE = "ORDERQUERY_API_KEY"
CALLS = "calls.jsonl"
"""A line for every suite that was run: how often it called each method of the SDK."""

pytestmark = pytest.mark.client


@pytest.mark.parametrize("suite", SUITES)
def test_client(suite: str, node: str, servers: Path) -> None:
    output, status = _run_suite(node, suite, servers)
    print(output)
    if status != 0:
        _, _, failures = output.partition("failing tests:")
        pytest.fail(f"{suite}:\n{failures or output}", pytrace=False)
    passed = re.search(r"^\S* ?pass (\d+)$", output, re.MULTILINE)
    assert passed is not None, output
    assert int(passed[1]) > 0, output


def test_every_method_was_called(servers: Path) -> None:
    path = servers.with_name(CALLS)
    lines = path.read_text().splitlines() if path.exists() else []
    if len(lines) < len(SUITES):
        pytest.skip("not every suite was run")
    counts = sum((Counter(json.loads(line)) for line in lines), Counter[str]())
    print(f"{sum(counts.values()):,} calls of the SDK, {len(counts)} methods:")
    for method, count in sorted(counts.items()):
        print(f"{count:6,} {method}")
    missing = {name for operation in OPERATIONS if (name := _counted_name(operation))} - counts.keys()
    assert not missing, f"never called: {', '.join(sorted(missing))}"


def _counted_name(operation: Operation) -> str:
    """Return the name under which the suites count the calls of an operation."""
    if operation.area == "pricing plans":
        return operation.sdk.replace("orders.", "plans.", 1)
    return operation.sdk


def _run_suite(node: str, suite: str, servers: Path) -> tuple[str, int]:
    command = [node, "--test", "--test-reporter=spec", suite]
    environment = {**os.environ, "ORDERQUERY_CLIENT_TESTS": str(servers), "NO_COLOR": "1"}
    environment.pop("FORCE_COLOR", None)
    # node's runner starts a process for the suite: in a session of their own both can be ended.
    with subprocess.Popen(
        command, cwd=HERE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    ) as process:
        try:
            output, _ = process.communicate(timeout=SUITE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            output += f"\nended: it took longer than {SUITE_SECONDS} s\n".encode()
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    return output.decode(errors="replace"), process.returncode


# -- node and the client -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def node() -> str:
    """The path of node, beside which the client is installed."""
    found = {name: shutil.which(name) for name in ("node", "npm")}
    for name, path in found.items():
        if path is None:
            pytest.skip(f"{name} is not installed: the JavaScript SDK cannot be run without it")
    # Two processes of a test run shall not install at once.
    with open(HERE / "package.json") as package:
        fcntl.flock(package, fcntl.LOCK_EX)
        if not _is_installed():
            _install(str(found["npm"]))
    return str(found["node"])


def _is_installed() -> bool:
    # npm writes its own list last.
    if not (HERE / "node_modules" / ".package-lock.json").exists():
        return False
    wanted = json.loads((HERE / "package.json").read_bytes())["dependencies"]
    return all(_installed_version(name) == version for name, version in wanted.items())


def _installed_version(name: str) -> str | None:
    package = HERE / "node_modules" / name / "package.json"
    return json.loads(package.read_bytes())["version"] if package.exists() else None


def _install(npm: str) -> None:
    # No lock file: it would name the host of a registry. No scripts: none of these packages needs one.
    options = ["--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=dev", "--omit=optional"]
    command = [npm, "install", *options]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"
    assert _is_installed(), f"npm installed other versions than {HERE / 'package.json'} pins"


# -- the servers and what they hold ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file that says where the servers are and which orders they hold."""
    folder = tmp_path_factory.mktemp("client")
    key = secrets.token_urlsafe(24)
    shop, sites = folder / "shop.db", folder / "sites.db"
    held = [*_sample(ORDERS, 0), *map(_documented, DOCUMENTED.glob("list_transactions_for_*.response.json"))]
    # The last one has the shape of the SDK.
    held += [_documented("search_orders.response.json"), _documented("velo_get_order.result.json")]
    _load(shop, held)
    of_site = {
        site: [*_sample(ORDERS_OF_A_SITE, seed), _documented("search_orders.response.json")]
        for site, seed in SITES.items()
    }
    for site, documents in of_site.items():
        _load(sites, documents, "--site", site)
    known = {
        "orders": list(_orders(held)),
        "transactions": list(_transactions(held)),
        "sites": {site: list(_orders(documents)) for site, documents in of_site.items()},
    }
    port, announced_port = _free_port(), _free_port()
    announced = ("--details-updated", "--webhook-url", f"http://127.0.0.1:{announced_port}/")
    options = ["--create", "--details-updated", "--instance", f"={INSTANCE}"]
    options += ["--webhook-url", f"http://127.0.0.1:{port}/"]
    with ExitStack() as running:
        shop_of_tests = {
            "lenient": running.enter_context(_serving(shop, folder / "lenient", "--read-only")),
            "strict": running.enter_context(_serving(shop, folder / "strict", "--strict", key=key)),
            "twoSites": running.enter_context(_serving(sites, folder / "sites")),
            "writing": running.enter_context(_serving(folder / "writing.db", folder / "writing", *options)),
            "receiverPort": port,
            "instanceId": INSTANCE,
            "announcing": running.enter_context(_serving("--empty", folder / "announcing", *announced)),
            "announcedPort": announced_port,
            "writable": running.enter_context(_serving("--empty", folder / "writable", "--details-updated")),
            "writableStrict": running.enter_context(_serving("--empty", folder / "writable-strict", "--strict")),
            "apiKey": key,
            "known": known,
            "calls": str(folder / CALLS),
        }
        path = folder / "known.json"
        path.write_text(json.dumps(shop_of_tests))
        yield path


def _free_port() -> int:
    """Return a port on which a suite listens for webhooks."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def _sample(count: int, seed: int) -> list[JSON]:
    return [json.loads(line) for line in _run("sample", count, "--seed", seed).splitlines()]


def _documented(name: str | Path) -> JSON:
    return json.loads((DOCUMENTED / name).read_bytes())


def _orders(documents: list[JSON]) -> Iterator[JSON]:
    for document in documents:
        if "lineItems" in document:
            yield document
        yield from document.get("orders", ())


def _transactions(documents: list[JSON]) -> Iterator[JSON]:
    for document in documents:
        records = document.get("orderTransactions", [])
        yield from records if isinstance(records, list) else [records]


def _load(store: Path, documents: list[JSON], *options: str) -> None:
    path = store.with_suffix(".jsonl")
    path.write_text("".join(json.dumps(document) + "\n" for document in documents))
    _run("load", store, path, *options)


def _run(*args: object) -> str:
    done = subprocess.run(_command(*args), env=_environment(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"orderquery {args[0]}:\n{done.stdout}{done.stderr}"
    return done.stdout


def _command(*args: object) -> list[str]:
    return [sys.executable, "-m", "orderquery", *map(str, args)]


def _environment(key: str | None = None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != KEY_VARIABLE}
    return {**kept, "PYTHONPATH": str(ROOT), **({} if key is None else {KEY_VARIABLE: key})}


@contextmanager
def _serving(store: Path | str, log: Path, *options: str, key: str | None = None) -> Iterator[str]:
    """The URL of a server that runs meanwhile."""
    out, err = log.with_suffix(".out"), log.with_suffix(".err")
    command = _command("serve", store, "--port", 0, *options)
    with open(out, "wb") as stdout, open(err, "wb") as stderr:
        process = subprocess.Popen(command, env=_environment(key), stdout=stdout, stderr=stderr)
    try:
        yield _url(process, out, err)
        assert process.poll() is None, f"the server ended by itself:\n{_tail(err)}"
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    assert process.returncode == 0, f"the server ended with {process.returncode}:\n{_tail(err)}"
    assert "Traceback" not in err.read_text(), _tail(err)


def _url(process: subprocess.Popen[bytes], out: Path, err: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        found = SERVING.search(out.read_text())
        if found is not None:
            return found[1]
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise AssertionError(f"the server did not start:\n{out.read_text()}{_tail(err)}")


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-4000:]
