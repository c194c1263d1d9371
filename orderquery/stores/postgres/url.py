"""The URL of a PostgreSQL store.

It has the part for libpq, the namespace of the tables, and a form that is safe to print.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from ...diagnostics.errors import UsageError
from ...language.types import has_lone_surrogate

NAMESPACE = "orderquery"
"""The PostgreSQL schema that holds the tables, unless the URL names another."""

_MAX_NAME_BYTES = 63
_PASSWORD = re.compile(r"(?<=://)([^:?#]*):(.*)@")
_NO_PORT = re.compile(r"://[^/:]*:(?!\d*(?:[/,]|$))")
_SPECIAL = re.compile(r"[@:/?#%&=\[\]]")
_MIN_PIECE_CHARS = 3
_NAME = re.compile(r"[a-z_]*")
"""The name of a parameter; anything else is the rest of a password with an unescaped ``&``."""

_PARAMETER = re.compile(r"([^&=]*)=([^&]*)")
_SHOWN = frozenset(
    ("host", "hostaddr", "port", "dbname", "user", "namespace", "sslmode", "connect_timeout", "application_name")
)
"""The parameters whose values are shown: any other could be a password, or a misspelled one."""
_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Target:
    """The place of a store. ``shown`` is the URL without its passwords, for messages."""

    url: str = field(repr=False)
    namespace: str
    shown: str

    def without_secrets(self, text: str) -> str:
        """Remove the secrets of the URL from a message of the driver, which may quote it."""
        text = text.replace(self.url, self.shown)
        for secret in sorted(_secrets(self.url), key=len, reverse=True):
            text = text.replace(secret, _HIDDEN)
        return text


def parse_target(url: str) -> Target:
    """Parse a URL; all of it is for libpq except the parameter ``namespace``.

    Raises:
        UsageError: the namespace cannot be the name of a schema.

    """
    base, mark, query = url.partition("?")
    parameters = query.split("&") if mark else []
    named = [text.partition("=")[2] for text in parameters if text.partition("=")[0] == "namespace"]
    rest = [text for text in parameters if text.partition("=")[0] != "namespace"]
    namespace = unquote(named[-1]) if named else NAMESPACE
    if not namespace or "\0" in namespace or has_lone_surrogate(namespace):
        raise UsageError("namespace must be the name of a PostgreSQL schema, for example ?namespace=shop")
    if len(namespace.encode()) > _MAX_NAME_BYTES:
        raise UsageError(
            f'namespace "{namespace}" is too long: the name of a PostgreSQL schema has at most {_MAX_NAME_BYTES} bytes'
        )
    return Target(base + (f"?{'&'.join(rest)}" if rest else ""), namespace, _masked(url))


def _split(url: str) -> tuple[str, str, str]:
    """Split a URL at the ``?`` of its parameters.

    An unescaped ``?`` in a password does not begin the parameters.
    """
    base, mark, query = url.partition("?")
    at = query.rfind("@")
    if at < 0 or "@" in base or not _NO_PORT.search(base):
        return base, mark, query
    rest, later, parameters = query[at:].partition("?")
    return base + mark + query[:at] + rest, later, parameters


def _masked(url: str) -> str:
    base, mark, query = _split(url)
    # A password may contain an @ that should have been escaped: the last one ends it.
    masked = _PASSWORD.sub(rf"\1:{_HIDDEN}@", base)
    return masked + mark + _PARAMETER.sub(_hidden, query)


def _hidden(parameter: re.Match[str]) -> str:
    name = parameter[1]
    if name in _SHOWN:
        return parameter[0]
    return f"{name if _NAME.fullmatch(name) else _HIDDEN}={_HIDDEN}"


def _secrets(url: str) -> set[str]:
    base, _, query = _split(url)
    password = _PASSWORD.search(base)
    found = [password[2]] if password else []
    found += [value for name, value in _PARAMETER.findall(query) if name not in _SHOWN]
    found += [name for name, _ in _PARAMETER.findall(query) if not _NAME.fullmatch(name)]
    # libpq ends a password at the first character that should have been escaped, and quotes what follows it.
    pieces = (piece for secret in found for piece in _SPECIAL.split(secret) if len(piece) >= _MIN_PIECE_CHARS)
    return {text for secret in (*found, *pieces) for text in (secret, unquote(secret)) if text}
