"""Web pages of named origins may call the service's operations.

No page may call the server's own routes.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import quoted
from .responses import REQUEST_ID
from .warnings import HEADER

_OWN_ROUTES = "/_orderquery/"
_METHODS = ("GET", "POST", "PATCH")
_EXAMPLE = "http://localhost:3000"


def check_origins(origins: Iterable[str]) -> tuple[str, ...]:
    """Return the origins.

    Raises ``UsageError`` for one that is not a scheme, host and port.
    """
    checked = []
    for origin in origins:
        try:
            parts = urlsplit(origin)
            whole = f"{parts.scheme}://{parts.netloc}"
            usable = parts.scheme in ("http", "https") and parts.hostname and "*" not in whole and "@" not in whole
            usable = usable and (parts.port is None or 0 < parts.port < 65_536) and origin.isascii()
        except ValueError:
            usable = False
        if not usable or whole != origin or origin != origin.lower():
            raise UsageError(f"{quoted(origin)} is not an origin; write scheme, host and port, such as {_EXAMPLE}")
        checked.append(origin)
    return tuple(checked)


class CrossOrigin:
    """Middleware that lets pages of allowed origins read answers.

    It answers their preflight requests, and allows no credentials.
    """

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        self._own = app
        self._service = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=("*",),
            expose_headers=(HEADER, REQUEST_ID),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        own = scope["type"] != "http" or scope["path"].startswith(_OWN_ROUTES)
        await (self._own if own else self._service)(scope, receive, send)
