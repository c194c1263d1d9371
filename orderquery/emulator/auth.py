"""API key and site of a request."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from ..diagnostics.errors import UsageError
from .errors import application_error, validation_error

if TYPE_CHECKING:
    from starlette.requests import Request

    from ..stores.base import Store

SITE_HEADER = "wix-site-id"


class ApiKey:
    """The key that callers send in ``Authorization``, without a scheme.

    ``None`` admits every caller.

    Raises:
        UsageError: the key is empty, or cannot be sent in a header.

    """

    def __init__(self, key: str | None) -> None:
        if key is not None and (not key.strip() or not key.isascii() or not key.isprintable() or key != key.strip()):
            raise UsageError("invalid API key: use printable ASCII characters, without spaces at the ends")
        self._key = None if key is None else key.encode()

    def __repr__(self) -> str:
        return "ApiKey(set)" if self else "ApiKey(none)"

    def __bool__(self) -> bool:
        return self._key is not None

    def admits(self, request: Request) -> bool:
        """Return whether a request has the key or needs none, in constant time."""
        if self._key is None:
            return True
        return secrets.compare_digest(read_header(request, "authorization"), self._key)

    def require(self, request: Request) -> None:
        """Refuse a request without the key.

        Raises:
            Refused: 401.

        """
        if not self.admits(request):
            problem = "wrong" if read_header(request, "authorization") else "missing"
            message = f"{problem} API key in the Authorization header; send the key that this server was started with"
            raise application_error(401, "UNAUTHENTICATED", message)


def store_for(store: Store, request: Request, *, by_header: bool = False) -> Store:
    """Return the store of the site that a request names.

    A store opened for a named site serves only that site. Otherwise the header ``wix-site-id`` selects the site as
    soon as the store contains a named one; before that it is ignored. With ``by_header`` it always selects the site,
    and without it a request is for the site without a name.

    Raises:
        Refused: 400 if the header is required and missing, 403 if it names a site that is not served.

    """
    sent = read_header(request, SITE_HEADER)
    if store.site:
        if sent and sent != store.site.encode():
            raise application_error(403, "PERMISSION_DENIED", "this server does not serve the site in wix-site-id")
        return store
    if not by_header and not store.holds_named_site():
        return store
    if not sent and by_header:
        return store
    if not sent:
        raise _site_error("missing header wix-site-id: this store contains several sites; send the id of one")
    try:
        return store.at_site(sent.decode())
    except UnicodeDecodeError:
        raise _site_error("wix-site-id is not valid UTF-8") from None


def site_parameter(request: Request) -> str:
    """Return the query parameter ``site``, or an empty string.

    Raises:
        Refused: 400 if it is not UTF-8.

    """
    return query_parameter(request, "site")


def query_parameter(request: Request, name: str) -> str:
    """Return the last value of a query parameter, stripped, or an empty string.

    Raises:
        Refused: 400 if it is not UTF-8.

    """
    query = request.scope["query_string"].decode("latin-1")
    try:
        values: list[str] = parse_qs(query, errors="strict").get(name, [""])
    except ValueError:
        violation = {"field": name, "description": f"{name} is not valid UTF-8", "violatedRule": "FORMAT"}
        raise validation_error([violation]) from None
    return values[-1].strip()


def _site_error(description: str) -> Exception:
    return validation_error([{"field": SITE_HEADER, "description": description, "violatedRule": "REQUIRED_FIELD"}])


def read_header(request: Request, name: str) -> bytes:
    """Return the first header with this lower-case name, or an empty value."""
    wanted = name.encode()
    return next((value for key, value in request.scope["headers"] if key == wanted), b"").strip()
