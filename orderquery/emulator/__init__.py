"""The endpoint: Search Orders over HTTP, answered as the service answers it.

``create_app`` makes the ASGI application; ``SearchPlan`` is a dependency for an application of your own, whose
``Refused`` is answered by ``answer_refused``. Needs the extra ``endpoint``.
"""

from __future__ import annotations

from ..diagnostics.errors import MissingExtra

try:
    import starlette  # noqa: F401
except ImportError as problem:
    raise MissingExtra("endpoint", problem) from None

from .app import create_app
from .errors import Refused
from .fastapi import SearchPlan
from .responses import answer_refused

__all__ = ["Refused", "SearchPlan", "answer_refused", "create_app"]
