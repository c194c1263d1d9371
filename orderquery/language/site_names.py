"""The one rule for the name of a site, wherever it is given."""

from __future__ import annotations

from typing import Any

from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import described

MAX_SITE_CHARS = 100

_RULE = f"use 1 to {MAX_SITE_CHARS} printable characters, without spaces at the ends"


def check_site(site: Any) -> str:
    """Return the name of a site, or the empty text of the site without a name.

    Raises:
        UsageError: it has other than 1 to 100 printable characters, or a space at an end.

    """
    if not isinstance(site, str) or len(site) > MAX_SITE_CHARS or not site.isprintable() or site != site.strip():
        raise UsageError(f"site {described(site)} is not a name; {_RULE}")
    return site
