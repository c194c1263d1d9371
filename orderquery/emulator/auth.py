"""Who may ask, and for which site."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from ..diagnostics.errors import UsageError
from .errors import Refused, of_application, of_violations

if TYPE_CHECKING:
    from starlette.requests import Request

    from ..stores.base import Store

SITE_HEADER = "wix-site-id"


class ApiKey:
    """The key that callers send in ``Authorization``, bare; without one everybody may ask.

    Raises:
        UsageError: an empty key, or one that no header can hold.

    """

    def __init__(self, key: str | None) -> None:
        if key is not None and (not key.strip() or not key.isascii() or not key.isprintable() or key != key.strip()):
            raise UsageError("an API key is printable ASCII text without spaces round it")
        self._key = None if key is None else key.encode()

    def __repr__(self) -> str:
        return "ApiKey(set)" if self else "ApiKey(none)"

    def __bool__(self) -> bool:
        return self._key is not None

    def admits(self, request: Request) -> bool:
        """Whether a request carries the key, or needs none. The comparison tells nothing by its time."""
        if self._key is None:
            return True
        return secrets.compare_digest(header(request, "authorization"), self._key)

    def demand(self, request: Request) -> None:
        """Refuse a request without the key.

        Raises:
            Refused: 401.

        """
        if not self.admits(request):
            sent = "the API key in the Authorization header is not the one"
            message = sent if header(request, "authorization") else "the Authorization header holds no API key"
            raise of_application(401, "UNAUTHENTICATED", f"{message} this endpoint was started with")


def store_for(store: Store, request: Request) -> Store:
    """The store of the site that a request is about.

    A store that was opened for a named site answers for that one alone. Otherwise the header counts as soon as the
    store holds a named site; before, whatever the client sends, there is only one.

    Raises:
        Refused: 400 without the header where it is needed, 403 where it names another site than the one served.

    """
    sent = header(request, SITE_HEADER)
    if store.site:
        if sent and sent != store.site.encode():
            raise of_application(403, "PERMISSION_DENIED", "this endpoint serves another site than wix-site-id names")
        return store
    if not store.holds_named_site():
        return store
    if not sent:
        raise _site_missing("the store holds several sites: say which one is meant")
    try:
        return store.at_site(sent.decode())
    except UnicodeDecodeError:
        raise _site_missing("the site is not UTF-8") from None


def site_parameter(request: Request) -> str:
    """The site that the parameter ``site`` names, or nothing.

    Raises:
        Refused: 400 where it is not UTF-8, which no header could name either.

    """
    query = request.scope["query_string"].decode("latin-1")
    try:
        named: list[str] = parse_qs(query, errors="strict").get("site", [""])
    except ValueError:
        violation = {"field": "site", "description": "the site is not UTF-8", "violatedRule": "FORMAT"}
        raise of_violations([violation]) from None
    return named[-1].strip()


def _site_missing(description: str) -> Refused:
    return of_violations([{"field": SITE_HEADER, "description": description, "violatedRule": "REQUIRED_FIELD"}])


def header(request: Request, name: str) -> bytes:
    """The first header of a name, which is in lower case; empty where there is none."""
    wanted = name.encode()
    return next((value for key, value in request.scope["headers"] if key == wanted), b"").strip()
