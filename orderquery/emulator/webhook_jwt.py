"""The envelope of the service's webhooks: a JSON Web Token round the event."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from ..diagnostics.errors import MissingExtra, UsageError
from .errors import Refused, of_application, of_violations

try:
    import jwt
    from jwt.algorithms import RSAAlgorithm
except ImportError as problem:
    raise MissingExtra("endpoint", problem) from None

JSON = Any
_TOKEN = re.compile(rb"\s*[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\s*")
_ALGORITHMS = ["RS256"]


def is_envelope(body: bytes) -> bool:
    """Whether a body is a token, not JSON."""
    return _TOKEN.fullmatch(body) is not None


class Envelopes:
    """Opens envelopes; with the app's public key (PEM), only those that its service has signed.

    Raises:
        UsageError: the key is no RSA public key.

    """

    def __init__(self, public_key: str | bytes | None = None) -> None:
        self.verified = public_key is not None
        try:
            self._key = None if public_key is None else RSAAlgorithm(RSAAlgorithm.SHA256).prepare_key(public_key)
        except (ValueError, TypeError, jwt.InvalidKeyError):
            raise UsageError("the webhook key is no RSA public key in PEM form: copy it from the app's page") from None
        if hasattr(self._key, "private_numbers"):
            raise UsageError("the webhook key is a private key: only the public one belongs here")

    def __repr__(self) -> str:
        return f"Envelopes(verified={self.verified})"

    def opened(self, body: bytes) -> bytes:
        """The event inside, as the service wrote it.

        Raises:
            Refused: 401 where the signature is not the service's, 400 where no event is inside.

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
            raise _unsigned("the signature of the envelope is not made with the key of this webhook") from None
        except (jwt.DecodeError, RecursionError):
            raise _empty("the envelope cannot be read: it is no JSON Web Token with a JSON object inside") from None
        except jwt.InvalidTokenError as problem:
            raise _unsigned(f"the envelope is not valid: {str(problem).lower()}") from None
        event = _inner(_inner(claims, "data"), "data")
        return json.dumps(event).encode() if isinstance(event, dict) else event.encode("utf-8", "surrogatepass")


def _inner(part: JSON, key: str) -> JSON:
    if isinstance(part, str):
        try:
            part = json.loads(part)
        except (ValueError, RecursionError):
            part = None
    value = part.get(key) if isinstance(part, dict) else None
    if not isinstance(value, dict | str):
        raise _empty("the envelope holds no event: it is in data.data of what is signed")
    return value


def _unsigned(message: str) -> Refused:
    return of_application(401, "INVALID_SIGNATURE", message)


def _empty(message: str) -> Refused:
    return of_violations([{"field": "data", "description": message, "violatedRule": "FORMAT"}])
