"""The names under which an endpoint without a key may be asked: no web page may reach it through a browser.

A page elsewhere can send a request to this machine, and where its own host name is made to lead here (DNS rebinding)
read the answer too. A browser says where it believes to be: in ``Host``, and in ``Origin`` which page it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from .auth import header
from .errors import of_application

if TYPE_CHECKING:
    from starlette.requests import Request

_HERE = "localhost"


class Hosts:
    """Names that are allowed in ``Host`` and ``Origin``, or any where ``names`` is ``None``.

    Always allowed in ``Host`` is what no page of the internet can be called: ``localhost``, an address, a name without
    a dot. In ``Origin`` only ``localhost``, a loopback address and the host that is asked.
    """

    def __init__(self, names: Iterable[str] | None = None) -> None:
        self._names = None if names is None else frozenset(name.lower().rstrip(".") for name in names)

    def demand(self, request: Request) -> None:
        """Refuse a request that a page elsewhere may have sent.

        Raises:
            Refused: 403.

        """
        if self._names is None:
            return
        sent = header(request, "host").decode("latin-1")
        host = _host(sent)
        if sent and not self._may_be_asked(host):
            fix = f"start it with --allow-host {host}, or with an API key" if _is_name(host) else "use an API key"
            raise _refused(f"this endpoint is not served under the name in the Host header ({fix})")
        origin = header(request, "origin").decode("latin-1")
        if origin and not self._may_ask(_host(origin), host):
            raise _refused(
                "this endpoint answers no web pages of other hosts (start it with an API key, and send that)"
            )

    def _may_be_asked(self, host: str) -> bool:
        return self._is_ours(host) or _address(host) or (_is_name(host) and "." not in host)

    def _may_ask(self, page: str, host: str) -> bool:
        return bool(page) and (page == host or self._is_ours(page) or _address(page, loopback=True))

    def _is_ours(self, host: str) -> bool:
        return host == _HERE or host.endswith(f".{_HERE}") or host in (self._names or ())


def _refused(message: str) -> Exception:
    return of_application(403, "PERMISSION_DENIED", message)


_HOST = re.compile(r"(?:https?://)?(?:\[([0-9a-fA-F:.]+)\]|([^\[\]/:@?#\\]+))(?::[0-9]*)?")


def _host(text: str) -> str:
    """The host of a ``Host`` or an ``Origin``, in lower case; empty where there is none."""
    found = _HOST.fullmatch(text)
    return (found[1] or found[2]).lower().rstrip(".") if found else ""


def _is_name(host: str) -> bool:
    return bool(host) and host.isascii() and host.replace("-", "").replace(".", "").replace("_", "").isalnum()


def _address(host: str, *, loopback: bool = False) -> bool:
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return found.is_loopback or not loopback
