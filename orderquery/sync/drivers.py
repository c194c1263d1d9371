"""The HTTP client and the retry library, optional dependencies."""

from __future__ import annotations

from ..diagnostics.errors import MissingExtra

try:
    import httpx2 as httpx2
    import tenacity as tenacity
except ImportError as problem:
    raise MissingExtra("sync", problem) from None
