"""The API key, site and account of requests; no message or ``repr`` shows the key."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from ..diagnostics.errors import UsageError
from ..diagnostics.quoting import quoted
from .origin import Origin

KEY_VARIABLE, SITE_VARIABLE, ACCOUNT_VARIABLE = "WIX_API_KEY", "WIX_SITE_ID", "WIX_ACCOUNT_ID"
_MAX_KEY_BYTES = 16_384


class Credentials:
    """What a request sends to be admitted.

    Args:
        api_key: the API key, or an empty text for a server that needs none.
        site_id: the id of the site.
        account_id: the id of the account, for keys that need it.

    Raises:
        UsageError: one of them cannot be sent in a header.

    """

    __slots__ = ("_key", "account_id", "key_file", "key_variable", "site_id")

    def __init__(self, api_key: str = "", site_id: str = "", account_id: str = "") -> None:
        # Where the key is from, for errors.
        self.key_variable, self.key_file = KEY_VARIABLE, ""
        self._key = _Hidden(_header_value("the API key", api_key, secret=True))
        self.site_id = _header_value("the site id", site_id)
        self.account_id = _header_value("the account id", account_id)

    def __repr__(self) -> str:
        key = "set" if self._key.text else "none"
        return f"Credentials(api_key {key}, site_id {quoted(self.site_id)}, account_id {quoted(self.account_id)})"

    @property
    def has_key(self) -> bool:
        """True if there is an API key."""
        return bool(self._key.text)

    @property
    def valid_key_help(self) -> str:
        """What to do if the service refuses the key."""
        if self.key_file:
            return f"write a valid key to {quoted(self.key_file)}"
        return f"set {self.key_variable} to a valid key"

    def send(self, set_header: Callable[[str, str], None]) -> None:
        """Set the headers of a request."""
        for name, value in (
            ("authorization", self._key.text),
            ("wix-site-id", self.site_id),
            ("wix-account-id", self.account_id),
        ):
            if value:
                set_header(name, value)


class _Hidden:
    """A text that no ``repr`` shows."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return "..."


def _header_value(name: str, text: str, *, secret: bool = False) -> str:
    if not isinstance(text, str) or not text.isascii() or (text and not text.isprintable()) or text != text.strip():
        shown = name if secret else f"{name} {quoted(str(text))}"
        raise UsageError(f"{shown} cannot be sent; use printable ASCII characters, without spaces at the ends")
    return text


def read_credentials(
    environment: Mapping[str, str] | None = None,
    key_file: str | Path | None = None,
    *,
    site_id: str = "",
    key_variable: str = KEY_VARIABLE,
) -> Credentials:
    """Return the credentials of the environment.

    ``key_file`` and ``site_id`` come before it.

    Raises:
        UsageError: the file cannot be read, the variable of the key is empty, or a value cannot be sent.

    """
    found = os.environ if environment is None else environment
    key = found.get(key_variable, "").strip() if key_file is None else _read_key_file(Path(key_file))
    if not key and key_variable in found:
        raise UsageError(f"{key_variable} is empty; set it to an API key, or unset it for a server without one")
    site = site_id or found.get(SITE_VARIABLE, "").strip()
    made = Credentials(key, site, found.get(ACCOUNT_VARIABLE, "").strip())
    made.key_variable, made.key_file = key_variable, str(key_file or "")
    return made


def check_complete(credentials: Credentials, origin: Origin) -> None:
    """Check that Wix, or another server of a network, would admit a request.

    Raises:
        UsageError: the key or the site is missing.

    """
    if origin.is_loopback:
        return
    if not credentials.has_key:
        raise UsageError(
            f"the API key is missing; set {credentials.key_variable} or pass --api-key-file FILE "
            "(create a key at manage.wix.com/account/api-keys, with the permission to read orders)"
        )
    if not credentials.site_id and origin.is_service:
        raise UsageError(
            f"the site is missing; set {SITE_VARIABLE} to the id of the site (the GUID in its dashboard URL)"
        )


def _read_key_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_KEY_BYTES + 1)
            is_open = os.name == "posix" and bool(os.fstat(file.fileno()).st_mode & 0o077)
    except OSError as problem:
        raise UsageError(f"cannot read the API key file {quoted(str(path))}: {problem.strerror or problem}") from None
    if is_open:
        raise UsageError(f"other users can read the API key file {quoted(str(path))}; run: chmod 600 {path}")
    try:
        text = raw.decode("ascii").strip()
    except UnicodeDecodeError:
        text = ""
    if not text or len(raw) > _MAX_KEY_BYTES or len(text.split()) != 1:
        raise UsageError(f"{quoted(str(path))} is not an API key file; write the key alone into it")
    return text
