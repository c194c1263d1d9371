"""Loads in webhook envelopes, signed or not (D35, D36), with and without keys."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from project import TESTS
from serving import LOAD, SEARCH, Answer, Asker
from starlette.testclient import TestClient

import orderquery as oq
from orderquery.emulator.limits import MAX_UNUSABLE_DOCUMENTS

JSON = Any
EVENT = (TESTS / "samples" / "order_approved.event.json").read_text("utf-8")
ID = "e994ac9d-26b0-4f81-8047-00a2e964d6bf"
API_KEY = "the API key of this test"


@cache
def key(name: str = "the service's") -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def public(name: str = "the service's") -> bytes:
    return key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def claims(event: str = EVENT, **more: JSON) -> dict[str, JSON]:
    """Return the claims that the service signs: the event is a string within a string."""
    inner = {"eventType": "wix.ecom.v1.order_approved", "instanceId": "i", "data": event, "identity": "{}"}
    return {"data": json.dumps(inner), "iat": int(time.time()), "exp": int(time.time()) + 60, **more}


def signed(payload: Mapping[str, JSON], by: str = "the service's", algorithm: str = "RS256", **header: JSON) -> bytes:
    return jwt.encode(dict(payload), key(by), algorithm, headers=header or None).encode()


def segment(part: JSON) -> bytes:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def unsigned(payload: JSON, header: JSON = None, signature: bytes = b"") -> bytes:
    return b".".join((segment(header or {"alg": "none", "typ": "JWT"}), segment(payload), signature))


@pytest.fixture
def locked() -> Asker:
    """A server with a webhook key."""
    return Asker(webhook_key=public())


def is_kept(asker: Asker, **headers: str) -> bool:
    return asker.get(f"/ecom/v1/orders/{ID}", **headers).status == 200


# -- without a webhook key -------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload",
    [
        claims(),
        {"data": json.loads(claims()["data"])},
        {"data": {"data": json.loads(EVENT)}},
        {"data": json.dumps({"data": json.loads(EVENT)})},
    ],
    ids=["text in text", "text in object", "object in object", "object in text"],
)
def test_an_envelope_is_unwrapped(payload: JSON) -> None:
    for token in (
        signed(payload),
        signed(payload, by="a stranger's"),
        unsigned(payload),
        b"\n " + signed(payload) + b"\r\n",
    ):
        asker = Asker()
        answer = asker.load(token)
        assert (answer.status, answer.json["orders"], answer.json["problemCount"]) == (200, 1, 0)
        assert is_kept(asker)


def test_the_event_keeps_its_bytes(locked: Asker) -> None:
    order = '{ "number":\t"7" ,"id":"odd", "x": [1E2, 5.00, "\\u00e9"] }'
    event = EVENT[: EVENT.index('"body"')] + f'"body": {{"order":  {order} }} }} }}'
    assert locked.load(signed(claims(event))).json["orders"] == 1
    assert locked.get("/ecom/v1/orders/odd").content == b'{"order":%s}' % order.encode()


@pytest.mark.parametrize(
    "payload",
    [{}, {"data": None}, {"data": 5}, {"data": "x"}, {"data": "[]"}, {"data": {}}, {"data": {"data": 5}}, {"data": {"data": []}}],
    ids=str,
)  # fmt: skip
def test_an_envelope_without_an_event_is_a_400(payload: JSON, locked: Asker) -> None:
    times = {name: claims()[name] for name in ("iat", "exp")}
    for answer in (Asker().load(unsigned(payload)), locked.load(signed({**payload, **times}))):
        assert answer.status == 400
        assert answer.violations[0]["field"] == "data"


def test_an_event_of_another_kind_gets_a_200_so_that_it_is_not_resent(locked: Asker) -> None:
    event = {"entityFqdn": "wix.contacts.v4.contact", "slug": "created", "entityId": "c"}
    answer = locked.load(signed(claims(json.dumps(event))))
    assert (answer.status, answer.json["skipped"]) == (200, 1)


# -- with a webhook key -----------------------------------------------------------------


def test_a_signed_envelope_is_loaded(locked: Asker) -> None:
    assert locked.load(signed(claims())).json["orders"] == 1
    assert is_kept(locked)
    # Any audience is accepted.
    assert locked.load(signed(claims(aud="an app"))).status == 200


def hs256_with_the_public_key() -> bytes:
    head = segment({"alg": "HS256", "typ": "JWT"}) + b"." + segment(claims())
    return head + b"." + segment(hmac.new(public(), head, sha256).digest())


def tampered() -> bytes:
    head, _, signature = signed(claims()).split(b".")
    return b".".join((head, segment(claims(EVENT.replace("10002", "10003"))), signature))


def with_its_own_key() -> bytes:
    number = jwt.algorithms.RSAAlgorithm.to_jwk(key("a stranger's").public_key(), as_dict=True)
    return signed(
        claims(), by="a stranger's", jwk=number, jku="https://example.com/keys", x5u="https://example.com", kid="1"
    )


FORGED = {
    "signed by a stranger": lambda: signed(claims(), by="a stranger's"),
    "signed with a key it brings": with_its_own_key,
    "alg none": lambda: unsigned(claims()),
    "alg None": lambda: unsigned(claims(), {"alg": "None"}),
    "alg nOnE with a signature": lambda: unsigned(claims(), {"alg": "nOnE"}, b"AAAA"),
    "alg missing": lambda: unsigned(claims(), {"typ": "JWT"}, b"AAAA"),
    "alg a list": lambda: unsigned(claims(), {"alg": ["RS256"]}, b"AAAA"),
    "no signature": lambda: unsigned(claims(), {"alg": "RS256"}),
    "an empty signature": lambda: unsigned(claims(), {"alg": "RS256"}, b"AAAA"),
    "HS256 with the public key as secret": hs256_with_the_public_key,
    "another algorithm with the right key": lambda: signed(claims(), algorithm="RS512"),
    "PSS with the right key": lambda: signed(claims(), algorithm="PS256"),
    "tampered": tampered,
    "expired": lambda: signed(claims(exp=int(time.time()) - 1)),
    "expired long ago": lambda: signed(claims(exp=1)),
    "not yet valid": lambda: signed(claims(nbf=int(time.time()) + 600)),
    "issued in the future": lambda: signed(claims(iat=int(time.time()) + 600)),
    "issued two days ago": lambda: signed(claims(iat=int(time.time()) - 2 * 86_400)),
    "issued at no time": lambda: signed({"data": claims()["data"], "exp": claims()["exp"]}),
    "without an end": lambda: signed({"data": claims()["data"], "iat": claims()["iat"]}),
    "without any time": lambda: signed({"data": claims()["data"]}),
    "times that are texts": lambda: signed(claims(iat="now")),
    "times that are no numbers": lambda: signed(claims(iat=float("nan"))),
    "an end that is no number": lambda: signed(claims(exp=float("nan"))),
    "an endless end": lambda: signed(claims(exp=float("inf"))),
    "a huge time": lambda: signed(claims(iat=10**400, exp=10**401)),
    "a flag for a time": lambda: signed(claims(iat=True)),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forgery_is_a_401(name: str, locked: Asker) -> None:
    answer = locked.load(FORGED[name]())
    assert answer.status in (400, 401)
    assert answer.status == 400 or answer.code == "INVALID_SIGNATURE"
    assert not is_kept(locked)


@pytest.mark.parametrize(
    "body", [EVENT.encode(), b'{"id": "%s", "number": "1"}' % ID.encode(), b"", b"garbage", b"a.b"]
)
def test_an_unsigned_body_is_a_401(body: bytes, locked: Asker) -> None:
    answer = locked.load(body)
    assert (answer.status, answer.code) == (401, "UNSIGNED")
    assert not is_kept(locked)


@pytest.mark.parametrize(
    "token",
    [b"a.b.c", b"....", b"e30.e30.e30", segment(b"[" * 100_000) + b".e30.AAAA", b"e30." + segment(b"[" * 100_000) + b".AAAA"],
    ids=lambda token: token[:12].decode(),
)  # fmt: skip
def test_an_invalid_token_is_refused(token: bytes, locked: Asker) -> None:
    assert Asker().load(token).status == 400
    assert locked.load(token).status in (400, 401)


def test_reading_needs_no_signature(locked: Asker) -> None:
    assert locked.search({}).status == 200


# -- with an API key --------------------------------------------------------------------------------------------


def test_loads_with_the_api_key_signed_or_not() -> None:
    for options in ({}, {"webhook_key": public()}):
        for body in (signed(claims()), EVENT.encode()):
            asker = Asker(api_key=API_KEY, **options)
            assert asker.load(body, authorization=API_KEY).json["orders"] == 1
            assert is_kept(asker, authorization=API_KEY)


@pytest.mark.parametrize("headers", [{}, {"authorization": "another"}, {"authorization": f"Bearer {API_KEY}"}])
def test_a_signature_does_not_replace_the_api_key(headers: dict[str, str]) -> None:
    for options in ({}, {"webhook_key": public()}):
        asker = Asker(api_key=API_KEY, **options)
        for body in (signed(claims()), EVENT.encode(), unsigned(claims())):
            answer = asker.load(body, **headers)
            assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
        assert not is_kept(asker, authorization=API_KEY)


def test_a_forgery_is_refused_even_with_the_api_key() -> None:
    asker = Asker(api_key=API_KEY, webhook_key=public())
    assert asker.load(unsigned(claims()), authorization=API_KEY).status == 401
    assert not is_kept(asker, authorization=API_KEY)


AUTHORIZATIONS = [
    b"\xff\xfe", b"\xf0\x9f\x94\x91", "ключ".encode(), b"\0", API_KEY.encode() + b"\0", b"\xa0" + API_KEY.encode(),
    API_KEY.encode() + b"\xc2\xa0", b"a" * 100_000, API_KEY.encode("utf-16"), b",", b"Basic " + base64.b64encode(API_KEY.encode()),
]  # fmt: skip


@pytest.mark.parametrize("value", AUTHORIZATIONS, ids=lambda value: repr(value[:20]))
def test_any_bytes_as_the_key(value: bytes) -> None:
    asker = Asker(api_key=API_KEY)
    answer = asker.raw("POST", SEARCH.encode(), [b"{}"], [(b"authorization", value)])
    assert (answer.status, answer.code) == (401, "UNAUTHENTICATED")
    assert API_KEY not in answer.content.decode()


def test_neither_of_two_headers_counts() -> None:
    asker = Asker(api_key=API_KEY)
    right, wrong = (b"authorization", API_KEY.encode()), (b"authorization", b"x")
    for headers in ([right, wrong], [wrong, right], [right, right]):
        answer = asker.raw("POST", SEARCH.encode(), [b"{}"], headers)
        assert (answer.status, answer.code) == (400, "INVALID_HEADER")


# -- sites ----------------------------------------------------------------------------------------------


def test_the_site_in_the_url() -> None:
    asker = Asker()
    assert asker.load(EVENT, "?site=berlin").json["orders"] == 1
    assert is_kept(asker, site="berlin")
    assert not is_kept(asker)
    assert asker.load(EVENT, "?site=z%C3%BCrich").json["orders"] == 1
    found = asker.raw("GET", f"/ecom/v1/orders/{ID}".encode(), headers=[(b"wix-site-id", "zürich".encode())])
    assert found.status == 200


def test_a_site_that_is_not_utf_8_is_refused_in_the_url_too(locked: Asker) -> None:
    assert locked.load(signed(claims()), "?site=%ff").status == 400


def test_a_load_to_a_site_can_be_read_there() -> None:
    asker = Asker()
    loaded: Answer = asker.load(EVENT, "?site=%20berlin%20")
    assert loaded.status == 400 or is_kept(asker, site="berlin") or is_kept(asker, site=" berlin ")


@pytest.mark.parametrize("site", [b"\xff", b"\xc3", b"\xed\xa0\x80"])
def test_a_header_that_is_not_utf_8_is_refused(site: bytes) -> None:
    asker = Asker()
    asker.load(EVENT, "?site=berlin")
    answer = asker.raw("POST", SEARCH.encode(), [b"{}"], [(b"wix-site-id", site)])
    assert answer.status == 400
    assert answer.violations[0]["field"] == "wix-site-id"


# -- invalid keys -----------------------------------------------------------------------------------


def private_pem() -> bytes:
    return key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def elliptic_pem() -> bytes:
    return (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )


def test_an_invalid_webhook_key() -> None:
    store = oq.open_store(":memory:")
    for unusable in ("", b"", "garbage", b"\xff", public()[:100], private_pem(), elliptic_pem()):
        with pytest.raises(oq.UsageError) as refused:
            oq.create_app(store, webhook_key=unusable)
        assert "PRIVATE" not in str(refused.value)
    assert oq.create_app(store, webhook_key=public().decode())


@pytest.mark.parametrize("unusable", ["", " ", " a", "a ", "a\n", "schlüssel", "a\0b", "\x7f"])
def test_an_api_key_that_cannot_be_sent(unusable: str) -> None:
    with pytest.raises(oq.UsageError):
        oq.create_app(oq.open_store(":memory:"), api_key=unusable)


def test_a_load_by_get_is_a_405() -> None:
    assert Asker().get(LOAD).status == 405


def test_a_load_ends_after_too_many_unusable_documents_and_says_so() -> None:
    with oq.open_store(":memory:") as store:
        client = TestClient(oq.create_app(store))
        lines = [b'{"id":"a"}', *[b"{}"] * MAX_UNUSABLE_DOCUMENTS, b'{"id":"b"}']
        result = client.post("/_orderquery/load", content=b"\n".join(lines)).json()
        assert (result["orders"], result["skipped"]) == (1, MAX_UNUSABLE_DOCUMENTS)
        assert result["problems"][0]["message"] == "10,000 documents cannot be used; the rest was not read"
        assert store.get("b") is None
