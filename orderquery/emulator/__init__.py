"""The service over a store: orders, payments, events and pricing plans.

Needs the extra ``endpoint``. ``create_app`` builds the ASGI application; ``orderquery.Emulator`` answers without HTTP.
``SearchPlan`` is a dependency that turns a request body into a plan in an application of yours; it raises ``Refused``,
which ``answer_refused`` handles.
"""

from __future__ import annotations

from ..diagnostics.errors import MissingExtra

try:
    import starlette  # noqa: F401
except ImportError as problem:
    raise MissingExtra("endpoint", problem) from None

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .app import create_app
    from .errors import Refused
    from .fastapi import SearchPlan, describe_searches
    from .responses import answer_refused

_MODULES = {
    "Refused": "errors",
    "SearchPlan": "fastapi",
    "answer_refused": "responses",
    "create_app": "app",
    "describe_searches": "fastapi",
}

__all__ = ["Refused", "SearchPlan", "answer_refused", "create_app", "describe_searches"]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_MODULES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
