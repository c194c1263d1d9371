"""The requests of a sync to the service, each repeated as long as that may help."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.errors import SyncError, UsageError
from ..diagnostics.quoting import quoted, shortened
from ..documents.ingest import Record
from ..language.limits import MAX_IDS_PER_REQUEST, MAX_REQUEST_ID_CHARS
from ..language.schema import Schema
from ..syntax.json_printer import encode_json
from ..version import __version__
from .answers import (
    SearchAnswer,
    decode_answer,
    malformed,
    read_order,
    read_search,
    read_transactions,
)
from .credentials import Credentials
from .drivers import httpx2
from .failures import CursorRefused, DocumentsRefused, TemporaryFailure
from .origin import Origin
from .retries import Pace, Retries, read_http_date, read_retry_after

JSON = Any

SEARCH_PATH = "/ecom/v1/orders/search"
TRANSACTIONS_PATH = "/ecom/v1/payments/list-by-ids"
ORDER_PATH = "/ecom/v1/orders/{id}"
MAX_ANSWER_BYTES = 64 << 20
"""A page of 100 large orders has 2.4 MB."""
MAX_ANSWER_S = 120.0
"""From the request to the last byte of its answer."""
CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 10.0, 60.0
_MAX_SHOWN_CHARS = 300
_GZIP_WINDOW_BITS = 31
_FIRST_ATTEMPTS = 4
"""As long as nothing has answered, the address is more likely to be wrong."""
_PATH_CHARS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"


class ServiceClient:
    """The service's orders and transactions, over HTTP.

    ``service_now`` is the time of its last answer by its own clock, in microseconds, or ``None``.
    ``read_credentials`` is called at the begin, and once more after a 401.

    Raises:
        SyncError: the service refuses a request, or fails for too long.
        OutOfTime: the time of ``pace`` is over.

    """

    def __init__(
        self,
        schema: Schema,
        origin: Origin,
        read_credentials: Callable[[], Credentials],
        pace: Pace,
        *,
        transport: Any = None,
    ) -> None:
        self._schema, self._origin, self._pace = schema, origin, pace
        self._read_credentials, self._may_refresh = read_credentials, True
        self._retries, self._first_retries = Retries(pace), Retries(pace, _FIRST_ATTEMPTS)
        self._has_answered = False
        self.requests = self.received_bytes = 0
        self.service_now: int | None = None
        self._http = httpx2.Client(
            base_url=origin.url,
            transport=transport,
            timeout=httpx2.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            follow_redirects=False,
            # A proxy of the environment must not get the key of a request to this machine.
            trust_env=not origin.is_loopback,
            headers={
                "accept-encoding": "gzip",
                "content-type": "application/json",
                "user-agent": f"orderquery/{__version__}",
            },
        )
        self._set_credentials()

    def __enter__(self) -> ServiceClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    # -- operations --------------------------------------------------------------------------------------------

    def search(self, filter_: JSON, sort: Sequence[tuple[str, str]], field: str, limit: int) -> SearchAnswer:
        """Return the first page of a search."""
        sent_sort = [{"fieldName": name, "order": order} for name, order in sort]
        body = {"sort": sent_sort, "cursorPaging": {"limit": limit}}
        return self._search(body if filter_ is None else {"filter": filter_, **body}, field)

    def follow(self, cursor: str, field: str, limit: int) -> SearchAnswer:
        """Return the page of a cursor.

        Raises:
            CursorRefused: the cursor is not accepted, or no longer.

        """
        try:
            return self._search({"cursorPaging": {"limit": limit, "cursor": cursor}}, field)
        except DocumentsRefused as problem:
            raise CursorRefused(str(problem)) from None

    def _search(self, search: JSON, field: str) -> SearchAnswer:
        body = encode_json({"search": search})
        found = self._send("POST", SEARCH_PATH, body, lambda raw: read_search(self._schema, raw, field))
        assert isinstance(found, SearchAnswer)
        return found

    def transactions(self, order_ids: Iterable[str]) -> tuple[list[Record], list[Diagnostic]]:
        """Return the transactions records of orders, and problems of those unusable."""
        ids = [key for key in dict.fromkeys(order_ids) if 0 < len(key) <= MAX_REQUEST_ID_CHARS]
        records, problems = list[Record](), list[Diagnostic]()
        for start in range(0, len(ids), MAX_IDS_PER_REQUEST):
            asked = ids[start : start + MAX_IDS_PER_REQUEST]
            found, unusable = self._send(
                "POST",
                TRANSACTIONS_PATH,
                encode_json({"orderIds": asked}),
                lambda raw: read_transactions(self._schema, raw),
            )
            records += [record for record in found if record.id in asked]
            problems += unusable
        return records, problems

    def get_order(self, order_id: str) -> Record | None:
        """Return an order, hidden ones included, or ``None`` if the service has none."""
        path = ORDER_PATH.replace("{id}", "".join(map(_escaped, order_id)))
        found = self._send("GET", path, None, lambda raw: read_order(self._schema, raw, order_id), or_missing=True)
        assert found is None or isinstance(found, Record)
        return found

    # -- requests ----------------------------------------------------------------------------------------------

    def _send(
        self, method: str, path: str, body: bytes | None, read: Callable[[bytes], Any], *, or_missing: bool = False
    ) -> Any:
        """Return what ``read`` makes of the answer; ``None`` for an order that is missing."""

        def attempt() -> Any:
            self._pace.check()
            status, raw, answer_headers = self._receive(method, path, body)
            if status == 200:
                return read(raw)
            if or_missing and status == 404 and "NOT_FOUND" in _error_code(raw):
                return None
            raise self._failure(status, raw, answer_headers)

        try:
            return (self._retries if self._has_answered else self._first_retries).call(attempt)
        except _Unauthorized as problem:
            if not self._may_refresh:
                raise SyncError(str(problem)) from None
            # Keys are replaced while a long sync runs; a second refusal is final.
            self._may_refresh = False
            self._set_credentials()
            return self._send(method, path, body, read, or_missing=or_missing)

    def _receive(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes, Any]:
        """Send one request and return status, body and headers of its answer."""
        self.requests += 1
        began, left = self._pace.now(), self._pace.left_s()
        limit_s = MAX_ANSWER_S if left is None else max(min(MAX_ANSWER_S, left), 0.1)
        try:
            timeout = httpx2.Timeout(min(READ_TIMEOUT_S, limit_s), connect=min(CONNECT_TIMEOUT_S, limit_s))
            with self._http.stream(method, path, content=body, timeout=timeout) as response:
                self._has_answered = True
                now = read_http_date(response.headers.get("date"))
                self.service_now = self.service_now if now is None else now
                chunks, size = list[bytes](), 0
                # Not decompressed by httpx2, which yields nothing for bytes after the compressed ones, without end.
                for chunk in response.iter_raw():
                    chunks.append(chunk)
                    size += len(chunk)
                    if size > MAX_ANSWER_BYTES:
                        raise _too_large()
                    if self._pace.now() - began > limit_s:
                        raise TemporaryFailure(f"an answer took longer than {limit_s:.0f} s", "time-out")
                self.received_bytes += size
                raw = _decompressed(b"".join(chunks), response.headers.get("content-encoding", "identity"))
                return response.status_code, raw, response.headers
        except httpx2.TimeoutException:
            raise TemporaryFailure(f"{self._origin.url} did not answer in time", "time-out") from None
        except httpx2.ConnectError as problem:
            message = f"cannot connect to {self._origin.url}: {shortened(str(problem))}"
            raise TemporaryFailure(message, "no connection") from None
        except httpx2.TransportError as problem:
            why = shortened(str(problem)) or type(problem).__name__
            raise TemporaryFailure(f"the connection to {self._origin.url} broke: {why}", "broken connection") from None

    def _failure(self, status: int, raw: bytes, headers: Any) -> Exception:
        """Return the error for a status other than 200."""
        why = _reason(raw)
        if status == 429 or status == 408 or status >= 500:
            wait_s = read_retry_after(headers.get("retry-after"), self.service_now)
            return TemporaryFailure(f"the service answers {status}{why}", str(status), wait_s)
        if status == 401:
            return _Unauthorized(f"the service refuses the API key (401){why}; {self._valid_key_help}")
        if status == 403:
            return SyncError(
                f"the service denies access (403){why}; give the API key the permission to read orders, and set "
                "WIX_SITE_ID to a site of its account"
            )
        if 300 <= status < 400:
            target = shortened(headers.get("location") or "nowhere", 100)
            return SyncError(f"the service redirects to {quoted(target)}; not followed. Check --base-url")
        if status == 404:
            return SyncError(f"{self._origin.url} has no such path (404){why}; check --base-url")
        if status in (400, 413, 422, 428):
            return DocumentsRefused(f"the service refuses a request ({status}){why}")
        return TemporaryFailure(f"the service answers {status}{why}", str(status))

    def _set_credentials(self) -> None:
        try:
            credentials = self._read_credentials()
        except UsageError as problem:
            raise SyncError(str(problem)) from None
        for name in ("authorization", "wix-site-id", "wix-account-id"):
            self._http.headers.pop(name, None)
        self._valid_key_help = credentials.valid_key_help
        credentials.send(self._http.headers.__setitem__)


class _Unauthorized(SyncError):
    """A 401."""


def _decompressed(raw: bytes, encoding: str) -> bytes:
    """Return the bytes of a body.

    Raises:
        TemporaryFailure: it is compressed in another way, or broken.
        SyncError: it is too large.

    """
    if encoding.strip().lower() in ("", "identity"):
        return raw
    if encoding.strip().lower() not in ("gzip", "x-gzip"):
        raise malformed(f"its compression is {quoted(encoding)}")
    decoder = zlib.decompressobj(_GZIP_WINDOW_BITS)
    try:
        found = decoder.decompress(raw, MAX_ANSWER_BYTES + 1)
    except zlib.error:
        raise malformed("its compression is broken") from None
    if len(found) > MAX_ANSWER_BYTES:
        raise _too_large()
    if not decoder.eof:
        raise malformed("its compression is broken")
    return found


def _too_large() -> SyncError:
    return SyncError(f"an answer of the service has more than {MAX_ANSWER_BYTES >> 20} MiB; stopped reading")


def _escaped(character: str) -> str:
    if character in _PATH_CHARS:
        return character
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def _reason(raw: bytes) -> str:
    """Return the message of an error, on one line, or an empty text."""
    try:
        message = decode_answer(raw[: 1 << 20]).get("message")
    except TemporaryFailure:
        return ""
    return f": {shortened(message, _MAX_SHOWN_CHARS)}" if isinstance(message, str) and message else ""


def _error_code(raw: bytes) -> str:
    """Return the code of an application error, or an empty text."""
    try:
        details = decode_answer(raw).get("details")
    except TemporaryFailure:
        return ""
    error = details.get("applicationError") if isinstance(details, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) else ""
