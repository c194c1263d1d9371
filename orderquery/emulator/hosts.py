"""Host names and web origins that a server without an API key accepts.

A web page can send requests to this machine and, by DNS rebinding, read the responses too. The browser states the
host name it used in ``Host`` and the page's origin in ``Origin``, so both are checked.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from ..diagnostics.quoting import quoted
from .auth import read_header
from .errors import application_error

if TYPE_CHECKING:
    from starlette.requests import Request

_LOCALHOST = "localhost"


class Hosts:
    """Allowed names for ``Host`` and ``Origin``; ``None`` allows any.

    ``Host`` may always be ``localhost``, an IP address or a name without a dot, because no public site has such a
    name. ``Origin`` may always be ``localhost``, a loopback address, the requested host, or one of ``origins``.
    """

    def __init__(self, names: Iterable[str] | None = None, origins: Iterable[str] = ()) -> None:
        self._origins = frozenset(origins)
        self._names = None if names is None else frozenset(name.lower().removesuffix(".") for name in names)

    @property
    def is_limited(self) -> bool:
        """Whether some names are refused."""
        return self._names is not None

    def require(self, request: Request) -> None:
        """Refuse a request for another host name or from a page of another host.

        Raises:
            Refused: 403.

        """
        if self._names is None:
            return
        sent = read_header(request, "host").decode("latin-1")
        host = parse_host(sent)
        if sent and not self._allows_host(host):
            fix = f"start the server with --allow-host {host}, or with an API key"
            raise _forbidden(f"host {quoted(sent)} is not allowed; {fix if _is_name(host) else 'use an API key'}")
        origin = read_header(request, "origin").decode("latin-1")
        if origin and origin not in self._origins and not self._allows_origin(_parse_origin(origin), host):
            fix = f"start the server with --allow-origin {shlex.quote(origin)}, or with an API key and send it"
            raise _forbidden(f"requests from web pages at {quoted(origin)} are not allowed; {fix}")

    def _allows_host(self, host: str) -> bool:
        return self._is_listed(host) or _is_address(host) or (_is_name(host) and "." not in host)

    def _allows_origin(self, origin: str, host: str) -> bool:
        return bool(origin) and (origin == host or self._is_listed(origin) or _is_address(origin, loopback=True))

    def _is_listed(self, host: str) -> bool:
        return host == _LOCALHOST or host.endswith(f".{_LOCALHOST}") or host in (self._names or ())


def _forbidden(message: str) -> Exception:
    return application_error(403, "PERMISSION_DENIED", message)


# A zone, such as that of fe80::1%eth0, says nothing outside its machine, and a browser sends none.
_HOST = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::[0-9]{0,5})?", re.ASCII)
_SCHEME = re.compile(r"https?://")


def parse_host(text: str) -> str:
    """Return the lower-case name or address in a ``Host``, or an empty string."""
    found = _HOST.fullmatch(text)
    return (found[1] or found[2]).lower().removesuffix(".") if found else ""


def _parse_origin(text: str) -> str:
    """Return the lower-case name or address of an ``Origin``, or an empty string."""
    scheme = _SCHEME.match(text)
    return parse_host(text[scheme.end() :]) if scheme else ""


def _is_name(host: str) -> bool:
    return bool(host) and host.isascii() and host.replace("-", "").replace(".", "").replace("_", "").isalnum()


def _is_address(host: str, *, loopback: bool = False) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or not loopback
