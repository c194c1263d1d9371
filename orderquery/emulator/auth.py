"""API key and site of a request."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, parse_qsl

from ..diagnostics.arguments import optional
from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import quoted
from ..syntax.problems import Guesses
from .errors import application_error, validation_error
from .limits import MAX_VIOLATIONS

if TYPE_CHECKING:
    from starlette.requests import Request

SITE_HEADER = "wix-site-id"


class ApiKey:
    """The key that callers send in ``Authorization``, without a scheme.

    ``None`` admits every caller.

    Raises:
        UsageError: the key is empty, or cannot be sent in a header.

    """

    def __init__(self, key: str | None) -> None:
        optional("the API key", key, str, "a text")
        if key is not None and not key.strip():
            raise UsageError("the API key is empty; pass a key, or None to admit every caller")
        if key is not None and (not key.isascii() or not key.isprintable() or key != key.strip()):
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


def query_parameter(request: Request, name: str) -> str:
    """Return the value of a query parameter, stripped, or an empty string.

    Raises:
        Refused: 400 if it is not UTF-8, or sent twice.

    """
    query = request.scope["query_string"].decode("latin-1")
    try:
        values: list[str] = parse_qs(query, keep_blank_values=True, errors="strict").get(name, [""])
    except ValueError:
        raise parameter_error(name, f"{name} is not valid UTF-8") from None
    if len(values) > 1:
        raise parameter_error(name, f"{name} occurs {len(values)} times; send it once")
    return values[0].strip()


def refuse_other_parameters(request: Request, known: Collection[str], advice: str = "") -> None:
    """Refuse the query parameters of a route of this server that it does not know.

    ``advice`` is what to send instead, if there are none.

    Raises:
        Refused: 400.

    """
    query = request.scope["query_string"].decode("latin-1")
    guesses, names = Guesses(), dict.fromkeys(name for name, _ in parse_qsl(query, keep_blank_values=True))
    unknown = [unknown_parameter(name, known, guesses, advice) for name in names if name not in known]
    if unknown:
        raise validation_error(unknown[:MAX_VIOLATIONS], more=max(0, len(unknown) - MAX_VIOLATIONS))


def unknown_parameter(name: str, known: Collection[str], guesses: Guesses, advice: str = "") -> dict[str, str]:
    """Return the violation of an unknown query parameter, with guesses of the request."""
    close = guesses.closest(name, known)
    help_ = f"did you mean {quoted(close)}?" if close else advice or f"send one of: {', '.join(known)}"
    description = f"unknown parameter {quoted(name)}; {help_}"
    return {"field": name or "query", "description": description, "violatedRule": "FIELD_NOT_ALLOWED"}


def parameter_error(name: str, description: str) -> Exception:
    """Return a 400 about the value of a query parameter."""
    return validation_error([{"field": name, "description": description, "violatedRule": "FORMAT"}])


def read_header(request: Request, name: str) -> bytes:
    """Return the first header with this lower-case name, or an empty value."""
    wanted = name.encode()
    return next((value for key, value in request.scope["headers"] if key == wanted), b"").strip()
