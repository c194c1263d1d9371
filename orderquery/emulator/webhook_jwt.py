"""The service's webhook envelope: a JSON Web Token that contains an event."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from ..diagnostics.errors import MissingExtra, UsageError
from .errors import Refused, application_error, validation_error
from .limits import MAX_ENVELOPE_BYTES

try:
    import jwt
    from jwt.algorithms import RSAAlgorithm
except ImportError as problem:
    raise MissingExtra("endpoint", problem) from None

JSON = Any
# The pieces of a token exclude each other and never give back, so matching is linear. A header of Wix has 100 bytes, a
# signature of the longest RSA keys 2,731.
_BEGINNING = re.compile(rb"\s{0,64}+[A-Za-z0-9_-]{1,8192}+\.[A-Za-z0-9_-]")
_TOKEN = re.compile(rb"\s*+[A-Za-z0-9_-]{1,8192}+\.[A-Za-z0-9_-]++\.[A-Za-z0-9_-]{0,8192}+\s*+")
_ALGORITHMS = ["RS256"]


def is_envelope(body: bytes) -> bool:
    """Return whether a body is a token instead of JSON.

    Raises:
        Refused: 413 if it begins as one and has more than ``MAX_ENVELOPE_BYTES``.

    """
    if _BEGINNING.match(body) is None:
        return False
    if len(body) > MAX_ENVELOPE_BYTES:
        message = f"the envelope has more than {MAX_ENVELOPE_BYTES:,} bytes"
        raise application_error(413, "REQUEST_TOO_LARGE", message, {"threshold": MAX_ENVELOPE_BYTES})
    return _TOKEN.fullmatch(body) is not None


class Envelopes:
    """Opens envelopes; with a public key (PEM), only those signed for that app.

    Raises:
        UsageError: the key is not an RSA public key.

    """

    def __init__(self, public_key: str | bytes | None = None) -> None:
        self.verified = public_key is not None
        try:
            self._key = None if public_key is None else RSAAlgorithm(RSAAlgorithm.SHA256).prepare_key(public_key)
        except (ValueError, TypeError, jwt.InvalidKeyError):
            raise UsageError("the webhook key is not an RSA public key (PEM); copy it from the app's page") from None
        if hasattr(self._key, "private_numbers"):
            raise UsageError("the webhook key is a private key; use the public key from the app's page")

    def __repr__(self) -> str:
        return f"Envelopes(verified={self.verified})"

    def open(self, body: bytes) -> bytes:
        """Return the event in an envelope, as the service wrote it.

        Raises:
            Refused: 401 if the signature is wrong, 400 if the envelope contains no event.

        """
        token = body.strip()
        try:
            if self._key is None:
                claims = jwt.decode(token, options={"verify_signature": False})
            else:
                claims = jwt.decode(
                    token, cast("Any", self._key), algorithms=_ALGORITHMS, options={"verify_aud": False}
                )
        except jwt.InvalidSignatureError:
            raise _wrong_signature("the envelope is not signed for this app; check the webhook key") from None
        except (jwt.DecodeError, RecursionError, OverflowError):
            raise _no_event("the envelope is not a JSON Web Token with a JSON object inside") from None
        except jwt.InvalidTokenError as problem:
            raise _wrong_signature(f"invalid envelope: {str(problem).lower()}") from None
        event = _decode_claim(_decode_claim(claims, "data"), "data")
        return json.dumps(event).encode() if isinstance(event, dict) else event.encode("utf-8", "surrogatepass")


def _decode_claim(part: JSON, key: str) -> JSON:
    if isinstance(part, str):
        try:
            part = json.loads(part)
        except (ValueError, RecursionError):
            part = None
    value = part.get(key) if isinstance(part, dict) else None
    if not isinstance(value, dict | str):
        raise _no_event("the envelope contains no event; the service puts it in data.data")
    return value


def _wrong_signature(message: str) -> Refused:
    return application_error(401, "INVALID_SIGNATURE", message)


def _no_event(message: str) -> Refused:
    return validation_error([{"field": "data", "description": message, "violatedRule": "FORMAT"}])
