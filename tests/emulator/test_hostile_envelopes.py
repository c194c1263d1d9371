"""Hostile webhook envelopes: bounded before they are decoded, verified outside the event loop, never a 5xx."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scale import scaled
from serving import LOAD, Answer, Asker

from orderquery.emulator import load_handler
from orderquery.emulator.limits import MAX_ENVELOPE_BYTES
from orderquery.emulator.webhook_jwt import is_envelope

JSON = Any
MIB = 1 << 20
QUICK = settings(deadline=None, max_examples=scaled(2_000, 100), suppress_health_check=list(HealthCheck))


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def public() -> bytes:
    return key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@cache
def locked() -> Asker:
    return Asker(webhook_key=public())


@cache
def unlocked() -> Asker:
    return Asker()


def segment(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


HEADER = segment(b'{"alg":"RS256","typ":"JWT"}')
LONG: dict[str, Callable[[], bytes]] = {
    "a bogus token of 60 MiB": lambda: HEADER + b"." + b"A" * (60 * MIB) + b".AAAA",
    "a header of 61 MiB": lambda: segment(b'{"a":"' + b"x" * (45 * MIB) + b'"}') + b".e30.AAAA",
    "a token that ends with a sign": lambda: b"a.a." + b"a" * (20 * MIB) + b"!",
    "a signature of 20 MiB": lambda: HEADER + b".e30." + b"A" * (20 * MIB),
    "white space and a token": lambda: b" " * (20 * MIB) + HEADER + b".e30.AAAA",
    "many pieces": lambda: b"a." * (10 * MIB),
    "one piece": lambda: b"a" * (20 * MIB),
}


class DecodedError(AssertionError):
    """A body was decoded that should have been refused before."""


@pytest.mark.parametrize("name", LONG)
def test_a_long_envelope_is_refused_before_it_is_decoded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise DecodedError

    monkeypatch.setattr(jwt, "decode", fail)
    envelope = LONG[name]()
    assert locked().load(envelope).status == 413
    assert unlocked().raw("POST", LOAD.encode(), [envelope]).status in (400, 413)


def test_the_limit_of_a_caller_without_a_key_is_that_of_an_envelope() -> None:
    longest = HEADER + b"." + b"A" * (MAX_ENVELOPE_BYTES - len(HEADER) - 6) + b".AAAA"
    assert len(longest) == MAX_ENVELOPE_BYTES
    assert locked().load(longest).status in (400, 401)
    assert locked().load(longest + b"A").status == 413
    assert locked().load(b"[" + b"{}," * 2 * MIB + b"{}]").status == 413
    # With the API key, too, an envelope has a limit of its own; other loads do not have it.
    both = Asker(webhook_key=public(), api_key="k")
    assert both.load(longest + b"A", authorization="k").status == 413
    assert both.load(b'{"id":"a","number":"1","x":"%s"}' % (b"x" * 5 * MIB), authorization="k").status == 200


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (b"a.b.c", True),
        (b"a.b.", True),
        (b"\n a.b.c \r\n", True),
        (b"a.b", False),
        (b"a..c", False),
        (b".b.c", False),
        (b"a.b.c.d", False),
        (b"a.b.c!", False),
        (b"a.b c.d", False),
        (b'{"a":1}', False),
        (b"a" * 8_192 + b".b.c", True),
        (b"a" * 8_193 + b".b.c", False),
        (b"a.b." + b"c" * 8_192, True),
        (b"a.b." + b"c" * 8_193, False),
        (b"", False),
    ],
)
def test_what_is_an_envelope(token: bytes, expected: bool) -> None:
    assert is_envelope(token) is expected


def test_an_envelope_is_opened_outside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []

    def noting(call: Callable[..., JSON]) -> Callable[..., JSON]:
        def noted(*args: JSON, **options: JSON) -> JSON:
            threads.append(threading.current_thread().name)
            return call(*args, **options)

        return noted

    monkeypatch.setattr(load_handler, "is_envelope", noting(is_envelope))
    monkeypatch.setattr(jwt, "decode", noting(jwt.decode))
    # The event loop of ``raw`` runs in this thread.
    locked().raw("POST", LOAD.encode(), [HEADER + b".e30.AAAA"])
    assert len(threads) == 2
    assert threading.current_thread().name not in threads


# -- what is in a token -------------------------------------------------------------------------------------------

HEADERS: dict[str, bytes] = {
    "a list": b"[]",
    "a number": b"5",
    "null": b"null",
    "no JSON": b"\xff\xfe",
    "deep": b'{"alg":' + b"[" * 2_000 + b"]" * 2_000 + b"}",
    "a huge number": b'{"alg":"RS256","typ":' + b"9" * 5_000 + b"}",
    "alg an object": b'{"alg":{}}',
    "alg null": b'{"alg":null}',
    "alg a lone surrogate": b'{"alg":"\\ud800"}',
    "kid a number": b'{"alg":"RS256","kid":5}',
    "crit": b'{"alg":"RS256","crit":["b64"],"b64":false}',
    "crit a text": b'{"alg":"RS256","crit":"x"}',
    "b64 false": b'{"alg":"RS256","b64":false}',
    "zip": b'{"alg":"RS256","zip":"DEF"}',
    "keys twice": b'{"alg":"RS256","alg":"none"}',
}
CLAIMS: dict[str, bytes] = {
    "a list": b"[]",
    "null": b"null",
    "no JSON": b"\xed\xa0\x80",
    "deep": b'{"data":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"data":' + b'{"data":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
    "deep text": json.dumps({"data": "[" * 100_000}).encode(),
    "a huge number": b'{"data":' + b"9" * 100_000 + b"}",
    "a huge number in the event": json.dumps({"data": '{"data":{"id":%s}}' % ("9" * 100_000)}).encode(),
    "infinity in the event": b'{"data":{"data":{"entityFqdn":"wix.ecom.v1.order","id":"a","number":1e999}}}',
    "not a number": b'{"data":{"data":{"entityFqdn":"wix.ecom.v1.order","id":NaN}}}',
    "a lone surrogate": b'{"data":{"data":"\\ud800"}}',
    "a lone surrogate as id": b'{"data":{"data":{"entityFqdn":"wix.ecom.v1.order","id":"\\ud800","entityId":"\\ud800"}}}',
    "exp infinite": b'{"data":{"data":"{}"},"exp":1e999,"nbf":-1e999,"iat":1e999}',
    "exp not a number": b'{"data":{"data":"{}"},"exp":NaN,"iat":NaN}',
    "exp a text": b'{"data":{"data":"{}"},"exp":"x","iat":"y","nbf":"z"}',
    "exp a list": b'{"data":{"data":"{}"},"exp":[],"iat":{},"nbf":[]}',
    "exp huge": b'{"data":{"data":"{}"},"exp":' + b"9" * 4_000 + b"}",
    "exp negative": b'{"data":{"data":"{}"},"exp":-1}',
    "other claims of other types": b'{"data":{"data":"{}"},"iss":5,"sub":[],"jti":{},"aud":7}',
    "a nul": b'{"data":{"data":"\\u0000"}}',
    "3 MiB of mistakes": b'{"data":{"data":[' + b"{}," * 500_000 + b"{}]}}",
}


def sign(header: bytes, claims: bytes) -> bytes:
    """Return a token with the right signature, of whatever parts."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    signed = segment(header) + b"." + segment(claims)
    return signed + b"." + segment(key().sign(signed, PKCS1v15(), SHA256()))


def answered(token: bytes) -> list[Answer]:
    answers = [locked().raw("POST", LOAD.encode(), [token]), unlocked().raw("POST", LOAD.encode(), [token])]
    for answer in answers:
        assert answer.status in (200, 400, 401, 413), answer.content[:500]
        assert len(answer.content) < MIB
    return answers


@pytest.mark.parametrize("name", HEADERS)
def test_a_hostile_header(name: str) -> None:
    claims = b'{"data":{"data":"{}"}}'
    for token in (sign(HEADERS[name], claims), segment(HEADERS[name]) + b"." + segment(claims) + b".AAAA"):
        answered(token)


@pytest.mark.parametrize("name", CLAIMS)
def test_hostile_claims(name: str) -> None:
    answered(sign(b'{"alg":"RS256"}', CLAIMS[name]))
    forged = segment(b'{"alg":"RS256"}') + b"." + segment(CLAIMS[name]) + b".AAAA"
    assert answered(forged)[0].status in (400, 401, 413)


@QUICK
@given(st.lists(st.one_of(st.binary(max_size=60), st.text("ab._-+/= \n", max_size=9).map(str.encode)), max_size=5))
def test_any_pieces(pieces: list[bytes]) -> None:
    answered(b".".join(pieces))
    answered(b".".join(map(segment, pieces)))
