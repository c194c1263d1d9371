"""Webhook tokens (JSON Web Tokens) in local files."""

from __future__ import annotations

import base64
import re

_TOKEN = re.compile(rb"eyJ[A-Za-z0-9_-]*\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*")
"""Header, claims and signature; a header begins with ``{"``, which is ``eyJ`` in Base64."""


def is_token(text: bytes) -> bool:
    """Return whether a text is a token instead of JSON."""
    return _TOKEN.fullmatch(text.strip()) is not None


def read_claims(token: bytes) -> bytes:
    """Return the claims of a token as JSON text, without checking its signature.

    Raises:
        ValueError: the claims are not Base64.

    """
    found = _TOKEN.fullmatch(token.strip())
    claims = b"" if found is None else found[1]
    return base64.urlsafe_b64decode(claims + b"=" * (-len(claims) % 4))
