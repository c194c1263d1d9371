"""Keys that encrypt cursors: of the caller, the environment or the process."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from ..diagnostics.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEYS_VARIABLE = "ORDERQUERY_CURSOR_KEYS"
"""The environment variable with the keys, separated by spaces or commas; the first encrypts."""

MIN_KEY_CHARS = 16


class CursorKeys:
    """The keys of a site's cursors: the first encrypts, all decrypt.

    So keys can be rotated.

    Raises:
        UsageError: no key, or one shorter than 16 characters.

    """

    def __init__(self, keys: Iterable[str | bytes]) -> None:
        # A message never has a key.
        if isinstance(keys, str | bytes) or not isinstance(keys, Iterable):
            raise UsageError("cursor keys are a list of texts or bytes; pass [key]")
        given = list(keys)
        if not all(isinstance(key, str | bytes) for key in given):
            raise UsageError("a cursor key must be a string or bytes")
        self._secrets = tuple(key.encode("utf-8", "surrogatepass") if isinstance(key, str) else key for key in given)
        if not self._secrets or any(len(secret) < MIN_KEY_CHARS for secret in self._secrets):
            command = "python -c 'import secrets; print(secrets.token_urlsafe(32))'"
            raise UsageError(f"a cursor key needs at least {MIN_KEY_CHARS} characters; to make one: {command}")

    def __repr__(self) -> str:
        return f"CursorKeys({len(self._secrets)} keys)"

    @cached_property
    def ciphers(self) -> tuple[AESGCM, ...]:
        """One cipher for each key, in order."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        def derive(secret: bytes) -> bytes:
            return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"orderquery cursor").derive(secret)

        return tuple(AESGCM(derive(secret)) for secret in self._secrets)


def new_key() -> str:
    """Return a new random key, as text."""
    import secrets

    return secrets.token_urlsafe(32)


@lru_cache(maxsize=1)
def process_keys() -> CursorKeys:
    """Return the key of this process, for searches without keys."""
    return CursorKeys([new_key()])


def keys_from_environment() -> CursorKeys | None:
    """Return the keys of the environment, or ``None`` if the variable is not set.

    Raises:
        UsageError: the variable is empty, or has a key that is too short.

    """
    text = os.environ.get(KEYS_VARIABLE)
    if text is None:
        return None
    value = text.replace(",", " ").split()
    if not value:
        raise UsageError(f"{KEYS_VARIABLE} is empty; set it to a key, or unset it to use the key beside the store")
    return CursorKeys(value)


def chosen_keys(given: CursorKeys | Iterable[str | bytes] | None) -> CursorKeys | None:
    """Return the given keys, else those of the environment, else ``None``."""
    if given is None:
        return keys_from_environment()
    if isinstance(given, str | bytes):
        given = [given]
    return given if isinstance(given, CursorKeys) else CursorKeys(given)
