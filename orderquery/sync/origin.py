"""The origin that is asked, and whether it may receive credentials (D112)."""

from __future__ import annotations

from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import quoted

SERVICE_URL = "https://www.wixapis.com"
_THIS_MACHINE = "this machine"
_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Scheme, host and port, without a path.

    ``is_service`` is true for the origin of Wix, ``is_loopback`` for a server on this machine.
    """

    url: str
    is_service: bool
    is_loopback: bool

    @property
    def source(self) -> str:
        """The service's name in the mark of a store.

        All ports of this machine have one.
        """
        return _THIS_MACHINE if self.is_loopback else self.url


def read_origin(base_url: str | None) -> Origin:
    """Return the origin of a base URL that the caller wrote, or of Wix.

    Raises:
        UsageError: the URL is not an origin, or would send the API key unencrypted over a network.

    """
    if base_url is None:
        return Origin(SERVICE_URL, True, False)
    example = "write an origin, such as http://127.0.0.1:8080"
    if not base_url.isascii() or not base_url.isprintable() or any(mark in base_url for mark in ' \\"<>^`{|}'):
        raise UsageError(f"{quoted(base_url)} is not a base URL; {example}")
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UsageError(f"{quoted(base_url)} is not a base URL; {example}") from None
    if parts.scheme not in _PORTS or not host or parts.username is not None or parts.password is not None:
        raise UsageError(f"{quoted(_without_user(base_url))} is not a base URL; {example}")
    if parts.path not in ("", "/") or parts.query or parts.fragment or base_url[-1] in "?#":
        raise UsageError(f"{quoted(base_url)} has more than scheme, host and port; {example}")
    shown_port = "" if port in (None, _PORTS[parts.scheme]) else f":{port}"
    url = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{shown_port}"
    is_loopback = _is_loopback(host)
    if parts.scheme == "http" and not is_loopback:
        raise UsageError(f"{quoted(url)} would get the API key unencrypted; write: https://{url.partition('://')[2]}")
    return Origin(url, url == SERVICE_URL, is_loopback)


def source_of(origin: Origin, site_id: str) -> str:
    """Return by what a store remembers where its orders come from: origin and site id."""
    return f"{origin.source} {site_id}".strip()


def shown_source(source: str) -> str:
    """Return such a source for a message."""
    begin = len(_THIS_MACHINE) if source.startswith(_THIS_MACHINE) else 0
    where, _, site_id = source[begin:].partition(" ")
    where = source[:begin] + where
    return f"{where} with the site id {quoted(site_id)}" if site_id else f"{where} without a site id"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _without_user(url: str) -> str:
    """Return a URL without its user and password."""
    scheme, found, rest = url.partition("://")
    return f"{scheme}{found}{rest.rpartition('@')[2]}"
