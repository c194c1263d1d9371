"""The service's webhook envelope: a JSON Web Token that contains an event."""

from __future__ import annotations

import json
import re
import time
from typing import Any, NamedTuple, cast

from ..diagnostics.errors import MissingExtra, UsageError
from .errors import Refused, application_error, validation_error
from .limits import ENVELOPE_SKEW_S, ENVELOPE_WINDOW_S, MAX_ENVELOPE_BYTES

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
_NO_EVENT = "the envelope contains no event; the service puts it in data.data"
_TIMES = ("iat", "exp")
_LAST_TIME_S = 1e12
_OPTIONS: JSON = {"verify_aud": False, "verify_iat": False, "require": list(_TIMES)}


class OpenedEnvelope(NamedTuple):
    """The event in an envelope, as the service wrote it.

    ``instance_id`` is that of the app at the site, or empty. ``is_verified`` is whether the signature was checked.
    """

    event: bytes
    instance_id: str
    is_verified: bool


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

    def open(self, body: bytes, now_s: float | None = None) -> OpenedEnvelope:
        """Return the event in an envelope.

        With a public key its times are checked, too. ``now_s`` is the machine's time in seconds since 1970.

        Raises:
            Refused: 401 if the signature is wrong or the times are missing or past, 400 if the envelope contains no
                event.

        """
        token = body.strip()
        try:
            if self._key is None:
                claims = jwt.decode(token, options={"verify_signature": False})
            else:
                claims = jwt.decode(token, cast("Any", self._key), algorithms=_ALGORITHMS, options=_OPTIONS)
        except jwt.InvalidSignatureError:
            raise _wrong_signature("the envelope is not signed for this app; check the webhook key") from None
        except (jwt.DecodeError, RecursionError, OverflowError):
            raise _no_event("the envelope is not a JSON Web Token with a JSON object inside") from None
        except jwt.InvalidTokenError as problem:
            raise _wrong_signature(f"invalid envelope: {str(problem).lower()}") from None
        if self.verified:
            _check_window(claims, time.time() if now_s is None else now_s)
        inner = _decode_object(claims, "data")
        event, instance_id = _event_in(inner), inner.get("instanceId")
        encoded = json.dumps(event).encode() if isinstance(event, dict) else event.encode("utf-8", "surrogatepass")
        return OpenedEnvelope(encoded, instance_id if isinstance(instance_id, str) else "", self.verified)


def _check_window(claims: JSON, now_s: float) -> None:
    """Refuse an envelope whose times are not numbers, or that was issued too long ago."""
    issued, expires = (claims[name] for name in _TIMES)
    if not all(type(value) in (int, float) and 0 <= value < _LAST_TIME_S for value in (issued, expires)):
        raise _wrong_signature("invalid envelope: iat and exp must be numbers of seconds since 1970")
    if issued > now_s + ENVELOPE_SKEW_S:
        raise _wrong_signature("invalid envelope: issued in the future; check the clock of this machine")
    if issued < now_s - ENVELOPE_WINDOW_S:
        raise _wrong_signature(f"invalid envelope: issued more than {ENVELOPE_WINDOW_S // 3_600} hours ago")


def _decode_object(claims: JSON, key: str) -> dict[str, JSON]:
    """Return the object at a key, where it may be a JSON text."""
    part = _decoded(claims.get(key))
    if not isinstance(part, dict):
        raise _no_event(_NO_EVENT)
    return part


def _event_in(inner: dict[str, JSON]) -> dict[str, JSON] | str:
    event = inner.get("data")
    if not isinstance(event, dict | str):
        raise _no_event(_NO_EVENT)
    return event


def _decoded(part: JSON) -> JSON:
    if not isinstance(part, str):
        return part
    try:
        return json.loads(part)
    except (ValueError, RecursionError):
        return None


def _wrong_signature(message: str) -> Refused:
    return application_error(401, "INVALID_SIGNATURE", message)


def _no_event(message: str) -> Refused:
    return validation_error([{"field": "data", "description": message, "violatedRule": "FORMAT"}])
