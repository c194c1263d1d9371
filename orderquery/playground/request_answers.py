"""A logged request as the page shows it: its search, and what Wix makes of it."""

from __future__ import annotations

from typing import Any

from ..compiler.compile import check
from ..language.schema import Schema
from .request_log import LoggedRequest
from .snippets import SEARCH_PATH

JSON = Any

_MAX_DIAGNOSTICS = 20
_IGNORED = " (Wix ignores this)"


def logged_answer(logged: LoggedRequest, schema: Schema) -> JSON:
    """Return a logged request; that of a search has its diagnostics."""
    text = logged.body.decode("utf-8", "replace")
    is_search = logged.method == "POST" and logged.path == SEARCH_PATH
    diagnostics: list[JSON] = []
    if is_search and not logged.is_cut:
        found = check(text, "request", form="json", schema=schema).diagnostics
        diagnostics = [
            {"severity": one.severity, "message": f"{one.message}{_IGNORED if one.effect == 'ignores' else ''}"}
            for one in found[:_MAX_DIAGNOSTICS]
        ]
    return {
        "number": logged.number,
        "at": round(logged.at * 1000),
        "method": logged.method,
        "path": logged.path,
        "status": logged.status,
        "ms": round(logged.seconds * 1000, 1),
        "site": logged.site,
        "body": text,
        "canOpen": is_search and not logged.is_cut,
        "diagnostics": diagnostics,
    }
