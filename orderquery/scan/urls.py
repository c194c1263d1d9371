"""The URLs that take a search."""

from __future__ import annotations

import re

from .found import Sends

_PATH = re.compile(r"(?:^|/)(?:(ecom/v1/orders/search)|stores/v[12]/orders/query)/?(?=[?#\s]|$)")


def sends_of_url(url: str) -> Sends | None:
    """Return the form of the search that a URL takes; ``None`` for any other URL.

    A part of the URL that is not known may be left out, such as the host.
    """
    found = _PATH.search(url)
    if found is None:
        return None
    return "request" if found[1] else "stores"
