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
_SHOWN = frozenset(
    ("host", "hostaddr", "port", "dbname", "user", "namespace", "sslmode", "connect_timeout", "application_name")
)
"""The parameters whose values are shown: any other could be a password, or a misspelled one."""
_HIDDEN_NAMES = frozenset((
    "password", "passfile", "options", "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl", "sslcrldir",
    "sslcompression", "sslsni", "sslnegotiation", "sslcertmode", "ssl_min_protocol_version",
    "ssl_max_protocol_version", "requirepeer", "require_auth", "channel_binding", "krbsrvname", "gsslib",
    "gssencmode", "gssdelegation", "service", "servicefile", "target_session_attrs", "load_balance_hosts",
    "client_encoding", "fallback_application_name", "keepalives", "keepalives_idle", "keepalives_interval",
    "keepalives_count", "tcp_user_timeout", "replication", "oauth_issuer", "oauth_client_id", "oauth_client_secret",
    "oauth_scope", "min_protocol_version", "max_protocol_version", "sslkeylogfile", "scram_client_key",
    "scram_server_key",
))  # fmt: skip
"""The other parameters of libpq: their names are shown. Anything else may be the rest of a password with a ``&``."""
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
    return masked + mark + "&".join(map(_shown, query.split("&") if query else []))


def _shown(parameter: str) -> str:
    """Return what may be shown of a parameter."""
    name, is_given, _ = parameter.partition("=")
    if is_given and name in _SHOWN:
        return parameter
    return f"{name}={_HIDDEN}" if is_given and name in _HIDDEN_NAMES else _HIDDEN


def _secrets(url: str) -> set[str]:
    base, _, query = _split(url)
    password = _PASSWORD.search(base)
    found = [password[2]] if password else []
    for parameter in query.split("&"):
        name, is_given, value = parameter.partition("=")
        if is_given and name not in _SHOWN:
            found.append(value)
        if not is_given or name not in _SHOWN | _HIDDEN_NAMES:
            found.append(name)
    # libpq ends a password at the first character that should have been escaped, and quotes what follows it.
    pieces = (piece for secret in found for piece in _SPECIAL.split(secret) if len(piece) >= _MIN_PIECE_CHARS)
    return {text for secret in (*found, *pieces) for text in (secret, unquote(secret)) if text}
