"""compiler.cursor_keys."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from ..diagnostics.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEYS_VARIABLE = "ORDERQUERY_CURSOR_KEYS"
"""The environment variable that holds the keys, the first of which encrypts; separated by white space or commas."""


SHORTEST_KEY = 16
"""Characters."""


class CursorKeys:
    """The keys of a site's cursors: the first encrypts, every one decrypts, so that keys can be rotated.

    Raises:
        UsageError: no key, or one shorter than 16 characters.

    """

    def __init__(self, keys: Iterable[str | bytes]) -> None:
        given = list(keys)
        if not all(isinstance(key, str | bytes) for key in given):
            raise UsageError("a cursor key is a string or bytes")
        self._secrets = tuple(key.encode("utf-8", "surrogatepass") if isinstance(key, str) else key for key in given)
        if not self._secrets or any(len(secret) < SHORTEST_KEY for secret in self._secrets):
            command = "python -c 'import secrets; print(secrets.token_urlsafe(32))'"
            raise UsageError(f"a cursor key has at least {SHORTEST_KEY} characters; {command} makes one")

    def __repr__(self) -> str:
        return f"CursorKeys({len(self._secrets)} keys)"

    @cached_property
    def ciphers(self) -> tuple[AESGCM, ...]:
        """One cipher for each key, in their order."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        def derived(secret: bytes) -> bytes:
            return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"orderquery cursor").derive(secret)

        return tuple(AESGCM(derived(secret)) for secret in self._secrets)


def new_key() -> str:
    """A fresh random key, as text."""
    import secrets

    return secrets.token_urlsafe(32)


@lru_cache(maxsize=1)
def process_keys() -> CursorKeys:
    """The key of this process, for searches that were given none."""
    return CursorKeys([new_key()])


def keys_from_environment() -> CursorKeys | None:
    """The keys of the environment, or ``None`` where the variable is not set."""
    value = os.environ.get(KEYS_VARIABLE, "").replace(",", " ").split()
    return CursorKeys(value) if value else None


def chosen_keys(given: CursorKeys | Iterable[str | bytes] | None) -> CursorKeys | None:
    """The keys that were given, else those of the environment, else none."""
    if given is None:
        return keys_from_environment()
    if isinstance(given, str | bytes):
        given = [given]
    return given if isinstance(given, CursorKeys) else CursorKeys(given)
