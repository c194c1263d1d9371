"""The ASGI application: the service's API, answered from a store.

Starlette instead of a larger framework, which would decode, validate and encode a second time: the compiler checks
searches, the models of ``wire`` check writes, and stored documents are JSON bytes already.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from ..compiler.report import QueryError
from ..diagnostics.arguments import items, optional, require
from ..diagnostics.errors import StoreError
from ..language.limits import MAX_SEARCH_BYTES
from ..playground.request_log import RequestLog
from ..stores.base import Store
from .auth import ApiKey
from .cors import CrossOrigin, check_origins
from .emulator import Emulator
from .errors import Refused
from .hosts import Hosts
from .http_context import HttpContext
from .limits import MAX_LARGE_BODIES_BYTES, MAX_LOAD_BYTES, SEARCH_TIMEOUT_S
from .load_turns import LoadTurns
from .page_mount import RequestRecorder, playground_over
from .request_guard import BodyBudget, RequestGuard
from .responses import RequestIds, answer_refused
from .routes import routes
from .site_chooser import SiteChooser
from .webhook_jwt import Envelopes


def create_app(
    store: Store,
    *,
    strict: bool = False,
    read_only: bool = False,
    api_key: str | None = None,
    hosts: Iterable[str] | None = None,
    webhook_key: str | bytes | None = None,
    max_body: int = MAX_SEARCH_BYTES,
    max_load: int = MAX_LOAD_BYTES,
    max_bodies: int = MAX_LARGE_BODIES_BYTES,
    search_seconds: float = SEARCH_TIMEOUT_S,
    emulator: Emulator | None = None,
    control: bool = False,
    origins: Iterable[str] = (),
    playground: bool = False,
) -> Starlette:
    """Return an ASGI application that answers as the service does.

    Run it, or mount it in an application of yours. Its emulator is ``app.state.emulator``.

    Args:
        store: the store to serve. If it was opened for a named site, only that site is served; otherwise the header
            ``wix-site-id`` selects the site, see :class:`~orderquery.emulator.site_chooser.SiteChooser`.
        strict: answer 400 to a request with any diagnostic, not only to what the service refuses.
        read_only: refuse every write with 403.
        api_key: the key that callers must send in ``Authorization``; without it any caller is admitted.
        hosts: names allowed in the headers ``Host`` and ``Origin`` besides those of this machine; ``None`` allows any.
            Use it for a server without a key on a developer's machine, so that web pages cannot reach it.
        webhook_key: the app's public key (PEM). Loads must then be signed for it, or come with the API key.
        max_body: bytes of a request body.
        max_load: bytes of a load.
        max_bodies: bytes of the bodies of all requests in progress, beyond the first MiB of each; then 503.
        search_seconds: seconds that one search may take.
        emulator: the emulator of this store, where its clock, ids or events are not the default; its own ``strict``
            and ``read_only`` count.
        control: add the routes by which a test controls the server: reset, save, restore, clock and faults. The header
            ``wix-site-id`` then always selects the site.
        origins: web origins (scheme, host and port) whose pages may call the service's operations.
        playground: serve a page at ``/`` on which a developer writes searches. It keeps the last requests in memory.

    Raises:
        UsageError: a key or an origin is not usable, or the store is too large for ``control``.

    """
    require("store", store, Store, 'an open store: oq.open_store("shop.db")')
    optional("emulator", emulator, Emulator, "an emulator: oq.Emulator(store)")
    for name, limit in (("max_body", max_body), ("max_load", max_load), ("max_bodies", max_bodies)):
        require(name, limit, int, "a number of bytes")
    require("search_seconds", search_seconds, (int, float), "a number of seconds")
    served = emulator or Emulator(store, strict=strict, read_only=read_only)
    allowed = check_origins(items("origins", origins, "origins", str))
    context = HttpContext(
        served,
        served.strict,
        ApiKey(api_key),
        Hosts(None if hosts is None else items("hosts", hosts, "names", str), allowed),
        Envelopes(webhook_key),
        max_body,
        max(max_load, max_body),
        search_seconds,
        SiteChooser(store, by_header=control),
        LoadTurns(),
    )
    handlers = dict.fromkeys((Refused, QueryError, StoreError, HTTPException), answer_refused)
    log = RequestLog() if playground else None
    middleware = [
        Middleware(RequestIds),
        Middleware(RequestGuard),
        Middleware(BodyBudget, large=max(max_bodies, context.max_load_bytes)),
    ]
    if log is not None:
        middleware.append(Middleware(RequestRecorder, log=log))
    if allowed:
        middleware.append(Middleware(CrossOrigin, origins=allowed))

    @asynccontextmanager
    async def deliver_events(_: Starlette) -> AsyncIterator[None]:
        served.prepare()
        try:
            yield
        finally:
            await run_in_threadpool(served.close)

    app = Starlette(
        routes=list(routes(context, control=control, page=None if log is None else playground_over(context, log))),
        middleware=middleware,
        exception_handlers=handlers,
        lifespan=deliver_events,
    )
    app.router.redirect_slashes = False
    app.state.emulator = served
    app.state.request_log = log
    return app
