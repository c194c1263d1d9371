"""Envelopes (D81) and the keys that sign them."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

import orderquery as oq
from orderquery.diagnostics.errors import StoreError, UsageError
from orderquery.emulator.envelope import envelope_claims, event_type_of, instance_of, tampered
from orderquery.emulator.errors import Refused
from orderquery.emulator.signing_key import SigningKey, key_of_file, new_signing_key, process_signing_key
from orderquery.emulator.webhook_jwt import Envelopes

JSON = Any
EVENT = '{"id":"1","createdEvent":{"entity":{"total":19.0,"note":"“zwölf” \\\\ \\" \u2028"}}}'.encode()


def pem_of(key: Any, password: bytes | None = None) -> bytes:
    plain: Any = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)


def opened(token: str) -> JSON:
    return jwt.decode(token, process_signing_key.get().public_pem, algorithms=["RS256"])


# -- envelopes --------------------------------------------------------------------------------------------------


def test_every_level_of_an_envelope_is_a_text() -> None:
    claims = opened(process_signing_key.get().sign(envelope_claims(EVENT, "a_b", "i")))
    assert set(claims) == {"data", "iat", "exp"}
    inner = json.loads(claims["data"])
    assert inner == {"data": EVENT.decode(), "instanceId": "i", "eventType": "a_b"}


def test_the_event_arrives_byte_for_byte() -> None:
    token = process_signing_key.get().sign(envelope_claims(EVENT, "a_b", "i")).encode()
    assert Envelopes(process_signing_key.get().public_pem).open(token).event == EVENT


def test_a4_our_own_webhook_key_refuses_what_is_tampered_or_signed_with_another_key() -> None:
    envelopes = Envelopes(process_signing_key.get().public_pem)
    claims = envelope_claims(EVENT, "a_b", "i")
    for token in (tampered(process_signing_key.get().sign(claims)), new_signing_key().sign(claims)):
        with pytest.raises(Refused) as refused:
            envelopes.open(token.encode())
        assert refused.value.status == 401


def test_a18_the_times_of_an_envelope_are_real() -> None:
    before = int(time.time())
    claims = json.loads(envelope_claims(EVENT, "a_b", "i"))
    assert before <= claims["iat"] <= int(time.time())
    assert claims["exp"] > claims["iat"]


def test_the_header_is_that_of_a_token() -> None:
    token = process_signing_key.get().sign(b"{}")
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "typ": "JWT"}


def test_the_event_type_is_entity_and_slug() -> None:
    assert event_type_of("wix.ecom.v1.order", "created") == "wix.ecom.v1.order_created"


def test_an_instance_is_given_or_made_of_the_site() -> None:
    assert instance_of("shop", {"shop": "mine"}) == "mine"
    assert instance_of("shop") == instance_of("shop", {"other": "mine"}) != instance_of("")


# -- keys -------------------------------------------------------------------------------------------------------

RSA = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
BAD_KEYS = {
    "empty": (b"", "not a private key"),
    "text": (b"hello", "not a private key"),
    "public": (process_signing_key.get().public_pem, "not a private key"),
    "passphrase": (pem_of(RSA, b"secret"), "has a passphrase"),
    "elliptic": (pem_of(ec.generate_private_key(ec.SECP256R1())), "not an RSA key"),
    "edwards": (pem_of(ed25519.Ed25519PrivateKey.generate()), "not an RSA key"),
    "short": (pem_of(rsa.generate_private_key(public_exponent=65_537, key_size=1_024)), "1024 bits"),
}


@pytest.mark.parametrize("name", BAD_KEYS)
def test_a_key_that_cannot_sign_is_refused(name: str) -> None:
    pem, message = BAD_KEYS[name]
    with pytest.raises(UsageError, match=message):
        SigningKey(pem)


def test_a_given_key_signs() -> None:
    key = SigningKey(pem_of(RSA))
    assert jwt.decode(key.sign(b'{"a": 1}'), key.public_pem, algorithms=["RS256"]) == {"a": 1}
    assert "PRIVATE" not in repr(key)


def test_an_emulator_signs_with_a_given_key() -> None:
    pem = pem_of(RSA)
    with oq.open_store(":memory:") as store:
        for given in (pem, pem.decode()):
            emulator = oq.Emulator(store, signing_key=given)
            assert emulator.deliveries.key.get().public_pem == SigningKey(pem).public_pem
        with pytest.raises(UsageError, match="not a private key"):
            oq.Emulator(store, signing_key="none")


def test_the_key_beside_a_store_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    store = tmp_path / "shop.db"
    first = key_of_file(store).get().public_pem
    assert key_of_file(store).get().public_pem == first
    path = tmp_path / "shop.db.webhook-key"
    assert [found.name for found in tmp_path.iterdir()] == [path.name]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_key_file_is_made_when_first_needed(tmp_path: Path) -> None:
    key_of_file(tmp_path / "shop.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    key_of_file(tmp_path / "shop.db").get()
    (tmp_path / "shop.db.webhook-key").chmod(0o644)
    with pytest.raises(StoreError, match=r"other users can read the webhook signing key .* chmod 600"):
        key_of_file(tmp_path / "shop.db").get()


def test_a_damaged_key_file_is_refused_without_showing_it(tmp_path: Path) -> None:
    path = tmp_path / "shop.db.webhook-key"
    path.write_text("half a secret")
    path.chmod(0o600)
    with pytest.raises(StoreError, match=r"not a private key .* or delete the file") as refused:
        key_of_file(tmp_path / "shop.db").get()
    assert "half" not in str(refused.value)


def test_a_prepared_key_is_there_or_fails_for_the_caller(tmp_path: Path) -> None:
    missing = key_of_file(tmp_path / "no" / "folder" / "shop.db")
    missing.prepare()
    with pytest.raises(StoreError, match="cannot use the webhook signing key"):
        missing.get()
    there = key_of_file(tmp_path / "shop.db")
    there.prepare()
    assert there.get() is there.get()


def test_two_processes_make_one_key(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from orderquery.emulator.signing_key import key_of_file;"
        "sys.stdout.buffer.write(key_of_file(Path(sys.argv[1])).get().public_pem)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "shop.db")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    assert len({process.communicate()[0] for process in processes}) == 1
