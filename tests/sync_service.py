"""The service for tests of sync: an emulator in this process behind a transport with faults, and the comparison.

The transport answers without a socket. Its header Date is the emulator's clock, as the service's is its own.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from random import Random
from typing import Any
from urllib.parse import unquote

import httpx2

import orderquery as oq
from orderquery.documents.ingest import Record, from_object
from orderquery.sync.client import SEARCH_PATH, TRANSACTIONS_PATH
from orderquery.sync.retries import Pace

JSON = Any
BASE_URL = "http://127.0.0.1:8080"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
Fault = Callable[[httpx2.Request, Callable[[], httpx2.Response]], httpx2.Response]

__all__ = ["BASE_URL", "SEARCH_PATH", "START", "TRANSACTIONS_PATH", "Service", "differences", "fast_pace", "transport"]


def fast_pace(seconds: float | None = None, step_s: float = 0.001) -> Pace:
    """Return a pace whose waits take no time, and whose clock moves with every look at it."""
    moment = [0.0]

    def now() -> float:
        moment[0] += step_s
        return moment[0]

    def sleep(duration: float) -> None:
        moment[0] += duration

    return Pace(seconds, now, sleep)


class Service:
    """An emulator, and what has gone over its transport.

    ``before`` is called with the number of every request before it is answered: the concurrent writer. ``faults`` are
    taken by requests, one each; ``None`` is an answer without a fault.
    """

    def __init__(self, *, dated: bool = True, **options: Any) -> None:
        self.clock = oq.Clock(START, frozen=True)
        self.store = oq.open_store(":memory:")
        self.emulator = oq.Emulator(self.store, clock=self.clock, events=False, seed="sync")
        self.app = oq.create_app(self.store, emulator=self.emulator, **options)
        self.dated = dated
        self.requests: list[tuple[str, str, JSON, dict[str, str]]] = []
        self.before: Callable[[int], None] = lambda _: None
        self.faults: list[Fault | None] = []
        self.injected: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
        self.store.close()

    def sync(self, store: oq.Store, **options: Any) -> oq.SyncResult:
        """Sync a store from this service, without real waits."""
        options.setdefault("pace", fast_pace(options.get("max_seconds")))
        options.setdefault("credentials", oq.Credentials())
        return oq.sync(store, base_url=BASE_URL, transport=transport(self), **options)

    # -- what happens at the shop ----------------------------------------------------------------------------------

    def put(self, order_id: str, updated: str | None, number: JSON = None, **values: JSON) -> None:
        """Store an order with these dates, whatever the clock says."""
        order = {"id": order_id, "number": number, "createdDate": "2026-01-01T00:00:00.000Z", "status": "APPROVED"}
        order |= {"updatedDate": updated, "priceSummary": {"total": {"amount": "5.00"}}} | values
        document = {key: value for key, value in order.items() if value is not None}
        self.write(document)

    def write(self, *documents: JSON) -> None:
        """Store documents in place of any others."""
        records = [found for document in documents for found in from_object(self.store.schema, document)]
        with self.store.transaction() as transaction:
            transaction.write(record for record in records if isinstance(record, Record))

    def pay(self, order_id: str, method: str) -> None:
        """Store a payment without touching the order."""
        payment = {
            "id": f"pay-{method}",
            "regularPaymentDetails": {"paymentMethod": method},
            "amount": {"amount": "5.00"},
        }
        self.write({"orderTransactions": {"orderId": order_id, "payments": [payment], "refunds": []}})

    # -- requests ------------------------------------------------------------------------------------------------------

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request, or fail as the next fault says."""
        body = json.loads(request.content) if request.content else None
        self.requests.append((request.method, request.url.path, body, dict(request.headers)))
        self.before(len(self.requests))
        fault = self.faults.pop(0) if self.faults else None
        if fault is None:
            return self._ask(request)
        self.injected[fault.__name__] += 1
        return fault(request, lambda: self._ask(request))

    def _ask(self, request: httpx2.Request) -> httpx2.Response:
        return self._loop.run_until_complete(self._run(request))

    async def _run(self, request: httpx2.Request) -> httpx2.Response:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": request.content, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": request.method, "scheme": "http",
            "path": unquote(request.url.path), "raw_path": request.url.raw_path, "query_string": b"", "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw], "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8080),
        }  # fmt: skip
        await self.app(scope, receive, send)
        headers = [(name.decode(), value.decode("latin-1")) for name, value in sent[0]["headers"]]
        if self.dated:
            moment = datetime.fromtimestamp(self.clock.now() // 1_000_000, UTC)
            headers.append(("date", format_datetime(moment, usegmt=True)))
        content = b"".join(message.get("body", b"") for message in sent[1:])
        return httpx2.Response(sent[0]["status"], headers=headers, content=content)

    def searches(self) -> list[JSON]:
        """Return the bodies of the searches so far."""
        return [body for _, path, body, _ in self.requests if path == SEARCH_PATH]


class transport(httpx2.BaseTransport):
    """The transport of a client, to a service or to a function of a request."""

    def __init__(self, service: Service | Callable[[httpx2.Request], httpx2.Response]) -> None:
        self._answer = service.answer if isinstance(service, Service) else service

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        answer = self._answer(request)
        if not hasattr(answer, "_content"):
            return answer
        # As it arrives from a network: not read yet.
        return httpx2.Response(answer.status_code, headers=answer.headers, stream=httpx2.ByteStream(answer.content))


# -- faults ------------------------------------------------------------------------------------------------------------


def reset(request: httpx2.Request, _: Any) -> httpx2.Response:
    raise httpx2.ReadError("connection reset by peer", request=request)


def refused(request: httpx2.Request, _: Any) -> httpx2.Response:
    raise httpx2.ConnectError("connection refused", request=request)


def timed_out(request: httpx2.Request, _: Any) -> httpx2.Response:
    raise httpx2.ReadTimeout("timed out", request=request)


def lost_answer(request: httpx2.Request, ask: Any) -> httpx2.Response:
    ask()
    raise httpx2.RemoteProtocolError("server disconnected without sending a response", request=request)


def truncated(_: httpx2.Request, ask: Any) -> httpx2.Response:
    answer = ask()
    return httpx2.Response(200, headers=_date_of(answer), content=answer.content[: len(answer.content) * 2 // 3])


def broken_in_the_middle(request: httpx2.Request, ask: Any) -> httpx2.Response:
    content = ask().content

    def stream() -> Iterator[bytes]:
        yield content[: len(content) // 2]
        raise httpx2.ReadError("connection reset by peer", request=request)

    return httpx2.Response(200, stream=_Stream(stream()))


class _Stream(httpx2.SyncByteStream):
    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks


def html(_: httpx2.Request, ask: Any) -> httpx2.Response:
    return httpx2.Response(200, headers=_date_of(ask()), content=b"<html>sign in</html>")


def empty_object(_: httpx2.Request, ask: Any) -> httpx2.Response:
    return httpx2.Response(200, headers=_date_of(ask()), content=b"{}")


def wrong_types(_: httpx2.Request, ask: Any) -> httpx2.Response:
    return httpx2.Response(200, headers=_date_of(ask()), content=b'{"orders":{},"metadata":[],"orderTransactions":7}')


def throttled(_: httpx2.Request, ask: Any) -> httpx2.Response:
    return httpx2.Response(429, headers={**_date_of(ask()), "RETRY-AFTER": "2"}, content=b'{"message":"slow down"}')


def unavailable(_: httpx2.Request, ask: Any) -> httpx2.Response:
    return httpx2.Response(503, headers={**_date_of(ask()), "retry-after": "1"}, content=b"")


def failed(_: httpx2.Request, __: Any) -> httpx2.Response:
    return httpx2.Response(500, content=b'{"message":"","details":{}}')


def _date_of(answer: httpx2.Response) -> dict[str, str]:
    return {"date": answer.headers["date"]} if "date" in answer.headers else {}


FAULTS: tuple[Fault, ...] = (
    reset, refused, timed_out, lost_answer, truncated, broken_in_the_middle, html, empty_object, wrong_types, throttled,
    unavailable, failed,
)  # fmt: skip


def some_faults(dice: Random, count: int) -> list[Fault | None]:
    """Return faults for the next requests, never more in a row than one request is repeated."""
    listed: list[Fault | None] = []
    while len(listed) < count:
        listed += [None] * dice.choice((1, 2, 3, 8))
        listed += [dice.choice(FAULTS) for _ in range(dice.choice((0, 1, 1, 2, 3)))]
    return listed


# -- comparison ------------------------------------------------------------------------------------------------


def differences(service: Service, store: oq.Store) -> list[str]:
    """Return the orders of a store that differ from those a search of the service returns, with their transactions."""
    wanted = dict(service.store.iterate_documents({}))
    found = dict(store.iterate_documents({}))
    problems = [f"lost {key}" for key in sorted(wanted.keys() - found.keys())]
    problems += [f"too many {key}" for key in sorted(found.keys() - wanted.keys())]
    for key in sorted(wanted.keys() & found.keys()):
        if wanted[key] != found[key]:
            problems.append(f"other document {key}")
        listed = service.emulator.transactions.read_documents([key])
        if [store.get_transactions(key)] != listed:
            problems.append(f"other transactions {key}")
    return problems
