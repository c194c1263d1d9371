"""Emulators for the tests, in this process or in one of their own, and checks that hold for every response."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Self
from urllib.parse import unquote, urlsplit
from uuid import UUID

from command_line import HANG_S, ROOT
from forked_commands import Copy
from starlette.testclient import TestClient

import orderquery as oq
from orderquery.emulator.openapi import VIOLATED_RULES

JSON = Any
SEARCH = "/ecom/v1/orders/search"
LOAD = "/_orderquery/load"
SITE = "wix-site-id"
WARNINGS = "x-orderquery-warnings"
REQUEST_ID = "x-wix-request-id"
LIMITED = Path(__file__).with_name("limited_server.py")
FORKS = sys.platform == "linux"
NOT_IMPLEMENTED = 501
TEXTS = ("application/x-pem-file", "text/html; charset=utf-8")
"""The types of answers that are not JSON: the public key, and the page."""
ANNOUNCED = re.compile(r"^serving .* at (http://\S+), until Ctrl-C$", re.MULTILINE)


# -- checks on every response --------------------------------------------------------------------------------------

_ids_seen: set[str] = set()


def judged(status: int, headers: Mapping[str, str], content: bytes) -> JSON:
    """Return the decoded body of a response; fail unless it has a new request id and the right shape."""
    request_id = headers[REQUEST_ID]
    assert str(UUID(request_id)) == request_id
    assert request_id not in _ids_seen
    _ids_seen.add(request_id)
    if headers["content-type"] in TEXTS:
        assert status == 200
        return content.decode()
    assert headers["content-type"] == "application/json"
    body = json.loads(content, parse_constant=_no_constant, parse_int=_integer)
    if status != 200:
        _judge_error(status, body)
    return body


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) < 4_000 else Decimal(text)


def _no_constant(text: str) -> JSON:
    raise AssertionError(f"{text} is not JSON")


def _judge_error(status: int, body: JSON) -> None:
    assert list(body) == ["message", "details"]
    details = body["details"]
    if status >= 500 and status != NOT_IMPLEMENTED:
        assert details == {}
        return
    assert body["message"]
    kinds = set(details) - {"corrected"}
    assert kinds in ({"validationError"}, {"applicationError"}), details
    assert status == 400 or "corrected" not in details
    if kinds == {"applicationError"}:
        error = details["applicationError"]
        assert {"code", "description"} <= set(error) <= {"code", "description", "data"}
        assert error["code"]
        assert error["description"] == body["message"]
        return
    violations = details["validationError"]["fieldViolations"]
    assert violations
    for violation in violations:
        assert set(violation) <= {"field", "description", "violatedRule", "ruleName", "data"}
        # The SDK throws a TypeError at a violation without a field.
        assert isinstance(violation["field"], str)
        assert violation["field"]
        assert violation["description"]
        rule = violation.get("violatedRule", "VALIDATION")
        assert rule in VIOLATED_RULES
        assert (rule == "OTHER") == ("ruleName" in violation)


@dataclass(frozen=True)
class Answer:
    """A checked response."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    json: JSON = field(compare=False)

    @property
    def warnings(self) -> str | None:
        return self.headers.get(WARNINGS)

    @property
    def violations(self) -> list[JSON]:
        return self.json["details"]["validationError"]["fieldViolations"]

    @property
    def code(self) -> str:
        """Return the code of an application error."""
        return self.json["details"]["applicationError"]["code"]

    @property
    def ids(self) -> list[str]:
        return [order["id"] for order in self.json["orders"]]


class Asker:
    """Sends requests to an application in this process."""

    def __init__(self, store: oq.Store | None = None, app: Any = None, prefix: str = "", **options: Any) -> None:
        self.store = oq.open_store(":memory:") if store is None else store
        # No time limit, which a slow machine could exceed; tests of the limit set their own.
        self.app = app or oq.create_app(self.store, **{"search_seconds": HANG_S, **options})
        self.prefix = prefix
        self.client = TestClient(self.app, raise_server_exceptions=False)

    def ask(self, method: str, path: str, body: JSON = None, headers: Any = None) -> Answer:
        """Send a request; ``body`` is bytes, text, an iterator of bytes, or JSON to encode."""
        content = body if body is None or isinstance(body, bytes | str | Iterator) else json.dumps(body)
        asked = self.client.build_request(method, self.prefix + path, content=content, headers=headers)
        target, _, query = asked.url.raw_path.partition(b"?")
        pieces = [asked.read()]

        async def receive() -> dict[str, Any]:
            if not pieces:
                await asyncio.Event().wait()
            return {"type": "http.request", "body": pieces.pop()}

        # Not with client.request(), which starts a thread for each request: that takes longer than most answers.
        status, sent, received = self._exchange(
            {
                "type": "http", "http_version": "1.1", "method": asked.method, "scheme": asked.url.scheme,
                "path": unquote(target), "raw_path": target, "query_string": query, "root_path": "", "extensions": {},
                "headers": [(name.lower(), value) for name, value in asked.headers.raw], "state": {},
                "client": ("testclient", 50000), "server": (asked.url.host, 80),
            },
            receive,
        )  # fmt: skip
        answered = type(asked.headers)(sent)
        received = b"" if asked.method == "HEAD" else received
        return Answer(status, answered, received, None if method == "HEAD" else judged(status, answered, received))

    def _exchange(self, scope: dict[str, Any], receive: Any) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Return status, headers and body of an answer; the exception behind a 500 is in its log."""
        sent = list[dict[str, Any]]()

        async def send(message: Any) -> None:
            sent.append(message)

        try:
            asyncio.run(self.app(scope, receive, send))
        except Exception:
            if not sent:
                raise
        return sent[0]["status"], sent[0]["headers"], b"".join(message.get("body", b"") for message in sent[1:])

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=named(headers))

    def search(self, body: JSON, **headers: str) -> Answer:
        return self.ask("POST", SEARCH, body, named(headers))

    def load(self, body: JSON, query: str = "", **headers: str) -> Answer:
        return self.ask("POST", LOAD + query, body, named(headers))

    def raw(
        self, method: str, path: bytes, body: Sequence[bytes] = (), headers: Sequence[tuple[bytes, bytes]] = ()
    ) -> Answer:
        """Send exactly these bytes, as a server passes them on: path, headers, and the body in pieces.

        A body that ends in ``HANGS`` never ends; the test fails if the application reads ``UNREAD``.
        """
        pieces, sent = list(body) or [b""], list[dict[str, Any]]()

        async def receive() -> dict[str, Any]:
            if pieces and pieces[0] is HANGS:
                await asyncio.sleep(HANG_S)
            assert not pieces or pieces[0] is not UNREAD, "the body was read"
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

        async def send(message: Any) -> None:
            sent.append(message)

        before, _, query = path.partition(b"?")
        asyncio.run(
            self.app(
                {
                    "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
                    "path": unquote(before), "raw_path": before, "query_string": query, "root_path": "",
                    "headers": [(name.lower(), value) for name, value in headers],
                    "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
                },
                receive, send,
            )
        )  # fmt: skip
        answered = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
        received = b"".join(message.get("body", b"") for message in sent[1:])
        status = sent[0]["status"]
        return Answer(status, answered, received, judged(status, answered, received))


HANGS, UNREAD = bytes(bytearray(b"hangs")), bytes(bytearray(b"unread"))


def named(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers for keyword arguments; ``site`` is the header wix-site-id."""
    return {(SITE if name == "site" else name): value for name, value in headers.items()}


# -- processes ---------------------------------------------------------------------------------------


@dataclass
class Server:
    """A running server; its output goes to two files."""

    process: subprocess.Popen[bytes] | Copy
    out: Path
    err: Path
    url: str = ""

    def output(self) -> str:
        """Return its output so far, of both streams."""
        return self.out.read_text() + self.err.read_text()

    def ask(self, method: str, path: str, body: JSON = None, headers: Mapping[str, str] | None = None) -> Answer:
        with Connection(self.url) as connection:
            return connection.ask(method, path, body, headers)

    def listens(self) -> bool:
        """True as long as it accepts connections."""
        address = urlsplit(self.url)
        try:
            socket.create_connection((address.hostname, address.port), timeout=HANG_S).close()
        except ConnectionError:
            return False
        return True

    def stop(self) -> int:
        """Send SIGTERM; return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(HANG_S)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def wait_until(happened: Callable[[], object]) -> None:
    """Wait for an event; fail after ``HANG_S``."""
    end = time.monotonic() + HANG_S
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.005)


class Connection:
    """One connection to a server, for one thread."""

    def __init__(self, url: str) -> None:
        self.http = http.client.HTTPConnection(urlsplit(url).netloc, timeout=HANG_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ask(self, method: str, path: str, body: JSON = None, headers: Mapping[str, str] | None = None) -> Answer:
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        self.http.request(method, path, content, dict(headers or {}))
        response = self.http.getresponse()
        received = response.read()
        lowered = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, lowered, received, judged(response.status, lowered, received))


def environment(**variables: str) -> dict[str, str]:
    """Return the environment of a process, with only the given variables of this package."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORDERQUERY_")}
    return {**kept, "PYTHONPATH": str(ROOT), **variables}


def start(
    words: Sequence[object], folder: Path, streams: Sequence[IO[bytes] | int], *,
    limits: Mapping[str, float] | None = None, fresh: bool = False, script: Path | None = None, **variables: str,
) -> subprocess.Popen[bytes] | Copy:  # fmt: skip
    """Start ``orderquery WORDS`` or a script as a process; ``fresh`` as in :func:`running`."""
    arguments = [*map(str, words)]
    stdin, stdout, stderr = streams
    if FORKS and not fresh:
        files = [stream if isinstance(stream, int) else stream.fileno() for stream in streams]
        return Copy(arguments, folder, environment(**variables), files, limits or {}, script)
    program = ["-m", "orderquery"] if limits is None else [str(LIMITED), json.dumps(limits)]
    program = program if script is None else [str(script)]
    return subprocess.Popen(
        [sys.executable, *program, *arguments],
        cwd=folder, env=environment(**variables), stdin=stdin, stdout=stdout, stderr=stderr,
    )  # fmt: skip


def run_to_end(*args: object, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command line that ends by itself."""
    with open(os.devnull, "rb") as nothing, TemporaryFile() as out, TemporaryFile() as err:
        process = start(args, folder, (nothing, out, err), **variables)
        try:
            status = process.wait(HANG_S)
        finally:
            process.kill()
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(args, status, out.read().decode(), err.read().decode())


@contextmanager
def running(
    args: Sequence[object], folder: Path, *,
    limits: Mapping[str, float] | None = None, fresh: bool = False, **variables: str,
) -> Iterator[Server]:  # fmt: skip
    """Run ``orderquery ARGS`` as a process, on a free port unless ``--port`` is given, and wait for its URL.

    At the end it gets SIGTERM, and must print that it stopped and exit with status 0, without a traceback.
    ``limits`` are seconds that replace the shipped limits, by their names in ``forked_commands.py``. ``fresh`` starts
    a new interpreter; otherwise the process is a copy of one that has imported the libraries.
    """
    words = [*map(str, args)]
    if not any(word.startswith("--port") for word in words):
        words += ["--port", "0"]
    count = len(list(folder.glob("server-*.out")))
    out, err = folder / f"server-{count}.out", folder / f"server-{count}.err"
    with open(os.devnull, "rb") as nothing, open(out, "wb") as stdout, open(err, "wb") as stderr:
        process = start(words, folder, (nothing, stdout, stderr), limits=limits, fresh=fresh, **variables)
    server = Server(process, out, err)
    try:
        server.url = _url(server)
        server.ask("GET", "/healthz")
        yield server
        if process.poll() is None:
            status = server.stop()
            assert status == 0, server.output()
            assert server.out.read_text().endswith("stopped\n"), server.output()
        assert "Traceback" not in server.output(), server.output()
    finally:
        if process.poll() is None:
            server.kill()


def _url(server: Server) -> str:
    end = time.monotonic() + HANG_S
    while time.monotonic() < end:
        found = ANNOUNCED.search(server.out.read_text())
        if found is not None:
            return found[1]
        assert server.process.poll() is None, f"it ended by itself: {server.output()}"
        time.sleep(0.02)
    raise AssertionError(f"it did not start: {server.output()}")


@contextmanager
def served(args: Sequence[object], folder: Path, **variables: str) -> Iterator[str]:
    """Run ``orderquery ARGS`` as :func:`running` does, and yield its URL."""
    with running(args, folder, **variables) as server:
        yield server.url
