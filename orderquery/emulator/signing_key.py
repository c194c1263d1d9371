"""The RSA key that signs webhook envelopes."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ..diagnostics.errors import MissingExtra, StoreError, UsageError
from ..stores.keyfile import read_or_create_secret

try:
    from jwt import PyJWS
except ImportError as problem:
    raise MissingExtra("endpoint", problem) from None

_KEY_BITS = 2_048
_PUBLIC_EXPONENT = 65_537
_SIGNER = PyJWS()


class SigningKey:
    """An RSA private key that signs webhook envelopes.

    Raises:
        UsageError: the text is not an RSA private key (PEM) of at least 2,048 bits, or has a passphrase.

    """

    def __init__(self, private_pem: bytes) -> None:
        try:
            key = serialization.load_pem_private_key(private_pem, password=None)
        except TypeError:
            raise UsageError("the webhook signing key has a passphrase; pass a key without one") from None
        except (ValueError, UnsupportedAlgorithm):
            raise UsageError(
                "the webhook signing key is not a private key (PEM); make one: openssl genrsa -out webhook.pem 2048"
            ) from None
        if not isinstance(key, rsa.RSAPrivateKey):
            raise UsageError(
                "the webhook signing key is not an RSA key; make one: openssl genrsa -out webhook.pem 2048"
            )
        if key.key_size < _KEY_BITS:
            raise UsageError(f"the webhook signing key has {key.key_size} bits; use one of at least {_KEY_BITS}")
        self._key = key
        self.public_pem = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        """The public half (PEM), with which receivers verify envelopes."""

    def __repr__(self) -> str:
        return f"<SigningKey: RSA, {self._key.key_size} bits>"

    def sign(self, claims: bytes) -> str:
        """Return the JSON Web Token (RS256) of these claims, which are JSON."""
        return _SIGNER.encode(claims, self._key, algorithm="RS256")


class LazySigningKey:
    """A signing key that is read or generated once, when first needed.

    Generating one takes about a tenth of a second. Safe to use from several threads.
    """

    def __init__(self, make: Callable[[], SigningKey]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._key: SigningKey | None = None

    def prepare(self) -> None:
        """Begin to make the key in a thread of its own."""
        if self._key is None:
            threading.Thread(target=self._try, name="orderquery-signing-key", daemon=True).start()

    def _try(self) -> None:
        # An error is raised again for the caller that needs the key.
        with contextlib.suppress(Exception):
            self.get()

    def get(self) -> SigningKey:
        """Return the key.

        Raises:
            StoreError: the file of the key cannot be used.

        """
        with self._lock:
            if self._key is None:
                self._key = self._make()
            return self._key


def given_signing_key(private_pem: str | bytes) -> LazySigningKey:
    """Return a key from its text (PEM). Raises ``UsageError`` where it cannot sign."""
    key = SigningKey(private_pem.encode() if isinstance(private_pem, str) else private_pem)
    return LazySigningKey(lambda: key)


def new_signing_key() -> SigningKey:
    """Generate a key."""
    return SigningKey(_new_pem().encode())


process_signing_key = LazySigningKey(new_signing_key)
"""The key of stores without a file: valid as long as the process runs."""


def key_of_file(store: Path) -> LazySigningKey:
    """Return the key in ``STORE.webhook-key``; its first use creates the file."""
    path = store.with_name(store.name + ".webhook-key")

    def read() -> SigningKey:
        loss = "receivers need the new public key"
        pem = read_or_create_secret(path, _new_pem, "webhook signing key", loss)
        try:
            return SigningKey(pem.encode())
        except UsageError as problem:
            raise StoreError(f"cannot use {path}: {problem}; or delete the file: then {loss}") from None

    return LazySigningKey(read)


def _new_pem() -> str:
    key = rsa.generate_private_key(public_exponent=_PUBLIC_EXPONENT, key_size=_KEY_BITS)
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()
