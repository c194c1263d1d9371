"""The requests that reached the endpoint: what an application really sends."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from ..language.site_names import MAX_SITE_CHARS

JSON = Any

MAX_REQUESTS = 200
"""Kept of a site."""
MAX_REQUEST_BODY_BYTES = 64 << 10
"""Kept of a body."""
MAX_LOG_BYTES = 32 << 20
"""Kept of all bodies of all sites."""
MAX_PATH_CHARS = 300


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request: no header and no query string of it is kept."""

    at: float
    """Seconds since 1970."""
    method: str
    path: str
    status: int
    seconds: float
    body: bytes
    is_cut: bool
    site: str
    number: int = 0


class RequestLog:
    """The last requests of each site. Used from one event loop."""

    def __init__(self) -> None:
        self._by_site: dict[str, deque[LoggedRequest]] = {}
        self._bytes = 0
        self._numbers = count(1)
        self._changed = asyncio.Event()
        self._closed = False

    def add(self, request: LoggedRequest) -> None:
        """Add a request, and forget the oldest where there are too many."""
        kept = replace(
            request,
            path=request.path[:MAX_PATH_CHARS],
            body=request.body[:MAX_REQUEST_BODY_BYTES],
            is_cut=request.is_cut or len(request.body) > MAX_REQUEST_BODY_BYTES,
            site=request.site[:MAX_SITE_CHARS],
            number=next(self._numbers),
        )
        requests = self._by_site.setdefault(kept.site, deque())
        requests.append(kept)
        self._bytes += _size(kept)
        if len(requests) > MAX_REQUESTS:
            self._forget_oldest(kept.site)
        while self._bytes > MAX_LOG_BYTES:
            self._forget_oldest(min(self._by_site, key=lambda site: self._by_site[site][0].number))
        self._changed.set()

    def _forget_oldest(self, site: str) -> None:
        requests = self._by_site[site]
        self._bytes -= _size(requests.popleft())
        if not requests:
            del self._by_site[site]

    def requests(self, site: str | None, after: int = 0) -> Iterator[LoggedRequest]:
        """Yield the requests of a site, or of all, with a higher number, oldest first."""
        sites = list(self._by_site) if site is None else [site]
        found = [one for name in sites for one in self._by_site.get(name, ()) if one.number > after]
        yield from sorted(found, key=lambda one: one.number)[-MAX_REQUESTS:]

    async def follow(self, site: str | None, after: int, seconds: float) -> AsyncIterator[LoggedRequest | None]:
        """Yield the requests that are there and those that come, for some seconds.

        Yields ``None`` when there is nothing more for now.
        """
        end = asyncio.get_running_loop().time() + seconds
        while not self._closed:
            changed = self._changed
            for request in list(self.requests(site, after)):
                after = request.number
                yield request
            yield None
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                return
            try:
                async with asyncio.timeout(left):
                    await changed.wait()
            except TimeoutError:
                return
            if changed is self._changed:
                self._changed = asyncio.Event()

    def close(self) -> None:
        """End every reader, as a server that stops must."""
        self._closed = True
        self._changed.set()


def _size(request: LoggedRequest) -> int:
    return len(request.body) + len(request.path) + len(request.site) + 200
