"""The languages that are scanned: file endings, needles and finders."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import Literal, cast

from ..diagnostics.errors import MissingExtra, UsageError
from .found import FoundCalls

SourceLanguage = Literal["javascript", "typescript", "tsx", "python", "html", "vue", "svelte"]
"""What a file is written in; the scripts of the last three are JavaScript or TypeScript."""
MAX_SOURCE_BYTES = 2 << 20
"""Of one file with a needle; a tree of a larger one takes seconds and hundreds of mebibytes."""
CALL_NEEDLES = ("orders/search", "searchOrders", "orders/query", "ecom/v1/orders")
NEEDLES = (*CALL_NEEDLES, "orderquery: ignore")
"""A file without any of them has no call to find, so it is not parsed."""
_NEEDLES = tuple(needle.encode() for needle in NEEDLES)
_ENDINGS: dict[str, SourceLanguage] = {
    ".py": "python", ".pyi": "python", ".pyw": "python",
    ".js": "javascript", ".jsx": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".jsw": "javascript",
    ".gs": "javascript",
    ".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "tsx",
    ".html": "html", ".htm": "html", ".vue": "vue", ".svelte": "svelte",
}  # fmt: skip
_FINDERS: dict[SourceLanguage, str] = {
    "python": "python", "javascript": "script", "typescript": "script", "tsx": "script",
    "html": "script", "vue": "script", "svelte": "script",
}  # fmt: skip
LANGUAGES = tuple(_FINDERS)


def language_of(path: str) -> SourceLanguage | None:
    """Return the language of a file by its ending; ``None`` if it is not scanned."""
    return _ENDINGS.get(os.path.splitext(path)[1].lower())


def may_have_calls(data: bytes) -> bool:
    """Return whether a file has a word that every call has."""
    return any(needle in data for needle in _NEEDLES)


def calls_in(text: str, language: SourceLanguage, *, takes_options: bool = False) -> FoundCalls:
    """Return the calls of a source, and the syntax error that may hide more.

    ``takes_options``: ``searchOrders`` of the SDK takes ``{ search: … }``, as in older versions.

    Raises:
        UsageError: there is no such language.
        MissingExtra: the extra ``scan`` is not installed.

    """
    read = _function(language, "read_calls")
    return cast("FoundCalls", read(text, language, takes_options=True) if takes_options else read(text, language))


def comments_in(text: str, language: SourceLanguage, offsets: list[int]) -> list[bool]:
    """Return for each character offset whether it is in a comment."""
    return cast("list[bool]", _function(language, "comments_at")(text, language, offsets))


def has_errors(text: str, language: SourceLanguage) -> bool:
    """Return whether a source does not parse."""
    return bool(_function(language, "has_errors")(text, language))


def _function(language: SourceLanguage, name: str) -> Callable[..., object]:
    folder = _FINDERS.get(language)
    if folder is None:
        raise UsageError(f'unknown language "{language}"; use one of {", ".join(LANGUAGES)}')
    try:
        module = import_module(f".{folder}.finder", __package__)
    except ImportError as problem:
        raise MissingExtra("scan", problem) from None
    found: Callable[..., object] = getattr(module, name)
    return found
